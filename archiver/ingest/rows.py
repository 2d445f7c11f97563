"""Rows on disk that are found by keys: what memory holds of each is 16 bytes for a key, whatever the row holds."""

from __future__ import annotations

import contextlib
import json
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from typing import BinaryIO, TypeAlias

from archiver.machine import temporary_file, temporary_storage

_SHARES = 16

Row: TypeAlias = "list[Row] | str | int | float | None"
"""What a row can hold."""


class Rows:
    """Rows in a temporary file, which is made for the first of them and gone when it is closed.

    Raises:
        TemporaryStorageError: from its methods, where the temporary file cannot be used.
    """

    def __init__(self) -> None:
        self._file: BinaryIO | None = None
        self._end = 0

    def close(self) -> None:
        """Let go of all rows."""
        if self._file is not None:
            with contextlib.suppress(OSError):  # what could not be written is not needed any more
                self._file.close()

    def append(self, row: Row) -> int:
        """Keep a row and say where."""
        line = json.dumps(row).encode("ascii") + b"\n"
        at = self._end
        if self._file is None:
            self._file = temporary_file()
        with temporary_storage():
            self._file.seek(at)
            self._file.write(line)
        self._end += len(line)
        return at

    def at(self, place: int) -> Row:
        """Give back the row of that place."""
        assert self._file is not None
        with temporary_storage():
            self._file.seek(place)
            row: Row = json.loads(self._file.readline())
        return row


def in_order(keys: array[int]) -> array[int]:
    """Return the places of numbers in the order of the numbers; those that are alike stay in their order.

    A share of them is sorted at a time, so that as few as may be are objects at once.
    """
    places = array("Q")
    if not keys:
        return places
    least, most = min(keys), max(keys)
    width = (most - least) // _SHARES + 1
    for start in range(least, most + 1, width):
        end = start + width
        share = [place for place, key in enumerate(keys) if start <= key < end]
        share.sort(key=keys.__getitem__)
        places.extend(share)
    return places


class Index:
    """Numbers by keys of 64 bits; several may have one key. Add all, then ask."""

    def __init__(self) -> None:
        self._keys, self._values = array("Q"), array("Q")
        self._sorted = True

    def __len__(self) -> int:
        return len(self._keys)

    def add(self, key: int, value: int) -> None:
        """Take a number."""
        self._keys.append(key)
        self._values.append(value)
        self._sorted = False

    def values(self, key: int) -> Iterator[int]:
        """Yield the numbers of a key, in the order in which they came."""
        if not self._sorted:
            order = in_order(self._keys)
            self._keys = array("Q", (self._keys[each] for each in order))
            self._values = array("Q", (self._values[each] for each in order))
            self._sorted = True
        for index in range(bisect_left(self._keys, key), len(self._keys)):
            if self._keys[index] != key:
                return
            yield self._values[index]
