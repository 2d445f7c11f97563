from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mutagen.id3 import TCON

from archiver.audio.tags.genres import genre_of_number, genres


@pytest.mark.parametrize(
    ("written", "named"),
    [
        (["(17)"], ["Rock"]),
        (["17"], ["Rock"]),
        (["(17)Rock"], ["Rock"]),
        (["(4)Eurodisco"], ["Disco", "Eurodisco"]),
        (["(51)(39)"], ["Techno-Industrial", "Noise"]),
        (["(200)"], ["(200)"]),
        (["(255)"], ["(255)"]),
        (["200"], ["200"]),
        (["(200)Custom"], ["(200)", "Custom"]),
        (["(RX)"], ["Remix"]),
        (["(CR)(17)"], ["Cover", "Rock"]),
        (["RX"], ["Remix"]),
        (["((foo)"], ["(foo)"]),
        (["(4)((foo)"], ["Disco", "(foo)"]),
        (["(foo)"], ["(foo)"]),
        (["17", "Own", "4"], ["Rock", "Own", "Disco"]),
        (["1999"], ["1999"]),
        (["Rock/Pop"], ["Rock/Pop"]),
        ([""], []),
    ],
)
def test_genres_as_written(written: list[str], named: list[str]) -> None:
    assert genres(written) == named


@given(st.lists(st.text(max_size=12), max_size=4))
def test_no_genre_is_invented(values: list[str]) -> None:
    for genre in genres(values):
        assert genre in {"Remix", "Cover", *map(str, TCON.GENRES)} or any(genre in value for value in values)


@given(st.integers(0, 300))
def test_numbers_are_the_lists_own(number: int) -> None:
    name = genre_of_number(str(number))
    assert name == (str(TCON.GENRES[number]) if number < len(TCON.GENRES) else str(number))
