from __future__ import annotations

import contextlib
import gzip
import os
import random
import struct
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.bagit.bag_source import FolderBag
from archiver.bagit.codes import FINDING_KINDS
from archiver.bagit.profiles.load import load_profile
from archiver.bagit.profiles.read import check_profile
from archiver.bagit.report import BagReport, Depth
from archiver.bagit.serialized.archive_bag import ArchiveBag
from archiver.bagit.serialized.member import Limits
from archiver.bagit.telling import ignore
from archiver.bagit.validate import open_bag, validate
from archiver.machine import TemporaryStorageError
from tests.bagit.archives import (
    MAKERS,
    bag_members,
    codes,
    judge,
    make_deflated_zip,
    make_gnu_tar,
    make_tar,
    make_tar_gz,
    make_zip,
    member,
    put,
    put_both,
    write_tar,
    zip_with,
)
from tests.bagit.bags import TWO_FILES, Payload, build_bag, rewrite, seal_tags, write_file
from tests.conftest import ONE_FIXTURE_FOR_ALL

ODD_NAMES: Payload = {
    "data/100%.flac": b"percent",
    "data/a\nb\rc.flac": b"line breaks",
    "data/ends in space ": b"space",
    "data/\u2028\x85\x0b": b"separators",
    "data/-x/*/%0A": b"literal",
    r"data/AC\DC": b"backslash",
    "data/4:33": b"colon",
    "data/" + "/".join(["deep"] * 60) + "/" + "ü" * 120: b"long",
    "data/empty": b"",
    "data/large": bytes(1_500_000),
}


@pytest.fixture(params=MAKERS)
def pack(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Path], Path]:
    name, make = MAKERS[request.param]

    def run(bag: Path) -> Path:
        target = tmp_path / "out" / name
        target.parent.mkdir(exist_ok=True)
        target.unlink(missing_ok=True)
        make(bag, target)
        return target

    return run


def same(folder: BagReport, archive: BagReport) -> bool:
    return (
        folder.findings,
        folder.complete,
        folder.valid,
        folder.intact,
        folder.files,
        folder.bytes,
        folder.metadata,
        folder.algorithms,
    ) == (
        archive.findings,
        archive.complete,
        archive.valid,
        archive.intact,
        archive.files,
        archive.bytes,
        archive.metadata,
        archive.algorithms,
    )


def spoil_nothing(bag: Path) -> None:
    del bag


def spoil_payload(bag: Path) -> None:
    (bag / "data" / "100%.flac").write_bytes(b"Percent")


def spoil_tag_file(bag: Path) -> None:
    (bag / "bag-info.txt").write_bytes(b"Title: changed\n")


def lose_files(bag: Path) -> None:
    (bag / "data" / "large").unlink()
    (bag / "metadata" / "notes.txt").unlink()


def add_files(bag: Path) -> None:
    write_file(bag, "data/added", b"added")
    write_file(bag, "metadata/added.txt", b"added")
    (bag / "data" / "folder").mkdir()


def contradict(bag: Path) -> None:
    manifest = (bag / "manifest-sha256.txt").read_text()
    rewrite(bag, "manifest-sha256.txt", manifest.replace("1", "2").encode(), ("sha256", "sha512"))


@pytest.mark.parametrize(
    "spoil", [spoil_nothing, spoil_payload, spoil_tag_file, lose_files, add_files, contradict]
)
def test_an_archive_is_judged_as_the_folder_it_was_made_from(
    tmp_path: Path, pack: Callable[[Path], Path], spoil: Callable[[Path], None]
) -> None:
    tags: Payload = {"metadata/notes.txt": b"notes"}
    bag = build_bag(tmp_path / "source", ODD_NAMES, algorithms=("sha256", "sha512"), tags=tags)
    spoil(bag)
    archive = pack(bag)
    for depth in Depth:
        folder = validate(os.fsencode(bag), depth)
        assert same(folder, judge(archive, depth))
    assert folder.valid is (spoil is spoil_nothing)


def test_every_bag_of_the_conformance_suite_is_judged_alike_in_an_archive(
    conformance_suite: Path, tmp_path: Path
) -> None:
    judged = 0
    for bag in sorted(path for path in conformance_suite.glob("v*/*/*") if path.is_dir()):
        folder = validate(os.fsencode(bag))
        for name, make in (MAKERS["tar"], MAKERS["deflated zip"], MAKERS["tar.gz"]):
            target = tmp_path / name
            make(bag, target)
            archive = validate(os.fsencode(target))
            assert same(folder, archive), bag
            target.unlink()
        judged += 1
    assert judged == 60


def test_progress_adds_up_to_what_was_announced(tmp_path: Path) -> None:
    bag = build_bag(tmp_path / "bag", ODD_NAMES)
    make_tar(bag, tmp_path / "bag.tar")
    with open_bag(os.fsencode(tmp_path / "bag.tar")) as validation:
        assert validation.source.kind == "tar"
        steps = list(validation.check())
    assert sum(step.files for step in steps) == validation.total_files == len(ODD_NAMES) + 4
    assert sum(step.bytes for step in steps) == validation.total_bytes


def test_listing_can_be_watched(tmp_path: Path) -> None:
    bag = build_bag(tmp_path / "bag", {f"data/{number}": os.urandom(9 << 20) for number in range(5)})
    make_tar_gz(bag, tmp_path / "bag.tar.gz")
    seen: list[int] = []
    with open_bag(os.fsencode(tmp_path / "bag.tar.gz"), passed=seen.append) as validation:
        assert validation.payload_files == 5
    assert len(seen) == 2
    assert 32 << 20 <= sum(seen) <= 48 << 20


def test_every_finding_counts_though_not_every_one_is_kept(bag: Path, tmp_path: Path) -> None:
    links = [member(f"bag/data/{number}", type=tarfile.SYMTYPE, linkname="x") for number in range(1_500)]
    report = judge(write_tar(tmp_path / "bag.tar", [*bag_members(bag), *links]))
    assert report.counts["B812"] == 1_500


def test_what_ends_the_reading_is_told_once(bag: Path, tmp_path: Path) -> None:
    target = write_tar(tmp_path / "bag.tar", bag_members(bag))
    content = target.read_bytes()
    target.write_bytes(content[: content.index(b"bag/data/Album/02") + 515])
    for name in ("bag.tar", "bag.tar.gz"):
        if name == "bag.tar.gz":
            (tmp_path / name).write_bytes(gzip.compress(target.read_bytes()))
        assert codes(judge(tmp_path / name)).count("B801") == 1


def test_an_archive_named_as_another_kind_is_told_what_it_is(bag: Path, tmp_path: Path) -> None:
    make_gnu_tar(bag, tmp_path / "bag.tar")
    (tmp_path / "bag.tar").rename(tmp_path / "bag.zip")
    [finding] = judge(tmp_path / "bag.zip").findings
    assert (finding.code, finding.message) == ("B804", "it is called 'bag.zip', yet is a tar archive")


def test_the_folder_must_bear_the_archive_s_name(tmp_path: Path) -> None:
    bag = build_bag(tmp_path / "bag")
    for name in ("bag.tar", "BAG.TAR", "bag.tar.txt", "other.tar"):
        make_gnu_tar(bag, tmp_path / "bag.tar")
        (tmp_path / "bag.tar").rename(tmp_path / name)
        report = judge(tmp_path / name)
        assert report.valid
        assert codes(report) == ([] if name == "bag.tar" else ["B804"])


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    return build_bag(tmp_path / "bag")


@pytest.mark.parametrize(
    ("extra", "code", "path"),
    [
        (member("/etc/passwd", b"x"), "B811", "/etc/passwd"),
        (member("bag/data/../../x", b"x"), "B811", "bag/data/../../x"),
        (member("../x", b"x"), "B811", "../x"),
        (member("~/x", b"x"), "B811", "~/x"),
        (member(r"bag\..\..\x", b"x"), "B811", r"bag\..\..\x"),
        (member("C:/x", b"x"), "B811", "C:/x"),
        (member("bag//x", b"x"), "B811", "bag//x"),
        (member("bag/data/link", type=tarfile.SYMTYPE, linkname="/etc/passwd"), "B812", "data/link"),
        (member("bag/data/link", type=tarfile.LNKTYPE, linkname="bag/bagit.txt"), "B812", "data/link"),
        (member("bag/data/pipe", type=tarfile.FIFOTYPE), "B813", "data/pipe"),
        (member("bag/data/device", type=tarfile.CHRTYPE, devmajor=1, devminor=3), "B813", "data/device"),
        (member("bag/data/block", type=tarfile.BLKTYPE), "B813", "data/block"),
        (member("bag/data/odd", b"x", type=b"Z"), "B813", "data/odd"),
        (member("bag/data/sparse", b"x", pax_headers={"GNU.sparse.major": "1"}), "B818", "data/sparse"),
        (member("bag/data/Album/01 First.flac", b"other"), "B814", "data/Album/01 First.flac"),
        (member("./bag/bagit.txt", b"other"), "B814", "bagit.txt"),
        (member("bag/bagit.txt", type=tarfile.DIRTYPE), "B814", "bagit.txt"),
        (member("bag/data/Album/01 First.flac/x", b"x"), "B815", "data/Album/01 First.flac"),
        (member("second/bagit.txt", b"x"), "B802", "second"),
        (member("loose", b"x"), "B802", "loose"),
        (member("bag/data", b"x"), "B703", "data"),
    ],
)
@pytest.mark.parametrize("compress", [False, True])
def test_hostile_members_are_refused_and_named(  # noqa: PLR0917 - fixtures are arguments
    bag: Path, tmp_path: Path, extra: tuple[tarfile.TarInfo, bytes], code: str, path: str, compress: object
) -> None:
    target = write_tar(tmp_path / "bag.tar", [*bag_members(bag), extra])
    if compress:
        packed = tmp_path / "bag.tar.gz"
        packed.write_bytes(gzip.compress(target.read_bytes()))
        target = packed
    report = judge(target)
    assert (code, path) in [(finding.code, finding.path) for finding in report.findings]
    assert report.valid is False
    assert report.complete is False


def test_a_folder_named_twice_is_no_fault(bag: Path, tmp_path: Path) -> None:
    folders = [
        member("bag/data", type=tarfile.DIRTYPE),
        member("./", type=tarfile.DIRTYPE),
        member("bag/data/", type=tarfile.DIRTYPE),
    ]
    assert judge(write_tar(tmp_path / "bag.tar", [*folders, *bag_members(bag), *folders])).valid


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_all_forms_of_tar_are_read(tmp_path: Path, form: int) -> None:
    name = "data/" + "x" * 90 + "/" + "y" * 90
    bag = build_bag(tmp_path / "bag", {name: b"content"})
    assert judge(write_tar(tmp_path / "bag.tar", bag_members(bag), form)).valid


def test_a_bag_without_a_folder_around_it_is_told_and_still_judged(bag: Path, tmp_path: Path) -> None:
    report = judge(write_tar(tmp_path / "bag.tar", bag_members(bag, "")))
    assert codes(report) == ["B803"]
    assert report.files == len(TWO_FILES)


def test_the_bag_is_found_beside_other_folders(bag: Path, tmp_path: Path) -> None:
    junk = [member(f"__MACOSX/{number}/x.txt", b"x") for number in range(300)]
    report = judge(write_tar(tmp_path / "bag.tar", [*junk, *bag_members(bag)]))
    assert codes(report) == ["B802"]
    assert report.files == len(TWO_FILES)


def test_an_archive_with_more_folders_than_anybody_needs_ends_with_a_report(
    bag: Path, tmp_path: Path
) -> None:
    junk = [member(f"{number}/bagit.txt", b"x") for number in range(300)]
    report = judge(write_tar(tmp_path / "bag.tar", [*junk, *bag_members(bag)]))
    assert "B802" in codes(report)
    assert not report.valid


def test_an_empty_archive_and_one_without_a_bag(tmp_path: Path) -> None:
    assert codes(judge(write_tar(tmp_path / "bag.tar", []))) == ["B101", "B803"]
    assert codes(judge(write_tar(tmp_path / "bag.tar", [member("bag/notes", b"x")]))) == ["B101"]
    with zipfile.ZipFile(tmp_path / "bag.zip", "w"):
        pass
    assert codes(judge(tmp_path / "bag.zip")) == ["B101", "B803"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "B801"),
        (b"no archive at all" * 100, "B801"),
        (b"BZh91AY&SY" + bytes(600), "B818"),
        (b"\xfd7zXZ\x00" + bytes(600), "B818"),
        (b"\x1f\x9d\x90" + bytes(600), "B818"),
        (b"\x1f\x8b", "B801"),
        (b"\x1f\x8b\x08\x00" + b"x" * 600, "B801"),
        (b"PK\3\4" + bytes(600), "B801"),
        (b"PK\5\6", "B801"),
    ],
)
def test_what_is_no_archive_is_told(tmp_path: Path, content: bytes, code: str) -> None:
    (tmp_path / "bag.tar").write_bytes(content)
    report = judge(tmp_path / "bag.tar")
    assert code in codes(report)
    assert report.valid is False


def test_paths_that_cannot_be_opened_are_told(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.tar")
    for path in (tmp_path / "missing.tar", tmp_path / "pipe.tar", tmp_path):
        archive = ArchiveBag(os.fsencode(path), Limits(), (), ignore)
        with archive.listing(lambda _: None) as listing, contextlib.closing(archive):
            assert listing.top is None
            [finding] = listing.found.report()
        assert finding.code == "B801"
        assert finding.message.startswith(
            tuple(
                f"it cannot be opened: {what}"
                for what in ("No such", "a named pipe, not a file", "a folder, not a file")
            )
        )
        report = validate(os.fsencode(path))
        assert (report.complete, report.valid, report.files) == (False, False, 0)


@pytest.mark.parametrize("cut", [1, 600, 2_000, 5_120])
def test_a_tar_that_was_cut_off_is_told(bag: Path, tmp_path: Path, cut: int) -> None:
    target = write_tar(tmp_path / "bag.tar", bag_members(bag))
    content = target.read_bytes().rstrip(b"\0")
    target.write_bytes(content[:-cut])
    report = judge(target)
    assert report.valid is False
    assert "B801" in codes(report)
    packed = tmp_path / "bag.tar.gz"
    packed.write_bytes(gzip.compress(content)[: -cut % 500])
    assert "B801" in codes(judge(packed))


def test_how_a_tar_ends_is_judged(bag: Path, tmp_path: Path) -> None:
    target = write_tar(tmp_path / "bag.tar", bag_members(bag))
    content = target.read_bytes()
    ended = len(content.rstrip(b"\0")) + -len(content.rstrip(b"\0")) % 512
    for changed, expected in (
        (content, []),
        (content[: ended + 1024], []),
        (content[: ended + 512], ["B820"]),
        (content[:ended], ["B820"]),
        (content + b"hidden", ["B820"]),
    ):
        target.write_bytes(changed)
        report = judge(target)
        assert (codes(report), report.valid) == (expected, True)


def test_a_damaged_header_ends_the_reading_but_not_the_report(bag: Path, tmp_path: Path) -> None:
    target = write_tar(tmp_path / "bag.tar", bag_members(bag))
    content = bytearray(target.read_bytes())
    second = content.index(b"bag/data/Album/02")
    content[second + 150] ^= 1
    target.write_bytes(content)
    report = judge(target)
    assert {"B801", "B101"} <= set(codes(report)) or "B801" in codes(report)
    assert report.valid is False


@pytest.mark.parametrize(
    ("kind", "data", "code"),
    [
        (tarfile.XHDTYPE, b"nonsense", "B801"),
        (tarfile.XHDTYPE, b"9999 path=x\n", "B801"),
        (tarfile.XHDTYPE, b"0 path=x\n", "B801"),
        (tarfile.XHDTYPE, b"14 size=-1234\n", "B801"),
        (tarfile.XGLTYPE, b"10 path=x\n", "B819"),
        (tarfile.XHDTYPE, bytes(2 << 20), "B816"),
        (tarfile.GNUTYPE_LONGNAME, bytes(2 << 20), "B816"),
        (tarfile.GNUTYPE_SPARSE, b"", "B818"),
    ],
)
def test_hostile_tar_headers(bag: Path, tmp_path: Path, kind: bytes, data: bytes, code: str) -> None:
    header = tarfile.TarInfo("header")
    header.type = kind
    header.size = len(data)
    blocks = header.tobuf(tarfile.USTAR_FORMAT) + data + bytes(-len(data) % 512)
    target = write_tar(tmp_path / "bag.tar", bag_members(bag))
    target.write_bytes(blocks + target.read_bytes())
    report = judge(target)
    assert code in codes(report)
    assert report.valid is False


def test_a_header_that_announces_a_member_that_never_comes(tmp_path: Path) -> None:
    header = tarfile.TarInfo("header")
    header.type = tarfile.GNUTYPE_LONGNAME
    (tmp_path / "bag.tar").write_bytes(header.tobuf(tarfile.GNU_FORMAT) + bytes(1024))
    assert "B801" in codes(judge(tmp_path / "bag.tar"))


def test_a_negative_size_is_refused(tmp_path: Path) -> None:
    header = bytearray(tarfile.TarInfo("bag/bagit.txt").tobuf(tarfile.GNU_FORMAT))
    header[124:136] = b"\xff" * 12
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    (tmp_path / "bag.tar").write_bytes(bytes(header) + bytes(1024))
    assert "B819" in codes(judge(tmp_path / "bag.tar"))


def test_bombs_are_refused_after_what_the_limits_allow(bag: Path, tmp_path: Path) -> None:
    small = Limits(ratio=10, free_bytes=1 << 20, tag_bytes=1 << 20)
    bomb = [*bag_members(bag), member("bag/data/bomb", bytes(20 << 20))]
    plain = write_tar(tmp_path / "bag.tar", bomb)
    assert codes(judge(plain, limits=small)) == ["B206", "B402"]
    packed = tmp_path / "bag.tar.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert "B816" in codes(judge(packed, limits=small))
    write_file(bag, "data/bomb", bytes(20 << 20))
    make_deflated_zip(bag, tmp_path / "bag.zip")
    assert "B816" in codes(judge(tmp_path / "bag.zip", limits=small))


def test_tag_files_larger_than_the_limits_allow_are_not_copied_aside(bag: Path, tmp_path: Path) -> None:
    write_file(bag, "notes.txt", random.Random(1).randbytes(100_000))
    make_tar(bag, tmp_path / "bag.tar")
    assert "B816" in codes(judge(tmp_path / "bag.tar", limits=Limits(tag_bytes=50_000)))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (put_both(6, 8, struct.pack("<H", 1 << 11 | 1)), "B817"),
        (put_both(8, 10, struct.pack("<H", 12)), "B818"),
        (put(b"PK\1\2", 38, struct.pack("<L", 0o120777 << 16), last=True), "B812"),
        (put(b"PK\1\2", 38, struct.pack("<L", 0o010644 << 16), last=True), "B813"),
        (put(b"PK\3\4", 30, b"BAG", last=True), "B819"),
        (put(b"PK\3\4", 8, struct.pack("<H", 8), last=True), "B819"),
        (put(b"PK\3\4", 22, struct.pack("<L", 1), last=True), "B819"),
        (put(b"PK\3\4", 0, b"PK\3\5", last=True), "B819"),
        (put(b"PK\1\2", 42, bytes(4), last=True), "B819"),
        (put(b"PK\1\2", 0, b"PK\1\3", last=True), "B801"),
        (put(b"PK\5\6", 8, struct.pack("<HH", 3, 3)), "B819"),
        (put(b"PK\5\6", 8, struct.pack("<HH", 900, 900)), "B819"),
        (put(b"PK\5\6", 12, struct.pack("<L", 5)), "B819"),
        (put(b"PK\5\6", 4, struct.pack("<H", 1)), "B801"),
        (put(b"PK\5\6", 0, b"PK\0\0"), "B801"),
        (put_both(14, 16, b"\xff\xff\xff\xff"), "B821"),
        (put_both(22, 24, b"\xff\xff\xff\xff"), "B801"),
        (put(b"PK\1\2", 34, b"\1", last=True), "B801"),
        (put(b"PK\1\2", 28, b"\xff\xff", last=True), "B801"),
        (lambda content: content.extend(b"after"), "B820"),
    ],
)
def test_hostile_zips(bag: Path, tmp_path: Path, change: Callable[[bytearray], None], code: str) -> None:
    report = judge(zip_with(bag, tmp_path / "bag.zip", change))
    assert code in codes(report)
    assert report.valid is (code == "B820")


def test_a_damaged_end_of_a_large_zip_is_told(bag: Path, tmp_path: Path) -> None:
    make_zip(bag, tmp_path / "bag.zip")
    content = (tmp_path / "bag.zip").read_bytes()
    end = content.index(b"PK\5\6")
    for where in (0, end, 1 << 40, (1 << 64) - 1):
        locator = struct.pack("<4sLQL", b"PK\6\7", 0, where, 1)
        (tmp_path / "bag.zip").write_bytes(content[:end] + locator + content[end:])
        assert codes(judge(tmp_path / "bag.zip"))[:3] == ["B101", "B801", "B803"]


@pytest.mark.parametrize("change", [bytes(10_240), None])
def test_an_archive_that_changes_between_the_readings_is_told(
    bag: Path, tmp_path: Path, change: bytes | None
) -> None:
    target = tmp_path / "bag.tar"
    make_tar(bag, target)
    with open_bag(os.fsencode(target)) as validation:
        if change is None:
            target.unlink()
        else:
            target.write_bytes(target.read_bytes() + change)
        list(validation.check())
        assert codes(validation.report()) == ["B115", "B801"]
        assert validation.report().valid is False


def test_without_room_for_temporary_files_there_is_no_report(
    bag: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_tar(bag, tmp_path / "bag.tar")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    with pytest.raises(TemporaryStorageError, match="missing"):
        validate(os.fsencode(tmp_path / "bag.tar"))


def test_members_of_a_zip_that_share_bytes_are_refused(bag: Path, tmp_path: Path) -> None:
    make_zip(bag, tmp_path / "bag.zip")
    content = (tmp_path / "bag.zip").read_bytes()
    start = content.index(b"PK\1\2")
    end = content.index(b"PK\5\6")
    listed = content[start:end]
    *_, last = listed.split(b"PK\1\2")
    count, size = listed.count(b"PK\1\2") + 1, len(listed) + len(last) + 4
    ending = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, size, start, 0)
    (tmp_path / "bag.zip").write_bytes(content[:end] + b"PK\1\2" + last + ending)
    assert "B819" in codes(judge(tmp_path / "bag.zip"))


def test_bytes_between_the_members_of_a_zip_are_told(bag: Path, tmp_path: Path) -> None:
    make_zip(bag, tmp_path / "bag.zip")
    content = (tmp_path / "bag.zip").read_bytes()
    hidden = b"#!/bin/sh\n"
    second, start, end = content.index(b"PK\3\4", 4), content.index(b"PK\1\2"), content.index(b"PK\5\6")
    listed = bytearray(content[start:end])
    place = listed.find(b"PK\1\2", 1)
    while place >= 0:
        (offset,) = struct.unpack_from("<L", listed, place + 42)
        struct.pack_into("<L", listed, place + 42, offset + len(hidden))
        place = listed.find(b"PK\1\2", place + 1)
    count, size = bytes(listed).count(b"PK\1\2"), len(listed)
    ending = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, size, start + len(hidden), 0)
    changed = content[:second] + hidden + content[second:start] + bytes(listed) + ending
    (tmp_path / "bag.zip").write_bytes(changed)
    report = judge(tmp_path / "bag.zip")
    assert (codes(report), report.valid) == (["B820"], True)


def test_damage_to_a_deflated_member_is_told_and_the_others_are_still_checked(tmp_path: Path) -> None:
    payload: Payload = {f"data/{number}": os.urandom(50) + bytes(5_000) for number in range(3)}
    bag = build_bag(tmp_path / "bag", payload)
    make_deflated_zip(bag, tmp_path / "bag.zip")
    content = bytearray((tmp_path / "bag.zip").read_bytes())
    content[content.index(b"bag/data/1") + len("bag/data/1")] ^= 0x06
    (tmp_path / "bag.zip").write_bytes(content)
    report = judge(tmp_path / "bag.zip")
    assert [(finding.code, finding.path) for finding in report.findings] == [
        ("B411", "data/1"),
        ("B821", "data/1"),
    ]
    assert (report.complete, report.valid, report.intact) == (True, False, 2)


@pytest.mark.parametrize("written", ["data/Ünï".encode(), "data/Ünç".encode("cp437")])
def test_a_zip_name_without_the_utf8_flag_is_read_as_utf8_or_as_dos_wrote_it(
    tmp_path: Path, written: bytes
) -> None:
    name = "data/Ünï" if len(written) > 8 else "data/Ünç"
    bag = build_bag(tmp_path / "bag", {name: b"x"})
    stand_in = "data/" + "x" * (len(written) - 5)
    with zipfile.ZipFile(tmp_path / "bag.zip", "w") as archive:
        for path in sorted(path for path in bag.rglob("*") if path.is_file()):
            relative = str(path.relative_to(bag))
            archive.write(path, f"bag/{stand_in if relative == name else relative}")
    content = (tmp_path / "bag.zip").read_bytes()
    (tmp_path / "bag.zip").write_bytes(content.replace(stand_in.encode(), written))
    assert judge(tmp_path / "bag.zip").valid


def test_a_flipped_bit_in_any_file_of_the_bag_is_found(bag: Path, tmp_path: Path) -> None:
    for make, name in ((make_tar, "bag.tar"), (make_zip, "bag.zip")):
        make(bag, tmp_path / name)
        content = (tmp_path / name).read_bytes()
        for path in (path for path in bag.rglob("*") if path.is_file()):
            data = path.read_bytes()
            start = content.index(data)
            for offset in range(start, start + len(data), 7):
                changed = bytearray(content)
                changed[offset] ^= 1 << offset % 8
                (tmp_path / name).write_bytes(changed)
                # a digest whose letter has become a capital is still the digest, and is warned of
                assert codes(validate(os.fsencode(tmp_path / name))), (path, offset)


def test_profiles_are_checked_inside_archives_as_in_folders(tmp_path: Path) -> None:
    profile = load_profile("aptrust")
    info = f"BagIt-Profile-Identifier: {profile.identifier}\n"
    tags: Payload = {"aptrust-info.txt": b"Title: Songs\nAccess: Consortia\nStorage-Option: Standard\n"}
    bag = build_bag(tmp_path / "bag", algorithms=("md5", "sha512"), info=info, tags=tags)
    assert [finding.code for finding in check_profile(profile, FolderBag(os.fsencode(bag)))] == ["B931"]
    for make, name, expected in ((make_tar, "bag.tar", []), (make_zip, "bag.zip", ["B933"])):
        make(bag, tmp_path / name)
        with open_bag(os.fsencode(tmp_path / name)) as validation:
            assert [finding.code for finding in check_profile(profile, validation.source)] == expected
    (bag / "aptrust-info.txt").write_bytes(b"Title: \nAccess: Everybody\n")
    seal_tags(bag, ("md5", "sha512"))
    (tmp_path / "bag.tar").unlink()
    make_tar(bag, tmp_path / "bag.tar")
    with open_bag(os.fsencode(tmp_path / "bag.tar")) as validation:
        found = [(finding.code, finding.path) for finding in check_profile(profile, validation.source)]
    assert found == [(code, "aptrust-info.txt") for code in ("B902", "B902", "B904")]
    with open_bag(os.fsencode(tmp_path / "missing.tar")) as validation:
        [missing] = check_profile(profile, validation.source)
    assert missing.code == "B115"


def test_every_archive_code_is_provoked_by_a_test() -> None:
    source = Path(__file__).read_text()
    asked = [code for code in FINDING_KINDS if code.startswith("B8")]
    assert [code for code in asked if f'"{code}"' not in source] == []


@pytest.mark.parametrize("name", ["bag.tar", "bag.tar.gz", "bag.zip", "deflated.zip"])
@settings(max_examples=60, suppress_health_check=ONE_FIXTURE_FOR_ALL)
@given(
    changes=st.lists(
        st.tuples(st.integers(0, 1 << 20), st.binary(min_size=1, max_size=8)), min_size=1, max_size=4
    ),
    cut=st.none() | st.integers(0, 1 << 20),
)
def test_any_damage_ends_with_a_report(
    tmp_path_factory: pytest.TempPathFactory, name: str, changes: list[tuple[int, bytes]], cut: int | None
) -> None:
    folder = tmp_path_factory.getbasetemp() / "fuzzed"
    original = folder / name
    if not original.exists():
        bag = build_bag(folder / f"source-{name}" / "bag")
        make = {"bag.tar": make_tar, "bag.tar.gz": make_tar_gz, "bag.zip": make_zip}.get(
            name, make_deflated_zip
        )
        make(bag, original)
    content = bytearray(original.read_bytes())
    for place, data in changes:
        start = place % len(content)
        content[start : start + len(data)] = data
    target = folder / f"changed-{name}"
    target.write_bytes(content[: None if cut is None else cut % len(content)])
    report = validate(os.fsencode(target))
    assert report.valid in (True, False)
