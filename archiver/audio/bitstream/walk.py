"""What every walk is, and how the bytes of a whole file are given to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from archiver.audio.bitstream.walks import WALKS
from archiver.audio.formats.kinds import fetched
from archiver.model.sound import Bitstream, Sound


class Walk(Protocol):
    """Takes the bytes of a bitstream in order, in pieces of any size, and says at the end what they are.

    It keeps a bounded part of what it took, takes time in proportion to the bytes whatever they are, and raises for
    nothing that they can be.
    """

    def take(self, piece: memoryview, /) -> None:
        """Take the next bytes; they may not be kept, only copied."""

    def finish(self) -> Sound:
        """Return what was found, after the last piece; there may be fewer bytes than the bitstream should have."""


class Listener:
    """Gives a walk its bytes out of those of the whole file.

    Args:
        stream: Where the music lies.
    """

    def __init__(self, stream: Bitstream) -> None:
        begin: Callable[[Bitstream], Walk] = fetched(WALKS[stream.walk])
        self._walk = begin(stream)
        self._start, self._end = stream.start, stream.end
        self._position = 0

    def update(self, block: bytes) -> None:
        """Take the file's next bytes."""
        position = self._position
        self._position = after = position + len(block)
        if after <= self._start or position >= self._end:
            return
        with memoryview(block) as view:
            first = max(self._start - position, 0)
            self._walk.take(view[first : min(self._end, after) - position])

    def finish(self) -> Sound:
        """Return what the walk found."""
        return self._walk.finish()
