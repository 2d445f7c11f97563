"""The table of records is all there is: a record more is a row and a module, and nothing else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import archiver
from archiver.model.accrual import Accrual
from archiver.model.bag import BagForm
from archiver.model.derivation import Derivation
from archiver.model.rights import Act
from archiver.records.layout import DESCRIPTIONS, record_paths
from archiver.records.names import RIGHTS_RECORD
from archiver.report.layout import WRITTEN
from tests.conftest import MakeSource
from tests.records.entries import PLAN, every_case, record_files
from tests.samples import flac, tree_digest

EVERYTHING: dict[str, Any] = {
    "descriptions": DESCRIPTIONS,
    "accrual": Accrual("urn:uuid:1"),
    "derivation": Derivation("urn:uuid:1", "gift", "00", Act.ACCESS, "sha512"),
}
"""What a bag has that has every record."""

ROW = '    RecordKind(COUNT_RECORD, "how many files there are", CountWriter),\n'
IMPORT = "from archiver.records.count import COUNT_RECORD, CountWriter\n"
MODULE = '''
"""How many files there are."""

from archiver.model.package import PackedFile, PackEntry
from archiver.records.writing import Closing, Opening

COUNT_RECORD = "metadata/count.txt"


class CountWriter:
    def __init__(self, opening: Opening) -> None:
        self._stream = opening.new_file(COUNT_RECORD)
        self._files = 0

    def add(self, entry: PackEntry) -> None:
        self._files += isinstance(entry, PackedFile)

    def finish(self, closing: Closing) -> None:
        self._stream.write(f"{self._files} of {closing.bag.totals.seen}\\n".encode())
'''


def test_every_row_is_written_and_nothing_else() -> None:
    found = record_files(every_case(), plan=replace(PLAN, **EVERYTHING))
    assert sorted(found) == sorted(record_paths(WRITTEN, BagForm({}, **EVERYTHING), empty_folders=True))
    assert len(found) == len(WRITTEN) + 1
    assert RIGHTS_RECORD in found


def test_every_row_has_a_line_in_the_readme_or_lies_in_a_folder_that_has() -> None:
    plan = replace(PLAN, **EVERYTHING)
    readme = record_files(every_case(), plan=plan)["metadata/README.txt"].decode()
    for kind in WRITTEN:
        folder = kind.path.rpartition("/")[0] + "/"
        told = f"\n{kind.path} " in readme or f"\n{folder} " in readme or not kind.always
        assert told or kind.path == "metadata/README.txt", kind.path


@pytest.fixture
def with_a_count(tmp_path: Path) -> Path:
    """Make a copy of the program that differs from it by one row, with the import that it needs, and one module."""
    tree = tmp_path / "program"
    shutil.copytree(
        Path(archiver.__file__).parent, tree / "archiver", ignore=shutil.ignore_patterns("__pycache__")
    )
    table = tree / "archiver" / "records" / "layout.py"
    text = table.read_text("utf-8")
    assert text.count("RECORDS = (\n") == 1
    text = text.replace("RECORDS = (\n", "RECORDS = (\n" + ROW)
    table.write_text(
        text.replace("from archiver.records.events", IMPORT + "from archiver.records.events"), "utf-8"
    )
    (tree / "archiver" / "records" / "count.py").write_text(MODULE, "utf-8")
    return tree


def test_a_record_is_one_row_and_one_module(with_a_count: Path, source: MakeSource, tmp_path: Path) -> None:
    root = source({"Album/01.flac": flac(), "Album/02.flac": flac(title="Two")})
    before = tree_digest(root)
    for words in (
        ("pack", root, "--to", tmp_path / "store", "--name", "bag"),
        ("verify", tmp_path / "store" / "bag"),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "archiver", *map(str, words)],
            env={**os.environ, "PYTHONPATH": str(with_a_count)},
            cwd=with_a_count,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
    bag = tmp_path / "store" / "bag"
    assert (bag / "metadata" / "count.txt").read_text() == "2 of 2\n"
    assert (
        "metadata/count.txt      how many files there are\n" in (bag / "metadata" / "README.txt").read_text()
    )
    assert "metadata/count.txt" in (bag / "tagmanifest-sha512.txt").read_text()
    assert tree_digest(root) == before
