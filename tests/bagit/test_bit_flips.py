"""Flip every bit of every file of a small bag, one at a time: each is found, and the file is named."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from archiver.bagit.findings import Severity
from archiver.bagit.report import BagReport
from archiver.bagit.validate import validate
from tests.bagit.bags import Payload, build_bag

FILES = [
    "bagit.txt",
    "bag-info.txt",
    "manifest-md5.txt",
    "data/a.flac",
    "data/B/b.flac",
    "notes/n.txt",
    "tagmanifest-md5.txt",
]


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    payload: Payload = {"data/a.flac": b"first", "data/B/b.flac": b"second"}
    return build_bag(tmp_path / "bag", payload, algorithms=("md5",), tags={"notes/n.txt": b"note"})


def flipped(bag: Path, name: str) -> list[tuple[int, int, BagReport]]:
    """Validate the bag with each bit of the file ``name`` flipped in its turn."""
    reports = []
    descriptor = os.open(bag / name, os.O_RDWR)
    try:
        content = os.pread(descriptor, 1 << 16, 0)
        for offset, byte in enumerate(content):
            for bit in range(8):
                os.pwrite(descriptor, bytes([byte ^ 1 << bit]), offset)
                reports.append((offset, bit, validate(str(bag))))
            os.pwrite(descriptor, bytes([byte]), offset)
    finally:
        os.close(descriptor)
    assert validate(str(bag)).valid is True
    return reports


def test_all_files_of_the_bag_are_tried(bag: Path) -> None:
    assert {str(path.relative_to(bag)) for path in bag.rglob("*") if path.is_file()} == set(FILES)


@pytest.mark.parametrize("name", FILES[:-1])
@pytest.mark.case(36)
def test_every_flip_in_a_listed_file_is_found_and_named(bag: Path, name: str) -> None:
    code = "B411" if name.startswith("data/") else "B413"
    for offset, bit, report in flipped(bag, name):
        assert report.valid is False, (offset, bit)
        assert (code, name) in {(finding.code, finding.path) for finding in report.findings}, (offset, bit)


@pytest.mark.case(36)
def test_every_flip_in_the_tag_manifest_is_found(bag: Path) -> None:
    lines = (bag / FILES[-1]).read_text().splitlines(keepends=True)
    starts = [sum(map(len, lines[:number])) for number in range(len(lines))]
    for offset, bit, report in flipped(bag, FILES[-1]):
        line = max(number for number, start in enumerate(starts) if start <= offset)
        listed = lines[line][34:].strip()
        found = [one for one in report.findings if one.severity is not Severity.INFO]
        # the digest's letters may be capital or small; one that differs from the rest is a warning, all else an error
        assert report.valid is False or {one.code for one in found} == {"B323"}, (offset, bit)
        assert any(one.path == listed or FILES[-1] in one.path + one.message for one in found), (offset, bit)
