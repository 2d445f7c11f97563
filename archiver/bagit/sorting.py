"""Sorts more records than memory holds: sorted runs go to one temporary file and are merged as they are read."""

from __future__ import annotations

import contextlib
import heapq
import itertools
import os
import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Self

from archiver.machine import temporary_file, temporary_storage

_RUN_BYTES = 64 << 20
_OVERHEAD = 40
_RUNS_MERGED = 128
_BLOCK_BYTES = 64 << 10
_QUICKEST = 1
_LENGTH = struct.Struct("<L")


class Sorter:
    """Takes records in any order and gives them back in the order of their bytes, in bounded memory.

    A record is any ``bytes``. Up to ``run_bytes`` of records are held; a sorted run of that size
    is then written to a temporary file without a name, in the system's folder for such files, which vanishes on
    :meth:`close`. Runs are compressed, so that records which a small archive unpacked to take as little room again.
    ``runs_merged`` runs are merged into one when there are as many, so that open buffers stay few.

    Raises:
        TemporaryStorageError: from :meth:`add` and iteration, for want of room above all.
    """

    def __init__(self, run_bytes: int = _RUN_BYTES, runs_merged: int = _RUNS_MERGED) -> None:
        self._run_bytes = run_bytes
        self._runs_merged = runs_merged
        self._held: list[bytes] = []
        self._held_bytes = 0
        self._file: BinaryIO | None = None
        self._runs: list[tuple[int, int]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def add(self, record: bytes) -> None:
        """Take one record."""
        self._held.append(record)
        self._held_bytes += len(record) + _OVERHEAD
        if self._held_bytes >= self._run_bytes:
            self._spill()

    def __iter__(self) -> Iterator[bytes]:
        """Yield every record in order; records may not be added any more, but may be read again."""
        self._held.sort()
        if not self._runs:
            return iter(self._held)
        return heapq.merge(*(self._read(run) for run in self._runs), self._held)

    def close(self) -> None:
        """Forget the records and give the temporary file back; may be called twice."""
        self._held = []
        self._runs = []
        if self._file is not None:
            with contextlib.suppress(OSError):  # nothing in it is needed any more
                self._file.close()
            self._file = None

    def _spill(self) -> None:
        self._held.sort()
        self._runs.append(self._write(iter(self._held)))
        self._held = []
        self._held_bytes = 0
        if len(self._runs) >= self._runs_merged:
            self._runs = [self._write(heapq.merge(*(self._read(run) for run in self._runs)))]

    def _write(self, records: Iterator[bytes]) -> tuple[int, int]:
        """Append ``records`` to the temporary file; return where they start and end."""
        if self._file is None:
            self._file = temporary_file()
        descriptor = self._file.fileno()
        with temporary_storage():
            start = end = os.lseek(descriptor, 0, os.SEEK_END)
        block: list[bytes] = []
        size = 0
        for record in records:
            block.append(record)
            size += len(record) + 1
            if size >= _BLOCK_BYTES:
                end += _write_block(descriptor, block, end)
                block, size = [], 0
        if block:
            end += _write_block(descriptor, block, end)
        return start, end

    def _read(self, run: tuple[int, int]) -> Iterator[bytes]:
        if self._file is None:
            return
        descriptor = self._file.fileno()
        position, end = run
        while position < end:
            (length,) = _LENGTH.unpack(_read_exactly(descriptor, _LENGTH.size, position, end))
            position += _LENGTH.size
            packed = _read_exactly(descriptor, length, position, end)
            position += length
            yield from _records_of(_unpacked(packed))


def _write_block(descriptor: int, records: list[bytes], position: int) -> int:
    """Write ``records`` as one compressed block at ``position``; return how many bytes it takes."""
    lengths = struct.pack(f"<{len(records) + 1}L", len(records), *map(len, records))
    packed = zlib.compress(lengths + b"".join(records), _QUICKEST)
    data = memoryview(_LENGTH.pack(len(packed)) + packed)
    written = 0
    with temporary_storage():
        while written < len(data):
            written += os.pwrite(descriptor, data[written:], position + written)
    return written


def _records_of(block: bytes) -> Iterator[bytes]:
    """Take apart what :func:`_write_block` joined."""
    (count,) = _LENGTH.unpack_from(block)
    lengths = struct.unpack_from(f"<{count}L", block, _LENGTH.size)
    places = itertools.accumulate(lengths, initial=_LENGTH.size * (count + 1))
    return (block[start:end] for start, end in itertools.pairwise(places))


def _read_exactly(descriptor: int, size: int, position: int, end: int) -> bytes:
    with temporary_storage():
        data = os.pread(descriptor, min(size, end - position), position)
        if len(data) < size:
            raise OSError("a temporary file is shorter than was written")
    return data


def _unpacked(packed: bytes) -> bytes:
    with temporary_storage():
        try:
            return zlib.decompress(packed)
        except zlib.error as error:
            raise OSError("a temporary file gives back other bytes than were written") from error
