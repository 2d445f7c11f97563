"""The benchmarks measure what they say, and their page can be made."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import subjects
from benchmarks.again import again_rows
from benchmarks.audit import audit_rows
from benchmarks.commands import PROJECT, output, run
from benchmarks.memory import peak_memory
from benchmarks.results import HEADER, Row, at_least, at_most, page, table
from benchmarks.timing import in_turns, ratio
from tests.samples import read_tree, tree_digest

ROW = Row("pack", "4 files", "2.00 s", "cp -r + sync, 1.00 s", "2.00 times as long", "≤ 1.10", "no")


def test_a_ratio_is_the_median_of_each_rounds_ratio() -> None:
    assert ratio([1.0, 20.0, 3.0], [1.0, 10.0, 1.0]) == 2.0


def test_work_is_done_in_turns_that_change_their_order() -> None:
    done: list[str] = []
    times = in_turns(
        {"a": lambda: done.append("a"), "b": lambda: done.append("b")}, 3, between=lambda: done.append("-")
    )
    assert "".join(done) == "-a-b-a-b-b-a-a-b"
    assert {name: len(taken) for name, taken in times.items()} == {"a": 3, "b": 3}


def test_a_wanted_number_holds_at_its_limit() -> None:
    assert (at_most(1.1, 1.1), at_most(1.2, 1.1)) == ("yes", "no")
    assert (at_least(2.0, 2.0), at_least(1.9, 2.0)) == ("yes", "no")


def test_the_table_has_one_width() -> None:
    lines = table([ROW, Row("scan", "", "", "", "9 files/s")]).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert [cell.strip() for cell in lines[0].strip("|").split("|")] == list(HEADER)


def test_the_page_names_machine_command_and_day() -> None:
    text = page([ROW], [("cores", "2")], "python -m benchmarks", dt.date(2026, 11, 22))
    assert "2026-11-22" in text
    assert "`python -m benchmarks`" in text
    assert "| cores | 2 |" in text


def test_memory_of_all_processes_is_seen() -> None:
    program = "import subprocess, sys, time\n"
    program += "held = bytearray(60_000_000)\n"
    child = "import time; held = bytearray(40_000_000); time.sleep(1)"
    program += f"subprocess.run([sys.executable, '-c', {child!r}])\n"
    peak = peak_memory([sys.executable, "-c", program])
    assert 60e6 < peak.largest_bytes < 100e6
    assert peak.together_bytes > 100e6


def test_a_command_that_fails_is_not_measured() -> None:
    with pytest.raises(RuntimeError, match="status 7"):
        run([sys.executable, "-c", "raise SystemExit(7)"])


def scripts() -> dict[bytes, bytes]:
    """What lies beside the benchmarks' scripts, but for the interpreter's own bytecode."""
    tree = read_tree(PROJECT / "benchmarks")
    return {path: content for path, content in tree.items() if b"__pycache__" not in path}


def test_deciding_is_measured_and_nothing_is_written(tmp_path: Path) -> None:
    before = scripts()
    said = output([sys.executable, "-m", "benchmarks", "--only", "decide", "--scratch", str(tmp_path)])
    assert "per 1,000,000" in said
    assert list(tmp_path.iterdir()) == []
    assert scripts() == before


@pytest.mark.slow
def test_everything_is_measured_on_small_trees(tmp_path: Path) -> None:
    tree = subjects.make_small(tmp_path, 24)
    before = tree_digest(tree.folder)
    rows = [
        subjects.pack_row(tree, tmp_path, 1, 1.1),
        *subjects.verify_rows(tree, tmp_path, 1, 0.9),
        *again_rows(tree.folder, tree.label, tmp_path, 100, 1),
        *audit_rows(tree.folder, tree.label, tmp_path, 1),
        subjects.scan_row(tree, 1),
        *subjects.memory_rows(tree, tmp_path),
        *subjects.start_rows(),
    ]
    assert len(rows) in (14, 15)  # where there is a time of GNU, the memory of a glance too
    assert all(row.result for row in rows)
    assert tree_digest(tree.folder) == before


@pytest.mark.slow
def test_the_page_is_written_where_asked(tmp_path: Path) -> None:
    target = tmp_path / "page.md"
    command = [sys.executable, "-m", "benchmarks", "--only", "decide", "--write", str(target)]
    subprocess.run(command, cwd=PROJECT, capture_output=True, check=True)
    assert "# Benchmarks" in target.read_text(encoding="utf-8")
