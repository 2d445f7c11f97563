"""``archiver copy``: makes second copies of bags in another store."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import click

from archiver import config
from archiver.cli import options
from archiver.cli.commands import Command
from archiver.cli.reports.copy import copied_json, copied_lines, end_lines
from archiver.cli.reports.jsonstream import write_json
from archiver.cli.terminal.watching import watcher
from archiver.cli.top import new_run
from archiver.errors import ExitStatus
from archiver.usecases.replicate.replicate import Came, CopiedBag, CopyRequest, replicate

_EXAMPLES = """
  archiver copy /media/backup/Music-2026-11-22 --to /media/second
  archiver copy Music --to /media/second           all that it lacks of Music
"""

_INTERRUPTED = (
    "No bag was changed, and no copy stands under its name that is not whole. What was copied waits in the store's"
    " .incoming folder; the same command goes on from there."
)


@click.command(cls=Command, name="copy", examples=_EXAMPLES, interrupted=_INTERRUPTED)
@click.argument("words", metavar="BAG|COLLECTION...", nargs=-1, required=True, type=click.Path())
@click.option(
    "--to", "store", metavar="STORE", required=True, type=click.Path(), help="The store that gets the copies."
)
@click.option("--read-back", is_flag=True, help="Read each copy back from the disk before it gets its name.")
@options.catalogue
@options.progress
@options.as_json
def command(words: tuple[str, ...], store: str, read_back: bool, catalogue: str | None, as_json: bool) -> int:
    """Make a second copy of each BAG in another store, or of all bags of a COLLECTION that it lacks.

    Each file is read once; what is read is held against the bag's own
    manifests and the pin of the catalogue while it is written, so that no
    damage is copied. A copy gets its name when all of it is on the disk. Where
    one copy of a bag is damaged, another is looked for. Nothing is ever
    overwritten. The copy is registered in the catalogue and in the log of the
    store.
    """
    place = config.catalogue_place(catalogue, config.load_settings(os.environ))
    request = CopyRequest(words, store, read_back)
    outcomes = replicate(request, place, new_run(os.environ), watcher())
    seen: list[Came] = []
    if as_json:
        _json(outcomes, seen)
    else:
        _report(outcomes, seen)
    return _status(seen)


def _report(outcomes: Iterator[CopiedBag], seen: list[Came]) -> None:
    for outcome in outcomes:
        seen.append(outcome.came)
        for line in copied_lines(outcome):
            click.echo(line)
    for line in end_lines(seen):
        click.echo(line)


def _json(outcomes: Iterator[CopiedBag], seen: list[Came]) -> None:
    def bags() -> Iterator[dict[str, Any]]:
        for outcome in outcomes:
            seen.append(outcome.came)
            yield copied_json(outcome)

    write_json("archiver.copy/1", {}, {"bags": bags()})


def _status(seen: list[Came]) -> int:
    if Came.DAMAGED in seen:
        return ExitStatus.DAMAGED
    if Came.REFUSED in seen:
        return ExitStatus.STOPPED if set(seen) == {Came.REFUSED} else ExitStatus.INCOMPLETE
    return ExitStatus.DONE
