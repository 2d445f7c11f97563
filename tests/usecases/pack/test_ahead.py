from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from archiver.usecases.pack.ahead import two_readers


class Entry:
    """One that tells when it is let go of."""

    def __init__(self, number: int) -> None:
        self.number = number


class Entries:
    """Entries that are made as they are read; counts how many were, and how many are kept at once."""

    def __init__(self, count: int) -> None:
        self.count, self.read = count, 0
        self.kept: weakref.WeakSet[Entry] = weakref.WeakSet()

    def __iter__(self) -> Iterator[Entry]:
        for number in range(self.count):
            entry = Entry(number)
            self.read += 1
            self.kept.add(entry)
            yield entry


@given(st.integers(0, 40), st.integers(0, 5), st.lists(st.booleans(), max_size=90))
def test_both_get_every_entry_in_order_however_they_take_turns(
    count: int, most: int, turns: list[bool]
) -> None:
    readers = two_readers(range(count), most)
    got: tuple[list[int], list[int]] = ([], [])
    for turn in turns:
        got[turn].extend(entry for entry in [next(readers[turn], None)] if entry is not None)
    for reader, so_far in zip(readers, got, strict=True):
        so_far.extend(reader)
    assert got == (list(range(count)), list(range(count)))


def test_what_is_near_is_read_once() -> None:
    entries = Entries(500)
    one, other = two_readers(entries, 10)
    for first, second in zip(one, other, strict=True):
        assert first is second
    assert entries.read == 500


def test_no_more_than_was_asked_for_is_kept_whichever_runs_ahead() -> None:
    for ahead in (0, 1):
        entries = Entries(1_000)
        readers = two_readers(entries, 10)
        for _ in range(900):
            next(readers[ahead])
        gc.collect()
        assert len(entries.kept) <= 12
        assert [entry.number for entry in readers[1 - ahead]] == list(range(1_000))
