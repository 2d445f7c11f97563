"""``archiver store``: looks after the folder that gets the bags."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import click

from archiver.bagit.sizes import human_size
from archiver.cli import options
from archiver.cli.commands import Command
from archiver.cli.reports.jsonstream import write_json
from archiver.cli.terminal.text import count, shown, wrapped
from archiver.cli.terminal.watching import watcher
from archiver.errors import ExitStatus
from archiver.usecases.leftovers import Cleaning, clean, rehearse_cleaning

_CLEAN_EXAMPLES = """
  archiver store clean /media/backup --dry-run     say what would go
  archiver store clean /media/backup
"""


@click.group(name="store", epilog="Each command's --help lists examples and exit statuses.")
def command() -> None:
    """Look after the folder that gets the bags."""


@command.command(cls=Command, name="clean", examples=_CLEAN_EXAMPLES)
@click.argument("store", metavar="STORE", type=click.Path())
@click.option("--dry-run", is_flag=True, help="Say what would be removed; remove nothing.")
@options.as_json
def clean_command(store: str, dry_run: bool, as_json: bool) -> int:
    """Remove what interrupted runs left in STORE, and say how much that frees.

    What goes are unfinished packages, with every copy in them: the same
    command could have gone on from there, and now begins anew. Bags, sources
    and whatever this program did not make are never touched.
    """
    work = rehearse_cleaning if dry_run else clean
    with work(store, watcher()) as cleaning:
        if as_json:
            _write_json(cleaning)
        else:
            for line in _lines(cleaning):
                click.echo(line)
    return ExitStatus.DONE


def _lines(cleaning: Cleaning) -> Iterator[str]:
    if not cleaning.removed:
        yield wrapped(f"No interrupted run left anything in {shown(cleaning.store)}.")
    else:
        done = "Would remove" if cleaning.dry_run else "Removed"
        packages = count(len(cleaning.removed), "unfinished package")
        yield wrapped(
            f"{done} {packages}, {human_size(cleaning.freed)}, from {shown(cleaning.store)}/.incoming:"
        )
        yield from (f"  {shown(left.name)}  {human_size(left.bytes)}" for left in cleaning.removed)
    for name in cleaning.strange:
        yield wrapped(f"Not made by this program, and left alone: {shown(name)}")
    if cleaning.dry_run:
        yield "\nNothing was removed. Leave out --dry-run to remove."


def _write_json(cleaning: Cleaning) -> None:
    members = {"store": cleaning.store, "dry_run": cleaning.dry_run, "freed": cleaning.freed}
    removed = map(dataclasses.asdict, cleaning.removed)
    write_json("archiver.store-clean/1", members, {"removed": removed, "left_alone": cleaning.strange})
