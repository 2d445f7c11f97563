"""The bytes that a walk has taken and not yet read to the end."""

from __future__ import annotations

_BATCH = 1 << 16


class Held:
    """Gathers pieces, however small, until there are enough to be worth reading.

    Args:
        offset: Byte offset in the file of the first byte that will come.

    Attributes:
        offset: Byte offset in the file of the first byte that is held.
    """

    __slots__ = ("_bytes", "_wanted", "offset")

    def __init__(self, offset: int) -> None:
        self.offset = offset
        self._bytes = bytearray()
        self._wanted = _BATCH

    def add(self, piece: memoryview) -> bytes | None:
        """Take the next bytes, and return all that is held where it is worth reading."""
        if len(self._bytes) + len(piece) < self._wanted:
            self._bytes += piece
            return None
        return b"".join((self._bytes, piece))

    def rest(self) -> bytes:
        """All that is held, after the last piece."""
        return bytes(self._bytes)

    def keep(self, data: bytes, first: int) -> None:
        """Of what was returned keep the bytes from ``first`` on, to be read again when as much more has come."""
        self._bytes = bytearray(data[first:])
        self._wanted = len(self._bytes) + _BATCH
        self.offset += first
