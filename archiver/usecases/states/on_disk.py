"""Values on disk that are found by keys: memory holds 17 bytes of each, whatever it is."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from hashlib import blake2b
from typing import BinaryIO, Generic, Self, TypeVar, cast

from archiver.ingest.rows import Index
from archiver.machine import temporary_file, temporary_storage

T = TypeVar("T")

_LENGTH = 8


class OnDisk(Generic[T]):
    """Values that can be pickled, in a temporary file without a name, which nobody else can put a pickle into.

    All are taken before any is asked for. Use it in a ``with`` block. What is found can be taken out and put back, by the
    number that it was given when it came.

    Raises:
        TemporaryStorageError: from all methods, where the temporary file cannot be used.
    """

    def __init__(self) -> None:
        self._file: BinaryIO = temporary_file()
        self._index = Index()
        self._end = 0
        self._out = bytearray()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, key: bytes, value: T) -> None:
        """Take a value under a key; several may have one."""
        packed = pickle.dumps((key, len(self._out), value), pickle.HIGHEST_PROTOCOL)
        with temporary_storage():
            self._file.write(len(packed).to_bytes(_LENGTH, "big") + packed)
        self._index.add(_hash(key), self._end)
        self._end += _LENGTH + len(packed)
        self._out.append(0)

    def first(self, key: bytes) -> T | None:
        """Return the first value of a key that is in; ``None`` where there is none."""
        return next((value for _, value in self.found(key)), None)

    def found(self, key: bytes) -> Iterator[tuple[int, T]]:
        """Yield the values of a key that are in, each with its number, in the order in which they came."""
        for place in self._index.values(_hash(key)):
            (own, number, value), _ = self._at(place)
            if own == key and not self._out[number]:
                yield number, value

    def take_out(self, number: int) -> None:
        """Count a value as gone."""
        self._out[number] = 1

    def put_back(self, number: int) -> None:
        """Count it as in again."""
        self._out[number] = 0

    def __iter__(self) -> Iterator[tuple[int, T]]:
        """Yield the values that are in, each with its number, in the order in which they came."""
        place = 0
        while place < self._end:
            (_, number, value), place = self._at(place)
            if not self._out[number]:
                yield number, value

    def _at(self, place: int) -> tuple[tuple[bytes, int, T], int]:
        """Return what lies at a place, and the next place."""
        with temporary_storage():
            self._file.seek(place)
            length = int.from_bytes(self._file.read(_LENGTH), "big")
            packed = self._file.read(length)
        row = cast("tuple[bytes, int, T]", pickle.loads(packed))  # noqa: S301 - this process wrote it
        return row, place + _LENGTH + length


def _hash(key: bytes) -> int:
    return int.from_bytes(blake2b(key, digest_size=8).digest(), "big")
