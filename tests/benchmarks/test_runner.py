"""The benchmarks measure what they say, in turns, and keep what they measured."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.commands import PROJECT, output, run
from benchmarks.kept import Kept, OtherRunError, kept_tree
from benchmarks.memory import watched
from benchmarks.results import HEADER, Row, Section, at_least, at_most, table
from benchmarks.timing import Spread, Task, Took, in_seconds, in_turns, nothing, ratio, spread, taken_by
from tests.samples import read_tree

ROW = Row("pack", "4 files", "2.00 s", "cp -r + sync, 1.00 s", "2.00 times as long", "≤ 1.10", "no")
HERE = {"processor": "some", "cores": "2", "archiver": "one"}


def times(*walls: float) -> list[Took]:
    return [Took(wall, 0.0) for wall in walls]


def test_a_ratio_is_the_median_of_each_rounds_ratio() -> None:
    assert ratio(times(1.0, 20.0, 3.0), times(1.0, 10.0, 1.0)) == Spread(2.0, 1.0, 3.0)


def test_a_spread_is_told_where_there_is_one() -> None:
    assert spread([1.0, 1.001]).told() == "1.00"
    assert spread([1.0, 2.0, 4.0]).told() == "2.00 (1.00-4.00)"
    assert spread([10.0, 20.04, 40.0]).told() == "20.0 (10.0-40.0)"
    assert spread([1000.0, 2000.0, 4000.0]).told() == "2,000 (1,000-4,000)"


def test_seconds_have_the_places_that_tell_something() -> None:
    assert [in_seconds(number) for number in (0.0666, 1.234, 1234.5)] == ["0.067 s", "1.23 s", "1,234 s"]


def test_work_is_done_in_turns_that_change_their_order_with_room_made_and_cleared() -> None:
    done: list[str] = []
    tasks = {
        "a": Task(lambda: done.append("a"), lambda: done.append("["), lambda: done.append("]")),
        "b": Task(lambda: done.append("b")),
    }
    taken = in_turns(tasks, 3)
    assert "".join(done) == "[a]b[a]bb[a][a]b"
    assert {name: len(took) for name, took in taken.items()} == {"a": 3, "b": 3}


def test_what_work_left_is_cleared_where_it_failed() -> None:
    done: list[str] = []

    def fail() -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        Task(fail, after=lambda: done.append("cleared")).done()
    assert done == ["cleared"]


def test_the_processors_time_of_programs_that_were_started_counts() -> None:
    busy = "import time\nwhile time.process_time() < 0.3: pass"
    assert taken_by(lambda: run([sys.executable, "-c", busy])).cpu >= 0.3
    assert taken_by(nothing).cpu < 0.3


def test_a_wanted_number_holds_at_its_limit() -> None:
    assert (at_most(1.1, 1.1), at_most(1.2, 1.1)) == ("yes", "no")
    assert (at_least(2.0, 2.0), at_least(1.9, 2.0)) == ("yes", "no")


def test_the_table_has_one_width_and_no_empty_column() -> None:
    lines = table([ROW, Row("scan", "", "", "", "9 files/s")]).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert [cell.strip() for cell in lines[0].strip("|").split("|")] == list(HEADER)
    lines = table([Row("scan", "", "", "", "9 files/s")]).splitlines()
    assert [cell.strip() for cell in lines[0].strip("|").split("|")] == ["what", "result"]


def test_memory_of_all_processes_is_seen() -> None:
    program = "import subprocess, sys, time\n"
    program += "held = bytearray(60_000_000)\n"
    child = "import time; held = bytearray(40_000_000); time.sleep(1)"
    program += f"subprocess.run([sys.executable, '-c', {child!r}])\n"
    took, peak = watched([sys.executable, "-c", program])
    assert 60e6 < peak.largest_bytes < 100e6
    assert peak.together_bytes > 100e6
    assert took.wall >= 1


def test_a_command_that_fails_is_not_measured() -> None:
    with pytest.raises(RuntimeError, match="status 7"):
        run([sys.executable, "-c", "raise SystemExit(7)"])
    with pytest.raises(RuntimeError, match="status 7"):
        watched([sys.executable, "-c", "raise SystemExit(7)"])


def test_what_was_measured_is_kept_and_not_measured_again(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    measured = []

    def measure() -> list[Section]:
        measured.append("once")
        return [Section("### Some", "", (ROW,))]

    first = Kept(path, HERE).once("some", list[Section], measure)
    assert Kept(path, HERE).once("some", list[Section], measure) == first == [Section("### Some", "", (ROW,))]
    assert measured == ["once"]
    Kept(path, HERE).once("other", list[Section], measure)
    assert len(measured) == 2
    assert [entry.name for entry in tmp_path.iterdir()] == ["run.json"]


def test_what_was_measured_elsewhere_is_not_mixed_in(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    Kept(path, HERE).once("some", int, lambda: 1)
    before = path.read_bytes()
    with pytest.raises(OtherRunError, match="another machine or of another version"):
        Kept(path, HERE | {"archiver": "two"})
    assert path.read_bytes() == before
    path.write_text("mine")
    with pytest.raises(OtherRunError, match="no file of measurements"):
        Kept(path, HERE)
    assert path.read_text() == "mine"


def test_a_tree_whose_making_was_ended_is_made_anew(tmp_path: Path) -> None:
    def make(folder: Path) -> None:
        folder.mkdir()
        (folder / "one").touch()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        kept_tree(tmp_path / "tree", make)
    assert not (tmp_path / "tree").exists()
    kept_tree(tmp_path / "tree", lambda folder: folder.mkdir())
    assert read_tree(tmp_path / "tree") == {}
    kept_tree(tmp_path / "tree", make)


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


def test_a_file_of_another_run_is_a_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("mine")
    command = [sys.executable, "-m", "benchmarks", "--only", "decide", "--keep", str(tmp_path / "run.json")]
    ended = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "name another file" in ended.stderr
    assert read_tree(tmp_path) == {b"run.json": b"mine"}
