"""Memory stays bounded however many lines a manifest and entries a bag has; measured in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bagit.bags import build_bag

MEMORY_LIMIT = 300 << 20

SCRIPT = """
import json, re, sys
from archiver.bagit.report import Depth
from archiver.bagit.validate import validate
report = validate(sys.argv[1], Depth(sys.argv[2]))
print(json.dumps({"counts": report.counts, "kept": len(report.findings), "valid": report.valid,
                  # not ru_maxrss, which begins with the memory of the process that started this one
                  "memory": int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) << 10}))
"""


def measure(bag: Path, depth: str) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(bag), depth], capture_output=True, text=True, check=True
    )
    result: dict[str, object] = json.loads(done.stdout)
    return result


def write_long_manifest(bag: Path, name: str, lines: int) -> None:
    """List ``lines`` files that are not there, in an order far from any sorted one."""
    with (bag / name).open("w") as file:
        for number in range(lines):
            scattered = number * 7_368_787 % lines
            file.write(f"{scattered:032x}  data/Artist {scattered % 997}/Album/{scattered:08d} Track.flac\n")


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(150_000, id="short"),
        pytest.param(10_000_000, id="long", marks=[pytest.mark.slow, pytest.mark.timeout(3600)]),
    ],
)
def test_a_long_manifest_takes_little_memory(tmp_path: Path, lines: int) -> None:
    bag = build_bag(tmp_path / "bag", algorithms=("md5",), info="", seal=False)
    write_long_manifest(bag, "manifest-md5.txt", lines)
    result = measure(bag, "full")
    assert result["counts"] == {"B319": 1, "B320": 1, "B401": lines, "B402": 2}
    assert result["kept"] == 1005
    assert isinstance(result["memory"], int)
    assert result["memory"] < MEMORY_LIMIT


@pytest.fixture
def deep_path(tmp_path: Path) -> Iterator[Path]:
    """A folder that is removed by the system's own means: Python's follow no thousand levels, pytest's neither."""
    yield tmp_path / "deep"
    subprocess.run(["rm", "-rf", tmp_path / "deep"], check=True)


@pytest.mark.parametrize(
    ("levels", "folders"), [pytest.param(120, 12_000, id="wide"), pytest.param(5_000, 0, id="deep")]
)
def test_long_paths_of_folders_take_little_memory(deep_path: Path, levels: int, folders: int) -> None:
    """Neither many folders below a path of nearly 30,000 characters nor a folder beside each of many levels."""
    bag = build_bag(deep_path / "bag", info="", seal=False)
    name = "d" * (30_000 // levels - 1)
    folder = os.open(bag / "data", os.O_RDONLY)
    for _ in range(levels):
        os.mkdir(name, dir_fd=folder)
        os.mkdir("beside", dir_fd=folder)
        below = os.open(name, os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = below
    for number in range(folders):
        os.mkdir(f"{number:05d}", dir_fd=folder)
    os.close(folder)
    result = measure(bag, "fast")
    empty = levels + (folders or 1)
    assert result["counts"] == {"B114": empty, "B208": 1, "B320": 1}
    assert isinstance(result["memory"], int)
    assert result["memory"] < MEMORY_LIMIT


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_a_million_entries_of_one_folder_take_little_memory(tmp_path: Path) -> None:
    bag = build_bag(tmp_path / "bag", info="", seal=False)
    folder = os.open(bag / "data", os.O_RDONLY)
    for number in range(500_000):
        os.close(os.open(f"{number:06d} Track.flac", os.O_CREAT | os.O_WRONLY, dir_fd=folder))
        os.mkdir(f"{number:06d} Album", dir_fd=folder)
    os.close(folder)
    result = measure(bag, "full")
    assert result["counts"] == {"B114": 500_000, "B320": 1, "B402": 500_000}
    assert isinstance(result["memory"], int)
    assert result["memory"] < MEMORY_LIMIT


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_many_case_twins_and_spellings_take_little_memory(tmp_path: Path) -> None:
    bag = build_bag(tmp_path / "bag", algorithms=("md5",), info="", seal=False)
    with (bag / "manifest-md5.txt").open("w", encoding="utf-8") as file:
        for number in range(1 << 20):
            name = "".join("aA"[number >> bit & 1] for bit in range(20))
            accents = "".join(
                ("\u0323\u0301", "\u0301\u0323")[number >> bit & 1].join("ae") for bit in range(20)
            )
            file.write(f"{number:032x}  data/{name}\n{number:032x}  data/{accents}\n")
    result = measure(bag, "full")
    counts = result["counts"]
    assert isinstance(counts, dict)
    assert (counts["B401"], counts["B505"], counts["B506"]) == (2 << 20, (1 << 20) - 1, (1 << 20) - 1)
    assert isinstance(result["memory"], int)
    assert result["memory"] < MEMORY_LIMIT


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_a_line_of_a_gigabyte_takes_little_memory(tmp_path: Path) -> None:
    bag = build_bag(tmp_path / "bag", algorithms=("md5",), info="", seal=False)
    with (bag / "manifest-md5.txt").open("wb") as file:
        for _ in range(1024):
            file.write(b"a" * (1 << 20))
    result = measure(bag, "complete")
    assert result["counts"] == {"B203": 1, "B319": 1, "B320": 1, "B402": 2}
    assert isinstance(result["memory"], int)
    assert result["memory"] < MEMORY_LIMIT // 4
