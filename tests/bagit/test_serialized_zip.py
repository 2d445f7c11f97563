from __future__ import annotations

import shutil
import stat
import struct
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.bagit.archives import (
    codes,
    judge,
    make_streamed_zip,
    make_zip,
    put,
)
from tests.bagit.bags import build_bag

UTF8, AFTER = 1 << 11, 1 << 3
Entry = tuple[bytes, bytes, dict[str, int], bytes]


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    return build_bag(tmp_path / "bag")


def entry(name: str | bytes, content: bytes = b"", extra: bytes = b"", **fields: int) -> Entry:
    return (name if isinstance(name, bytes) else name.encode()), content, fields, extra


def write_zip(target: Path, entries: list[Entry], before_list: bytes = b"") -> Path:
    """A zip of stored members made by hand; ``fields`` go into both headers of a member."""
    body, listed = b"", b""
    for name, content, fields, extra in entries:
        needs, flags, method = fields.get("needs", 20), fields.get("flags", UTF8), fields.get("method", 0)
        size = fields.get("size", len(content))
        shared = (flags, method, 0, 33, fields.get("checksum", zlib.crc32(content)), len(content), size)
        local = struct.pack("<4s5H3L2H", b"PK\3\4", needs, *shared, len(name), len(extra))
        made_by, mode = fields.get("made_by", 3), fields.get("mode", 0)
        listed += struct.pack(
            "<4s6H3L5H2L",
            *(b"PK\1\2", made_by << 8 | 20, needs, *shared, len(name), len(extra), 0, 0, 0),
            *(mode << 16, len(body)),
        )
        listed += name + extra
        body += local + name + extra + content
    body += before_list
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, len(entries), len(entries), len(listed), len(body), 0)
    target.write_bytes(body + listed + end)
    return target


def bag_entries(bag: Path) -> list[Entry]:
    return [
        entry(f"bag/{path.relative_to(bag)}", path.read_bytes())
        for path in sorted(bag.rglob("*"))
        if path.is_file()
    ]


def unicode_path(plain: bytes, name: str) -> bytes:
    data = b"\1" + struct.pack("<L", zlib.crc32(plain)) + name.encode()
    return struct.pack("<HH", 0x7075, len(data)) + data


@pytest.mark.parametrize(
    ("extra", "code", "path"),
    [
        (entry("bag/data/folder/", b"hidden"), "B819", "data/folder"),
        (entry("bag/data/folder", mode=stat.S_IFDIR), "B819", "data/folder"),
        (entry("bag/data/new", needs=64), "B818", "data/new"),
        (entry(rb"bag\data\a", made_by=0), "B811", r"bag\data\a"),
        (entry(rb"bag\data\a", made_by=10), "B811", r"bag\data\a"),
        (entry("bag/data/a", b"", unicode_path(b"bag/data/a", "bag/data/b"), flags=0), "B819", "data/b"),
        (entry("bag/data/ä", b"", unicode_path("bag/data/ä".encode(), "bag/data/b")), "B819", "data/b"),
        (entry("bag/data/a", b"", unicode_path(b"bag/data/a", "../../b"), flags=0), "B811", "../../b"),
        (entry("bag/data/a\0b"), "B811", "bag/data/a\0b"),
    ],
)
def test_members_that_programs_see_differently_are_refused(
    bag: Path, tmp_path: Path, extra: Entry, code: str, path: str
) -> None:
    report = judge(write_zip(tmp_path / "bag.zip", [*bag_entries(bag), extra]))
    assert (code, path) in [(finding.code, finding.path) for finding in report.findings]
    assert "B802" not in codes(report)
    assert report.valid is False


@pytest.mark.parametrize(
    "plain", ["data/Ünï".encode(), "data/Ünï".encode("latin-1"), b"data/#U00dcn#U00ef", b"data/?n?"]
)
def test_the_name_in_a_unicode_path_field_counts(tmp_path: Path, plain: bytes) -> None:
    bag = build_bag(tmp_path / "bag", {"data/Ünï": b"x"})
    others = [one for one in bag_entries(bag) if b"bag/data/" not in one[0]]
    raw = b"bag/" + plain
    named = entry(raw, b"x", unicode_path(raw, "bag/data/Ünï"), flags=0)
    assert codes(judge(write_zip(tmp_path / "bag.zip", [*others, named]))) == []


def test_a_unicode_path_field_that_belongs_to_another_name_is_passed_over(bag: Path, tmp_path: Path) -> None:
    first, *others = bag_entries(bag)
    name, content, *_ = first
    for extra in (unicode_path(b"other", "x"), struct.pack("<HH", 0x7075, 3) + b"\1ab"):
        target = write_zip(tmp_path / "bag.zip", [entry(name, content, extra, flags=0), *others])
        assert codes(judge(target)) == []


def test_a_unicode_path_field_must_not_differ_between_member_and_list(bag: Path, tmp_path: Path) -> None:
    first, *others = bag_entries(bag)
    raw = b"bag/#U00fc"
    extra = unicode_path(raw, "bag/1")
    target = write_zip(tmp_path / "bag.zip", [first, entry(raw, b"", extra, flags=0), *others])
    content = target.read_bytes()
    assert content.count(b"bag/1") == 2
    target.write_bytes(content.replace(b"bag/1", b"bag/2", 1))
    assert "B819" in codes(judge(target))


def test_bytes_before_the_list_of_members_are_told(bag: Path, tmp_path: Path) -> None:
    report = judge(write_zip(tmp_path / "bag.zip", bag_entries(bag), before_list=b"hidden"))
    assert (codes(report), report.valid) == (["B820"], True)


@pytest.mark.parametrize("part", [b"PK\3\4", b"PK\1\2"])
def test_an_extra_field_longer_than_its_room_is_damage(bag: Path, tmp_path: Path, part: bytes) -> None:
    offset = {b"PK\3\4": 30, b"PK\1\2": 46}[part] + len("bag/bagit.txt") + 2
    target = tmp_path / "bag.zip"
    make_zip(bag, target)
    content = bytearray(target.read_bytes())
    place = content.index(part, content.index(part) + 4) + offset
    assert content[place - 2 : place] == b"UT"
    content[place] = 200
    target.write_bytes(content)
    assert "B801" in codes(judge(target))


def deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


def without_end(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush(zlib.Z_SYNC_FLUSH)


def empty(data: bytes) -> bytes:
    return data[:0]


@pytest.mark.parametrize("pack", [lambda data: deflated(data) + b"hidden", without_end, empty])
def test_compressed_bytes_that_do_not_end_where_they_should_are_damage(
    bag: Path, tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    data = b"first\n"
    others = [one for one in bag_entries(bag) if not one[0].endswith(b"01 First.flac")]
    bad = entry(
        "bag/data/Album/01 First.flac",
        pack(data),
        method=8,
        size=len(data),
        checksum=zlib.crc32(data),
    )
    report = judge(write_zip(tmp_path / "bag.zip", [*others, bad]))
    assert ("B821", "data/Album/01 First.flac") in [(one.code, one.path) for one in report.findings]
    assert report.valid is False


def test_hidden_bytes_behind_a_full_block_of_compressed_ones_are_damage(tmp_path: Path) -> None:
    bag = build_bag(tmp_path / "bag", {"data/1": b"x"})
    others = [one for one in bag_entries(bag) if not one[0].endswith(b"data/1")]
    content = deflated(b"x").ljust(3 << 20, b"\0")
    bad = entry("bag/data/1", content, method=8, size=1, checksum=zlib.crc32(b"x"))
    assert "B821" in codes(judge(write_zip(tmp_path / "bag.zip", [*others, bad])))


@pytest.mark.parametrize(
    "descriptor",
    [
        lambda crc, size: struct.pack("<4sLLL", b"PK\7\x08", crc, size, size),
        lambda crc, size: struct.pack("<LLL", crc, size, size),
        lambda crc, size: struct.pack("<4sLQQ", b"PK\7\x08", crc, size, size),
        lambda crc, size: struct.pack("<LQQ", crc, size, size),
    ],
)
def test_what_stands_after_a_member_is_read_in_all_its_forms(
    bag: Path, tmp_path: Path, descriptor: Callable[[int, int], bytes]
) -> None:
    *others, last = bag_entries(bag)
    name, content, *_ = last
    after = descriptor(zlib.crc32(content), len(content))
    target = write_zip(tmp_path / "bag.zip", [*others, entry(name, content, flags=UTF8 | AFTER)], after)
    assert codes(judge(target)) == []
    target = write_zip(
        tmp_path / "bag.zip", [*others, entry(name, content, flags=UTF8 | AFTER)], after + b"!"
    )
    assert codes(judge(target)) == ["B820"]
    wrong = descriptor(zlib.crc32(content) ^ 1, len(content))
    report = judge(write_zip(target, [*others, entry(name, content, flags=UTF8 | AFTER)], wrong))
    assert (codes(report), report.valid) == (["B819", "B820"], False)


@pytest.mark.parametrize(
    "change",
    [
        put(b"PK\3\4", 18, struct.pack("<L", 9)),
        put(b"PK\3\4", 14, b"abcd"),
    ],
)
def test_sizes_in_a_header_that_says_they_come_later_must_not_be_others(
    bag: Path, tmp_path: Path, change: Callable[[bytearray], None]
) -> None:
    make_streamed_zip(bag, tmp_path / "bag.zip")
    content = bytearray((tmp_path / "bag.zip").read_bytes())
    change(content)
    (tmp_path / "bag.zip").write_bytes(content)
    assert "B819" in codes(judge(tmp_path / "bag.zip"))


def wide_end(content: bytes, **fields: int) -> bytes:
    """The archive with a ZIP64 end that says what its end says, or something else."""
    place = content.index(b"PK\5\6")
    *_, count, size, start, _ = struct.unpack_from("<4s4H2LH", content, place)
    said = {"length": 44, "disk": 0, "here": count, "count": count, "size": size, "start": start, **fields}
    length, disk, here, counted, sized, started = said.values()
    end = struct.pack("<4sQ2H2L4Q", b"PK\6\6", length, 45, 45, disk, 0, here, counted, sized, started)
    return content[:place] + end + struct.pack("<4sLQL", b"PK\6\7", 0, place, 1) + content[place:]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, None),
        ({"here": 3, "count": 3}, "B819"),
        ({"size": 5}, "B819"),
        ({"start": 5}, "B819"),
        ({"length": 45}, "B819"),
        ({"disk": 1}, "B801"),
        ({"here": 3}, "B801"),
    ],
)
def test_a_zip_that_ends_twice_must_say_the_same_twice(
    bag: Path, tmp_path: Path, fields: dict[str, int], code: str | None
) -> None:
    make_zip(bag, tmp_path / "bag.zip")
    content = wide_end((tmp_path / "bag.zip").read_bytes(), **fields)
    (tmp_path / "bag.zip").write_bytes(content)
    assert (code or "none") in (codes(judge(tmp_path / "bag.zip")) or ["none"])


def test_a_comment_that_holds_the_sign_of_an_end_shows_no_other_archive(bag: Path, tmp_path: Path) -> None:
    target = write_zip(tmp_path / "bag.zip", bag_entries(bag))
    content = target.read_bytes()
    inner = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0, 0, 0, len(content), 0)
    target.write_bytes(content[:-2] + struct.pack("<H", len(inner)) + inner)
    report = judge(target)
    assert report.valid is False
    assert "B820" in codes(report)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), None),
        (("-0",), None),
        (("-fd",), None),
        (("-P", "secret"), "B817"),
        (("-Z", "bzip2"), "B818"),
    ],
)
def test_archives_of_info_zip_are_read(tmp_path: Path, words: tuple[str, ...], code: str | None) -> None:
    if shutil.which("zip") is None:
        pytest.skip("needs zip")
    names = ["data/Ünïcode 日本.flac", "data/ends in space ", "data/" + "x" * 200 + "/" + "y" * 100]
    bag = build_bag(tmp_path / "bag", {name: bytes(5_000) for name in names})
    subprocess.run(["zip", "-qr", *words, "bag.zip", "bag"], check=True, cwd=tmp_path)
    report = judge(tmp_path / "bag.zip")
    told = set(codes(report)) - {"B504"}  # a name that Windows cannot hold, as the folder's report has it too
    assert code in told if code else not told
    with (tmp_path / "streamed.zip").open("wb") as out:
        command = ["zip", "-qr", *words, "-", bag.name]
        subprocess.run(command, check=True, cwd=tmp_path, stdout=out)
    (tmp_path / "streamed.zip").rename(tmp_path / "bag.zip")
    assert judge(tmp_path / "bag.zip").findings == report.findings


def test_a_self_extracting_zip_and_one_of_several_parts_say_what_they_are(bag: Path, tmp_path: Path) -> None:
    target = write_zip(tmp_path / "bag.zip", bag_entries(bag))
    content = target.read_bytes()
    for start, code in ((b"MZ", "B801"), (b"PK\7\x08", "B818")):
        target.write_bytes(start + content)
        assert codes(judge(target)) == [code]
