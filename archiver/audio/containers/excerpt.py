"""A stretch of an open file that looks like a file of its own, for parsers that know nothing of leading tags."""

from __future__ import annotations

import errno
import os
from typing import BinaryIO


class Excerpt:
    """A seekable, read-only file over the bytes from ``start`` to ``end`` of another.

    A read asks the file below for no more than what is left, so that a header claiming a size of hundreds of
    megabytes allocates nothing.

    Args:
        file: Open for reading in binary mode, seekable.
        start: Byte offset that becomes 0.
        end: Byte offset after the last byte.
    """

    __slots__ = ("_file", "_position", "_size", "_start")

    def __init__(self, file: BinaryIO, start: int, end: int) -> None:
        self._file = file
        self._start = start
        self._size = max(end - start, 0)
        self._position = 0

    def read(self, size: int = -1) -> bytes:
        """Up to ``size`` bytes from the current position; all that is left if negative."""
        left = max(self._size - self._position, 0)
        wanted = left if size < 0 else min(size, left)
        if wanted == 0:
            return b""
        self._file.seek(self._start + self._position)
        data = self._file.read(wanted)
        self._position += len(data)
        return data

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move the position, as :meth:`io.IOBase.seek` does.

        Raises:
            OSError: ``EINVAL`` where the new position would lie before the start.
        """
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        self._position = base + offset
        return self._position

    def tell(self) -> int:
        """The current position."""
        return self._position
