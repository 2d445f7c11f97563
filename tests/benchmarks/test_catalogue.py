"""The benchmark of the catalogue runs, and finds what it asks for."""

from __future__ import annotations

import os
from pathlib import Path

from benchmarks.catalogue import catalogue_section


def test_the_catalogue_is_measured_at_three_sizes(tmp_path: Path) -> None:
    section = catalogue_section(tmp_path, 2_000)
    assert section.header[1:4] == ("20 files", "200 files", "2,000 files")
    assert "reckoned" not in str(section), "a straight line through so few files says nothing"
    rows = {row.what: row for row in section.rows}
    size = [float(told.split()[0]) for told in (rows["size"].on, rows["size"].measured, rows["size"].against)]
    assert size == sorted(size)
    asked = [row for what, row in rows.items() if what.startswith("find ")]
    assert len(asked) >= 10
    assert {row.wanted for row in asked} == {"< 100 ms"}
    assert all(row.on and row.measured and row.against and not row.result for row in asked)
    assert os.listdir(tmp_path) == []
