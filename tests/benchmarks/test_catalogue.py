"""The benchmark of the catalogue runs, and finds what it asks for."""

from __future__ import annotations

import os
from pathlib import Path

from benchmarks.catalogue import catalogue_rows


def test_the_catalogue_is_measured_at_three_sizes(tmp_path: Path) -> None:
    rows = list(catalogue_rows(tmp_path, 2_000))
    sizes = [row.on for row in rows if row.what == "catalogue, size"]
    assert sizes == ["20 files", "200 files", "2,000 files", "86,000,000 files, reckoned"]
    asked = {row.what for row in rows if row.what.startswith("find ")}
    assert len(asked) >= 10
    assert {row.wanted for row in rows if row.what in asked} == {"< 100 ms", "straight line"}
    assert os.listdir(tmp_path) == []
