"""What ``archiver restore`` prints of what was given back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby, islice

from archiver.bagit.sizes import human_size
from archiver.cli.terminal.text import brief, count, shown, shown_path, wrapped
from archiver.usecases.restore.restore import GIVEN, Restored
from archiver.usecases.restore.wanted import Fate, Told

FEW = 5
_COLUMN = 14
_HEADINGS = {
    Fate.LACKING: "No bag at hand has them",
    Fate.DAMAGED: "Damaged or missing in every copy at hand",
    Fate.IN_THE_WAY: "Left as they are, for something else bears the name",
    Fate.REFUSED: "Not made, for the folder's file system cannot hold them",
    Fate.WITHHELD: "Not made, for what they say was withheld",
}


def restored_lines(restored: Restored, most: int) -> Iterator[str]:
    """Yield the report, a line each; of each kind of what was not given back, ``most`` are named."""
    yield from _head_lines(restored)
    yield ""
    yield from _figures(restored)
    yield from _notes(restored)
    yield from _left_lines(restored, most)
    yield from _lacking_lines(restored)
    yield ""
    yield _verdict(restored)


def _head_lines(restored: Restored) -> Iterator[str]:
    chosen, head = restored.chosen, restored.chosen.head
    if head is None:
        yield wrapped(f"{shown(chosen.title)}: what this bag holds")
    else:
        at = head.at.astimezone()
        yield wrapped(f"{shown(head.collection)} as it was on {at:%Y-%m-%d} at {at:%H:%M}")
    if chosen.others:
        bags = count(chosen.others, "other bag")
        yield wrapped(f"This is one bag of a group; {bags} of it hold more. The accession has them all.")
    for part in chosen.missing:
        yield wrapped(f"Bag {part} of {chosen.parts} of the group is not at hand: what it says is not known.")
    for bag in chosen.silent:
        yield wrapped(
            f"{shown_path(bag.path)} may tell of a later day, and its record of the state is missing or damaged:"
            " this may not be the last state. Another copy of that bag may be whole."
        )


def _figures(restored: Restored) -> Iterator[str]:
    done = "Would restore" if restored.target is None else "Restored"
    files, links = restored.files, restored.links
    written = files[Fate.RESTORED] + files[Fate.REPLACED]
    size = restored.wanted_bytes if restored.target is None else restored.bytes
    yield _row(done, f"{count(written, 'file')}, {human_size(size)}")
    if files[Fate.REPLACED]:
        yield _row("", f"{count(files[Fate.REPLACED], 'file')} of them in the place of others")
    if files[Fate.THERE]:
        yield _row("There already", count(files[Fate.THERE], "file"))
    made = sum(links[fate] for fate in GIVEN)
    yield _row("Folders", f"{restored.folders:,}")
    if links.total():
        yield _row("Links", f"{made:,}")
    yield _row("Out of", count(len(restored.holders), "bag"))
    if restored.target is not None:
        yield _row("To", brief(restored.target))


def _row(label: str, text: str) -> str:
    return f"  {label:<{_COLUMN}}{text}"


def _notes(restored: Restored) -> Iterator[str]:
    notes = []
    if restored.withheld:
        files = count(restored.withheld, "file")
        notes.append(f"{files} of the source went into no bag, because of a decision on rights.")
    if restored.unpacked:
        notes.append(
            f"{count(restored.unpacked, 'file')} of the source went into no bag because of a problem."
        )
    if restored.otherwise:
        files = count(restored.otherwise, "file")
        notes.append(
            f"{files} that stood there have another modification time than is recorded; --overwrite changed sets it."
        )
    if restored.plain:
        files = count(restored.plain, "file")
        notes.append(f"Of {files} the permission bits or extended attributes could not be set.")
    if restored.undressed:
        notes.append(
            f"Of {count(restored.undressed, 'folder')} the modification time and permission bits could not be set."
        )
    for path, copy in restored.faulty.items():
        more = "" if copy.files == 1 else f", and {copy.files - 1:,} more like it"
        notes.append(
            f"The bag {path} is damaged: {copy.first} {copy.fault}{more}. What other copies have was taken out of them. To"
            " make it whole: archiver heal"
        )
    for bag, record in restored.damaged:
        notes.append(
            f"In {bag}, {record} is damaged: names, times or permission bits may not be as they were. No other"
            " copy of the bag is at hand."
        )
    if notes:
        yield ""
    yield from (wrapped(shown(note), indent="  ") for note in notes)


def _left_lines(restored: Restored, most: int) -> Iterator[str]:
    for fate, heading in _HEADINGS.items():
        number = restored.files[fate] + restored.links[fate]
        told = (one for one in restored.told if one.fate is fate)
        first = next(told, None)
        if first is None:
            continue
        yield ""
        yield wrapped(f"{heading}: {number:,}", indent="  ")
        yield from _named(_chained(first, told), most)
        if number > most:
            yield wrapped(f"… and {number - most:,} more (-v lists all)", indent="    ")


def _lacking_lines(restored: Restored) -> Iterator[str]:
    """Say of each bag that files could not be had of where copies of it should be."""
    lacking = list(restored.lacking)
    if not lacking:
        return
    yield ""
    for holder, places in lacking:
        yield wrapped(f"{shown(holder.name)} ({shown(holder.identifier)})", indent="  ")
        for place in places:
            yield wrapped(f"a copy should be in {shown(place)}", indent="    ")
        if not places:
            yield wrapped("no store is known that has another copy", indent="    ")


def _chained(first: Told, others: Iterator[Told]) -> Iterator[Told]:
    yield first
    yield from others


def _named(told: Iterable[Told], most: int) -> Iterator[str]:
    """Name files, and say why once for all that follow each other."""
    for why, group in groupby(islice(told, most), key=lambda one: one.why):
        yield from (f"    {brief(one.path)}" for one in group)
        if why:
            yield wrapped(shown(why), indent="      ")


def _verdict(restored: Restored) -> str:
    if restored.target is None:
        return "Nothing was written. Leave out --dry-run to restore."
    if restored.lost:
        return wrapped(
            f"{count(restored.lost, 'file')} could not be restored; everything else is there and right. With another"
            " copy of their bags at hand (--from), the same command completes it."
        )
    if restored.is_incomplete:
        return wrapped(
            "What could be read is there and right, but a part of what was recorded is not at hand."
        )
    if restored.left:
        return wrapped("Every file could be had; what is listed above was left as it was.")
    return wrapped("Everything is there, and every file is as its recorded digest says.")
