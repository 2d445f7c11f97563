"""The bytes of an ID3v2 tag after its header, with and without unsynchronisation.

Unsynchronisation (ID3v2.3.0 section 5, ID3v2.4.0 section 6.1) writes ``FF 00`` for ``FF`` so that no false
MPEG sync appears. Frame sizes of 2.2 and 2.3 count the bytes before that, so positions in the file are found
only by going through the tag.
"""

from __future__ import annotations

from typing import Protocol

from archiver.audio.containers.window import Window

_PIECE = 1 << 16


class Body(Protocol):
    """A stretch of the file that holds frames; positions are byte offsets in the file."""

    end: int

    def read(self, position: int, length: int) -> bytes:
        """``length`` bytes of frame data from ``position``, or as many as there are."""
        ...

    def skip(self, position: int, length: int) -> int | None:
        """The position after ``length`` bytes of frame data, or ``None`` if the body ends before."""
        ...


class PlainBody:
    """Frame data as it stands in the file."""

    __slots__ = ("_window", "end")

    def __init__(self, window: Window, end: int) -> None:
        self._window = window
        self.end = min(end, window.size)

    def read(self, position: int, length: int) -> bytes:
        """See :class:`Body`."""
        return self._window.read(position, min(length, self.end - position))

    def skip(self, position: int, length: int) -> int | None:
        """See :class:`Body`."""
        return position + length if position + length <= self.end else None


class UnsynchronisedBody:
    """Frame data with a zero byte after each ``FF``, which is taken out on the way."""

    __slots__ = ("_window", "end")

    def __init__(self, window: Window, end: int) -> None:
        self._window = window
        self.end = min(end, window.size)

    def read(self, position: int, length: int) -> bytes:
        """See :class:`Body`."""
        after = self.skip(position, length)
        stop = self.end if after is None else after
        return synchronised(self._window.read(position, stop - position))[:length]

    def skip(self, position: int, length: int) -> int | None:
        """See :class:`Body`."""
        while length > 0:
            piece = self._window.read(position, min(length, _PIECE, self.end - position))
            if not piece:
                return None
            position += len(piece)
            length -= len(piece) - piece.count(b"\xff\x00")
            if piece.endswith(b"\xff") and position < self.end and self._window.read(position, 1) == b"\0":
                position += 1
        return position


def synchronised(data: bytes) -> bytes:
    """``data`` with unsynchronisation undone."""
    return data.replace(b"\xff\x00", b"\xff")
