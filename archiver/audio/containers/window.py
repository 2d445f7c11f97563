"""Bounded reading of an open file: the one way in which a walker touches bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import BinaryIO

from archiver.audio.containers.excerpt import Excerpt
from archiver.audio.containers.inner import InnerDigest

MAX_READ = 4 << 20
"""The most bytes that one :meth:`Window.read` returns."""

MAX_DIGESTED = 1 << 30
"""The most bytes that one window digests in all; a file asking for more is asking for time."""

MAX_READS = 1_000_000
"""Reads that one window serves; a file asking for more is built to be walked without end."""

_PIECE = 1 << 20
_PAGE = 1 << 14


class Window:
    """Random access to a file of known size that returns fewer bytes rather than fail.

    Small reads are served from the two blocks last fetched, so that walking headers costs few system calls.

    Args:
        file: Open for reading in binary mode and seekable; its position is not kept.
        size: Bytes of the file that may be read. Nothing at or past it is.

    Raises:
        OSError: from any method, where the disk fails.
    """

    __slots__ = ("_blocks", "_budget", "_file", "_reads_left", "size")

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self.size = max(size, 0)
        self._blocks: list[tuple[int, bytes]] = []
        self._budget = MAX_DIGESTED
        self._reads_left = MAX_READS

    @property
    def exhausted(self) -> bool:
        """Whether :data:`MAX_READS` is used up, after which every read is empty."""
        return self._reads_left <= 0

    def again(self, size: int | None = None) -> Window:
        """The same file with all limits whole, for another part of the examination: no part lacks what one used up.

        Args:
            size: Bytes of the file that may be read, where that is not as many as here.
        """
        other = Window(self._file, self.size if size is None else min(size, self.size))
        other._blocks = list(self._blocks) if other.size == self.size else []
        return other

    def excerpt(self, start: int, end: int) -> Excerpt:
        """The bytes from ``start`` to ``end`` as a file of their own, for libraries that want one."""
        return Excerpt(self._file, start, end)

    def descriptor(self) -> int:
        """The number of the open file, which stands at its beginning, for a library that opens it again."""
        self._file.seek(0)  # where a descriptor is opened again, some systems keep its position
        return self._file.fileno()

    def read(self, offset: int, length: int) -> bytes:
        """Bytes at ``offset``: ``length`` of them, or as many as the file and :data:`MAX_READ` allow."""
        end = offset + length
        if end > self.size or length > MAX_READ:
            length = min(length, self.size - offset, MAX_READ)
            end = offset + length
        if length <= 0 or offset < 0 or self._reads_left <= 0:
            return b""
        self._reads_left -= 1
        for start, block in self._blocks:
            if start <= offset and end <= start + len(block):
                return block[offset - start : end - start]
        if length > _PAGE:
            return self._fetch(offset, length)
        block = self._fetch(offset, min(_PAGE, self.size - offset))
        self._blocks = [(offset, block), *self._blocks[:1]]
        return block[:length]

    def digest(self, offset: int, length: int, inner: Sequence[InnerDigest] = ()) -> str | None:
        """SHA-256 in hex of ``length`` bytes at ``offset``, which ``inner`` are shown on the way.

        ``None`` where the file does not hold them all or :data:`MAX_DIGESTED` is used up; nothing is read then.
        """
        if offset < 0 or length < 0 or offset + length > self.size or length > self._budget:
            return None
        self._budget -= length
        if length <= _PAGE // 2:
            payload = self.read(offset, length)
            for part in inner:
                part.update(payload)
            return hashlib.sha256(payload).hexdigest() if len(payload) == length else None
        state = hashlib.sha256()
        end = offset + length
        while offset < end:
            piece = self._fetch(offset, min(_PIECE, end - offset))
            if not piece:
                return None
            state.update(piece)
            for part in inner:
                part.update(piece)
            offset += len(piece)
        return state.hexdigest()

    def digest_extents(self, extents: list[tuple[int, int]], inner: Sequence[InnerDigest] = ()) -> str | None:
        """SHA-256 in hex of several ``(offset, length)`` stretches one after the other, as :meth:`digest`."""
        if len(extents) == 1:
            return self.digest(*extents[0], inner)
        state = hashlib.sha256()
        for start, length in extents:
            if start < 0 or start + length > self.size or length > self._budget:
                return None
            self._budget -= length
            for position in range(start, start + length, _PIECE):
                piece = self.read(position, min(_PIECE, start + length - position))
                state.update(piece)
                for part in inner:
                    part.update(piece)
        return state.hexdigest()

    def _fetch(self, offset: int, length: int) -> bytes:
        self._file.seek(offset)
        pieces = []
        while length > 0:
            piece = self._file.read(length)
            if not piece:
                break
            pieces.append(piece)
            length -= len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)
