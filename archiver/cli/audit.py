"""``archiver audit``: reads again what is kept, the longest unchecked first."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from typing import Any

import click

from archiver import config, process
from archiver.cli import options
from archiver.cli.commands import Command
from archiver.cli.reports.audit import Tally, audited_json, audited_lines, debt_json, end_lines
from archiver.cli.reports.jsonstream import write_json
from archiver.cli.reports.verify import FEW
from archiver.cli.terminal.watching import watcher
from archiver.cli.top import new_run
from archiver.errors import ExitStatus
from archiver.executors.ordered import jobs_for
from archiver.usecases.audit.audit import Audit, AuditRequest, auditing
from archiver.usecases.audit.budget import Allowance

_EXAMPLES = """
  archiver audit                            every store that is mounted
  archiver audit --for 2h --idle            for two hours, behind all else
  archiver audit /media/backup --percent 8  a twelfth of it each month
  archiver audit --older-than 90d --json
"""

_INTERRUPTED = "No bag was changed. What was read is noted; the next audit goes on from there, in the middle of a bag too."


@click.command(cls=Command, name="audit", examples=_EXAMPLES, interrupted=_INTERRUPTED)
@click.argument("paths", metavar="[STORE|BAG]...", nargs=-1, type=click.Path(readable=False))
@click.option(
    "--for", "time", metavar="TIME", type=options.DURATION, help="Begin no more after TIME, such as 2h."
)
@click.option("--bytes", "octets", metavar="SIZE", type=options.SIZE, help="Read about SIZE, such as 500GB.")
@click.option(
    "--percent",
    metavar="N",
    type=click.FloatRange(0, 100, min_open=True),
    help="Read about N % of what the stores hold.",
)
@click.option(
    "--older-than",
    "older_than",
    metavar="TIME",
    type=options.DURATION,
    help="Leave what was checked within TIME, such as 90d.",
)
@click.option("--idle", is_flag=True, help="Let all other programs have the disk and the processor first.")
@options.jobs
@options.catalogue
@options.progress
@options.as_json
def command(
    paths: tuple[str, ...],
    time: dt.timedelta | None,
    octets: int | None,
    percent: float | None,
    older_than: dt.timedelta | None,
    idle: bool,
    jobs: int | None,
    catalogue: str | None,
    as_json: bool,
) -> int:
    """Read again what is kept, the longest unchecked first.

    Every byte comes from the disk, not from memory, and each bag is held
    against the catalogue: a bag that somebody changed and made valid again is
    found too. What was not right before is read first, always. Where a budget
    is used up, the next audit goes on, in the middle of a bag if need be. Of
    several budgets, the one used up first ends the audit.

    Without STORE or BAG, every mounted store of the catalogue is audited. No
    bag is changed. What was checked is noted in the catalogue, and in the log
    of the store if that can be written.
    """
    if idle:
        process.be_quiet()
    settings = config.load_settings(os.environ)
    place = config.catalogue_place(catalogue, settings)
    allowance = Allowance(time, octets, None if percent is None else percent / 100)
    request = AuditRequest(paths, allowance, older_than, 1 if idle else jobs_for(jobs, settings.jobs))
    with auditing(request, place, new_run(os.environ), watcher()) as audit:
        tally = _json(audit) if as_json else _report(audit)
    return ExitStatus.DAMAGED if tally.broken else ExitStatus.DONE


def _report(audit: Audit) -> Tally:
    tally = Tally()
    for outcome in audit.outcomes():
        tally.add(outcome)
        for line in audited_lines(outcome, FEW):
            click.echo(line)
    for line in end_lines(audit, tally):
        click.echo(line)
    return tally


def _json(audit: Audit) -> Tally:
    tally = Tally()

    def bags() -> Iterator[dict[str, Any]]:
        for outcome in audit.outcomes():
            tally.add(outcome)
            yield audited_json(outcome)

    def not_reached() -> Iterator[str]:
        yield from audit.left

    lists = {
        "bags": bags(),
        "unmounted": audit.unmounted,
        "not_reached": not_reached(),
        "debt": _debt(audit),
    }
    write_json("archiver.audit/1", {"recent": audit.recent}, lists)
    return tally


def _debt(audit: Audit) -> Iterator[dict[str, Any]]:
    """What is to be asked once all bags were read."""
    yield from map(debt_json, audit.debts())
