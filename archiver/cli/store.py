"""``archiver store``: looks after the folder that gets the bags."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator, Sequence

import click

from archiver.bagit.sizes import human_size
from archiver.cli import options
from archiver.cli.commands import Command
from archiver.cli.reports.jsonstream import write_json
from archiver.cli.terminal.text import count, shown, wrapped
from archiver.cli.terminal.watching import watcher
from archiver.cli.top import new_run
from archiver.errors import ExitStatus
from archiver.store.identity import Kept
from archiver.usecases.leftovers import Cleaning, Leftover, clean, rehearse_cleaning
from archiver.usecases.marking import Marked, mark_store

_CLEAN_EXAMPLES = """
  archiver store clean /media/backup --dry-run     say what would go
  archiver store clean /media/backup
"""
_MARK_EXAMPLES = """
  archiver store mark --immutable /media/backup
  archiver store mark --changeable /media/backup
"""
_MARK_INTERRUPTED = "No bag's bytes were changed. The same command goes on from there."


@click.group(name="store", epilog="Each command's --help lists examples and exit statuses.")
def command() -> None:
    """Look after the folder that gets the bags."""


@command.command(cls=Command, name="clean", examples=_CLEAN_EXAMPLES)
@click.argument("store", metavar="STORE", type=click.Path())
@click.option("--dry-run", is_flag=True, help="Say what would be removed; remove nothing.")
@options.progress
@options.as_json
def clean_command(store: str, dry_run: bool, as_json: bool) -> int:
    """Remove what interrupted runs left in STORE, and say how much that frees.

    What goes are unfinished packages, with every copy in them: the same
    command could have gone on from there, and now begins anew. So do folders
    that exports, healings and removals worked in when they were interrupted.
    Bags, sources and whatever this program did not make are never touched.
    """
    work = rehearse_cleaning if dry_run else clean
    with work(store, watcher()) as cleaning:
        if as_json:
            _write_json(cleaning)
        else:
            for line in _lines(cleaning):
                click.echo(line)
    return ExitStatus.DONE


@command.command(cls=Command, name="mark", examples=_MARK_EXAMPLES, interrupted=_MARK_INTERRUPTED)
@click.argument("store", metavar="STORE", type=click.Path())
@click.option("--immutable", "kept", flag_value="read-only", help="Keep its bags from being changed.")
@click.option(
    "--attribute",
    "kept",
    flag_value="immutable",
    help="The same, and set the attribute i of chattr where the system allows it.",
)
@click.option("--changeable", "kept", flag_value="plain", help="Let its bags be changed again.")
@options.progress
@options.as_json
def mark_command(store: str, kept: str | None, as_json: bool) -> int:
    """Mark STORE, so that finished bags in it are kept from being changed.

    Files of bags get the mode 0444 and their folders 0555: those that are there
    now, and each that is made in the store from now on. What changes or removes
    a bag refuses to, until the mark is taken away. Any program that runs as you
    can still take it away; with the attribute, the superuser alone can.
    """
    if kept is None:
        raise click.UsageError("Say how: --immutable, --attribute or --changeable.")
    done = mark_store(store, Kept(kept), new_run(os.environ), watcher())
    if as_json:
        members = {"store": done.store, "kept": done.kept.value, "bags": len(done.bags)}
        write_json("archiver.store-mark/1", members, {"partly": done.partly})
    else:
        for line in _mark_lines(done):
            click.echo(line)
    return ExitStatus.INCOMPLETE if done.partly else ExitStatus.DONE


def _mark_lines(done: Marked) -> Iterator[str]:
    how = "can be changed" if done.kept is Kept.PLAIN else "are kept from being changed"
    yield wrapped(f"Bags in {shown(done.store)} {how}: {count(len(done.bags), 'bag')} there now.")
    if done.kept is not Kept.PLAIN:
        yield wrapped("To let them be changed again: archiver store mark --changeable STORE", below="  ")
    if done.partly:
        yield wrapped(
            "Not all could be done: the attribute i is the superuser's to change, or the disk has none."
        )
        yield from (f"  {shown(name)}" for name in done.partly)


def _lines(cleaning: Cleaning) -> Iterator[str]:
    if not cleaning.removed and not cleaning.working:
        yield wrapped(f"No interrupted run left anything in {shown(cleaning.store)}.")
    yield from _gone(cleaning, cleaning.removed, count(len(cleaning.removed), "unfinished package"))
    folders = f"{count(len(cleaning.working), 'folder')} of interrupted exports, healings or removals"
    yield from _gone(cleaning, cleaning.working, folders)
    for name in cleaning.strange:
        yield wrapped(f"Not made by this program, and left alone: {shown(name)}")
    if cleaning.dry_run:
        yield "\nNothing was removed. Leave out --dry-run to remove."


def _gone(cleaning: Cleaning, left: Sequence[Leftover], what: str) -> Iterator[str]:
    if left:
        done = "Would remove" if cleaning.dry_run else "Removed"
        size = human_size(sum(one.bytes for one in left))
        yield wrapped(f"{done} {what}, {size}, from {shown(cleaning.store)}/.incoming:")
        yield from (f"  {shown(one.name)}  {human_size(one.bytes)}" for one in left)


def _write_json(cleaning: Cleaning) -> None:
    members = {"store": cleaning.store, "dry_run": cleaning.dry_run, "freed": cleaning.freed}
    lists = {
        "removed": map(dataclasses.asdict, cleaning.removed),
        "working": map(dataclasses.asdict, cleaning.working),
        "left_alone": cleaning.strange,
    }
    write_json("archiver.store-clean/1", members, lists)
