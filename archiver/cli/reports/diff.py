"""What ``archiver diff`` prints: how many files differ and how, by folder first, then by file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice

from archiver.cli.terminal.table import table_lines
from archiver.cli.terminal.text import brief, count, shown, wrapped
from archiver.usecases.diff.compare import Change, Comparison, Difference
from archiver.usecases.diff.diff import Differing
from archiver.usecases.diff.sides import Side

FEW = 5
_FEW_FOLDERS = 20
_HEADINGS = {
    Change.NEW: "New",
    Change.GONE: "Gone",
    Change.MOVED: "Moved or renamed",
    Change.RETAGGED: "Retagged: the music is the same",
    Change.CHANGED: "Changed",
    Change.DAMAGED: "Possibly damaged: the bytes differ, the modification time does not",
    Change.RIGHTS: "Something else was decided of them",
    Change.UNCOMPARED: "Not comparable: their digests are of different kinds",
}
_COLUMNS = {
    Change.NEW: "new",
    Change.GONE: "gone",
    Change.MOVED: "moved",
    Change.RETAGGED: "retagged",
    Change.CHANGED: "changed",
    Change.DAMAGED: "damaged?",
    Change.RIGHTS: "rights",
    Change.UNCOMPARED: "?",
}


def diff_lines(differing: Differing, most: int) -> Iterator[str]:
    """Yield the report, a line each; of each kind of difference, ``most`` files are named."""
    comparison = differing.comparison
    yield wrapped(f"A  {_title(differing.first)}", below="   ")
    yield wrapped(f"B  {_title(differing.second)}", below="   ")
    yield ""
    yield from _counts(comparison)
    yield from _unread_lines(differing, most)
    yield from _folder_lines(comparison, most)
    yield from _file_lines(comparison, most)
    yield ""
    yield _verdict(differing)


def _title(side: Side) -> str:
    head = None if side.chosen is None else side.chosen.head
    if side.chosen is None:
        return f"the folder {brief(side.named)}"
    if head is None:
        return f"the bag {shown(side.chosen.title)}"
    at = head.at.astimezone()
    return f"{shown(head.collection)} as it was on {at:%Y-%m-%d} at {at:%H:%M}"


def _counts(comparison: Comparison) -> Iterator[str]:
    rows = [(comparison.same, "file the same", "files the same")]
    rows += [(comparison.files(change), _in_words(change), _in_words(change)) for change in Change]
    rows += [
        (comparison.counts[change, kind], f"{kind} {_in_words(change)}", f"{kind}s {_in_words(change)}")
        for kind in ("folder", "link")
        for change in (Change.NEW, Change.GONE, Change.CHANGED)
    ]
    if comparison.apart:
        rows.append((comparison.apart, "kept out of the bags", "kept out of the bags"))
    shown_rows = [row for row in rows if row[0]]
    width = max((len(f"{number:,}") for number, _, _ in shown_rows), default=1)
    for number, one, many in shown_rows:
        yield f"  {number:>{width},}  {one if number == 1 else many}"
    if not shown_rows:
        yield "  no files"


def _in_words(change: Change) -> str:
    return "moved or renamed" if change is Change.MOVED else change.value


def _folder_lines(comparison: Comparison, most: int) -> Iterator[str]:
    """A table of the folders in which files differ."""
    told = [change for change in Change if comparison.files(change)]
    if not told:
        return
    room = max(most, _FEW_FOLDERS)
    folders = comparison.folders()
    rows = [_row(folder, counts, told) for folder, counts in islice(folders, room)]
    more = sum(1 for _ in folders)
    yield ""
    yield from table_lines(("Folder", *(_COLUMNS[change] for change in told)), rows)
    if more:
        yield f"  … and {count(more, 'more folder')} (-v lists all)"


def _row(folder: str, counts: Counter[Change], told: list[Change]) -> tuple[str, ...]:
    return (brief(folder) or ".", *(f"{counts[change]:,}" if counts[change] else "" for change in told))


def _file_lines(comparison: Comparison, most: int) -> Iterator[str]:
    for change, heading in _HEADINGS.items():
        number = sum(comparison.counts[change, kind] for kind in ("file", "link"))
        if not number:
            continue
        yield ""
        yield wrapped(heading)
        found = (one for one in comparison.differences if one.change is change and one.kind != "folder")
        for one in islice(found, most):
            yield from _named(one)
        if number > most:
            yield f"  … and {number - most:,} more (-v lists all)"


def _named(one: Difference) -> Iterator[str]:
    if one.before:
        yield f"  {brief(one.before)}"
        yield f"    to {brief(one.path)}"
    else:
        yield f"  {brief(one.path)}"


def _unread_lines(differing: Differing, most: int) -> Iterator[str]:
    unread = [*differing.first.unread, *differing.second.unread]
    if not unread:
        return
    yield ""
    yield wrapped(f"{count(differing.unread, 'file')} could not be read, and may differ:")
    yield from (f"  {brief(path)}: {shown(why)}" for path, why in unread[:most])


def _verdict(differing: Differing) -> str:
    if differing.is_equal:
        return wrapped("Both hold the same.")
    return (
        wrapped("They differ.") if differing.comparison.counts else wrapped("What could be read is the same.")
    )
