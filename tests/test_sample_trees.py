"""What proves a source unchanged is itself proved to notice changes."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.samples import MTIME_NS, File, Folder, HardLink, Link, Pipe, build_tree, read_tree, tree_digest


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return build_tree(
        tmp_path / "source",
        {
            b"Album/01.flac": b"one",
            b"Album/02.flac": File(b"two", mode=0o444, mtime_ns=1_000_000_001),
            b"Album/\xff\n.txt": b"odd",
            b"empty": Folder(),
            b"link": Link("Album"),
            b"other": HardLink("Album/01.flac"),
            b"pipe": Pipe(),
        },
    )


def rewrite_and_restore_times(tree: Path) -> None:
    path = tree / "Album" / "01.flac"
    path.write_bytes(b"eno")
    os.utime(path, ns=(MTIME_NS, MTIME_NS))


def replace_link(tree: Path) -> None:
    (tree / "link").unlink()
    (tree / "link").symlink_to("empty")


CHANGES: dict[str, Callable[[Path], object]] = {
    "same size, times restored": rewrite_and_restore_times,
    "touched": lambda tree: (tree / "Album" / "01.flac").touch(),
    "one nanosecond": lambda tree: os.utime(tree / "Album" / "01.flac", ns=(0, MTIME_NS + 1)),
    "status alone": lambda tree: (tree / "Album" / "01.flac").chmod(0o644),
    "mode": lambda tree: (tree / "empty").chmod(0o700),
    "renamed": lambda tree: (tree / "Album" / "01.flac").rename(tree / "Album" / "03.flac"),
    "added": lambda tree: (tree / "empty" / "new").touch(),
    "removed": lambda tree: (tree / "Album" / "02.flac").unlink(),
    "link": replace_link,
    "hard link": lambda tree: (tree / "other").unlink(),
    "the root itself": os.utime,
}


@pytest.mark.parametrize("change", CHANGES)
def test_digest_notices(change: str, tree: Path) -> None:
    before = tree_digest(tree)
    CHANGES[change](tree)
    assert tree_digest(tree) != before


def test_digest_holds_while_the_tree_is_only_read(tree: Path) -> None:
    before = tree_digest(tree)
    read_tree(tree)
    list(tree.rglob("*"))
    assert tree_digest(tree) == before


def test_digest_of_one_file_and_of_a_link(tree: Path) -> None:
    before = tree_digest(tree / "Album" / "01.flac"), tree_digest(tree / "link")
    rewrite_and_restore_times(tree)
    assert tree_digest(tree / "Album" / "01.flac") != before[0]
    assert tree_digest(tree / "link") == before[1]


def test_tree_is_what_was_asked(tree: Path) -> None:
    assert read_tree(tree) == {
        b"Album/01.flac": b"one",
        b"Album/02.flac": b"two",
        b"Album/\xff\n.txt": b"odd",
        b"other": b"one",
    }
    second = (tree / "Album" / "02.flac").stat()
    assert (stat.S_IMODE(second.st_mode), second.st_mtime_ns) == (0o444, 1_000_000_001)
    assert {path.stat().st_mtime_ns for path in (tree, tree / "Album", tree / "empty")} == {MTIME_NS}
    assert stat.S_ISFIFO((tree / "pipe").stat().st_mode)
    assert os.readlink(tree / "link") == "Album"


def test_tree_reaches_beyond_the_longest_path(tmp_path: Path) -> None:
    deep = b"/".join([b"d" * 250] * 20) + b"/" + b"f" * 255
    root = build_tree(tmp_path / "source", {deep: b"far down"})
    assert len(deep) > 5000
    assert read_tree(root) == {deep: b"far down"}
    assert tree_digest(root) == tree_digest(root)


def test_tree_never_overwrites(tree: Path) -> None:
    with pytest.raises(FileExistsError):
        build_tree(tree, {"Album/01.flac": b"again"})
    assert read_tree(tree)[b"Album/01.flac"] == b"one"
