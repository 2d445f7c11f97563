"""Rows on disk and the order of numbers, whatever they are."""

from __future__ import annotations

from array import array

from hypothesis import given
from hypothesis import strategies as st

from archiver.ingest.rows import Index, Rows, in_order


@given(st.lists(st.integers(-1, 1 << 40)))
def test_places_come_in_the_order_of_the_numbers(numbers: list[int]) -> None:
    assert list(in_order(array("q", numbers))) == sorted(range(len(numbers)), key=numbers.__getitem__)


@given(st.lists(st.tuples(st.integers(0, (1 << 64) - 1) | st.integers(0, 3), st.integers(0, 1 << 40))))
def test_an_index_gives_all_numbers_of_a_key(pairs: list[tuple[int, int]]) -> None:
    index = Index()
    for key, value in pairs:
        index.add(key, value)
    assert len(index) == len(pairs)
    for key in {key for key, _ in pairs} | {7}:
        assert list(index.values(key)) == [value for one, value in pairs if one == key]


@given(st.lists(st.lists(st.text() | st.integers(-(1 << 60), 1 << 60) | st.none(), max_size=4)))
def test_rows_come_back(rows: list[list[str | int | None]]) -> None:
    kept = Rows()
    places = [kept.append(list(row)) for row in rows]
    assert [kept.at(place) for place in reversed(places)] == rows[::-1]
    kept.close()
