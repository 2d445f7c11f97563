"""Every form of a personal value in every kind of carrier: found, counted, located, and in nothing that is recorded."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import pytest

import archiver
from archiver.audio.examine import examine_file
from archiver.model.audio import ExaminedFile
from archiver.model.source import FileRef, FileStat
from archiver.records.codec import to_line
from archiver.records.files import examined_record
from tests.end_to_end.tokens import PLANTED, Plot, files

PLOTS = files()


def examined(folder: Path, name: str, data: bytes) -> ExaminedFile:
    path = folder / name
    path.write_bytes(data)
    stat = path.lstat()
    ref = FileRef(
        bytes(folder),
        name.encode(),
        name,
        FileStat(stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino),
    )
    found = examine_file(ref)
    assert path.read_bytes() == data
    assert path.lstat().st_mtime_ns == stat.st_mtime_ns
    return found


@pytest.mark.parametrize("name", PLOTS)
def test_each_value_is_counted_and_none_is_recorded(tmp_path: Path, name: str) -> None:
    plot: Plot = PLOTS[name]
    file = examined(tmp_path, name, plot.data)
    personal = [item for item in file.evidence if item.personal]
    assert Counter(item.code for item in personal) == plot.expected
    assert len({(item.code, item.locator) for item in personal}) == len(personal)
    assert all(item.value is None and "@" in item.locator for item in personal)
    recorded = to_line(examined_record(file)) + repr(file).encode()
    assert PLANTED.findall(recorded) == []


def test_tags_are_recorded_from_what_was_observed_alone() -> None:
    """The one place where a file's tags become a record takes them from the result that holds no personal data."""
    sources: list[tuple[str, str, str]] = []
    for path in Path(archiver.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id == "canonical_tags":
                sources.append((path.name, "canonical_tags", ast.unparse(node.args[0])))
            if node.func.id == "ExaminedFile":
                given = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
                sources.append((path.name, "ExaminedFile", given.get("tag_blocks", "none")))
    assert sorted(set(sources)) == [
        # the catalogue's rows, which are made of such records and hold no blocks
        ("collected.py", "ExaminedFile", "none"),
        ("examine.py", "ExaminedFile", "none"),
        ("examine.py", "ExaminedFile", "told.blocks"),
        ("examine.py", "canonical_tags", "told.blocks"),
        # a record that was written so, read back
        ("recorded_files.py", "ExaminedFile", "tuple(map(_block_of, record.tag_blocks))"),
    ]
