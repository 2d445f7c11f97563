"""Copies a bag that is an archive: one stream, which goes on where an interrupted run stopped."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from archiver import disk, filesystem
from archiver.store.area import Place
from archiver.store.faults import store_faults

COPYING = b"copying"
"""The copy in its area while it is made."""

_BLOCK = 1 << 20


def copy_archive(source: bytes, area: Place) -> Iterator[int]:
    """Copy the archive at an absolute path into an area, as :data:`COPYING`; yield the bytes of each step.

    What an interrupted run copied is kept but for its last piece; whether it is right is seen when the whole is read.

    Raises:
        OSError: where the archive cannot be read.
        StoreError: where the copy cannot be written.
    """
    descriptor = filesystem.open_named(source)
    try:
        status = os.fstat(descriptor)
        disk.read_ahead(descriptor)
        with contextlib.ExitStack() as held:
            with store_faults("copy the archive"):
                cursor = held.enter_context(area.cursor())
                target = filesystem.open_own(COPYING, cursor.folder(b""))
                held.callback(os.close, target)
                done = _kept(target, status.st_size)
            yield done
            for block in _blocks(descriptor, done):
                with store_faults("copy the archive"):
                    _write(target, block)
                yield len(block)
            with store_faults("copy the archive"):
                filesystem.set_times(target, status.st_mtime_ns)
                os.fsync(target)
                filesystem.sync_folder(cursor.folder(b""))
    finally:
        os.close(descriptor)


def _kept(target: int, size: int) -> int:
    """Cut off the last piece of what is there, and return how much is kept."""
    held = os.fstat(target).st_size
    done = max(0, min(held, size) // _BLOCK - 1) * _BLOCK
    os.ftruncate(target, done)
    os.lseek(target, done, os.SEEK_SET)
    return done


def _blocks(descriptor: int, start: int) -> Iterator[bytes]:
    os.lseek(descriptor, start, os.SEEK_SET)
    while block := os.read(descriptor, _BLOCK):
        yield block


def _write(target: int, block: bytes) -> None:
    rest = memoryview(block)
    while rest:
        rest = rest[os.write(target, rest) :]
