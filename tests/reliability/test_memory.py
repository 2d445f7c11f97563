"""However many files there are, memory stays where it is."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest

from tests.reliability.faults import visible_bags
from tests.running import run_program

LIMIT_BYTES = 300 << 20


def many_files(root: Path, number: int) -> Path:
    """Make files of a few bytes, a hundred to a folder; quicker than the trees of samples, for there are many."""
    for folder in range(number // 100):
        place = root / f"Artist {folder // 100}" / f"Album {folder}"
        place.mkdir(parents=True)
        for track in range(100):
            descriptor = os.open(place / f"{track:02} - A track of some name.mp3", os.O_WRONLY | os.O_CREAT)
            os.write(descriptor, b"%d" % track)
            os.close(descriptor)
    return root


def largest_process(*words: str | Path, folder: Path) -> int:
    """Run the program and return the resident memory of the largest of its processes, in bytes."""
    if not os.path.isdir("/proc/self"):
        pytest.skip("there is no /proc here: memory is not measured")
    watch = [sys.executable, str(Path(__file__).parent / "watch_memory.py"), str(folder / "peak")]
    outcome = run_program(*words, before=watch)
    assert outcome.code == 0, outcome.err
    found = re.fullmatch(r"\d+", (folder / "peak").read_text())
    assert found is not None
    return int(found[0])


@pytest.mark.parametrize(
    "number",
    [
        pytest.param(20_000, marks=pytest.mark.slow),
        pytest.param(100_000, marks=[pytest.mark.slow, pytest.mark.timeout(1800)]),
    ],
)
def test_packing_and_verifying_many_files_takes_no_more_memory(tmp_path: Path, number: int) -> None:
    root, store = many_files(tmp_path / "Music", number), tmp_path / "store"
    assert largest_process("pack", root, "--all", "--to", store, folder=tmp_path) < LIMIT_BYTES
    (bag,) = visible_bags(store)
    assert largest_process("verify", bag, folder=tmp_path) < LIMIT_BYTES
