"""One bit turned anywhere in an archive: no member may come out changed from what is called valid."""

from __future__ import annotations

import io
import os
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from archiver.bagit.findings import Severity
from archiver.bagit.validate import validate
from tests.bagit.archives import make_gnu_tar, make_streamed_zip, make_tar, make_tar_gz, make_zip
from tests.bagit.bags import Payload, build_bag

MAKERS: dict[str, tuple[str, Callable[[Path, Path], None]]] = {
    "tar": ("bag.tar", make_tar),
    "gnu tar": ("bag.tar", make_gnu_tar),
    "tar.gz": ("bag.tar.gz", make_tar_gz),
    "zip": ("bag.zip", make_zip),
    "streamed zip": ("bag.zip", make_streamed_zip),
}


def unpacked(content: bytes, name: str) -> dict[str, bytes]:
    """What Python's own readers find in an archive."""
    if name.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return {path: archive.read(path) for path in archive.namelist() if not path.endswith("/")}
    with tarfile.open(fileobj=io.BytesIO(content)) as members:
        return {one.name: members.extractfile(one).read() for one in members if one.isreg()}  # type: ignore[union-attr]


def sweep(folder: Path, kind: str, most: int, bits: range) -> None:
    """Try so many places and cuts at most, and at each place these bits, or one of its own."""
    name, make = MAKERS[kind]
    payload: Payload = {"data/Album/1": b"one one\n" * 4, "data/ä" + "l" * 110: b"two", "data/empty": b""}
    bag = build_bag(folder / "source" / "bag", payload, algorithms=("sha256",))
    target = folder / name
    make(bag, target)
    content = target.read_bytes()
    whole = unpacked(content, name)
    assert validate(os.fsencode(target)).findings == ()
    step = len(content) // most | 1
    for place in range(0, len(content), step):
        for bit in bits or range(place % 8, place % 8 + 1):
            changed = bytearray(content)
            changed[place] ^= 1 << bit
            target.write_bytes(changed)
            report = validate(os.fsencode(target))
            if not report.valid:
                assert any(finding.severity is Severity.ERROR for finding in report.findings), (place, bit)
            elif not report.findings:
                assert unpacked(bytes(changed), name) == whole, (place, bit)
    for cut in range(0, len(content), step):
        target.write_bytes(content[:cut])
        report = validate(os.fsencode(target))
        # what ends a tar archive may be missing, and is then told
        assert report.findings
        assert not report.valid or [finding.code for finding in report.findings] == ["B820"]


@pytest.mark.parametrize("kind", MAKERS)
def test_a_turned_bit_is_found_or_changes_no_member(tmp_path: Path, kind: str) -> None:
    sweep(tmp_path, kind, 300, range(0))


@pytest.mark.slow
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("kind", MAKERS)
def test_every_bit_is_found_or_changes_no_member(tmp_path: Path, kind: str) -> None:
    sweep(tmp_path, kind, 1 << 20, range(8))
