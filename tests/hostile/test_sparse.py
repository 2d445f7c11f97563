"""What is terabytes long and takes no room ends with a report in the time that what is on the disk takes."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.bagit.report import BagReport, Depth
from archiver.bagit.validate import validate
from archiver.disk import data_extents, hole_bytes
from archiver.records.names import RIGHTS_RECORD
from tests.bagit.archives import make_tar, make_tar_gz, make_zip
from tests.bagit.bags import build_bag, digest, seal_tags
from tests.costs import bytes_read_so_far
from tests.running import run_here

TERA = 1 << 40


@pytest.fixture(autouse=True)
def _little_is_read(tmp_path: Path) -> Iterator[None]:
    """No test here may read more than a thousandth of the holes it makes."""
    with (tmp_path / "probe").open("wb") as file:
        file.truncate(1 << 30)
        if hole_bytes(file.fileno(), 0, 1 << 30) == 0:
            pytest.skip("this file system keeps no holes: sparse giants are not tried")
    before = bytes_read_so_far()
    yield
    assert bytes_read_so_far() - before < TERA >> 12


def lengthen(path: Path, size: int, end: bytes = b"") -> Path:
    with path.open("r+b") as file:
        file.truncate(size)
        file.seek(size - len(end))
        file.write(end)
    return path


def codes(report: BagReport) -> list[str]:
    return sorted(report.counts)


def test_an_archive_of_nothing_but_a_hole(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    archive = tmp_path / "store" / "x.tar"
    archive.touch()
    lengthen(archive, TERA)
    assert run_here("verify", archive).code == 4
    assert run_here("due", tmp_path / "store").code == 3


@pytest.mark.parametrize("depth", Depth)
@pytest.mark.parametrize(("end", "found"), [(b"", []), (b"x", ["B820"])])
def test_a_tail_of_a_quarter_terabyte(tmp_path: Path, depth: Depth, end: bytes, found: list[str]) -> None:
    bag = build_bag(tmp_path / "bag")
    make_tar(bag, tmp_path / "bag.tar")
    lengthen(tmp_path / "bag.tar", TERA // 4, end)
    report = validate(os.fsencode(tmp_path / "bag.tar"), depth)
    assert codes(report) == found
    make_tar_gz(bag, tmp_path / "bag.tar.gz")
    lengthen(tmp_path / "bag.tar.gz", TERA // 4, end)
    report = validate(os.fsencode(tmp_path / "bag.tar.gz"), depth)
    assert codes(report) == found


def test_bytes_between_holes_are_found(tmp_path: Path) -> None:
    make_tar(build_bag(tmp_path / "bag"), tmp_path / "bag.tar")
    lengthen(tmp_path / "bag.tar", TERA // 8, b"x")
    lengthen(tmp_path / "bag.tar", TERA // 4)
    assert codes(validate(os.fsencode(tmp_path / "bag.tar"))) == ["B820"]


def test_a_zip_in_a_terabyte(tmp_path: Path) -> None:
    make_zip(build_bag(tmp_path / "bag"), tmp_path / "bag.zip")
    lengthen(tmp_path / "bag.zip", TERA)
    assert codes(validate(os.fsencode(tmp_path / "bag.zip"))) == ["B101", "B801", "B803"]


def test_a_member_that_is_a_hole_of_the_archive(tmp_path: Path) -> None:
    bag = build_bag(tmp_path / "bag")
    info = tarfile.TarInfo("bag/data/hole")
    info.size = TERA
    with tarfile.open(tmp_path / "bag.tar", "w", format=tarfile.GNU_FORMAT) as archive:
        archive.add(bag, "bag")
    content = (tmp_path / "bag.tar").read_bytes().rstrip(b"\0")
    content += bytes(-len(content) % 512)
    with (tmp_path / "bag.tar").open("wb") as file:
        file.write(content + info.tobuf(tarfile.GNU_FORMAT))
        file.truncate(len(content) + 512 + TERA + 1024)
    report = validate(os.fsencode(tmp_path / "bag.tar"), Depth.COMPLETE)
    assert codes(report) == ["B206", "B402"]
    report = validate(os.fsencode(tmp_path / "bag.tar"))
    assert codes(report) == ["B206", "B402", "B816"]
    (told,) = [finding for finding in report.findings if finding.code == "B816"]
    assert told.path == "data/hole"


def test_a_declaration_of_a_terabyte_that_a_tag_manifest_lists(tmp_path: Path) -> None:
    bag = build_bag(tmp_path / "bag")
    lengthen(bag / "bagit.txt", TERA)
    report = validate(os.fsencode(bag))
    assert {"B104", "B707"} <= report.counts.keys()
    assert (report.complete, report.valid) == (False, False)
    assert [finding.path for finding in report.findings if finding.code == "B707"] == ["bagit.txt"]


def test_holes_of_payload_files_are_hashed_as_far_as_is_allowed(tmp_path: Path) -> None:
    zeros = bytes(64 << 20)
    bag = build_bag(tmp_path / "bag", {"data/small.img": b"", "data/large.img": b""}, seal=False, info="")
    lengthen(bag / "data" / "small.img", len(zeros))
    lengthen(bag / "data" / "large.img", TERA)
    (bag / "manifest-sha512.txt").write_text(
        f"{digest('sha512', zeros)}  data/small.img\n{digest('sha512', b'')}  data/large.img\n"
    )
    seal_tags(bag, ("sha512",), "utf-8")
    report = validate(os.fsencode(bag))
    assert [(finding.code, finding.path) for finding in report.findings] == [("B707", "data/large.img")]
    assert report.intact == 1


@pytest.mark.parametrize("name", ["metadata/files.jsonl", RIGHTS_RECORD])
def test_records_that_are_holes(tmp_path: Path, name: str) -> None:
    bag = build_bag(tmp_path / "bag", tags={name: b'{"path": "data/x"}\n'})
    lengthen(bag / name, TERA, b"\n")
    (bag / "data" / "Album" / "01 First.flac").write_bytes(b"other\n")
    outcome = run_here("verify", bag)
    assert outcome.code == 4
    assert "B707" in outcome.out
    assert run_here("due", bag).code in {3, 4}


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 40), st.binary(min_size=1, max_size=300)), max_size=5))
def test_extents_hold_every_byte_that_is_not_zero(pieces: list[tuple[int, bytes]]) -> None:
    import tempfile  # noqa: PLC0415

    expected = io.BytesIO()
    with tempfile.TemporaryFile() as file:
        for place, data in pieces:
            for one in (file, expected):
                one.seek(place * 20_000)
                one.write(data)
        file.flush()
        content = expected.getvalue()
        file.seek(7)
        extents = list(data_extents(file.fileno(), 0, len(content)))
        assert os.lseek(file.fileno(), 0, os.SEEK_CUR) == 7
        left = bytearray(content)
        for start, end in extents:
            left[start:end] = bytes(end - start)
        assert not any(left)
        held = sum(end - start for start, end in extents)
        assert hole_bytes(file.fileno(), 0, len(content)) == len(content) - held


def test_zeros_after_a_gzip_file_are_none_of_its_bytes(tmp_path: Path) -> None:
    make_tar(build_bag(tmp_path / "bag"), tmp_path / "bag.tar")
    packed = gzip.compress((tmp_path / "bag.tar").read_bytes())
    for tail, found in ((bytes(3 << 20), []), (bytes(200_000) + b"x" + bytes(200_000), ["B820"])):
        (tmp_path / "bag.tgz").write_bytes(packed + tail)
        assert codes(validate(os.fsencode(tmp_path / "bag.tgz"))) == found
