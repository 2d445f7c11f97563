"""Numbers that are written bit by bit, most significant first, as headers of coded audio are."""

from __future__ import annotations


class Bits:
    """Reads numbers of any width one after the other.

    Args:
        data: A few hundred bytes at most; the whole is held as one number.
    """

    __slots__ = ("_left", "_number")

    def __init__(self, data: bytes) -> None:
        self._number = int.from_bytes(data, "big")
        self._left = len(data) * 8

    @property
    def left(self) -> int:
        """How many bits are still to be read; negative where more were asked for than there are."""
        return self._left

    def take(self, width: int) -> int:
        """The next ``width`` bits as a number; those past the end read as zero."""
        self._left -= width
        shifted = self._number >> self._left if self._left >= 0 else self._number << -self._left
        return shifted & ((1 << width) - 1)
