from __future__ import annotations

import unicodedata
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.records.visible import one_line, shortened, xml_characters

ANY_TEXT = st.text(st.characters(exclude_categories=()))
"""Everything a Python string can hold, lone surrogates included."""


@given(ANY_TEXT)
def test_any_text_becomes_one_that_xml_can_hold(text: str) -> None:
    ET.fromstring(f"<a>{escape(xml_characters(text))}</a>")


@given(st.text(st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff")))
def test_text_that_xml_can_hold_stays_as_it_was(text: str) -> None:
    assert xml_characters(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\x01b", "a\\x01b"),
        ("\ud800", "\\ud800"),
        ("\uffff", "\\uffff"),
        ("a\rb\tc\n", "a\rb\tc\n"),
        ("<&>\"'", "<&>\"'"),
        ("\U0001f3b5", "\U0001f3b5"),
    ],
)
def test_what_xml_cannot_hold_stays_visible(text: str, expected: str) -> None:
    assert xml_characters(text) == expected


@given(ANY_TEXT)
def test_one_line_is_one_line_that_hides_nothing(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert not {unicodedata.category(c) for c in line} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    line.encode()


def test_reordering_and_escape_sequences_lose_their_power() -> None:
    assert one_line("a\u202egpj.exe\x1b[2J") == "a\\u202egpj.exe\\x1b[2J"


@given(ANY_TEXT.map(one_line), st.integers(min_value=8, max_value=80))
def test_a_shortened_line_fits_and_keeps_both_ends(text: str, columns: int) -> None:
    short = shortened(text, columns)
    width = sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in short
    )
    assert width <= columns
    assert short == text or (short[:1] == text[:1] and "..." in short)


def test_a_long_path_keeps_its_folder_and_its_extension() -> None:
    assert shortened("Artist/" + "x" * 100 + ".flac", 30) == "Artist/xxxxxxx...xxxxxxxx.flac"
