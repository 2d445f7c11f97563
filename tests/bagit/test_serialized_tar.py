from __future__ import annotations

import gzip
import io
import os
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.bagit.serialized.gzip_reader import open_gzip
from archiver.bagit.serialized.member import ArchiveError
from archiver.bagit.serialized.tar_header import read_header
from tests.bagit.archives import bag_members, codes, judge, make_tar_gz, member
from tests.bagit.bags import TWO_FILES, build_bag

ONE = "bag/data/Album/01 First.flac"


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    return build_bag(tmp_path / "bag")


def block(
    name: str, content: bytes = b"", form: Literal[0, 1, 2] = tarfile.GNU_FORMAT, **fields: object
) -> bytes:
    """One member as it stands in an archive."""
    header, _ = member(name, content, **fields)
    return header.tobuf(form, "utf-8", "surrogateescape") + content + bytes(-len(content) % 512)


def summed(header: bytes, start: int, value: bytes) -> bytes:
    """The header with a field changed and its checksum made to fit again."""
    changed = header[:start] + value + header[start + len(value) :]
    changed = changed[:148] + b" " * 8 + changed[156:]
    return changed[:148] + b"%06o\0 " % sum(changed[:512]) + changed[156:]


def rest_of(bag: Path, *left_out: str) -> bytes:
    """All members of the bag but those left out, and the archive's end."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for header, content in bag_members(bag):
            if header.name not in left_out:
                archive.addfile(header, io.BytesIO(content))
    return stream.getvalue()


def found_in(path: Path) -> list[tuple[str, str]]:
    return [(finding.code, finding.path) for finding in judge(path).findings]


@pytest.mark.parametrize("words", [("--format=gnu",), ("--format=gnu", "--listed-incremental=state")])
def test_times_that_gnu_tar_keeps_where_ustar_has_a_prefix_are_no_part_of_the_name(
    bag: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    subprocess.run(["tar", *words, "-cf", "out.tar", "bag"], check=True, cwd=tmp_path)
    (tmp_path / "bag.tar").write_bytes((tmp_path / "out.tar").read_bytes())
    assert found_in(tmp_path / "bag.tar") == []


@pytest.mark.parametrize("magic", [b"ustar  \0", bytes(8)])
def test_a_prefix_counts_only_where_the_format_has_one(bag: Path, tmp_path: Path, magic: bytes) -> None:
    content = TWO_FILES[ONE.removeprefix("bag/")]
    header = block("01 First.flac", content, tarfile.USTAR_FORMAT)
    header = summed(header, 345, b"bag/data/Album")
    (tmp_path / "bag.tar").write_bytes(header + rest_of(bag, ONE))
    assert found_in(tmp_path / "bag.tar") == []
    (tmp_path / "bag.tar").write_bytes(summed(header, 257, magic) + rest_of(bag, ONE))
    assert ("B802", "01 First.flac") in found_in(tmp_path / "bag.tar")


def test_a_file_whose_name_ends_like_a_folder_s_is_a_folder(bag: Path, tmp_path: Path) -> None:
    for kind in (tarfile.REGTYPE, tarfile.AREGTYPE):
        (tmp_path / "bag.tar").write_bytes(block("bag/data/", type=kind) + rest_of(bag))
        assert found_in(tmp_path / "bag.tar") == []
        (tmp_path / "bag.tar").write_bytes(block(f"{ONE}/", b"first\n", type=kind) + rest_of(bag, ONE))
        assert ("B819", f"{ONE}/") in found_in(tmp_path / "bag.tar")


def test_a_folder_that_says_it_has_bytes_ends_the_reading(bag: Path, tmp_path: Path) -> None:
    header = block("bag/data", bytes(512), type=tarfile.DIRTYPE)
    (tmp_path / "bag.tar").write_bytes(header + rest_of(bag))
    assert ("B819", "bag/data/") in found_in(tmp_path / "bag.tar")


def pax(**records: str) -> bytes:
    lines = [f" {key}={value}\n" for key, value in records.items()]
    text = "".join(f"{len(line) + 2}{line}" for line in lines)
    return block("PaxHeader", text.encode(), type=tarfile.XHDTYPE)


def long_name(name: str) -> bytes:
    return block("././@LongLink", name.encode() + b"\0", type=tarfile.GNUTYPE_LONGNAME)


@pytest.mark.parametrize(
    "headers",
    [
        pax(path="bag/data/a") + pax(path="bag/data/b"),
        long_name("bag/data/a") + long_name("bag/data/b"),
        long_name("bag/data/a") + pax(path="bag/data/b"),
        pax(path="bag/data/a") + long_name("bag/data/b"),
        pax(size="1") + pax(comment="x"),
    ],
)
def test_headers_of_which_programs_follow_different_ones_end_the_reading(
    bag: Path, tmp_path: Path, headers: bytes
) -> None:
    (tmp_path / "bag.tar").write_bytes(headers + block(ONE, b"first\n") + rest_of(bag, ONE))
    assert "B819" in codes(judge(tmp_path / "bag.tar"))


def test_one_header_of_each_kind_is_read_together(bag: Path, tmp_path: Path) -> None:
    headers = pax(mtime="1.5") + long_name(ONE)
    (tmp_path / "bag.tar").write_bytes(headers + block("x", b"first\n") + rest_of(bag, ONE))
    assert found_in(tmp_path / "bag.tar") == []


def test_the_label_of_an_archive_is_no_member(bag: Path, tmp_path: Path) -> None:
    target = tmp_path / "bag.tar"
    subprocess.run(["tar", "-V", "../Label", "-cf", str(target), "bag"], check=True, cwd=tmp_path)
    assert b"../Label" in target.read_bytes()
    assert found_in(target) == []


@pytest.mark.parametrize(
    "words", [("gnu",), ("posix", "--sparse-version=0.1"), ("posix", "--sparse-version=1.0")]
)
def test_a_sparse_file_is_named_and_all_else_is_judged(
    bag: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    target, holes = tmp_path / "bag.tar", bag / "data" / "0 holes"
    with holes.open("wb") as file:
        for part in range(60):  # more parts than one header's map has room for
            file.seek(part << 16)
            file.write(b"part")
        file.truncate(4 << 20)
    form, *more = words
    subprocess.run(
        ["tar", "-S", f"--format={form}", *more, "--sort=name", "-cf", str(target), "bag"],
        check=True,
        cwd=tmp_path,
    )
    assert target.stat().st_size < 1 << 20
    report = judge(target)
    assert [(finding.code, finding.path) for finding in report.findings] == [("B818", "data/0 holes")]
    assert (report.valid, report.files) == (False, len(TWO_FILES))


def test_one_volume_of_several_says_what_it_is(tmp_path: Path) -> None:
    build_bag(tmp_path / "bag", {"data/large": os.urandom(300_000)})
    command = ["tar", "-cM", "-L", "200", "-f", "bag.tar", "-f", "bag-2.tar", "bag"]
    subprocess.run(command, check=True, cwd=tmp_path, stdin=subprocess.DEVNULL)
    assert "B801" in codes(judge(tmp_path / "bag.tar"))
    (second,) = [finding for finding in judge(tmp_path / "bag-2.tar").findings if finding.code == "B818"]
    assert "another volume" in second.message


@pytest.mark.parametrize("size", [b"1_0", b"-1", b"+7", b"0o17", b"8", b"\xff" * 12, b"\x80" + b"\xff" * 11])
def test_sizes_that_are_none_end_the_reading(bag: Path, tmp_path: Path, size: bytes) -> None:
    header = summed(block(ONE, b"first\n"), 124, size.ljust(12, b"\0"))
    (tmp_path / "bag.tar").write_bytes(header + rest_of(bag, ONE))
    report = judge(tmp_path / "bag.tar")
    assert report.valid is False
    assert {"B801", "B819"} & set(codes(report))


@given(st.lists(st.tuples(st.integers(0, 511), st.binary(min_size=1, max_size=12)), max_size=3))
def test_a_header_is_read_as_python_s_own_reader_reads_it_or_refused(
    changes: list[tuple[int, bytes]],
) -> None:
    data = block("bag/data/Album/01 First.flac", type=tarfile.SYMTYPE, linkname="elsewhere")
    for place, value in changes:
        data = summed(data, place, value[: 512 - place])
    try:
        header, other = read_header(data), tarfile.TarInfo.frombuf(data, "utf-8", "surrogateescape")
    except (ArchiveError, tarfile.HeaderError):
        return
    assert (header.size, header.link, header.kind) == (other.size, other.linkname, data[156:157])


def test_gzip_members_and_padding_are_read_to_the_end(bag: Path, tmp_path: Path) -> None:
    content = rest_of(bag)
    packed = b"".join(gzip.compress(content[start : start + 700]) for start in range(0, len(content), 700))
    target = tmp_path / "bag.tar.gz"
    for changed, expected in (
        (packed, []),
        (gzip.compress(b"") + packed + gzip.compress(b""), []),
        (packed + bytes(100_000), []),
        (packed + b"hidden", ["B820"]),
        (packed + bytes(100_000) + b"hidden", ["B820"]),
        (packed + b"\x1f", ["B820"]),
    ):
        target.write_bytes(changed)
        report = judge(target)
        assert (codes(report), report.valid) == (expected, True)


def test_a_gzip_file_that_is_cut_off_or_fails_its_checksum_is_told(bag: Path, tmp_path: Path) -> None:
    make_tar_gz(bag, tmp_path / "bag.tar.gz")
    content = (tmp_path / "bag.tar.gz").read_bytes()
    for cut in (1, 3, 5, 8, 9, 30, len(content) - 11):
        (tmp_path / "bag.tar.gz").write_bytes(content[:-cut])
        assert "B801" in codes(judge(tmp_path / "bag.tar.gz")), cut
    for place in (-1, -5):
        changed = bytearray(content)
        changed[place] ^= 1
        (tmp_path / "bag.tar.gz").write_bytes(changed)
        report = judge(tmp_path / "bag.tar.gz")
        assert "B801" in codes(report)
        assert report.valid is False


def test_a_gzip_header_without_end_is_read_in_no_time(tmp_path: Path) -> None:
    with (tmp_path / "bag.tar.gz").open("wb") as file:
        file.write(b"\x1f\x8b\x08\x08" + bytes(6))
        file.write(b"x" * (64 << 20))
    assert codes(judge(tmp_path / "bag.tar.gz"))[:2] == ["B101", "B801"]


@given(st.lists(st.binary(max_size=300), max_size=5), st.integers(1, 400))
def test_what_was_packed_comes_out_however_it_is_asked_for(parts: list[bytes], size: int) -> None:
    with tempfile.TemporaryFile() as file:
        file.write(b"".join(map(gzip.compress, parts)) or gzip.compress(b""))
        file.seek(0)
        stream = open_gzip(file, lambda finding: pytest.fail(finding.message))
        out = b"".join(iter(lambda: stream.read(size), b""))
    assert out == b"".join(parts)


def test_a_tar_whose_first_header_is_damaged_is_called_damaged(bag: Path, tmp_path: Path) -> None:
    content = bytearray(rest_of(bag))
    content[3] ^= 1
    (tmp_path / "bag.tar").write_bytes(content)
    (told,) = [finding for finding in judge(tmp_path / "bag.tar").findings if finding.code == "B801"]
    assert "damaged" in told.message


def test_a_checksum_of_signed_bytes_is_taken_too(bag: Path, tmp_path: Path) -> None:
    header = block("bag/data/Ü", b"x")
    signed = sum(byte - 256 * (byte > 127) for byte in header[:148] + b" " * 8 + header[156:512])
    old = header[:148] + b"%06o\0 " % signed + header[156:]
    (tmp_path / "bag.tar").write_bytes(old + rest_of(bag))
    assert found_in(tmp_path / "bag.tar") == [("B206", "bag-info.txt"), ("B402", "data/Ü")]
