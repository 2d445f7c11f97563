from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import archiver
from archiver.audio.evidence.observe import MAX_VALUE, observe
from archiver.model.evidence_kinds import EVIDENCE_KINDS
from docs.pages.evidence import evidence_page

PACKAGES = [
    Path(archiver.__file__).parent / name for name in ("audio/evidence", "audio/decoding", "personal")
]
PAGE = Path(archiver.__file__).parent.parent / "docs" / "reference" / "evidence.md"
NEVER_WRITTEN = ("legal", "you own", "public domain", "fair use", "pirated")


def codes_in_use() -> set[str]:
    used = set()
    for path in (path for package in PACKAGES for path in package.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and node.value in EVIDENCE_KINDS
            ):
                used.add(node.value)
    return used


def test_codes_are_well_formed() -> None:
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code) for code in EVIDENCE_KINDS)


def test_what_is_personal_is_said_by_yes_or_no_alone() -> None:
    kinds = EVIDENCE_KINDS.values()
    assert all(isinstance(said, bool) for kind in kinds for said in (kind.personal, kind.repeated))
    assert all(kind.personal for kind in kinds if kind.repeated)


def test_every_code_is_given_by_some_module() -> None:
    assert codes_in_use() == set(EVIDENCE_KINDS)


def test_an_unknown_code_cannot_be_observed() -> None:
    with pytest.raises(KeyError):
        observe("no-such-code", "x")


@pytest.mark.parametrize("code", EVIDENCE_KINDS)
def test_registry_decides_strength_and_privacy(code: str) -> None:
    item = observe(code, "there", " told jane@example.org ")
    kind = EVIDENCE_KINDS[code]
    assert (item.strength, item.personal) == (kind.strength, kind.personal)
    assert item.value is None if kind.personal else "jane" not in (item.value or "")


def test_values_are_bounded() -> None:
    value = observe("licence-text", "there", "x" * 5000).value
    assert value is not None
    assert len(value) == MAX_VALUE


def test_the_evidence_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == evidence_page()


@pytest.mark.parametrize("word", NEVER_WRITTEN)
def test_words_never_written(word: str) -> None:
    assert word not in evidence_page().casefold()
