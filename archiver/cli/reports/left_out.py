"""What a scan left out as it was asked, and what it could have: for people and for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from archiver.cli.terminal.text import count, shown_path, wrapped
from archiver.model.audio import Role
from archiver.model.source import LeftOut
from archiver.model.totals import Totals
from archiver.records.tree import left_out_record

_RULES_SHOWN = 10


def left_out_lines(totals: Totals) -> Iterator[str]:
    """Yield a title and a line for each rule that left something out, the weightiest first; nothing where none did."""
    if not totals.left_out:
        return
    yield "\nLeft out as asked"
    rules = sorted(totals.left_out.items(), key=lambda item: (-item[1], item[0]))
    for rule, number in islice(rules, _RULES_SHOWN):
        yield wrapped(f"{shown_path(rule)}: {number:,}", indent="  ")
    if len(rules) > _RULES_SHOWN:
        yield f"  and by {count(len(rules) - _RULES_SHOWN, 'more rule')}"
    if totals.left_out_folders:
        folders = count(totals.left_out_folders, "folder")
        yield wrapped(
            f"{folders} among them; what a folder holds is neither looked at nor counted.", indent="  "
        )


def clutter_lines(totals: Totals) -> Iterator[str]:
    """Yield a line on what systems and programs left behind and nobody asked to leave out; nothing where none is."""
    number = totals.roles[Role.SYSTEM]
    if number:
        yield wrapped(
            f"Among the files {count(number, 'system file')}, such as Thumbs.db, .DS_Store or unfinished downloads;"
            " --exclude-clutter leaves such files out."
        )


def every_left_out_lines(entries: Iterable[object]) -> Iterator[str]:
    """Yield a title and a line for each file or folder that was left out; nothing where none was."""
    titled = False
    for entry in entries:
        if isinstance(entry, LeftOut):
            if not titled:
                yield "\nEverything left out as asked"
                titled = True
            words = f"{entry.what} {shown_path(entry.path)}: {shown_path(entry.rule)}"
            yield wrapped(words, indent="  ", below="      ")


def left_out_records(entries: Iterable[object]) -> Iterator[dict[str, str]]:
    """Yield a JSON object for each file or folder that was left out."""
    for entry in entries:
        if isinstance(entry, LeftOut):
            yield {"source_path": entry.path, **left_out_record(entry)}
