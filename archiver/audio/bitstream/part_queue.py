"""The digest of parts of a bitstream that become known while its bytes pass."""

from __future__ import annotations

import hashlib
from collections import deque
from typing import NamedTuple

MOST_PENDING = 20_000
"""Parts that are waited for at a time."""


class Part(NamedTuple):
    """Bytes that are music.

    Attributes:
        start: Byte offset of the first in the file.
        end: Byte offset after the last.
        tick: When they begin to be heard, in units that the one who added them knows.
        ticks: How long they last.
    """

    start: int
    end: int
    tick: int = 0
    ticks: int = 0


class PartQueue:
    """SHA-256 over parts of a bitstream, each of which is named before its first byte comes.

    Args:
        position: Byte offset in the file of the first byte that will be taken.

    Attributes:
        any: Whether a byte was digested.
        pending: The parts that are not all there yet, in order.
        position: Byte offset of the next byte that will be taken.
    """

    __slots__ = ("_last", "_state", "any", "pending", "position")

    def __init__(self, position: int) -> None:
        self.position = self._last = position
        self._state = hashlib.sha256()
        self.pending: deque[Part] = deque()
        self.any = False

    def add(self, part: Part) -> bool:
        """Name the next part; ``False`` where it begins before the last one ends or has passed, or too many wait."""
        if part.start < max(self._last, self.position) or len(self.pending) >= MOST_PENDING:
            return False
        self._last = part.end
        if part.end > part.start:
            self.pending.append(part)
        return True

    def take(self, piece: memoryview) -> None:
        """Take the next bytes."""
        position, after = self.position, self.position + len(piece)
        self.position = after
        while self.pending:
            part = self.pending[0]
            if part.start >= after:
                return
            first = max(part.start, position)
            self._state.update(piece[first - position : min(part.end, after) - position])
            self.any = True
            if part.end > after:
                return
            self.pending.popleft()

    def unheard(self) -> tuple[int, int, int] | None:
        """Bytes, first tick and ticks of what did not come; ``None`` where all came."""
        if not self.pending:
            return None
        first = self.pending[0]
        size, ticks, tick = 0, 0, first.tick
        for part in self.pending:
            size += part.end - part.start
            ticks += part.ticks
        here = min(max(self.position - first.start, 0), first.end - first.start)
        played = first.ticks * here // (first.end - first.start)
        return size - here, tick + played, ticks - played

    def hexdigest(self) -> str:
        """The digest of what came."""
        return self._state.hexdigest()
