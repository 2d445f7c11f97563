"""How many bytes of holes are read, so that checking ends in a time that follows from what is on the disk.

A hole of a sparse file takes no room, but has to be hashed like any other bytes: a file of a few blocks can keep a
reader busy for years.
"""

from __future__ import annotations

MOST_HOLES = 16 << 30
"""Bytes of holes that are read of any bag; hashing them takes about half a minute."""


class HoleAllowance:
    """Counts the holes that are read: as many bytes as lie on the disk, and :data:`MOST_HOLES` more.

    File systems that compress count their savings as holes, which is why it grows with what is there.
    """

    def __init__(self) -> None:
        self._left = MOST_HOLES

    def add_held(self, size: int) -> None:
        """Count ``size`` bytes that lie on the disk."""
        self._left += size

    def take(self, holes: int) -> bool:
        """Count ``holes`` bytes of holes that are to be read; ``False``, and not counted, where that is too many."""
        if holes > self._left:
            return False
        self._left -= holes
        return True
