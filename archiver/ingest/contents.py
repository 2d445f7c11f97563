"""Reads files through that were examined before: for the digest of their bytes, or for what their music says."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from archiver import filesystem
from archiver.audio.bitstream.walk import Listener
from archiver.bagit.algorithms import hash_blocks
from archiver.bagit.telling import Reading, Told, untold
from archiver.machine import refuse_own_limit
from archiver.model.pickling import by_fields
from archiver.model.sound import Bitstream, Sound
from archiver.model.source import FileStat

T = TypeVar("T")

_BLOCK_BYTES = 1 << 20


@by_fields
@dataclass(frozen=True, slots=True)
class Errand:
    """A file to read through.

    Attributes:
        root: A folder, in the file system's own bytes.
        relative: The file's path below it.
        stat: What it was when it was listed; without an inode, its size alone is known.
    """

    root: bytes
    relative: bytes
    stat: FileStat


@by_fields
@dataclass(frozen=True, slots=True)
class Unread:
    """Why a file could not be read through.

    Attributes:
        reason: One plain clause.
    """

    reason: str


class _ChangedError(Exception):
    """The file is not the one that was listed, or did not stay so."""


def digest_of(errand: Errand, algorithm: str, reading: Reading = untold) -> str | Unread:
    """Read a file through and return the hex digest of its bytes.

    Args:
        errand: The file.
        algorithm: Normalised name.
        reading: Is told what is read while it is; in the end as many bytes as the file had when it was listed.

    Raises:
        MachineError: where the machine refuses this process what reading needs.
    """
    told = Told(reading)
    try:
        return _read(errand, lambda blocks: hash_blocks(blocks, (algorithm,), told.add)[algorithm])
    finally:
        told.settle(errand.stat.size_bytes)


def listen(asked: tuple[Errand, Bitstream]) -> Sound | Unread:
    """Read a file through and return what its music says; for a worker process with limits.

    Args:
        asked: The file, and where its music lies.

    Raises:
        MachineError: as :func:`digest_of`.
    """
    errand, stream = asked

    def heard(blocks: Iterator[bytes]) -> Sound:
        listener = Listener(stream)
        for block in blocks:
            listener.update(block)
        return listener.finish()

    return _read(errand, heard)


def _read(errand: Errand, use: Callable[[Iterator[bytes]], T]) -> T | Unread:
    try:
        descriptor = filesystem.open_regular_beneath(errand.root, errand.relative)
    except OSError as error:
        return _unread(error)
    try:
        _judge(errand, descriptor)
        found = use(_blocks(descriptor, errand.stat.size_bytes))
        _judge(errand, descriptor)
    except _ChangedError:
        return Unread("it has changed since it was listed")
    except OSError as error:
        return _unread(error)
    finally:
        os.close(descriptor)
    return found


def _unread(error: OSError) -> Unread:
    refuse_own_limit(error)
    return Unread(f"it cannot be read: {(error.strerror or str(error)).lower()}")


def _blocks(descriptor: int, size: int) -> Iterator[bytes]:
    """Read to the end; a file that grows as fast as it is read would have none.

    Raises:
        _ChangedError: where there is more than ``size`` bytes.
    """
    left = size
    while block := os.read(descriptor, _BLOCK_BYTES):
        left -= len(block)
        if left < 0:
            raise _ChangedError
        yield block


def _judge(errand: Errand, descriptor: int) -> None:
    """See that the open file is the one that was listed.

    Raises:
        _ChangedError: where it is not.
    """
    status, listed = os.fstat(descriptor), errand.stat
    same = status.st_size == listed.size_bytes
    if listed.inode:
        same = same and (status.st_ino, status.st_mtime_ns) == (listed.inode, listed.mtime_ns)
    if not same:
        raise _ChangedError
