"""``archiver due``: what ends, and what to look at again."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
from collections.abc import Iterator
from typing import Any

import click

from archiver.cli import options
from archiver.cli.commands import Command
from archiver.cli.remedies import advice
from archiver.cli.reports.jsonstream import write_json
from archiver.cli.terminal.text import brief, count, shown, wrapped
from archiver.cli.top import new_run
from archiver.errors import ExitStatus
from archiver.rights.explaining.due import DueItem
from archiver.usecases.due import DueBag, due_in, last_day, rules_due

_EXAMPLES = """
  archiver due /media/backup                       in the next year
  archiver due /media/backup --until 2040-01-01
"""


@click.command(cls=Command, name="due", examples=_EXAMPLES)
@click.argument("paths", metavar="STORE|BAG...", nargs=-1, required=True, type=click.Path())
@click.option(
    "--until",
    metavar="DATE",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The last day to look at.  [default: in a year]",
)
@options.as_json
def command(paths: tuple[str, ...], until: dt.datetime | None, as_json: bool) -> int:
    """Say what embargoes, permissions and terms end by a day, and what to review.

    Looks at the rights recorded in each BAG, or in every bag of a STORE. A bag
    without such a record is named, and the others are looked at. Writes nothing. To know that the records are unchanged: archiver verify.
    """
    today = new_run(os.environ).today()
    last = last_day(None if until is None else until.date(), today)
    bags = list(due_in(paths, today, last))
    rules = rules_due(today, last)
    if as_json:
        members = {"from": today.isoformat(), "until": last.isoformat(), "rules": list(map(_record, rules))}
        write_json("archiver.due/1", members, {"bags": map(_bag_record, bags)})
    else:
        for line in _report(bags, rules, f"From {today} to {last}"):
            click.echo(line)
    return max((bag.fault.exit_code for bag in bags if bag.fault is not None), default=ExitStatus.DONE)


def _report(bags: list[DueBag], rules: tuple[DueItem, ...], period: str) -> Iterator[str]:
    read = [bag for bag in bags if bag.fault is None]
    yield f"{period}, in {count(len(read), 'bag')}"
    for bag in read:
        if bag.items:
            yield f"\n{shown(bag.bag)}"
            yield from _lines(bag.items)
    if not any(bag.items for bag in read):
        yield "\nNothing comes due."
    for bag in bags:
        if bag.fault is not None:
            told = advice(bag.fault.hint, bag.fault.remedies)
            yield "\n" + wrapped(shown(f"{bag.fault.message}. {told}"))
    if rules:
        text = f"{count(len(rules), 'rule')} for terms of protection should be checked again from {rules[0].day} on;"
        yield "\n" + wrapped(text + " a newer version of this program may have done so. --json lists them.")
    yield "\nThis is not legal advice."


def _lines(items: tuple[DueItem, ...]) -> Iterator[str]:
    for item in items:
        files = (
            f" {count(item.files, 'file')}, such as:" if item.examples else f" {count(item.files, 'file')}."
        )
        yield wrapped(f"{item.day}: {brief(item.text)}{files}", indent="  ", below="    ")
        yield from (f"      {brief(path)}" for path in item.examples)


def _record(item: DueItem) -> dict[str, Any]:
    return dataclasses.asdict(item) | {"day": item.day.isoformat(), "kind": item.kind.value}


def _bag_record(bag: DueBag) -> dict[str, Any]:
    fault = None if bag.fault is None else bag.fault.message
    return {"bag": bag.bag, "items": list(map(_record, bag.items)), "fault": fault}
