"""What waits for the next release's changelog has the form that gathering it takes for granted.

scriv gathers anything without a complaint: a heading that it does not know, a file with nothing in it, text under no
heading.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tests.docs.blocks import ROOT

SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["scriv"]
FRAGMENTS = [
    path for path in sorted((ROOT / SETTINGS["fragment_directory"]).iterdir()) if path.name != "README.md"
]


def faults(text: str) -> list[str]:
    """Name what in a fragment would be lost, or would break the changelog's form."""
    before, *sections = re.split(r"^### (.*)\n", text, flags=re.MULTILINE)
    found = ["there is text before the first heading" for _ in range(bool(before.strip()))]
    if not sections:
        found.append("there is no heading")
    for title, body in zip(sections[::2], sections[1::2], strict=True):
        if title not in SETTINGS["categories"]:
            found.append(f"{title} is no category")
        if not re.search(r"^- \S", body, re.MULTILINE):
            found.append(f"{title} has no entry")
        if re.search(r"^#", body, re.MULTILINE):
            found.append(f"{title} has a heading of another level in it")
        found += [
            f"this link leads nowhere from the root: {link}"
            for link in re.findall(r"\]\(([^)\s:#]+)(?:#[^)]*)?\)", body)
            if not (ROOT / link).exists()
        ]
    if len(set(sections[::2])) < len(sections[::2]):
        found.append("a heading comes twice")
    return found


@pytest.mark.parametrize("path", FRAGMENTS, ids=lambda path: str(path.name))
def test_a_fragment_can_be_gathered(path: Path) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*\.md", path.name), (
        "words of small letters, with hyphens, and .md"
    )
    assert faults(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "there is no heading"),
        ("- a change\n", "there is text before the first heading"),
        ("## Added\n\n- a change\n", "there is no heading"),
        ("### New\n\n- a change\n", "New is no category"),
        ("### Added\n\nA change.\n", "Added has no entry"),
        ("### Added\n\n- a\n\n#### More\n\n- b\n", "Added has a heading of another level in it"),
        ("### Fixed\n\n- a [page](../README.md)\n", "this link leads nowhere from the root: ../README.md"),
        ("### Fixed\n\n- a\n\n### Fixed\n\n- b\n", "a heading comes twice"),
    ],
)
def test_a_fault_in_a_fragment_is_found(text: str, fault: str) -> None:
    assert fault in faults(text)


def test_the_changelog_has_the_place_where_releases_go() -> None:
    text = (ROOT / SETTINGS["changelog"]).read_text(encoding="utf-8")
    assert text.count(f"<!-- {SETTINGS['insert_marker']} -->") == 1
    assert "Unreleased" not in text
