"""Killed while records are written into the payload, a run is gone on with, and nothing of the first is left in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import MakeSource
from tests.reliability.faults import inject, left_over, visible_bags
from tests.running import EPOCH, run_here, run_program
from tests.samples import flac, read_tree

TREE: dict[str, bytes] = {"Album/01.flac": flac(), "metadata/rights.csv": b"mine\n", "x.txt": b"x" * 900}


@pytest.mark.parametrize("when", [8, 14, 20, 26, 32, 38])
def test_a_transfer_that_was_killed_is_whole_after_the_next_run(
    source: MakeSource, tmp_path: Path, when: int
) -> None:
    root = source(TREE)
    words = ("pack", str(root), "--name", "bag", "--layout", "archivematica", "-j1", "--to")
    log = tmp_path / "trace"
    fault = inject(log, f"fsync:signal=KILL:when={when}")
    run_program(*words, str(tmp_path / "store"), before=fault, SOURCE_DATE_EPOCH=EPOCH)
    if not visible_bags(tmp_path / "store"):
        again = run_here(*words, tmp_path / "store", SOURCE_DATE_EPOCH=EPOCH)
        assert again.code == 0, again.err
    whole = run_here(*words, tmp_path / "fresh", SOURCE_DATE_EPOCH=EPOCH)
    assert whole.code == 0, whole.err
    found, expected = (read_tree(tmp_path / name / "bag/data") for name in ("store", "fresh"))
    assert found.keys() == expected.keys()
    told = {b"metadata/premis.xml"}  # it says that copies were kept
    assert all(found[path] == expected[path] for path in expected.keys() - told)
    assert run_here("verify", tmp_path / "store/bag").code == 0
    assert left_over(tmp_path / "store") == []
