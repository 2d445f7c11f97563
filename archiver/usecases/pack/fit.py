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
        bag_bytes: Bytes of its bag, with what describes the files.
        cut: The albums of which only some files are in this part, because each alone is larger than a bag may be.
        oversize: Whether its one file alone is larger than a bag may be.
    """

    start: int
    end: int
    size: int
    bag_bytes: int
    cut: tuple[Album, ...] = ()
    oversize: bool = False


def split(
    files: Iterable[tuple[Album, int, int]], max_size: int, overhead: int = 0
) -> tuple[Part[Album], ...]:
    """Divide ``files`` into parts that make bags of at most ``max_size`` bytes.

    Neighbouring files with equal ``album`` are one album. An album begins a new part where it does not fit into the
    current one. An album whose files alone are larger than ``max_size`` begins a new part, is cut between files, and
    is named in ``cut`` of each part it touches; what follows may join its last part. A file larger than ``max_size``
    is a part of its own. What describes an album or a file counts, unless not even an empty bag has room for it
    together with that: then the bytes of files alone are kept to ``max_size``, for no album is cut, and no bag begun,
    on account of descriptions that fit nowhere. Without files there is one empty part, for a bag may be empty.

    Args:
        files: Each as its album, its size in bytes and the bytes that describe it in a bag, in the order the
            collection is to keep.
        max_size: Bytes that a bag may take; at least 1.
        overhead: Bytes that a bag takes whatever is in it.

    Raises:
        ValueError: if ``max_size`` is less than 1.
    """
    if max_size < 1:
        raise ValueError(f"a bag must be allowed at least one byte, not {max_size}")
    filling = _Filling[Album](max_size, overhead)
    for album, members in groupby(files, key=lambda file: file[0]):
        filling.add(album, [(size, beside) for _, size, beside in members])
    return filling.finish()


class _Filling(Generic[Album]):
    """The parts that are full, and the one being filled."""

    def __init__(self, max_size: int, overhead: int) -> None:
        self._max_size = max_size
        self._overhead = overhead
        self._parts: list[Part[Album]] = []
        self._start = self._end = self._size = 0
        self._bag_bytes = overhead
        self._cut: list[Album] = []

    def add(self, album: Album, files: list[tuple[int, int]]) -> None:
        """Take the files of one album, each as its size and the bytes that describe it."""
        size, beside = (sum(bytes_of) for bytes_of in zip(*files, strict=True))
        if size <= self._max_size:
            self._take(len(files), size, beside)
            return
        self._close()
        for own_size, own_beside in files:
            self._make_room(own_size, own_beside)
            if len(files) > 1 and album not in self._cut:
                self._cut.append(album)
            self._take(1, own_size, own_beside)

    def finish(self) -> tuple[Part[Album], ...]:
        """End the part being filled and return all."""
        self._close()
        return tuple(self._parts) or (Part(0, 0, 0, self._overhead),)

    def _take(self, files: int, size: int, beside: int) -> None:
        self._make_room(size, beside)
        self._end += files
        self._size += size
        self._bag_bytes += size + beside

    def _make_room(self, size: int, beside: int) -> None:
        added = size + beside
        if self._overhead + added <= self._max_size:
            fits = self._bag_bytes + added <= self._max_size
        else:
            fits = self._size + size <= self._max_size
        if not fits:
            self._close()

    def _close(self) -> None:
        if self._end == self._start:
            return
        oversize = self._size > self._max_size
        self._parts.append(
            Part(self._start, self._end, self._size, self._bag_bytes, tuple(self._cut), oversize)
        )
        self._start, self._size, self._bag_bytes, self._cut = self._end, 0, self._overhead, []
