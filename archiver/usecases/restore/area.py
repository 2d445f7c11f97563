"""The folder in a target in which files are written until they are right, with the list of the folders that were made.

One run at a time works in a target. What an interrupted run left is put away by the next, which takes its list over.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from typing import Self

from archiver import filesystem
from archiver.errors import ArchiverError, Remedy, Way

AREA = b".archiver-restoring"
"""Its name. No file of a source can be given back under it."""

_LOCK, _MADE = b"lock", b"folders"
_PART = re.compile(rb"[0-9]{1,18}")
_BLOCK = 1 << 16
_LONGEST = 64 << 10
"""Bytes of a path in the list; what is longer is none of this program's."""


class RestoringArea:
    """The area, locked; use it in a ``with`` block.

    Args:
        target: Descriptor of the target, which stays the caller's.
        shown: The target's path, for messages.

    Raises:
        ArchiverError: where another run is at work in the target.
        OSError: as the system calls do.
    """

    def __init__(self, target: int, shown: str) -> None:
        self._target = target
        with contextlib.suppress(FileExistsError):
            os.mkdir(AREA, 0o700, dir_fd=target)
        self.descriptor = filesystem.open_folder_beneath(target, AREA)
        try:
            self._lock = filesystem.open_own(_LOCK, self.descriptor)
        except BaseException:
            os.close(self.descriptor)
            raise
        try:
            _lock(self._lock, shown)
            self._made = filesystem.open_own(_MADE, self.descriptor)
            os.lseek(self._made, 0, os.SEEK_END)
            self._remove_parts()
        except BaseException:
            os.close(self._lock)
            os.close(self.descriptor)
            raise
        self._number = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for descriptor in (self._made, self._lock, self.descriptor):
            os.close(descriptor)

    def new_part(self) -> tuple[bytes, int]:
        """Create a file to write into; return its name in the area and its descriptor, which is the caller's.

        Raises:
            OSError: as ``open`` does.
        """
        self._number += 1
        name = b"%d" % self._number
        return name, filesystem.create_regular(name, self.descriptor)

    def note_folder(self, path: bytes) -> None:
        """Put on the list a folder that is about to be made.

        Raises:
            OSError: as ``write`` does.
        """
        data = memoryview(path + b"\0")
        while data:
            data = data[os.write(self._made, data) :]

    def folders(self) -> Iterator[bytes]:
        """Yield the folders on the list, as they came; those of interrupted runs too.

        Raises:
            OSError: as ``read`` does.
        """
        at, rest = 0, b""
        while block := os.pread(self._made, _BLOCK, at):
            at += len(block)
            *whole, rest = (rest + block).split(b"\0")
            yield from (path for path in whole if len(path) <= _LONGEST)
            rest = rest[: _LONGEST + 1]

    def remove(self) -> None:
        """Take the area away; what this program did not put there keeps it.

        Raises:
            OSError: as the system calls do.
        """
        for name in (_MADE, _LOCK):
            os.unlink(name, dir_fd=self.descriptor)
        with contextlib.suppress(OSError):
            os.rmdir(AREA, dir_fd=self._target)

    def _remove_parts(self) -> None:
        for name in map(os.fsencode, os.listdir(self.descriptor)):
            if _PART.fullmatch(name):
                os.unlink(name, dir_fd=self.descriptor)


def _lock(lock: int, shown: str) -> None:
    if not filesystem.try_lock(lock):
        raise ArchiverError(
            f"another run restores into {shown} at this moment",
            "Wait until it has ended, or choose another folder. Nothing was written.",
            remedies=[Remedy(Way.AGAIN)],
        )
