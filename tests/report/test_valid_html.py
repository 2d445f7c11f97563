"""The pages hold up before the W3C's own checker."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from archiver.report.layout import PAGES
from tests.records.entries import every_case, record_files
from tests.report.pages import track
from tests.report.test_hostile_text import HOSTILE, entry
from tests.report.tools import VNU


@pytest.mark.skipif(
    VNU is None, reason="no Java or checker: npm install --prefix .tools vnu-jar (bash .ci/run does)"
)
def test_every_page_is_valid(tmp_path: Path) -> None:
    bags = {
        "cases": record_files(every_case()),
        "hostile": record_files([entry(value, f"F{number}") for number, value in enumerate(HOSTILE)]),
        "many": record_files(
            [track(f"A/{number:04}.flac", date=str(1950 + number % 70)) for number in range(700)]
        ),
        "empty": record_files([]),
    }
    pages = []
    for name, found in bags.items():
        for path in found:
            if path.endswith(".html"):
                pages.append(tmp_path / f"{name}-{path.replace('/', '-')}")
                pages[-1].write_bytes(found[path])
    assert len(pages) >= len(bags) * len(PAGES) + 2
    checked = subprocess.run(
        ["java", "-jar", str(VNU), "--format", "json", "--stdout", "--exit-zero-always", *map(str, pages)],
        capture_output=True,
        check=True,
        text=True,
    )
    said = json.loads(checked.stdout)["messages"]
    # what it only warns of rests on a guess: that a page's own digests and neighbours are not what its policy allows
    # (browsers are asked in a test of their own), and that a list without marks needs no role, which VoiceOver does need
    known = ("violates Content Security Policy", "“list” role is unnecessary")
    told = [
        one["message"]
        for one in said
        if one["type"] == "error" or not any(word in one["message"] for word in known)
    ]
    assert told == []
