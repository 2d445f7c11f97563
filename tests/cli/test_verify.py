"""What ``archiver verify`` tells of bags, good and bad, its own and others'."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.running import EPOCH, run_here
from tests.samples import build_tree, flac, read_tree, tree_digest

TREE = {
    "Album/01.flac": flac({"TITLE": ["One"], "ALBUM": ["First"], "ARTIST": ["Somebody"]}),
    "Album/02.flac": flac({"TITLE": ["Two"], "ALBUM": ["First"], "ARTIST": ["Somebody"]}),
}


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    root = build_tree(tmp_path / "Music", TREE)
    assert (
        run_here("pack", root, "--to", tmp_path / "store", "--name", "bag", SOURCE_DATE_EPOCH=EPOCH).code == 0
    )
    return tmp_path / "store" / "bag"


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def test_valid_bag_is_said_so_and_not_touched(bag: Path) -> None:
    before = tree_digest(bag)
    outcome = run_here("verify", bag)
    assert (outcome.code, outcome.err) == (0, "")
    assert "valid. Every file is there, and every byte is as it was recorded." in " ".join(
        outcome.out.split()
    )
    assert tree_digest(bag) == before


def test_damage_is_named_by_track_and_album(bag: Path) -> None:
    flip(bag / "data" / "Album" / "01.flac")
    outcome = run_here("verify", bag)
    assert outcome.code == 4
    assert "NOT VALID." in " ".join(outcome.out.split())
    assert "data/Album/01.flac" in outcome.out
    assert 'this is "One" by Somebody on the album "First"' in outcome.out
    assert "1 payload file is as recorded, byte for byte." in outcome.out
    assert "RFC 8493" in outcome.out


@pytest.mark.parametrize(
    "name", ["bagit.txt", "bag-info.txt", "metadata/files.jsonl", "tagmanifest-sha512.txt"]
)
def test_damage_to_what_describes_the_music_is_found(bag: Path, name: str) -> None:
    flip(bag / name)
    assert run_here("verify", bag).code == 4


def test_every_file_lost_or_added_is_found(bag: Path) -> None:
    for name in read_tree(bag).keys() - {b"tagmanifest-sha512.txt"}:  # without it a bag is valid all the same
        path = bag / os.fsdecode(name)
        kept = path.read_bytes()
        path.unlink()
        assert run_here("verify", bag).code == 4, name
        path.write_bytes(kept)
    assert run_here("verify", bag).code == 0
    (bag / "data" / "more").touch()
    assert run_here("verify", bag).code == 4
    assert run_here("verify", "--fast", bag).code == 4
    assert run_here("verify", "--complete", bag).code == 4


def test_quick_checks_say_what_they_did_not_check(bag: Path) -> None:
    flip(bag / "data" / "Album" / "01.flac")
    for option in ("--fast", "--complete"):
        outcome = run_here("verify", option, bag)
        assert outcome.code == 0
        assert "no file's bytes were checked" in " ".join(outcome.out.split())


def test_json_has_the_agreed_keys(bag: Path, tmp_path: Path) -> None:
    flip(bag / "data" / "Album" / "01.flac")
    (tmp_path / "empty").mkdir()
    outcome = run_here("verify", "--json", bag, tmp_path / "empty")
    assert outcome.code == 4
    report = outcome.json
    assert report["schema"] == "archiver.verify/1"
    first, second = report["bags"]
    assert {"bag", "valid", "complete", "files", "bytes", "problems"} <= set(first)
    assert (first["valid"], first["complete"], first["files"]) == (False, True, 2)
    assert second["valid"] is False
    problems = first["problems"]
    assert all({"code", "severity", "path", "message", "spec"} <= set(problem) for problem in problems)
    assert "data/Album/01.flac" in {problem["path"] for problem in problems}


def test_several_bags_are_summed_up(bag: Path) -> None:
    outcome = run_here("verify", bag, bag)
    assert outcome.code == 0
    assert "2 bags checked: all as they should be." in outcome.out
    flip(bag / "data" / "Album" / "01.flac")
    outcome = run_here("verify", bag, bag)
    assert outcome.code == 4
    assert "2 bags checked: 0 as they should be, 2 not:\n" in outcome.out


@pytest.mark.parametrize("kind", ["empty", "file", "pipe"])
def test_what_is_no_bag_is_said_so(tmp_path: Path, kind: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("x")
    os.mkfifo(tmp_path / "pipe")
    outcome = run_here("verify", tmp_path / kind)
    assert outcome.code == 4
    assert "Traceback" not in outcome.err + outcome.out
    assert "valid. Every file" not in " ".join(outcome.out.split())
    assert outcome.out.startswith(str(tmp_path / kind))
