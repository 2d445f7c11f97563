"""Lends the same entries to two readers, of which either may be ahead of the other, and keeps a bounded number in between."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")

MOST_BETWEEN = 1_024
"""Entries that are kept for the reader behind; where it is further behind, it reads by itself."""


def two_readers(entries: Iterable[T], most: int = MOST_BETWEEN) -> tuple[Iterator[T], Iterator[T]]:
    """Return two iterators over the entries.

    As long as they are near each other every entry is read once for both. Where much lies between them, as between two files to
    copy of a source of which nearly all is held, it is read once for each.

    Args:
        entries: Can be gone through as often as wanted, and are the same each time.
        most: How many entries are kept for the one that is behind.
    """
    readers = _Readers(entries, most)
    return readers.reader(0), readers.reader(1)


class _Readers(Generic[T]):
    def __init__(self, entries: Iterable[T], most: int) -> None:
        self._entries = entries
        self._shared = iter(entries)
        self._most = most
        self._waiting = (deque[T](), deque[T]())
        self._are_apart = False

    def reader(self, number: int) -> Iterator[T]:
        """Yield every entry to one of the two."""
        own, other = self._waiting[number], self._waiting[1 - number]
        passed = 0
        while own or not self._are_apart:
            if own:
                entry = own.popleft()
            else:
                try:
                    entry = next(self._shared)
                except StopIteration:
                    return
                other.append(entry)
                self._are_apart = len(other) > self._most
                if self._are_apart:
                    yield entry
                    yield from self._shared
                    return
            passed += 1
            yield entry
        yield from itertools.islice(self._entries, passed, None)
