"""Tells how many bytes were read while they are, so that somebody can watch a large file go by."""

from __future__ import annotations

from collections.abc import Callable

Reading = Callable[[int], None]
"""Is told how many bytes more were read; a negative number takes back what was told."""


def ignore(_: object) -> None:
    """Take what is told and nobody wants to know: the :data:`Reading` that nobody watches, findings told elsewhere."""


class Told:
    """What was told of one file so far.

    Args:
        reading: Who is told.
    """

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._total = 0

    def add(self, size: int) -> None:
        """Tell of ``size`` bytes more."""
        self._total += size
        self._reading(size)

    def settle(self, total: int) -> None:
        """Make what was told of the file ``total`` bytes: more where it was not read, less where it was read twice."""
        if total != self._total:
            self.add(total - self._total)
