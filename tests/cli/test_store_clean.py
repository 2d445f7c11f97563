"""What interrupted runs left can be cleared, and nothing else goes with it."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from archiver.errors import StoreError
from archiver.filesystem import FolderCursor
from archiver.store import tree
from archiver.store.area import locked
from tests.conftest import MakeSource
from tests.reliability.faults import left_over, visible_bags
from tests.running import EPOCH, run_here
from tests.samples import build_tree, flac, read_tree, tree_digest

TREE = {"a/1": "one", "a/2": bytes(200_000)}


def stop(*_: object) -> None:
    raise StoreError("stopped")


@pytest.fixture
def store(source: MakeSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store with a bag, two unfinished packages and something of somebody else."""
    root, store = source(TREE), tmp_path / "store"
    assert run_here("pack", root, "--to", store, "--name", "Bag").code == 0
    with monkeypatch.context() as patch:
        patch.setattr("archiver.usecases.pack.pack.make_ready", stop)
        for name in ("First", "Second"):
            assert run_here("pack", root, "--to", store, "--name", name, "--all").code == 1
    build_tree(store / ".incoming", {"Mine/f": "precious", "Mine.unfinished/f": "precious"})
    return store


def test_unfinished_packages_go_and_nothing_else(store: Path) -> None:
    bag = tree_digest(store / "Bag")
    outcome = run_here("store", "clean", store)
    assert outcome.code == 0, outcome.err
    assert "Removed 2 unfinished packages, " in outcome.out
    assert "  First.unfinished  " in outcome.out
    assert "Not made by this program, and left alone: Mine.unfinished" in outcome.out
    assert left_over(store) == ["Mine", "Mine.unfinished"]
    assert tree_digest(store / "Bag") == bag
    assert "No interrupted run left anything in" in run_here("store", "clean", store).out


def test_what_it_frees_is_what_was_taken(store: Path) -> None:
    taken = sum(
        path.lstat().st_blocks * 512
        for area in (store / ".incoming").glob("*t.unfinished")
        for path in area.rglob("*")
    )
    outcome = run_here("store", "clean", store, "--json").json
    assert outcome["schema"] == "archiver.store-clean/1"
    first = next(left for left in outcome["removed"] if left["name"] == "First.unfinished")
    assert first["bytes"] == taken > 200_000
    assert outcome["freed"] == sum(left["bytes"] for left in outcome["removed"])
    assert outcome["left_alone"] == ["Mine", "Mine.unfinished"]


def test_a_dry_run_says_the_same_and_removes_nothing(store: Path) -> None:
    before = read_tree(store)
    dry = run_here("store", "clean", store, "--dry-run", "--json").json
    assert read_tree(store) == before
    done = run_here("store", "clean", store, "--json").json
    assert dry.pop("dry_run") is True
    assert done.pop("dry_run") is False
    assert dry == done


def test_a_store_that_another_run_writes_to_is_left_alone(store: Path) -> None:
    with locked(os.fsencode(store)):
        outcome = run_here("store", "clean", store)
    assert outcome.code == 1
    assert "another run is writing to the store" in " ".join(outcome.err.split())
    assert len(left_over(store)) == 4


def test_what_is_no_store_is_not_made_one(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "folder", tmp_path / "missing"):
        assert run_here("store", "clean", path).code == 2
    assert list(tmp_path.iterdir()) == [tmp_path / "folder"]
    assert list((tmp_path / "folder").iterdir()) == []


def test_a_full_disk_names_what_could_be_cleared(
    source: MakeSource, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archiver.disk.free_bytes", lambda _: 1000)
    outcome = run_here("pack", source({"x": "x"}, "Other"), "--to", store, SOURCE_DATE_EPOCH=EPOCH)
    assert outcome.code == 1
    told = " ".join(outcome.err.split())
    assert "What other interrupted runs left takes" in told
    assert "archiver store clean" in told
    assert [bag.name for bag in visible_bags(store)] == ["Bag"]


WORKING = ("0123456789abcdef.healing", "0123456789abcdef.retired", "redacted-0123456789abcdef")
"""What a healing, a removal and an export leave in ``.incoming`` when they are killed."""


@pytest.fixture
def killed(store: Path) -> Path:
    """The store, with what else may have been killed in it, and a file of somebody's whose name is one of this program's."""
    for name in WORKING:
        build_tree(store / ".incoming", {f"{name}/a/1": bytes(300_000)})
    (store / ".incoming/unpacked-0123456789abcdef").write_bytes(b"precious")
    return store


def test_folders_of_other_interrupted_runs_go_too_and_are_counted(killed: Path) -> None:
    taken = sum(
        path.lstat().st_blocks * 512 for name in WORKING for path in (killed / ".incoming" / name).rglob("*")
    )
    assert taken > 900_000
    before = read_tree(killed)
    dry = run_here("store", "clean", killed, "--dry-run", "--json").json
    assert read_tree(killed) == before
    assert [one["name"] for one in dry["working"]] == list(WORKING)
    assert sum(one["bytes"] for one in dry["working"]) == taken
    assert dry["freed"] == taken + sum(one["bytes"] for one in dry["removed"])
    told = run_here("store", "clean", killed)
    assert told.code == 0, told.err
    assert "Removed 3 folders of interrupted exports, healings or removals, " in " ".join(told.out.split())
    assert all(f"  {name}  " in told.out for name in WORKING)
    assert left_over(killed) == ["Mine", "Mine.unfinished", "unpacked-0123456789abcdef"]
    assert "No interrupted run left anything in" in run_here("store", "clean", killed).out


def test_a_folder_that_cannot_be_cleared_is_named(killed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as patch:
        patch.setattr("archiver.store.tree.remove", refuse)
        failed = run_here("store", "clean", killed)
    assert failed.code == 1
    assert WORKING[0] in failed.told
    assert set(WORKING) < set(left_over(killed))
    assert run_here("store", "clean", killed).code == 0


def test_one_that_cannot_be_cleared_keeps_nobody_from_packing(
    killed: Path, source: MakeSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A healing that another user ran may have been killed, and what it left is that user's."""
    remove = tree.remove

    def refuse(cursor: FolderCursor, path: bytes) -> None:
        if path.endswith(b".healing"):
            raise OSError(errno.EACCES, os.strerror(errno.EACCES))
        remove(cursor, path)

    monkeypatch.setattr("archiver.store.tree.remove", refuse)
    packed = run_here("pack", source({"1.flac": flac()}), "--to", killed, "--name", "Further", "--all")
    assert packed.code == 0, packed.err
    assert WORKING[0] in left_over(killed)


@pytest.mark.parametrize(
    "words", [("pack", "{source}", "--name", "Further", "--all"), ("export", "{bag}", "--for", "mine")]
)
def test_what_only_has_such_a_name_stays(
    store: Path, source: MakeSource, tmp_path: Path, words: tuple[str, ...]
) -> None:
    outside = build_tree(tmp_path / "Outside", {"precious": b"precious"})
    for number, name in enumerate(WORKING):
        (store / ".incoming" / name).symlink_to(outside)
        (store / ".incoming" / name.replace("0123", f"{number}999")).write_bytes(b"precious")
    before = left_over(store)
    told = {"source": source({"1.flac": flac()}), "bag": store / "Bag"}
    done = run_here(*(word.format(**told) for word in words), "--to", store)
    assert done.code in {0, 3}, done.err
    assert run_here("store", "clean", store).code == 0
    assert {name for name in before if "0123" in name or "999" in name} <= set(left_over(store))
    assert (outside / "precious").read_bytes() == b"precious"
