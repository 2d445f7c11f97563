"""``archiver duplicates``: says which files are copies of the same music, and which of them is the best."""

from __future__ import annotations

import itertools
import os
import sys
from collections import Counter

import click

from archiver import config
from archiver.cli import options
from archiver.cli.commands import Command
from archiver.cli.reports.duplicates import (
    every_group_lines,
    group_lines,
    kept_back_lines,
    rest_lines,
    summary_lines,
    write_duplicates,
)
from archiver.cli.terminal.watching import watcher
from archiver.duplicates.tier import NEED_DECODING, SAFE, Tier
from archiver.errors import ExitStatus, UsageError
from archiver.executors.ordered import jobs_for
from archiver.usecases.duplicates.find import DuplicatesReport, duplicates
from archiver.usecases.duplicates.removable import removable
from archiver.usecases.duplicates.targets import targets_of
from archiver.usecases.settled import exclusion_for

_UNDECODED = tuple(tier for tier in Tier if tier not in NEED_DECODING)

_EXAMPLES = """
  archiver duplicates Music                    within one folder
  archiver duplicates Music Downloads          the first named wins a tie
  archiver duplicates Downloads /media/backup  what is in the store already
  archiver duplicates Vinyl                    what packing last saw of Vinyl
  archiver duplicates Music --paths0 | tr '\\0' '\\n'
"""


@click.command(cls=Command, name="duplicates", examples=_EXAMPLES)
@click.argument("paths", metavar="SOURCE|STORE|BAG|COLLECTION...", nargs=-1, required=True, type=click.Path())
@click.option(
    "--tier",
    "tiers",
    multiple=True,
    type=click.Choice([tier.value for tier in Tier]),
    help="Report this kind only; may be repeated.  [default: all that need no decoding]",
)
@click.option(
    "--decode",
    is_flag=True,
    help="Decode the music too: finds it however it is encoded, and takes long.",
)
@click.option(
    "--paths0",
    is_flag=True,
    help="Print the paths of copies that could go, each followed by a NUL, and nothing else.",
)
@options.exclude
@options.exclude_clutter
@options.verbose
@options.jobs
@options.catalogue
@options.progress
@options.as_json
def command(
    paths: tuple[str, ...],
    tiers: tuple[str, ...],
    decode: bool,
    paths0: bool,
    exclude: tuple[str, ...],
    exclude_clutter: bool,
    verbose: bool,
    jobs: int | None,
    catalogue: str | None,
    as_json: bool,
) -> int:
    """Say which music files are copies of each other, and which copy is the best.

    Compares sources, bags, and every bag of a STORE. Each pair of files is told
    of in the surest way in which they are the same: the same bytes; the same
    music under other tags; the same recording by MusicBrainz or ISRC; or alike
    in name and length, which is a candidate only. Of bags the records are used,
    and of a COLLECTION, which is a name at which no file lies, the catalogue:
    what its latest accession holds, wherever the disk is now.

    With --decode, which needs music-archiver[decode], all music is decoded and
    compared by its samples and by an acoustic fingerprint, that in bags too.

    Nothing is changed or deleted, ever. With --paths0 only copies are named of
    which every byte of music is in another file that was read: --tier bytes and
    essence, unless others are named. No path in a bag is among them.
    """
    if paths0 and as_json:
        raise UsageError("--paths0 and --json cannot be asked for together", "Leave one of them out.")
    if paths0 and Tier.TAGS in tiers:
        raise UsageError(
            "--paths0 names no candidates: files of one name can be different recordings",
            "Leave out --tier tags, and listen to those.",
        )
    asked = tuple(tier for tier in Tier if tier in tiers) or (
        SAFE if paths0 else tuple(Tier) if decode else _UNDECODED
    )
    settings = config.load_settings(os.environ)
    exclusion = exclusion_for(exclude, settings, clutter=exclude_clutter)
    all_there = all(map(os.path.lexists, paths))
    targets = targets_of(paths, "" if all_there else config.catalogue_place(catalogue, settings))
    with duplicates(targets, asked, jobs_for(jobs, settings.jobs), watcher(), exclusion) as report:
        if paths0:
            _write_paths(report)
        elif as_json:
            write_duplicates(report)
        else:
            groups = every_group_lines(report) if verbose else group_lines(report)
            for line in itertools.chain(summary_lines(report), groups, rest_lines(report, every=verbose)):
                click.echo(line)
        return _status(report)


def _write_paths(report: DuplicatesReport) -> None:
    kept_back: Counter[str] = Counter()
    number = 0
    for place in removable(report.members, report.tiers, report.algorithm, kept_back):
        number += 1
        sys.stdout.buffer.write(place.absolute + b"\0")
    sys.stdout.buffer.flush()
    for line in kept_back_lines(number, kept_back):
        click.echo(line, err=True)


def _status(report: DuplicatesReport) -> int:
    faults = [fault.exit_code for fault in report.gathered.faults]
    return max([*faults, ExitStatus.INCOMPLETE if report.gathered.unread_files else ExitStatus.DONE])
