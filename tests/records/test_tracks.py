"""A bag's own record names what is damaged; a damaged or forged record names nothing and breaks nothing."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from archiver.bagit.bag_source import FolderBag
from archiver.records.tracks import Track, tracks_of

STRANGE_PATHS: tuple[object, ...] = (None, 1, [], {}, ["data/a"])
WANTED = {"data/a", "data/b"}


def bag_in(folder: Path) -> FolderBag:
    return FolderBag(os.fsencode(folder))


def bag_with(folder: Path, *lines: bytes) -> FolderBag:
    (folder / "metadata").mkdir()
    (folder / "metadata" / "files.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))
    (folder / "bagit.txt").write_text("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
    return bag_in(folder)


def record(path: object, tags: object) -> bytes:
    return json.dumps({"path": path, "tags": tags}).encode()


GOOD = record("data/b", {"title": ["Song"], "artist": ["A", "B"], "album": []})
SONG = Track("Song", "A", "")


def test_tracks_are_named(tmp_path: Path) -> None:
    bag = bag_with(tmp_path, record("data/a", {}), GOOD, record("data/c", {"title": ["no"]}))
    assert tracks_of(bag, WANTED) == {"data/b": SONG}


@pytest.mark.parametrize(
    "line",
    [
        *(b"", b"{", b"null", b"[]", b"1", b'"text"', b"\xff\xfe", b"\x00" * 100, b"[" * 100_000, b"{}"),
        *(record(path, {"title": ["x"]}) for path in STRANGE_PATHS),
        *(record("data/a", tags) for tags in ("text", 1, ["x"], [["x"]], {"title": 1}, {"title": {"a": 1}})),
        record("data/a", None),
    ],
)
def test_a_line_that_is_not_as_expected_is_passed_over(tmp_path: Path, line: bytes) -> None:
    assert tracks_of(bag_with(tmp_path, line, GOOD), WANTED)["data/b"] == SONG


def test_a_record_that_is_missing_or_no_file_names_nothing(tmp_path: Path) -> None:
    assert tracks_of(bag_in(tmp_path), WANTED) == {}
    bag_with(tmp_path, GOOD)
    (tmp_path / "metadata" / "files.jsonl").rename(tmp_path / "elsewhere")
    (tmp_path / "metadata" / "files.jsonl").symlink_to(tmp_path / "elsewhere")
    assert tracks_of(bag_in(tmp_path), WANTED) == {}
    assert tracks_of(bag_in(tmp_path / "gone"), WANTED) == {}
