"""Where a repository looks for what it imports."""

from __future__ import annotations

import csv
from pathlib import Path

from tests.running import run_here

_RIGHTS = """
version = 1
[[declaration]]
by = "Erika Example"
role = "donor"
date = 2024-03-01
basis = "donor"
acts = { preserve = "allow", access = "allow", transfer = "allow" }
document = "papers/deed.txt"
"""


def test_rights_and_deeds_lie_where_archivematica_imports_them(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "notes.txt").write_text("notes\n")
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers/deed.txt").write_text("A deed of gift.\n")
    rights = tmp_path / "rights.toml"
    rights.write_text(_RIGHTS)
    done = run_here("pack", source, "--all", "--to", tmp_path / "store", "--rights", rights, "--name", "bag")
    assert done.code in (0, 3), done.err
    metadata = tmp_path / "store/bag/metadata"
    assert (metadata / "submissionDocumentation/papers/deed.txt").read_text() == "A deed of gift.\n"
    assert not (metadata / "rights/documents").exists()
    assert not (metadata / "rights/rights.csv").exists()
    with (metadata / "rights.csv").open(newline="", encoding="utf-8") as lines:
        [*donor] = (row for row in csv.DictReader(lines) if row["basis"] == "Donor")
    assert {row["doc_id_value"] for row in donor} == {"metadata/submissionDocumentation/papers/deed.txt"}
    assert {(row["end_date"], row["grant_end_date"]) for row in donor} == {("open", "open")}
