"""The page holds everything that was measured, says what does not hold, and names no place of the machine it was made on."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.commands import PROJECT
from benchmarks.line_plot import Line, LinePlot
from benchmarks.page import PARTS, page, verdict, write_page
from benchmarks.results import Row, Section
from benchmarks.subjects import SUBJECTS

GOOD = Row("pack", "4 files", "2.00 s", "cp -r, 1.00 s", "2.00 times as long", "≤ 2.10", "yes")
BAD = Row("verify", "", "2.00 s", "1.00 s, read and hashed", "0.50", "≥ 0.90", "no")
MEASURED = {"shares": (Section("### 4 files", "", (GOOD, BAD)),), "start": (Section("", "", (GOOD,)),)}
PLOT = LinePlot("Time", "files", str, str, (Line("pack", ((1, 1), (10, 10))),))


def test_every_subject_has_its_part_of_the_page() -> None:
    assert set(PARTS) == {*SUBJECTS, "growth"}


def test_the_page_names_machine_command_and_day_and_every_number() -> None:
    measured = MEASURED | {"growth": (Section("### Numbers", "", (GOOD,)),)}
    text = page(measured, [("cores", "2")], "python -m benchmarks", dt.date(2026, 11, 22), {"a.svg": PLOT})
    assert "2026-11-22" in text
    assert "`python -m benchmarks`" in text
    assert "| cores | 2 |" in text
    assert text.count("2.00 times as long") == 3
    headings = [line for line in text.splitlines() if line.startswith("## ")]
    assert headings == ["## The limit of the machine", "## Growth", "## Start-up", "## The machine"]
    assert "![Time. pack: 1 at 1, 10 at 10.](images/a.svg)" in text


def test_what_does_not_hold_is_named() -> None:
    said = verdict(MEASURED)
    assert said.startswith("Of 3 numbers that are wanted, 2 hold.")
    assert "- verify, 4 files: 0.50, wanted ≥ 0.90" in said
    assert "do not" not in verdict({"start": MEASURED["start"]})
    assert verdict({}) == "No number is wanted of what was measured."


def test_pictures_are_written_beside_the_page(tmp_path: Path) -> None:
    write_page(tmp_path / "page.md", "text", {"a.svg": PLOT})
    assert (tmp_path / "page.md").read_text() == "text"
    assert (tmp_path / "images" / "a.svg").read_text().startswith("<svg")


@pytest.mark.slow
def test_the_page_is_written_where_asked_and_made_of_what_was_kept(tmp_path: Path) -> None:
    target, kept = tmp_path / "page.md", tmp_path / "run.json"
    command = [
        sys.executable,
        "-m",
        "benchmarks",
        "--only",
        "decide",
        "--keep",
        str(kept),
        "--write",
        str(target),
    ]
    first, again = (
        (
            subprocess.run(command, cwd=PROJECT, capture_output=True, check=True),
            target.read_text(encoding="utf-8"),
        )
        for _ in range(2)
    )
    assert [line for line in first[1].splitlines() if "decide, one core" in line] == [
        line for line in again[1].splitlines() if "decide, one core" in line
    ]
    assert str(tmp_path) not in first[1]
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["page.md", "run.json"]
