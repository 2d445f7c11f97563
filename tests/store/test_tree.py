"""Whole folders are removed and synced at any depth, and no link leads out of them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from archiver.filesystem import FolderCursor
from archiver.store.tree import remove, sync_folders
from tests.conftest import MakeSource
from tests.samples import Entry, Folder, Link, Pipe, build_tree


def removed(root: Path, path: bytes) -> None:
    with FolderCursor(os.fsencode(root)) as cursor:
        remove(cursor, path)


def test_everything_goes_and_nothing_beside_it(source: MakeSource, tmp_path: Path) -> None:
    outside = source({"keep": "x"}, "outside")
    deep = b"/".join([b"d" * 250] * 20)
    tree: dict[bytes, Entry] = {
        b"a/b/c": b"1",
        b"a/\xff\n": b"2",
        deep + b"/f": b"3",
        b"empty": Folder(),
        b"link": Link(str(outside)),
        b"a/up": Link("../.."),
        b"pipe": Pipe(),
    }
    root = build_tree(tmp_path / "staged", tree)
    with FolderCursor(os.fsencode(root)) as cursor:
        sync_folders(cursor)
    removed(tmp_path, b"staged")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["outside"]


def test_removing_what_is_not_there_is_nothing(tmp_path: Path) -> None:
    removed(tmp_path, b"gone")
    removed(tmp_path, b"gone/below")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["link", "link/keep", "link/.."])
def test_no_link_is_followed_to_what_is_removed(source: MakeSource, tmp_path: Path, name: str) -> None:
    outside = source({"keep": "x"}, "outside")
    (tmp_path / "link").symlink_to(outside)
    if name == "link":
        removed(tmp_path, b"link")
        assert not (tmp_path / "link").is_symlink()
    else:
        with pytest.raises(OSError, match="directory"):
            removed(tmp_path, name.encode())
