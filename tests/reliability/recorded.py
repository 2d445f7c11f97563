"""Reads what failing_calls.c recorded of a run: every change below one folder, in the order in which it was made."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

_HEAD = struct.Struct("=6Q")


class Change(IntEnum):
    """What was done; the numbers are those of failing_calls.c."""

    CREATED = 1
    WRITTEN = 2
    TRUNCATED = 3
    MADE = 4
    LINKED = 5
    POINTED = 6
    RENAMED = 7
    REMOVED = 8
    TIMED = 9
    ALLOWED = 10
    SYNCED = 11
    ALL_SYNCED = 12
    LEFT = 13
    """A file that was there when a child had ended, which may have made it unseen."""


@dataclass(frozen=True, slots=True)
class Done:
    """One change.

    Attributes:
        change: Its kind.
        object: Inode of the file or folder that it was done to, or that got a name; of the folder that lost one, where it
            was renamed.
        folder: Inode of the folder in which a name was given or taken.
        value: An offset, a size, a mode or a time, as the kind has it.
        first: The name, the old one where it was renamed; what was written.
        second: The new name where it was renamed; the target of a link; the bytes of what was there when a child had ended.
    """

    change: Change
    object: int
    folder: int
    value: int
    first: bytes
    second: bytes


def read_record(path: Path) -> list[Done]:
    """Return the changes of a record.

    Raises:
        ValueError: if it breaks off.
    """
    data, at, found = path.read_bytes() if path.exists() else b"", 0, []
    while at < len(data):
        change, thing, folder, value, first, second = _HEAD.unpack_from(data, at)
        at += _HEAD.size
        end = at + first + second
        if end > len(data):
            raise ValueError("the record breaks off")
        found.append(
            Done(Change(change), thing, folder, value, data[at : at + first], data[at + first : end])
        )
        at = end
    return found
