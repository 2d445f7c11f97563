"""Reads a source's file once, from first byte to last: whatever reading refuses is the file's own fault."""

from __future__ import annotations

import os
from collections.abc import Iterator

from archiver import disk, filesystem
from archiver.model.source import FileRef

BLOCK_BYTES = 256 << 10
"""A block is read, hashed and written before the processor's cache has let go of it; a larger one comes from memory anew each time."""
ATTEMPTS = 2
"""A file that changes while it is read is read as often from the start."""
CHANGED = "changed while it was read, twice"


class FileFaultError(Exception):
    """The file cannot be packed as it stands; the run goes on."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class ChangedError(FileFaultError):
    """The source file changed while it was read; a second attempt may find it at rest."""


def open_source(ref: FileRef) -> int:
    """Open a file read only, through no link, and return its descriptor.

    Raises:
        FileFaultError: where it cannot be opened.
    """
    try:
        return filesystem.open_regular_beneath(ref.root, ref.relative)
    except filesystem.NotRegularError as error:
        raise FileFaultError("S104", "is no longer a regular file") from error
    except (FileNotFoundError, NotADirectoryError) as error:
        raise FileFaultError("S105", "it is gone since it was listed") from error
    except OSError as error:
        raise FileFaultError("S101", (error.strerror or str(error)).lower()) from error


def source_blocks(source: int) -> Iterator[bytes]:
    """Yield all bytes of an open file, in blocks of at most :data:`BLOCK_BYTES`.

    Raises:
        FileFaultError: where they cannot be read.
    """
    try:
        disk.read_ahead(source)
        while block := os.read(source, BLOCK_BYTES):
            yield block
    except OSError as error:
        raise FileFaultError("S103", (error.strerror or str(error)).lower()) from error


def source_status(source: int) -> os.stat_result:
    """Return what the system says of an open file.

    Raises:
        FileFaultError: where it says nothing.
    """
    try:
        return os.fstat(source)
    except OSError as error:
        raise FileFaultError("S103", (error.strerror or str(error)).lower()) from error


def check_unchanged(before: os.stat_result, after: os.stat_result) -> None:
    """Hold what the system says of a file against what it said before.

    Raises:
        ChangedError: where the file is another than before.
    """
    if (before.st_size, before.st_mtime_ns, before.st_ctime_ns) != (
        after.st_size,
        after.st_mtime_ns,
        after.st_ctime_ns,
    ):
        raise ChangedError("S104", CHANGED)
