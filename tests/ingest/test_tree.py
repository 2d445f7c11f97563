"""Whole folders are removed and synced at any depth, and no link leads out of them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from archiver.ingest.tree import remove_tree, sync_folders
from tests.conftest import MakeSource
from tests.samples import Entry, Folder, Link, Pipe, build_tree


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
    sync_folders(os.fsencode(root))
    remove_tree(os.fsencode(root))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["outside"]


def test_removing_what_is_not_there_is_nothing(tmp_path: Path) -> None:
    remove_tree(os.fsencode(tmp_path / "gone"))
    assert not list(tmp_path.iterdir())


def test_a_link_is_not_taken_for_the_folder_it_names(source: MakeSource, tmp_path: Path) -> None:
    outside = source({"keep": "x"}, "outside")
    (tmp_path / "link").symlink_to(outside)
    with pytest.raises(OSError, match="directory"):
        remove_tree(os.fsencode(tmp_path / "link"))


def test_syncing_what_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        sync_folders(os.fsencode(tmp_path / "gone"))
