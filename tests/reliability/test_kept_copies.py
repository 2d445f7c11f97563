"""What an interrupted run copied is kept as long as it is right, whatever else has changed since."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from archiver.errors import StoreError
from tests.reliability.faults import left_over, visible_bags
from tests.running import EPOCH, Outcome, run_here
from tests.samples import build_tree, flac, read_tree

TREE: dict[str, bytes | str] = {
    "a/01.flac": flac({"TITLE": ["one"]}),
    "a/02.flac": flac({"TITLE": ["two"]}),
    "b/01.txt": "b1",
    "b/02.txt": "b2",
    "c/large": bytes(300_000),
    ".DS_Store": "finder",
}
NEXT_DAY = str(int(EPOCH) + 86_400)


def stop(*_: object) -> None:
    raise StoreError("stopped")


def interrupted(root: Path, store: Path, *options: str) -> dict[str, int]:
    """Leave in the store what a run leaves that is stopped before it seals; return the inode of each copy."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("archiver.usecases.pack.pack.make_ready", stop)
        outcome = run_here("pack", root, "--all", "--to", store, *options, SOURCE_DATE_EPOCH=EPOCH)
    assert outcome.code == 1, outcome.err
    return inodes(*(store / ".incoming").glob("*.unfinished/bag/data"))


def inodes(*payloads: Path) -> dict[str, int]:
    return {
        path.relative_to(payload).as_posix(): path.stat().st_ino
        for payload in payloads
        for path in payload.rglob("*")
        if path.is_file()
    }


def kept(before: dict[str, int], store: Path) -> set[str]:
    after = inodes(*(bag / "data" for bag in visible_bags(store)))
    return {path for path, inode in after.items() if before.get(path) == inode}


def again(root: Path, store: Path, *options: str, epoch: str = EPOCH) -> Outcome:
    outcome = run_here("pack", root, "--all", "--to", store, "--json", *options, SOURCE_DATE_EPOCH=epoch)
    assert outcome.code in {0, 3}, outcome.err
    assert left_over(store) == []
    packed = {
        path: content for bag in visible_bags(store) for path, content in read_tree(bag / "data").items()
    }
    assert packed == read_tree(root)
    return outcome


def add(root: Path) -> None:
    (root / "b" / "015.txt").write_text("new")
    (root / "new album").mkdir()
    (root / "new album" / "x").write_text("x")


def remove(root: Path) -> None:
    (root / "b" / "01.txt").unlink()


def touch(root: Path) -> None:
    (root / ".DS_Store").write_text("finder was here")


def rewrite_with_its_old_time(root: Path) -> None:
    status = (root / "b" / "02.txt").stat()
    (root / "b" / "02.txt").write_text("B2")
    os.utime(root / "b" / "02.txt", ns=(status.st_mtime_ns, status.st_mtime_ns))


def exchange_two(root: Path) -> None:
    """They have one size and one time."""
    for name in ("b/01.txt", "b/02.txt"):
        os.utime(root / name, ns=(0, 0))
    (root / "b" / "01.txt").rename(root / "aside")
    (root / "b" / "02.txt").rename(root / "b" / "01.txt")
    (root / "aside").rename(root / "b" / "02.txt")


@pytest.mark.parametrize("epoch", [EPOCH, NEXT_DAY])
@pytest.mark.parametrize(
    ("change", "anew"),
    [
        (add, set()),
        (remove, set()),
        (touch, {".DS_Store"}),
        (rewrite_with_its_old_time, {"b/02.txt"}),
        (exchange_two, {"b/01.txt", "b/02.txt"}),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_a_change_in_the_source_costs_only_what_changed(
    tmp_path: Path, change: Callable[[Path], None], anew: set[str], epoch: str
) -> None:
    root, store = build_tree(tmp_path / "Music", TREE), tmp_path / "store"
    before = interrupted(root, store)
    assert before.keys() == TREE.keys()
    change(root)
    outcome = again(root, store, epoch=epoch)
    (bag,) = visible_bags(store)
    present = {path.decode() for path in read_tree(root)}
    assert kept(before, store) == (TREE.keys() & present) - anew
    assert outcome.json["continued"] is True
    assert outcome.json["kept_files"] == len((TREE.keys() & present) - anew)
    assert run_here("verify", bag).code == 0


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((), ("--policy", "donation")),
        (("--policy", "donation"), ()),
        ((), ("--info", "Contact-Name: Erika Example")),
        ((), ("--read-back",)),
        ((), ("--serialize", "tar")),
        (("--name", "X"), ("--name", "X", "--info", "External-Description: x")),
        (("--name", "X"), ()),
        (("--algorithm", "md5"), ("--algorithm", "md5", "--info", "Contact-Name: x")),
    ],
)
def test_other_options_that_leave_the_bytes_as_they_are_cost_nothing(
    tmp_path: Path, first: tuple[str, ...], second: tuple[str, ...]
) -> None:
    root, store = build_tree(tmp_path / "Music", TREE), tmp_path / "store"
    before = interrupted(root, store, *first)
    touch(root)
    outcome = run_here("pack", root, "--all", "--to", store, "--json", *second, SOURCE_DATE_EPOCH=EPOCH)
    assert outcome.code in {0, 3}, outcome.err
    assert outcome.json["kept_files"] == outcome.json["files"]["packed"] - 1
    assert left_over(store) == []
    if "--serialize" not in second:
        packed = inodes(visible_bags(store)[0] / "data")
        assert kept(before, store) == packed.keys() - {".DS_Store"}


@pytest.mark.parametrize(
    ("first", "second"),
    [("250kB", "380kB"), ("380kB", "250kB"), ("250kB", "100MB"), ("100MB", "250kB")],
)
def test_another_division_moves_the_copies(tmp_path: Path, first: str, second: str) -> None:
    root, store = build_tree(tmp_path / "Music", TREE), tmp_path / "store"
    before = interrupted(root, store, "--max-size", first)
    outcome = again(root, store, "--max-size", second)
    assert kept(before, store) == TREE.keys()
    assert outcome.json["continued"] is True


def test_another_checksum_means_that_everything_is_read_again(tmp_path: Path) -> None:
    root, store = build_tree(tmp_path / "Music", TREE), tmp_path / "store"
    interrupted(root, store)
    outcome = again(root, store, "--algorithm", "sha256")
    assert outcome.json["kept_files"] == 0
    assert "is copied anew: its source or checksums have changed since" in " ".join(outcome.err.split())


@pytest.mark.parametrize(
    "header", [b"", b'{"schema": "archiver.journal/2"}\n', b'["b/02.txt", "0", 1]\n', b"\xff"]
)
@pytest.mark.parametrize("change", [None, touch])
def test_a_list_of_copies_of_another_version_is_told_and_all_is_copied_anew(
    tmp_path: Path, header: bytes, change: Callable[[Path], None] | None
) -> None:
    root, store = build_tree(tmp_path / "Music", TREE), tmp_path / "store"
    interrupted(root, store)
    (journal,) = (store / ".incoming").glob("*/journal.jsonl")
    _, _, lines = journal.read_bytes().partition(b"\n")
    journal.write_bytes(header + lines)
    if change is not None:
        change(root)
    outcome = again(root, store)
    assert outcome.json["kept_files"] == 0
    assert "is copied anew, as far as its list of copies is of another version" in " ".join(
        outcome.err.split()
    )


def test_copies_outlive_several_changes_and_interruptions(tmp_path: Path) -> None:
    root, store = build_tree(tmp_path / "Music", TREE), tmp_path / "store"
    before = interrupted(root, store)
    for change in (touch, add, remove):
        change(root)
        interrupted(root, store)
    again(root, store)
    assert kept(before, store) == TREE.keys() - {".DS_Store", "b/01.txt"}


def test_interrupted_while_copies_are_taken_over_loses_none(tmp_path: Path) -> None:
    root, store = build_tree(tmp_path / "Music", TREE), tmp_path / "store"
    before = interrupted(root, store)
    touch(root)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "archiver.ingest.capture.Capture.copies", stop
        )  # the copies are set aside, and none is moved yet
        assert run_here("pack", root, "--all", "--to", store, SOURCE_DATE_EPOCH=EPOCH).code == 1
    again(root, store)
    assert kept(before, store) == TREE.keys() - {".DS_Store"}


def test_what_the_report_says_of_it(tmp_path: Path) -> None:
    root, store = build_tree(tmp_path / "Music", TREE), tmp_path / "store"
    interrupted(root, store)
    touch(root)
    dry = run_here("pack", root, "--all", "--to", store, "--dry-run", SOURCE_DATE_EPOCH=EPOCH)
    assert "are copied already" in " ".join(dry.out.split())
    told = run_here("pack", root, "--all", "--to", store, SOURCE_DATE_EPOCH=EPOCH).out
    assert "Went on with a run that was interrupted.\nCopied already by it and kept: 5 files, " in told
