"""Divides a payload over several bags: albums stay whole, everything stays in order (RFC 8493 §2.2.2, Bag-Count).

The bags of a group are consecutive stretches of the collection, so that a person finds an album where the order
of the names says, and a collection that is split twice is split alike.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Generic, TypeVar

Album = TypeVar("Album", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Part(Generic[Album]):
    """The payload of one bag of a group.

    Attributes:
        start: Index of its first file in the order they were given.
        end: Index after its last file.
        size: Bytes of its files together.
        cut: The albums of which only some files are in this part, because each alone is larger than a bag may be.
        oversize: Whether its one file alone is larger than a bag may be.
    """

    start: int
    end: int
    size: int
    cut: tuple[Album, ...] = ()
    oversize: bool = False


def split(files: Iterable[tuple[Album, int]], max_size: int) -> tuple[Part[Album], ...]:
    """Divide ``files``, each given as its album and a size in bytes, into parts of at most ``max_size`` bytes.

    Neighbouring files with equal ``album`` are one album. An album begins a new part where it does not fit into the
    current one. An album larger than ``max_size`` begins a new part, is cut between files, and is named in
    ``cut`` of each part it touches; what follows may join its last part. A file larger than ``max_size`` is a part
    of its own. Without files there is one empty part, for a bag may be empty.

    Args:
        files: In the order the collection is to keep; their sizes count whatever they bring into a bag.
        max_size: Bytes that the files of a bag may bring; at least 1.

    Raises:
        ValueError: if ``max_size`` is less than 1.
    """
    if max_size < 1:
        raise ValueError(f"a bag must be allowed at least one byte, not {max_size}")
    filling = _Filling[Album](max_size)
    for album, members in groupby(files, key=lambda file: file[0]):
        filling.add(album, [size for _, size in members])
    return filling.finish()


class _Filling(Generic[Album]):
    """The parts that are full, and the one being filled."""

    def __init__(self, max_size: int) -> None:
        self._max_size = max_size
        self._parts: list[Part[Album]] = []
        self._start = self._end = self._size = 0
        self._cut: list[Album] = []

    def add(self, album: Album, sizes: list[int]) -> None:
        total = sum(sizes)
        if self._size + total > self._max_size:
            self._close()
        if total <= self._max_size:
            self._end += len(sizes)
            self._size += total
            return
        for size in sizes:
            if self._size + size > self._max_size:
                self._close()
            if len(sizes) > 1 and album not in self._cut:
                self._cut.append(album)
            self._end += 1
            self._size += size

    def finish(self) -> tuple[Part[Album], ...]:
        self._close()
        return tuple(self._parts) or (Part(0, 0, 0),)

    def _close(self) -> None:
        if self._end == self._start:
            return
        oversize = self._size > self._max_size
        self._parts.append(Part(self._start, self._end, self._size, tuple(self._cut), oversize))
        self._start, self._size, self._cut = self._end, 0, []


def group_labels(identifier: str, number: int, count: int) -> tuple[tuple[str, str], tuple[str, str]]:
    """Return the bag-info labels of bag ``number``, counted from 1, of the ``count`` bags of a group."""
    return ("Bag-Group-Identifier", identifier), ("Bag-Count", f"{number} of {count}")
