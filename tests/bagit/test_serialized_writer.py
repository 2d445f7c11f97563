from __future__ import annotations

import hashlib
import os
import struct
import subprocess
import tarfile
import zipfile
from pathlib import Path
from typing import Literal

import pytest

from archiver import disk, filesystem
from archiver.bagit.findings import Finding
from archiver.bagit.serialized import zip_writer
from archiver.bagit.serialized.archive import Archive
from archiver.bagit.serialized.member import Limits
from archiver.bagit.serialized.writer import SerializeError, serialize
from archiver.bagit.serialized.zip_writer import ZipMembers

WHEN = 1_700_000_001
KINDS: tuple[Literal["tar", "zip"], ...] = ("tar", "zip")
LONG = "/".join(["x" * 120] * 4) + "/" + "ü" * 100 + ".flac"


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    folder = tmp_path / "source-bag"
    files = {
        "bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
        "bag-info.txt": b"Title: x\n",
        "metadata/rights/rights.csv": b"a,b\n",
        "data/B/2.flac": b"second" * 300_000,
        "data/A/1% \u2028 ends in space ": b"",
        f"data/{LONG}": b"long",
        "manifest-sha512.txt": b"not checked here\n",
    }
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        os.utime(target, ns=(5, 1_600_000_000_999_999_999))
    (folder / "data" / "empty").mkdir()
    return folder


def tree(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    return {
        str(path.relative_to(folder)): (
            path.lstat().st_mtime_ns,
            path.lstat().st_ctime_ns,
            path.read_bytes() if path.is_file() else b"",
        )
        for path in sorted(folder.rglob("*"))
    }


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_bag_gives_the_same_bytes_wherever_it_stands_and_is_left_alone(
    bag: Path, tmp_path: Path, kind: Literal["tar", "zip"]
) -> None:
    before = tree(bag)
    first = tmp_path / "one" / f"bag.{kind}"
    second = tmp_path / "two" / f"bag.{kind}"
    for target in (first, second):
        target.parent.mkdir()
        written = serialize(os.fsencode(bag), os.fsencode(target), kind, WHEN)
        assert (written.size, written.files) == (target.stat().st_size, 7)
        assert list(target.parent.iterdir()) == [target]
    assert first.read_bytes() == second.read_bytes()
    assert tree(bag) == before


@pytest.mark.parametrize("kind", KINDS)
def test_the_bytes_do_not_depend_on_the_order_in_which_the_disk_lists(
    bag: Path, tmp_path: Path, kind: Literal["tar", "zip"]
) -> None:
    copy = tmp_path / "copy"
    for path in sorted(bag.rglob("*"), reverse=True):
        target = copy / path.relative_to(bag)
        if path.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
            os.utime(target, ns=(7, path.stat().st_mtime_ns))
    (copy / "data" / "empty").mkdir()
    digests = set()
    for folder, name in ((bag, "a"), (copy, "b")):
        target = tmp_path / name / f"bag.{kind}"
        target.parent.mkdir()
        serialize(os.fsencode(folder), os.fsencode(target), kind, WHEN)
        digests.add(hashlib.sha256(target.read_bytes()).hexdigest())
    assert len(digests) == 1


def test_a_tar_has_one_root_a_fixed_order_and_nobody_s_name(bag: Path, tmp_path: Path) -> None:
    target = tmp_path / "My Bag 1.0.tar"
    serialize(os.fsencode(bag), os.fsencode(target), "tar", WHEN)
    with tarfile.open(target, "r:") as archive:
        members = archive.getmembers()
    names = [member.name for member in members]
    deep = ["/".join(f"My Bag 1.0/data/{LONG}".split("/")[:depth]) for depth in range(3, 8)]
    assert names == [
        "My Bag 1.0",
        "My Bag 1.0/bagit.txt",
        "My Bag 1.0/bag-info.txt",
        "My Bag 1.0/manifest-sha512.txt",
        "My Bag 1.0/metadata",
        "My Bag 1.0/metadata/rights",
        "My Bag 1.0/metadata/rights/rights.csv",
        "My Bag 1.0/data",
        "My Bag 1.0/data/A",
        "My Bag 1.0/data/A/1% \u2028 ends in space ",
        "My Bag 1.0/data/B",
        "My Bag 1.0/data/B/2.flac",
        "My Bag 1.0/data/empty",
        *deep,
    ]
    assert {(member.uid, member.gid, member.uname, member.gname) for member in members} == {(0, 0, "", "")}
    assert {oct(member.mode) for member in members} == {"0o644", "0o755"}
    times = {member.name.partition("/")[2]: member.mtime for member in members}
    assert times["data/B/2.flac"] == 1_600_000_000
    assert times["bag-info.txt"] == times["data"] == times[""] == WHEN
    assert target.stat().st_size % 10_240 == 0


@pytest.mark.parametrize("kind", KINDS)
def test_other_programs_unpack_what_was_packed(
    bag: Path, tmp_path: Path, kind: Literal["tar", "zip"]
) -> None:
    target, out = tmp_path / f"bag.{kind}", tmp_path / "out"
    serialize(os.fsencode(bag), os.fsencode(target), kind, WHEN)
    out.mkdir()
    if kind == "tar":
        subprocess.run(["tar", "-xf", str(target), "-C", str(out)], check=True)
    else:
        with zipfile.ZipFile(target) as archive:
            assert archive.testzip() is None
            archive.extractall(out)
            assert archive.getinfo("bag/data/B/2.flac").date_time == (2020, 9, 13, 12, 26, 40)
    unpacked = {path: content for path, (_, _, content) in tree(out / "bag").items()}
    assert unpacked == {path: content for path, (_, _, content) in tree(bag).items()}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_there_is_not_overwritten(bag: Path, tmp_path: Path, kind: Literal["tar", "zip"]) -> None:
    target = tmp_path / "out" / f"bag.{kind}"
    target.parent.mkdir()
    target.symlink_to("/nowhere")
    with pytest.raises(FileExistsError):
        serialize(os.fsencode(bag), os.fsencode(target), kind, WHEN)
    assert os.listdir(target.parent) == [target.name]


@pytest.mark.parametrize(
    ("name", "kind"), [("bag.tgz", "tar"), (".tar", "tar"), ("bag.tar", "zip"), ("bag", "tar")]
)
def test_a_name_that_does_not_tell_the_format_is_refused(
    bag: Path, tmp_path: Path, name: str, kind: Literal["tar", "zip"]
) -> None:
    with pytest.raises(SerializeError, match="ends in"):
        serialize(os.fsencode(bag), os.fsencode(tmp_path / name), kind, WHEN)


@pytest.mark.parametrize("kind", KINDS)
def test_links_pipes_and_names_that_are_not_utf8_are_refused_and_leave_nothing(
    bag: Path, tmp_path: Path, kind: Literal["tar", "zip"]
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    target = os.fsencode(out / f"bag.{kind}")
    link = bag / "data" / "link"
    link.symlink_to("/etc/passwd")
    with pytest.raises(filesystem.NotRegularError, match="data/link"):
        serialize(os.fsencode(bag), target, kind, WHEN)
    link.unlink()
    os.mkfifo(link)
    with pytest.raises(filesystem.NotRegularError, match="data/link"):
        serialize(os.fsencode(bag), target, kind, WHEN)
    link.unlink()
    with open(os.fsencode(bag) + b"/data/caf\xe9", "wb"):
        pass
    with pytest.raises(SerializeError, match="UTF-8"):
        serialize(os.fsencode(bag), target, kind, WHEN)
    assert list(out.iterdir()) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_name_longer_than_a_zip_can_hold_is_refused_there_and_kept_in_a_tar(
    bag: Path, tmp_path: Path, kind: Literal["tar", "zip"]
) -> None:
    folder = filesystem.open_folder(os.fsencode(bag / "data"))
    try:
        deep = filesystem.make_folders_beneath(folder, b"/".join([b"x" * 240] * 280))
        os.close(filesystem.create_regular(b"deep.flac", deep))
        os.close(deep)
    finally:
        os.close(folder)
    target = tmp_path / f"bag.{kind}"
    if kind == "zip":
        with pytest.raises(SerializeError, match="so long a name"):
            serialize(os.fsencode(bag), os.fsencode(target), kind, WHEN)
        assert not target.exists()
    else:
        assert serialize(os.fsencode(bag), os.fsencode(target), kind, WHEN).files == 8
        with tarfile.open(target) as archive:
            assert archive.getnames()[-1].endswith("x/deep.flac")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("change", [b"longer than before" * 200_000, b"short"])
def test_a_file_that_changes_while_it_is_read_is_refused(
    bag: Path, tmp_path: Path, kind: Literal["tar", "zip"], change: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    victim = bag / "data" / "B" / "2.flac"
    real = disk.read_ahead

    def meddle(descriptor: int) -> None:
        if os.path.samestat(os.fstat(descriptor), victim.stat()):
            victim.write_bytes(change)
        real(descriptor)

    monkeypatch.setattr(disk, "read_ahead", meddle)
    with pytest.raises(SerializeError, match=r"2\.flac.* changed its size"):
        serialize(os.fsencode(bag), os.fsencode(tmp_path / f"bag.{kind}"), kind, WHEN)
    assert not (tmp_path / f"bag.{kind}").exists()


def test_zip64_is_used_where_sizes_and_offsets_ask_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zip_writer, "_LIMIT32", 100)
    with (tmp_path / "a.zip").open("wb") as out:
        members = ZipMembers(out)
        members.add_file("bag/" + "a" * 100, 3, WHEN, [b"abc"])
        members.add_file("large", 300, WHEN, [b"abc" * 50, b"abc" * 50])
        members.finish()
    content = (tmp_path / "a.zip").read_bytes()
    where = content.index(b"PK\3\4", 4)
    assert content.count(b"PK\6\6") == content.count(b"PK\6\7") == 1
    assert content.count(struct.pack("<HHQQ", 1, 16, 300, 300)) == 1
    assert content.count(struct.pack("<HHQQQ", 1, 24, 300, 300, where)) == 1


@pytest.mark.slow
def test_a_file_larger_than_four_gibibytes_is_read_back_by_zipfile(tmp_path: Path) -> None:
    block, count = bytes(1 << 26), 65
    with (tmp_path / "a.zip").open("wb") as out:
        members = ZipMembers(out)
        members.add_file("large", len(block) * count, WHEN, (block for _ in range(count)))
        members.add_file("after", 5, WHEN, [b"after"])
        members.finish()
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert archive.testzip() is None
        assert archive.getinfo("large").file_size == len(block) * count
        assert archive.read("after") == b"after"


def test_more_members_than_the_old_format_counts_and_years_that_dos_does_not_know(tmp_path: Path) -> None:
    with (tmp_path / "many.zip").open("wb") as out:
        members = ZipMembers(out)
        members.add_folder("bag", -5_000_000_000)
        for number in range(65_600):
            members.add_file(f"bag/{number}", 0, 5_000_000_000, [])
        members.finish()
    with zipfile.ZipFile(tmp_path / "many.zip") as archive:
        listed = archive.infolist()
    assert len(listed) == 65_601
    assert (listed[0].date_time[0], listed[1].date_time[0]) == (1980, 2107)
    told: list[Finding] = []
    with Archive(os.fsencode(tmp_path / "many.zip"), Limits()) as opened:
        assert sum(1 for _ in opened.members(told.append)) == 65_601
    assert told == []
