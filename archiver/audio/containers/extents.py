"""Bytes that belong together but need not stand together: an Ogg packet across pages, a FLAC block, a chunk."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Sequence

from archiver.audio.containers.inner import InnerDigest
from archiver.audio.containers.window import Window

_HEAD = 1 << 16


class Extents:
    """One run of bytes made of stretches of a file.

    Args:
        window: The file.
        stretches: ``(offset, length)`` in order; what lies past the file's end is dropped.

    Attributes:
        size: Bytes of the run.
        whole: Whether the file held all of it.
    """

    __slots__ = ("_head", "_nowhere", "_starts", "_stretches", "size", "whole", "window")

    def __init__(self, window: Window, stretches: list[tuple[int, int]]) -> None:
        self.window = window
        within = ((offset, min(length, window.size - offset)) for offset, length in stretches)
        self._stretches = [stretch for stretch in within if stretch[1] > 0]
        self.whole = all(offset + length <= window.size for offset, length in stretches)
        self._nowhere = min(stretches[0][0], window.size) if stretches else 0
        self._starts: list[int] = []
        self.size = 0
        self._head: bytes | None = None
        for _, length in self._stretches:
            self._starts.append(self.size)
            self.size += length

    def read(self, position: int, length: int) -> bytes:
        """``length`` bytes from ``position`` of the run, or as many as there are and the window grants."""
        if self._head is None:
            self._head = self._gathered(0, _HEAD)
        if position >= 0 and position + length <= len(self._head):
            return self._head[position : position + length]
        return self._gathered(position, length)

    def _gathered(self, position: int, length: int) -> bytes:
        return b"".join(self.window.read(*stretch) for stretch in self.stretches(position, length))

    def absolute(self, position: int) -> int:
        """The byte offset in the file of ``position``; that of the run's end, for any position at or past it."""
        if not self._stretches:
            return self._nowhere
        if len(self._stretches) == 1:
            return self._stretches[0][0] + min(max(position, 0), self.size)
        index = bisect_right(self._starts, max(position, 0)) - 1
        offset, length = self._stretches[index]
        return offset + min(position - self._starts[index], length)

    def absolute_end(self, position: int) -> int:
        """The byte offset in the file just after the byte before ``position``."""
        return self.absolute(position - 1) + 1 if position > 0 else self.absolute(0)

    def stretches(self, position: int, length: int) -> list[tuple[int, int]]:
        """The ``(offset, length)`` stretches of the file that hold this part of the run."""
        found = []
        end = min(position + length, self.size)
        index = bisect_right(self._starts, position) - 1
        while 0 <= position < end:
            offset, size = self._stretches[index]
            skipped = position - self._starts[index]
            taken = min(size - skipped, end - position)
            found.append((offset + skipped, taken))
            position += taken
            index += 1
        return found

    def digest(self, position: int, length: int, inner: Sequence[InnerDigest] = ()) -> str | None:
        """SHA-256 in hex of this part of the run, or ``None``; see :meth:`Window.digest`."""
        if position + length > self.size:
            return None
        if self._head is not None and position >= 0 and position + length <= len(self._head):
            payload = self._head[position : position + length]
            for part in inner:
                part.update(payload)
            return hashlib.sha256(payload).hexdigest()
        if not length:
            return self.window.digest(0, 0)
        return self.window.digest_extents(self.stretches(position, length), inner)
