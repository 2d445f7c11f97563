"""Words that are never written, wherever the rights room writes: in the code, its data and its pages."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import archiver.rights

ROOM = Path(archiver.rights.__file__).parent
PAGES = [
    Path("docs/reference/rights-toml.md"),
    Path("docs/reference/policies.md"),
    Path("docs/explanation/rights.md"),
]
DISCLAIMER = "This is not legal advice."
NEVER = re.compile(
    r"\b(?:il)?legal(?:ly|ity)?\b|\byou own\b|public domain|\bfair (?:use|dealing)\b|\bpira\w+", re.IGNORECASE
)


def written(source: str) -> list[str]:
    """Every text that a module can put out: its string constants without the docstrings."""
    tree = ast.parse(source)
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
    ]


@pytest.mark.parametrize("path", sorted(ROOM.glob("*.py")), ids=lambda path: path.name)
def test_no_module_writes_them(path: Path) -> None:
    for text in written(path.read_text(encoding="utf-8")):
        assert not NEVER.search(text), text


@pytest.mark.parametrize("path", sorted((ROOM / "data").iterdir()), ids=lambda path: path.name)
def test_no_data_file_holds_them(path: Path) -> None:
    assert not NEVER.search(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_says_once_that_it_is_no_advice_and_uses_none_of_the_words(page: Path) -> None:
    text = (ROOM.parent.parent / page).read_text(encoding="utf-8")
    assert text.count(DISCLAIMER) == 1
    assert not NEVER.search(text.replace(DISCLAIMER, ""))


@pytest.mark.parametrize(
    "text",
    [
        "It is legal.",
        "Legally so",
        "you own it",
        "in the Public  domain".replace("  ", " "),
        "fair use",
        "pirated",
    ],
)
def test_the_words_would_be_found(text: str) -> None:
    assert NEVER.search(text)
    assert written(f'"""doc"""\nx = f"{text} {{1}}"\n') == [f"{text} "]
