"""Pages and pictures that are made from the program say what the program says now."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver.model.problem import PROBLEM_KINDS
from docs import make_pages, make_picture


@pytest.mark.parametrize("path", make_pages.PAGES, ids=lambda path: str(path.name))
def test_a_made_page_is_current(path: Path) -> None:
    made = make_pages.PAGES[path]()
    # versions of click break lines and pad columns differently, and that alone makes no page wrong
    assert path.read_text(encoding="utf-8").split() == made.split(), "run: python -m docs.make_pages"


def test_the_page_of_problems_leaves_no_code_out() -> None:
    codes = re.findall(r"^\| ([A-Z]\d{3}) \|", make_pages.problems_page(), re.MULTILINE)
    assert codes == list(PROBLEM_KINDS)


def lines_of_picture() -> Iterator[str]:
    """Read the text of the picture line by line: pieces on one height make one line."""
    text = make_picture.PICTURE.read_text(encoding="utf-8").partition('-matrix">')[2]
    heights: dict[str, str] = {}
    for height, piece in re.findall(r'<text [^>]*\by="([\d.]+)"[^>]*>([^<]*)</text>', text):
        heights[height] = heights.get(height, "") + html.unescape(piece)
    return (line.replace("\N{NO-BREAK SPACE}", " ").rstrip() for line in heights.values())


def test_the_picture_shows_what_the_program_prints() -> None:
    printed = []
    for command, output in make_picture.transcript():
        printed += [f"$ {command}", *output.split("\n")]
    assert [line for line in lines_of_picture() if line] == [line.rstrip() for line in printed if line], (
        "run: python -m docs.make_picture"
    )


def test_the_picture_asks_nothing_of_the_network() -> None:
    assert "http" not in make_picture.PICTURE.read_text(encoding="utf-8").replace(
        "http://www.w3.org/2000/svg", ""
    )
