"""Listing finds everything a folder can hold, follows no link, opens no file, and always in the same order."""

from __future__ import annotations

import os
import socket
import stat
import sys
import tempfile
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver.filesystem import FolderCursor
from archiver.ingest.scan import scan
from archiver.model.source import EmptyFolder, FileRef, FolderProblem, FolderRef, ScanEntry, Source, Unpacked
from archiver.store.tree import remove
from archiver.usecases.sources import sources_of
from tests.conftest import MakeSource
from tests.samples import File, Folder, HardLink, Link, Pipe, build_tree


def listing(*roots: Path) -> list[ScanEntry]:
    return list(scan(sources_of([str(root) for root in roots])))


def files(entries: list[ScanEntry]) -> dict[str, FileRef]:
    return {entry.path: entry for entry in entries if isinstance(entry, FileRef)}


def unpacked(entries: list[ScanEntry]) -> dict[str, str]:
    return {entry.problem.path: entry.problem.code for entry in entries if isinstance(entry, Unpacked)}


def codes(ref: FileRef) -> list[str]:
    return [problem.code for problem in ref.problems]


def test_order_is_files_by_bytes_then_folders(source: MakeSource) -> None:
    tree = {"b/2": "", "b/1": "", "a/z/1": "", "a/1": "", "Z": "", "é": "", "a.txt": "", "empty": Folder()}
    entries = listing(source(tree))
    paths = [entry.path for entry in entries if isinstance(entry, FileRef | EmptyFolder)]
    assert paths == ["Z", "a.txt", "é", "a/1", "a/z/1", "b/1", "b/2", "empty"]
    assert [entry.path for entry in entries if isinstance(entry, EmptyFolder)] == ["empty"]


def test_size_times_and_inode_are_those_of_lstat(source: MakeSource) -> None:
    root = source({"a": File(b"12345", mtime_ns=-5_000_000_001)})
    (ref,) = files(listing(root)).values()
    status = (root / "a").lstat()
    assert (ref.stat.size_bytes, ref.stat.mtime_ns) == (5, -5_000_000_001)
    assert (ref.stat.ctime_ns, ref.stat.inode) == (status.st_ctime_ns, status.st_ino)


def test_links_are_reported_and_never_followed(source: MakeSource, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.mp3").write_bytes(b"")
    tree = {
        "a.mp3": "",
        "self": Link("."),
        "loop": Link("loop"),
        "out": Link("../outside"),
        "file": Link("a.mp3"),
        "gone": Link("nowhere"),
    }
    entries = listing(source(tree))
    assert list(files(entries)) == ["a.mp3"]
    assert unpacked(entries) == dict.fromkeys(["gone", "loop", "out", "self"], "S106")


def test_pipes_and_sockets_are_reported_and_never_opened(source: MakeSource, tmp_path: Path) -> None:
    root = tmp_path / "Music"
    root.mkdir()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(root / "socket"))
        source({"a.mp3": "", "pipe": Pipe()})
        entries = listing(root)
        messages = {
            entry.problem.path: entry.problem.message for entry in entries if isinstance(entry, Unpacked)
        }
    assert unpacked(entries) == {"pipe": "S107", "socket": "S107"}
    assert messages == {"pipe": "a named pipe, not a file", "socket": "a socket, not a file"}


def test_devices_are_reported() -> None:
    entries = list(scan([Source(b"/dev", b"null", "", "null")]))
    assert unpacked(entries) == {"null": "S107"}


def test_hard_links_are_each_listed(source: MakeSource) -> None:
    found = files(listing(source({"a": "x", "b": HardLink("a")})))
    assert found["a"].stat == found["b"].stat


def test_paths_beyond_the_longest_that_one_call_takes(source: MakeSource) -> None:
    deep = "/".join(["d" * 250] * 20 + ["f" * 255])
    found = files(listing(source({deep: "far down"})))
    assert list(found) == [deep]
    assert codes(found[deep]) == ["N306"]


def test_deep_nesting_does_not_recurse(tmp_path: Path) -> None:
    depth = 400
    current = os.open(tmp_path, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("d", dir_fd=current)
        below = os.open("d", os.O_RDONLY, dir_fd=current)
        os.close(current)
        current = below
    os.close(current)
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(depth - 50)
    try:
        found = listing(tmp_path)
        assert found[-1] == EmptyFolder("/".join(["d"] * depth))
        assert [type(entry) for entry in found[:-1]] == [FolderRef] * (depth + 1)
        with FolderCursor(os.fsencode(tmp_path)) as cursor:
            remove(cursor, b"d")
    finally:
        sys.setrecursionlimit(limit)
    assert not list(tmp_path.iterdir())


def test_names_that_are_not_utf_8_keep_their_bytes(source: MakeSource) -> None:
    longest = b"\xff" * 255
    tree: dict[bytes, bytes] = {b"\xe9t\xe9/\xff.mp3": b"", b"=FF/a": b"", b"\xff/a": b"", longest: b""}
    entries = listing(source(tree))
    found = files(entries)
    assert {ref.relative for ref in found.values()} == set(tree)
    assert found["=E9t=E9/=FF.mp3"].original_name == b"\xe9t\xe9/\xff.mp3"
    assert found["=FF/a"].original_name is None
    assert len({ref.path for ref in found.values()}) == len(tree)
    assert all(len(part.encode()) <= 255 for path in found for part in path.split("/"))
    folder_problems = [entry.problem for entry in entries if isinstance(entry, FolderProblem)]
    assert sorted(problem.code for problem in folder_problems) == ["N301", "N301"]


def test_what_is_not_packed_keeps_its_bytes_too(source: MakeSource) -> None:
    entries = listing(source({b"\xe9": Link("a"), b"\xff/\xfe": Pipe(), "é".encode(): Link("b")}))
    originals = {entry.problem.path: entry.original_name for entry in entries if isinstance(entry, Unpacked)}
    assert originals == {"=E9": b"\xe9", "=FF/=FE": b"\xff/\xfe", "é": None}


def test_files_named_singly_are_told_apart_like_those_of_a_folder(source: MakeSource) -> None:
    root = source({b"\xff.mp3": b"1", b"=FF.mp3": b"2", b"a.mp3": b"3", b"A.mp3": b"4", b"other/x": b""})
    named = [
        os.fsdecode(os.fsencode(root) + b"/" + name) for name in os.listdir(os.fsencode(root)) if b"." in name
    ]
    entries = list(scan(sources_of(named)))
    found = files(entries)
    assert {ref.relative for ref in found.values()} == {b"\xff.mp3", b"=FF.mp3", b"a.mp3", b"A.mp3"}
    assert codes(found["a.mp3"]) == ["N302"]
    assert found == {path: ref for path, ref in files(listing(root)).items() if "/" not in path}


def test_portability_warnings_come_with_the_file_or_folder(source: MakeSource) -> None:
    nfc, nfd = (unicodedata.normalize(form, "é") for form in ("NFC", "NFD"))
    tree = {nfc: "", nfd: "", "A": "", "a": "", "CON": "", "x:y/f": "", "dot.": "", "t\t": ""}
    entries = listing(source(tree))
    found = files(entries)
    assert {path: codes(ref) for path, ref in found.items()} == {
        nfc: ["N303"],
        nfd: ["N303"],
        "A": ["N302"],
        "a": ["N302"],
        "CON": ["N304"],
        "dot.": ["N304"],
        "t\t": ["N305", "N310"],
        "x:y/f": [],
    }
    assert [(e.problem.path, e.problem.code) for e in entries if isinstance(e, FolderProblem)] == [
        ("x:y", "N304")
    ]


def test_every_byte_that_a_name_can_hold(source: MakeSource) -> None:
    names = {bytes([byte]) for byte in range(1, 256)} - {b"/", b"."}
    assert {ref.relative for ref in files(listing(source(dict.fromkeys(names, b"")))).values()} == names


def test_very_large_sparse_file_is_warned_of(source: MakeSource, tmp_path: Path) -> None:
    root = source({"small": "x"})
    with open(tmp_path / "hole", "wb") as hole:
        hole.truncate(1 << 40)
    (ref,) = files(listing(tmp_path / "hole")).values()
    assert codes(ref) == ["S108"]
    assert codes(files(listing(root))["small"]) == []


def test_several_sources_get_a_folder_each(tmp_path: Path, source: MakeSource) -> None:
    first, second = source({"a": ""}, "one/Music"), source({"a": ""}, "two/music")
    assert list(files(listing(first, second))) == ["Music/a", "music_2/a"]


def test_a_source_may_be_one_file(source: MakeSource) -> None:
    root = source({"a": "", "b": ""})
    assert list(files(listing(root / "a"))) == ["a"]


def test_a_source_that_vanished_is_reported(tmp_path: Path) -> None:
    sources = [
        Source(os.fsencode(tmp_path / "gone"), None, "", "gone"),
        Source(os.fsencode(tmp_path), b"f", "", "f"),
    ]
    assert unpacked(list(scan(sources))) == {"gone": "S102", "f": "S105"}


@pytest.fixture
def users_folder() -> Iterator[Path]:
    """A folder of a user who is not root, seen with that user's eyes, so that permissions count."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        with tempfile.TemporaryDirectory() as folder:
            yield Path(folder)
    finally:
        if root:
            os.seteuid(0)


def test_unreadable_folders_are_reported_and_the_others_go_on(users_folder: Path) -> None:
    build_tree(users_folder / "Music", {"a/f": "", "listed/f": "", "locked/f": "", "z": ""})
    modes = {"locked": 0, "listed": stat.S_IRUSR}
    for name, mode in modes.items():
        (users_folder / "Music" / name).chmod(mode)
    try:
        entries = listing(users_folder / "Music")
    finally:
        for name in modes:
            (users_folder / "Music" / name).chmod(0o700)
    assert unpacked(entries) == {"locked": "S102", "listed/f": "S101"}
    assert list(files(entries)) == ["z", "a/f"]
