"""``archiver restore``: gives back what bags hold."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import Any

import click

from archiver import config
from archiver.cli import options
from archiver.cli.commands import Command
from archiver.cli.reports.jsonstream import write_json
from archiver.cli.reports.restore import FEW, restored_lines
from archiver.cli.terminal.watching import watcher
from archiver.cli.top import new_run
from archiver.errors import ExitStatus
from archiver.usecases.restore.restore import Restored, RestoreRequest, restore
from archiver.usecases.restore.target import Overwriting
from archiver.usecases.restore.wanted import Fate, Told

_EXAMPLES = """
  archiver restore Music --from /media/backup --to Restored
  archiver restore Music --from /media/backup --to Restored --at 2026-11
  archiver restore /media/backup/Music-2026-11-22 --to Restored
  archiver restore Music --from /media/a --from /media/b --to Restored \\
      --match 'Trio/One/'
  archiver restore Music --to Restored --query 'artist:trio year:1990..1999'
"""

_INTERRUPTED = "What was restored so far stands under its name and is right. Give the same command again: it goes on from there."


@click.command(cls=Command, name="restore", examples=_EXAMPLES, interrupted=_INTERRUPTED)
@click.argument("what", metavar="[COLLECTION|ACCESSION|BAG]", required=False)
@click.option(
    "--to", "target", metavar="DIR", type=click.Path(), help="Folder that gets it; made where missing."
)
@click.option(
    "--from",
    "stores",
    metavar="STORE",
    multiple=True,
    type=click.Path(),
    help="Folder of bags, or a bag, to look in; may be repeated.",
)
@click.option(
    "--at",
    metavar="DATE",
    help="The last state up to the end of DATE: 2026, 2026-11, 2026-11-28 or with a time.",
)
@click.option(
    "--match",
    multiple=True,
    metavar="PATTERN",
    help="Only what PATTERN matches, as in .gitignore; may be repeated.",
)
@click.option("--query", metavar="QUERY", help="Only files that archiver find finds by QUERY.")
@click.option(
    "--overwrite",
    type=click.Choice(["changed"]),
    help="Replace files that are there and not as recorded.  [default: leave them]",
)
@options.catalogue
@click.option("--dry-run", is_flag=True, help="Say what would be restored; write nothing.")
@options.verbose
@options.progress
@options.as_json
def command(
    what: str | None,
    target: str | None,
    stores: tuple[str, ...],
    at: str | None,
    match: tuple[str, ...],
    query: str | None,
    overwrite: str | None,
    catalogue: str | None,
    dry_run: bool,
    verbose: bool,
    as_json: bool,
) -> int:
    """Give back a collection as it was, out of however many bags hold it.

    Names, bytes, times, permission bits, empty folders and symbolic links are
    as they were in the source. Name a COLLECTION for its newest state or that
    of a day, an ACCESSION by its identifier, or the path of a BAG, a folder or
    a tar, tar.gz or zip archive. Where the bags are of one collection, there
    is nothing to name. Bags are looked for in every STORE, beside the BAG and
    in the stores that the catalogue knows and that are mounted.

    Every file is checked against its recorded digest before it gets its name.
    Nothing that is there is overwritten; a run that was interrupted goes on
    when it is repeated. What cannot be had is listed, and the rest restored.
    """
    if target is None and not dry_run:
        raise click.UsageError("Missing option '--to'. Name the folder that is to get the files.")
    request = RestoreRequest(
        what=what,
        target=None if dry_run else target,
        stores=stores,
        at=at,
        match=match,
        query=query,
        overwriting=Overwriting.NOTHING if overwrite is None else Overwriting.CHANGED,
        catalogue=config.catalogue_place(catalogue, config.load_settings(os.environ)),
        zone=new_run(os.environ).clock().tzinfo,
    )
    with restore(request, watcher()) as restored:
        if as_json:
            _write_json(restored)
        else:
            for line in restored_lines(restored, sys.maxsize if verbose else FEW):
                click.echo(line)
        return _status(restored)


def _status(restored: Restored) -> ExitStatus:
    if restored.is_incomplete or restored.faulty:
        return ExitStatus.DAMAGED
    return ExitStatus.INCOMPLETE if restored.left else ExitStatus.DONE


def _write_json(restored: Restored) -> None:
    chosen, head = restored.chosen, restored.chosen.head
    members = {
        "dry_run": restored.target is None,
        "target": restored.target,
        "collection": None if head is None else head.collection,
        "accession": None if head is None else head.accession,
        "at": None if head is None else head.at.isoformat().replace("+00:00", "Z"),
        "bags": [bag.path for bag in chosen.bags],
        "holders": [holder.name for holder in restored.holders],
        "lacking": [
            {"bag": holder.name, "identifier": holder.identifier, "copies": list(places)}
            for holder, places in restored.lacking
        ],
        "missing_parts": list(chosen.missing),
        "silent_bags": [bag.path for bag in chosen.silent],
        "files": {"wanted": restored.wanted_files, **_counted(restored.files)},
        "links": _counted(restored.links),
        "folders": restored.folders,
        "folders_without_time": restored.undressed,
        "bytes": restored.bytes,
        "bytes_wanted": restored.wanted_bytes,
        "other_time": restored.otherwise,
        "without_permissions": restored.plain,
        "withheld": restored.withheld,
        "problems": restored.unpacked,
        "damaged_copies": [
            {"bag": path, "files": copy.files, "first": copy.first, "fault": copy.fault}
            for path, copy in restored.faulty.items()
        ],
        "damaged_records": [{"bag": bag, "record": record} for bag, record in restored.damaged],
    }
    write_json("archiver.restore/1", members, {"not_restored": _records(restored.told)})


def _counted(fates: dict[Fate, int]) -> dict[str, int]:
    return {fate.value.replace(" ", "_"): fates.get(fate, 0) for fate in Fate}


def _records(told: Iterator[Told] | Any) -> Iterator[dict[str, str]]:  # noqa: ANN401 - anything that gives them
    for one in told:
        yield {"path": one.path, "fate": one.fate.value.replace(" ", "_"), "why": one.why}
