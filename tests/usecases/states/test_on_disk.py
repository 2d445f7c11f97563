"""Values on disk are found by their keys, taken out and put back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from archiver.usecases.states.on_disk import OnDisk

pairs = st.lists(st.tuples(st.binary(max_size=4), st.integers()), max_size=30)


@given(pairs, st.binary(max_size=4))
def test_it_answers_as_a_list_of_pairs(given_pairs: list[tuple[bytes, int]], other: bytes) -> None:
    with OnDisk[int]() as kept:
        for key, value in given_pairs:
            kept.add(key, value)
        for key in {key for key, _ in given_pairs} | {other}:
            wanted = [(number, pair[1]) for number, pair in enumerate(given_pairs) if pair[0] == key]
            assert list(kept.found(key)) == wanted
            assert kept.first(key) == (wanted[0][1] if wanted else None)
        assert list(kept) == [(number, value) for number, (_, value) in enumerate(given_pairs)]


@given(pairs.filter(bool), st.data())
def test_what_is_taken_out_is_not_found_until_it_is_put_back(
    given_pairs: list[tuple[bytes, int]], data: st.DataObject
) -> None:
    number = data.draw(st.integers(0, len(given_pairs) - 1))
    key = given_pairs[number][0]
    with OnDisk[int]() as kept:
        for pair in given_pairs:
            kept.add(*pair)
        before = list(kept.found(key))
        kept.take_out(number)
        assert list(kept.found(key)) == [one for one in before if one[0] != number]
        assert number not in dict(kept)
        kept.put_back(number)
        assert list(kept.found(key)) == before
