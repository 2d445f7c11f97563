"""No cell is run by a spreadsheet, and no other cell is touched."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.records.csvcells import safe_cell


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://example.org")']
)
def test_formulas_become_text(text: str) -> None:
    assert safe_cell(text) == "'" + text


@given(st.text())
def test_a_cell_is_the_text_or_the_text_after_an_apostrophe(text: str) -> None:
    assert safe_cell(text) in (text, "'" + text)
    assert safe_cell(text)[:1] not in {"=", "+", "-", "@", "\t", "\r"}
    assert safe_cell(safe_cell(text)) == safe_cell(text)
