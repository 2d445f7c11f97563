"""Reads the strings and numbers that SSH puts into its keys and signatures (RFC 4251 §5), and writes them."""

from __future__ import annotations

import struct


class Fields:
    """What is left to read of a block of fields, each taken once and in order.

    Args:
        block: The bytes; they may come from anywhere.
    """

    def __init__(self, block: bytes) -> None:
        self._block = block
        self._at = 0

    def fixed(self, length: int) -> bytes:
        """Take ``length`` bytes.

        Raises:
            ValueError: where fewer are left.
        """
        taken = self._block[self._at : self._at + length]
        if len(taken) != length:
            raise ValueError("it ends too early")
        self._at += length
        return taken

    def number(self) -> int:
        """Take a number of 32 bits.

        Raises:
            ValueError: where it is not there.
        """
        value: int = struct.unpack(">I", self.fixed(4))[0]
        return value

    def string(self) -> bytes:
        """Take a string: its length, then its bytes.

        Raises:
            ValueError: where it is not there as a whole.
        """
        return self.fixed(self.number())

    def text(self) -> str:
        """Take a string of printable ASCII, which the names of algorithms are.

        Raises:
            ValueError: where it is something else.
        """
        taken = self.string()
        if not taken.isascii() or not taken.decode("ascii").isprintable():
            raise ValueError("a name in it is no printable ASCII")
        return taken.decode("ascii")

    def end(self) -> None:
        """Say that nothing more may follow.

        Raises:
            ValueError: where something does.
        """
        if self._at != len(self._block):
            raise ValueError("something follows its end")


def packed(*strings: bytes) -> bytes:
    """Write strings one after another, each with its length before it."""
    return b"".join(struct.pack(">I", len(string)) + string for string in strings)
