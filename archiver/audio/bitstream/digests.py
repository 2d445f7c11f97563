"""The digest of the parts of a bitstream that are the music."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from archiver.model.sound import Essence


class PartsDigest:
    """SHA-256 over certain parts of a bitstream, in the order of the file, as the bytes pass.

    Args:
        method: What the digest is called.
        parts: Byte offsets in the file, ``(start, end)`` each, in order and apart from each other.
        start: Byte offset in the file of the first byte that will be taken.
        before: Bytes that are digested ahead of them.
    """

    __slots__ = ("_method", "_next", "_parts", "_position", "_state", "missing")

    def __init__(
        self, method: str, parts: Sequence[tuple[int, int]], start: int, before: bytes = b""
    ) -> None:
        self._method = method
        self._parts = parts
        self._position = start
        self._next = 0
        self._state = hashlib.sha256(before)
        self.missing = sum(end - begin for begin, end in parts)

    def take(self, piece: memoryview) -> None:
        """Take the next bytes of the file."""
        position, after = self._position, self._position + len(piece)
        self._position = after
        while self._next < len(self._parts):
            begin, end = self._parts[self._next]
            if begin >= after:
                return
            first, last = max(begin, position), min(end, after)
            if first < last:
                self._state.update(piece[first - position : last - position])
                self.missing -= last - first
            if end > after:
                return
            self._next += 1

    def essence(self) -> Essence | None:
        """Return the digest; ``None`` where not one byte of the parts was there.

        ``missing`` bytes of the parts did not come: then it is the digest of what there was.
        """
        whole = sum(end - begin for begin, end in self._parts)
        return None if self.missing == whole else Essence(self._method, self._state.hexdigest())
