"""``archiver diff``: says how two bags, accessions or folders differ."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import Any

import click

from archiver import config
from archiver.cli import options
from archiver.cli.commands import Command
from archiver.cli.reports.diff import FEW, diff_lines
from archiver.cli.reports.jsonstream import write_json
from archiver.cli.terminal.watching import watcher
from archiver.cli.top import new_run
from archiver.errors import ExitStatus
from archiver.executors.ordered import jobs_for
from archiver.usecases.diff.compare import Change, Comparison
from archiver.usecases.diff.diff import Differing, DiffRequest, diff
from archiver.usecases.diff.sides import Side

_EXAMPLES = """
  archiver diff Music@2026-10 Music --from /media/backup
  archiver diff /media/backup/Music-2026-11-22 ~/Music
  archiver diff Restored ~/Music
"""


@click.command(cls=Command, name="diff", examples=_EXAMPLES)
@click.argument("first", metavar="A", type=click.Path(readable=False))
@click.argument("second", metavar="B", type=click.Path(readable=False))
@click.option(
    "--from",
    "stores",
    metavar="STORE",
    multiple=True,
    type=click.Path(),
    help="Folder of bags, or a bag, to look in; may be repeated.",
)
@options.catalogue
@options.verbose
@options.jobs
@options.progress
@options.as_json
def command(
    first: str,
    second: str,
    stores: tuple[str, ...],
    catalogue: str | None,
    verbose: bool,
    jobs: int | None,
    as_json: bool,
) -> int:
    """Say how B differs from A: new, gone, moved, retagged, changed; write nothing.

    Each is a folder, the path of a BAG, the identifier of an accession, or the
    name of a bag or a collection: its newest state, or COLLECTION@DATE for that
    of a day. What is a folder here is taken for one. Bags are taken at their
    word; folders are read in full.

    Retagged is a file whose music is the same. Possibly damaged is one whose
    bytes differ though its modification time does not. Where both are bags,
    it is also said of which files something else was decided.
    Exit status 0: both hold the same; 3: they differ.
    """
    settings = config.load_settings(os.environ)
    request = DiffRequest(
        first=first,
        second=second,
        stores=stores,
        catalogue=config.catalogue_place(catalogue, settings),
        jobs=jobs_for(jobs, settings.jobs),
        zone=new_run(os.environ).clock().tzinfo,
    )
    with diff(request, watcher()) as differing:
        if as_json:
            _write_json(differing)
        else:
            for line in diff_lines(differing, sys.maxsize if verbose else FEW):
                click.echo(line)
        return ExitStatus.DONE if differing.is_equal else ExitStatus.INCOMPLETE


def _write_json(differing: Differing) -> None:
    comparison = differing.comparison
    members = {
        "first": _side(differing.first),
        "second": _side(differing.second),
        "equal": differing.is_equal,
        "files": {"same": comparison.same, "kept_out": comparison.apart}
        | {_name(change): comparison.files(change) for change in Change},
        "folders": _beside(comparison, "folder"),
        "links": _beside(comparison, "link"),
    }
    unread = [*differing.first.unread, *differing.second.unread]
    write_json(
        "archiver.diff/1",
        members,
        {
            "by_folder": (
                {"folder": folder} | {_name(change): number for change, number in counts.items()}
                for folder, counts in comparison.folders()
            ),
            "differences": _records(comparison),
            "unread": ({"path": path, "why": why} for path, why in unread),
        },
    )


def _side(side: Side) -> dict[str, Any]:
    head = None if side.chosen is None else side.chosen.head
    return {
        "named": side.named,
        "bags": [] if side.chosen is None else [bag.path for bag in side.chosen.bags],
        "accession": None if head is None else head.accession,
        "at": None if head is None else head.at.isoformat().replace("+00:00", "Z"),
    }


def _beside(comparison: Comparison, kind: str) -> dict[str, int]:
    return {
        _name(change): comparison.counts[change, kind] for change in (Change.NEW, Change.GONE, Change.CHANGED)
    }


def _records(comparison: Comparison) -> Iterator[dict[str, str | None]]:
    for one in comparison.differences:
        yield {"change": _name(one.change), "kind": one.kind, "path": one.path, "before": one.before or None}


def _name(change: Change) -> str:
    return change.value.replace(" ", "_")
