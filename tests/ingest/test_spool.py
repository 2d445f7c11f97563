"""Values wait on disk, in order, as often readable as wanted."""

from __future__ import annotations

import os
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from archiver.ingest.spool import Spool


@given(st.lists(st.one_of(st.text(), st.binary(), st.integers()), max_size=300))
def test_values_come_back_in_order_and_again(values: list[object]) -> None:
    with Spool[object]() as spool:
        spool.extend(values)
        assert len(spool) == len(values)
        assert list(spool) == values
        assert list(spool) == values


def test_two_readers_and_a_writer_do_not_disturb_each_other() -> None:
    with Spool[int]() as spool:
        spool.extend(range(1000))
        first, second = iter(spool), iter(spool)
        pairs = []
        for number in range(1000):
            pairs.append((next(first), next(second)))
            if number == 500:
                spool.extend(range(1000, 1300))
        assert pairs == [(number, number) for number in range(1000)]
        assert list(spool) == list(range(1300))


def test_nothing_can_be_seen_in_the_folder(tmp_path: Path) -> None:
    with Spool[int](os.fsencode(tmp_path)) as spool:
        spool.extend(range(1000))
        assert list(spool) == list(range(1000))
        assert not list(tmp_path.iterdir())
    assert not list(tmp_path.iterdir())
