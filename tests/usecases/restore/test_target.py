"""What stands in a target already is left alone, counted where it is right, and replaced where that was asked for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from archiver.filesystem import open_own, try_lock
from tests.running import Outcome, run_here
from tests.samples import given_back, read_tree
from tests.stated_bags import stated_bag

PAYLOAD = {"A/a": b"a" * 100, "A/b": b"b", "c": b"c"}
TREE = [
    {"kind": "folder", "source_path": "", "modified": "2001-01-01T00:00:00Z"},
    {"kind": "folder", "source_path": "A", "modified": "2002-02-02T00:00:00.123456789Z", "mode": "0750"},
    {"kind": "folder", "source_path": "Empty", "modified": "2003-03-03T00:00:00Z"},
    {"kind": "link", "source_path": "link", "target": "c", "leads_to": "c"},
]


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    return stated_bag(tmp_path / "store" / "Bag", PAYLOAD, tree=TREE)


@pytest.fixture
def right(tmp_path: Path, bag: Path) -> dict[bytes, tuple[object, ...]]:
    """What a restore into nothing gives."""
    assert restore(bag, tmp_path / "right").code == 0
    return given_back(tmp_path / "right")


def restore(bag: Path, target: Path, *options: str) -> Outcome:
    return run_here("restore", bag, "--to", target, *options)


def test_repeated_it_finds_everything_there(bag: Path, tmp_path: Path) -> None:
    assert restore(bag, tmp_path / "back").code == 0
    before = given_back(tmp_path / "back")
    done = restore(bag, tmp_path / "back", "--json")
    assert done.code == 0
    assert (done.json["files"]["restored"], done.json["files"]["there"], done.json["links"]["there"]) == (
        0,
        3,
        1,
    )
    assert given_back(tmp_path / "back") == before
    assert not (tmp_path / "back" / ".archiver-restoring").exists()


def test_what_was_deleted_since_comes_back_and_folders_keep_their_times(
    bag: Path, tmp_path: Path, right: dict[bytes, tuple[object, ...]]
) -> None:
    target = tmp_path / "back"
    assert restore(bag, target).code == 0
    kept = (target / "A").stat()
    (target / "A" / "a").unlink()
    os.utime(target / "A", ns=(kept.st_mtime_ns, kept.st_mtime_ns))
    assert restore(bag, target).code == 0
    assert given_back(target) == right


@pytest.mark.parametrize("option", [(), ("--overwrite", "changed")])
def test_other_content_is_left_alone_or_replaced(bag: Path, tmp_path: Path, option: tuple[str, ...]) -> None:
    target = tmp_path / "back"
    (target / "A").mkdir(parents=True)
    (target / "A" / "a").write_bytes(b"mine")
    (target / "A" / "b").symlink_to("/etc/passwd")
    (target / "link").write_text("no link")
    done = restore(bag, target, "--json", *option)
    if option:
        assert done.code == 0, done.out
        assert read_tree(target) == {name.encode(): content for name, content in PAYLOAD.items()}
        assert os.readlink(target / "link") == "c"
        assert done.json["files"]["replaced"] == 2
    else:
        assert done.code == 3
        assert sorted(one["path"] for one in done.json["not_restored"]) == ["A/a", "A/b", "link"]
        assert {one["fate"] for one in done.json["not_restored"]} == {"in_the_way"}
        assert (target / "A" / "a").read_bytes() == b"mine"
        assert (target / "A" / "b").is_symlink()


def test_a_file_that_has_another_time_alone_is_right_and_said(bag: Path, tmp_path: Path) -> None:
    target = tmp_path / "back"
    assert restore(bag, target).code == 0
    right = (target / "c").stat().st_mtime_ns
    os.utime(target / "c", ns=(1, 1))
    told = restore(bag, target)
    assert told.code == 0
    assert "another modification time than is recorded" in " ".join(told.out.split())
    assert (target / "c").stat().st_mtime_ns == 1
    assert restore(bag, target, "--overwrite", "changed").code == 0
    assert (target / "c").stat().st_mtime_ns == right


def test_a_folder_that_was_there_keeps_its_own_mode(bag: Path, tmp_path: Path) -> None:
    target = tmp_path / "back"
    (target / "A").mkdir(parents=True)
    target.chmod(0o700)
    (target / "A").chmod(0o700)
    assert restore(bag, target).code == 0
    assert target.stat().st_mode & 0o777 == 0o700
    assert (target / "A").stat().st_mode & 0o777 == 0o700


def test_a_folder_in_the_place_of_a_file_is_never_replaced(bag: Path, tmp_path: Path) -> None:
    target = tmp_path / "back"
    (target / "c" / "mine").mkdir(parents=True)
    (target / "A").write_text("no folder")
    done = restore(bag, target, "--overwrite", "changed", "--json")
    assert done.code == 3
    assert sorted(one["path"] for one in done.json["not_restored"]) == ["A", "A/a", "A/b", "c"]
    assert (target / "c" / "mine").is_dir()
    assert (target / "A").read_text() == "no folder"


def test_a_bag_is_never_restored_into(bag: Path, tmp_path: Path) -> None:
    for target in (bag, bag / "data", bag / "new" / "deep"):
        done = restore(bag, target)
        assert done.code == 2, done.out
    assert sorted(os.listdir(bag)) == sorted(os.listdir(bag))
    assert run_here("verify", bag).code == 0


def test_two_runs_do_not_work_in_one_target(bag: Path, tmp_path: Path) -> None:
    area = tmp_path / "back" / ".archiver-restoring"
    area.mkdir(parents=True)
    folder = os.open(area, os.O_RDONLY)
    lock = open_own(b"lock", folder)
    assert try_lock(lock)
    done = run_here("restore", bag, "--to", tmp_path / "back")
    assert done.code == 1
    assert "another run restores into" in done.told
    os.close(lock)
    os.close(folder)
    assert restore(bag, tmp_path / "back").code == 0


def test_the_area_is_no_way_out_of_the_target(bag: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "back").mkdir()
    (tmp_path / "back" / ".archiver-restoring").symlink_to(tmp_path / "outside")
    done = restore(bag, tmp_path / "back")
    assert done.code == 1
    assert os.listdir(tmp_path / "outside") == []


def test_a_folder_of_bags_gets_nothing_but_bags(bag: Path) -> None:
    done = restore(bag, bag.parent)
    assert done.code == 2
    assert "is a folder of bags" in done.told
    assert restore(bag, bag.parent / "Restored").code == 0


def test_no_day_can_be_asked_of_a_bag(bag: Path, tmp_path: Path) -> None:
    done = restore(bag, tmp_path / "back", "--at", "2026")
    assert done.code == 2
    assert "is of one day" in done.told
