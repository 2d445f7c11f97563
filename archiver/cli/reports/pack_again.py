"""What packing a collection again has to say: what has changed since the last time, or that nothing has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from archiver.bagit.sizes import human_size
from archiver.cli.reports.jsonstream import write_json
from archiver.cli.terminal.text import count, shown, shown_path, wrapped
from archiver.model.changes import Change, Changes
from archiver.usecases.pack.report import NothingNew, PackReport

_EXAMPLES = 3

_WORDS = {
    Change.NEW: ("new", "What is new"),
    Change.CHANGED: ("changed", "What has changed"),
    Change.RETAGGED: ("retagged: the music is the same", "What was retagged"),
    Change.DAMAGED: ("POSSIBLY DAMAGED: other bytes, same time", "What may be damaged"),
    Change.MOVED: ("moved or renamed", "What was moved or renamed"),
    Change.GONE: ("gone", "What is gone"),
    Change.RIGHTS: ("with other rights than before", "What has other rights than before"),
    Change.REPLACED: ("packed once more: their bag is not in the store", "What was packed once more"),
}


def nothing_new_lines(report: NothingNew) -> Iterator[str]:
    """Yield the report of a run that wrote no bag."""
    yield wrapped(
        f"Nothing new in {shown(report.collection)} since {_moment(report.since)}:"
        f" {shown(report.store)} holds it all, and no bag was written."
    )
    totals = report.totals
    if totals is None or report.complete:
        return
    left = [(totals.withheld, "withheld by a decision"), (totals.lost, "not packed because of a problem")]
    told = " and ".join(f"{count(number, 'file')} {why}" for number, why in left if number)
    if told:
        yield wrapped(f"As before: {told}. To see which: archiver scan")


def change_lines(report: PackReport) -> Iterator[str]:
    """Yield what has changed since the last time, a line for each kind, with the first of its paths."""
    changes = report.changes
    if changes is None or report.since is None:
        return
    yield wrapped(f"Since {_moment(report.since)}, in the collection {shown(report.collection)}:")
    width = max((len(f"{files:,}") for files in changes.files.values()), default=1)
    for change in Change:
        files = changes.files[change]
        if files:
            yield wrapped(f"  {files:>{width},}  {_WORDS[change][0]}", below=" " * (width + 4))
            if change in (Change.DAMAGED, Change.GONE):
                yield from _example_lines(changes, change, _EXAMPLES, " " * (width + 4))
    if changes.beside_files:
        yield wrapped("Folders, links, permission bits or attributes have changed as well.", indent="  ")
    if changes.state_lost:
        does = "would record" if report.dry_run else "records"
        yield wrapped(
            f"The bag that recorded it then is not in the store any more, or damaged; the new one {does} the whole anew.",
            indent="  ",
        )
    if changes.unread:
        yield wrapped(
            f"{count(changes.unread, 'file')} of the last time could not be looked at, or are left out now; their bags"
            " keep them.",
            indent="  ",
        )
    totals = report.totals
    if totals.held:
        held = f"{count(totals.held, 'file')}, {human_size(totals.held_bytes)}"
        would = "need not be packed" if report.dry_run else "were not packed"
        yield wrapped(f"Held by earlier bags, so that they {would}: {held}.")
    yield ""


def verbose_change_lines(report: PackReport) -> Iterator[str]:
    """Yield the paths of every kind of change, as far as they were kept."""
    changes = report.changes
    if changes is None:
        return
    for change in Change:
        if changes.files[change]:
            yield f"\n{_WORDS[change][1]}"
            yield from _example_lines(changes, change, len(changes.examples.get(change, ())), "  ")


def _example_lines(changes: Changes, change: Change, most: int, indent: str) -> Iterator[str]:
    paths = changes.examples.get(change, [])[:most]
    for path in paths:
        before, _, now = path.partition("\0")
        told = f"{shown_path(before)} -> {shown_path(now)}" if now else shown_path(before)
        yield wrapped(told, indent=indent, below=indent + "  ")
    more = changes.files[change] - len(paths)
    if more > 0:
        yield f"{indent}and {more:,} more"


def changes_record(changes: Changes | None) -> dict[str, Any] | None:
    """Return what has changed as JSON has it."""
    if changes is None:
        return None
    return {
        **{change.value: changes.files[change] for change in Change},
        "unread": changes.unread,
        "beside_files": changes.beside_files,
        "state_lost": changes.state_lost,
        "examples": {
            change.value: [_example(path) for path in changes.examples.get(change, ())]
            for change in Change
            if changes.files[change]
        },
    }


def _example(path: str) -> str | dict[str, str]:
    before, _, now = path.partition("\0")
    return {"from": before, "to": now} if now else before


def write_nothing_new_json(report: NothingNew) -> None:
    """Write the report of a run that wrote no bag as ``archiver.pack/1``."""
    totals = report.totals
    files = None
    if totals is not None:
        files = {
            "seen": totals.seen,
            "packed": 0,
            "held": totals.held,
            "withheld": totals.withheld,
            "links": totals.links,
            "left_out": totals.left_out.total(),
            "problems": totals.lost,
        }
    members: dict[str, Any] = {
        "dry_run": report.dry_run,
        "nothing_new": True,
        "bag": None,
        "bags": [],
        "collection": report.collection,
        "accession": report.accession,
        "since": report.since,
        "files": files,
    }
    write_json("archiver.pack/1", members, {})


def _moment(text: str) -> str:
    """A moment as a person reads it: the day and the minute, in UTC."""
    return f"{text[:10]} {text[11:16]} UTC"
