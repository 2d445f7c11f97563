"""What lies in a store is not trusted: it may be another program's, another person's, or made to do harm."""

from __future__ import annotations

import errno
import io
import os
import shutil
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from archiver.ingest import copy as copy_module
from archiver.ingest.reading import FileFaultError, open_source
from archiver.model.source import FileRef
from archiver.usecases.pack import pack as pack_module
from tests.conftest import MakeSource
from tests.reliability.faults import visible_bags
from tests.running import EPOCH, Outcome, run_here, run_program
from tests.samples import build_tree, read_tree, tree_digest

TREE = {"Album/01.txt": "one", "Album/02.txt": "two", "x.ogg": "precious"}


def pack(source: Path, store: Path, *options: str) -> Outcome:
    return run_program("pack", source, "--all", "--to", store, *options)


def said(outcome: Outcome) -> str:
    """What went to standard error, in one line."""
    return " ".join(outcome.err.split())


def is_plain(outcome: Outcome) -> None:
    """Check that a run that stopped says why, and blames nothing on itself."""
    assert outcome.code == 1, outcome
    assert outcome.out == ""
    assert outcome.err.startswith("archiver: cannot ")
    assert "fault in this program" not in said(outcome)
    assert "Traceback" not in outcome.err


def packed_whole(source: Path, store: Path) -> None:
    """Check that a pack to the store makes the one bag in it, with everything of the source."""
    outcome = pack(source, store)
    assert outcome.code == 0, outcome.err
    (bag,) = visible_bags(store)
    assert read_tree(bag / "data") == read_tree(source)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    (tmp_path / "store" / ".incoming").mkdir(parents=True)
    return tmp_path / "store"


def test_folders_of_others_are_left_alone_and_named(source: MakeSource, store: Path) -> None:
    root = source(TREE)
    others = build_tree(
        store / ".incoming",
        {"My Downloads/Album/01.flac": "precious", "Music.unfinished/bag/data/f": "x", "loose": "file"},
    )
    (others / "empty").mkdir()
    before = read_tree(others)
    outcome = pack(root, store)
    assert outcome.code == 0, outcome.err
    assert {path: content for path, content in read_tree(others).items() if path != b"lock"} == before
    assert (others / "empty").is_dir()
    for name in ("My Downloads", "Music.unfinished", "loose", "empty"):
        assert name in said(outcome)
    assert len(visible_bags(store)) == 1


def test_a_linked_staging_place_is_refused(source: MakeSource, tmp_path: Path, store: Path) -> None:
    root = source(TREE)
    (store / ".incoming").rmdir()
    for target in (root, source({"a/f": "x"}, "Elsewhere"), tmp_path / "dangling"):
        (store / ".incoming").symlink_to(target)
        outcome = pack(root, store)
        is_plain(outcome)
        assert "link" in said(outcome)
        (store / ".incoming").unlink()
    assert not (tmp_path / "dangling").exists()
    packed_whole(root, store)


def linked(lock: Path, outside: Path) -> None:
    lock.symlink_to(outside / "x.ogg")


def dangling(lock: Path, outside: Path) -> None:
    lock.symlink_to(outside / "new")


def hard_linked(lock: Path, outside: Path) -> None:
    lock.hardlink_to(outside / "x.ogg")


def hard_linked_to_nothing(lock: Path, outside: Path) -> None:
    lock.hardlink_to(outside / "empty")


def folder(lock: Path, _: Path) -> None:
    lock.mkdir()


def pipe(lock: Path, _: Path) -> None:
    os.mkfifo(lock)


def socketed(lock: Path, _: Path) -> None:
    here = os.open(lock.parent, os.O_RDONLY)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(f"/proc/self/fd/{here}/{lock.name}")
    os.close(here)


def of_others(lock: Path, _: Path) -> None:
    lock.write_text("shopping list\n")


def large(lock: Path, _: Path) -> None:
    lock.touch()
    os.truncate(lock, 1 << 40)


NO_LOCKS = (
    linked,
    dangling,
    hard_linked,
    hard_linked_to_nothing,
    folder,
    pipe,
    socketed,
    of_others,
    large,
)


@pytest.mark.parametrize("make", NO_LOCKS)
def test_what_is_no_lock_of_ours_is_refused_and_untouched(
    source: MakeSource, tmp_path: Path, store: Path, make: Callable[[Path, Path], None]
) -> None:
    root = build_tree(tmp_path / "Precious", {**TREE, "empty": ""})
    lock = store / ".incoming" / "lock"
    make(lock, root)
    outside = tree_digest(root)  # to make a hard link changes the file's ctime
    before = lock.lstat()
    outcome = pack(source(TREE, "Other"), store)
    is_plain(outcome)
    assert f"{store}" in said(outcome)
    assert "lock" in said(outcome)
    after = lock.lstat()
    assert (after.st_mode, after.st_size, after.st_mtime_ns) == (
        before.st_mode,
        before.st_size,
        before.st_mtime_ns,
    )
    assert tree_digest(root) == outside
    assert [path.name for path in (store / ".incoming").iterdir()] == ["lock"]
    assert visible_bags(store) == []


def test_a_name_is_chosen_round_what_is_not_ours(source: MakeSource, store: Path) -> None:
    root = source(TREE)
    mine = build_tree(store / ".incoming" / "Kept.unfinished", {"bag/data/f": "precious"})
    outcome = pack(root, store, "--name", "Kept")
    assert outcome.code == 2, outcome
    assert f"{mine} was not made by this program and stands where the bag is to be built" in said(outcome)
    assert visible_bags(store) == []
    (store / ".incoming" / "Music-2023-11-14_1_of_2.unfinished").mkdir()
    (store / ".incoming" / "Music-2023-11-14_1_of_2.unfinished" / "f").touch()
    outcome = run_program("pack", root, "--all", "--to", store, SOURCE_DATE_EPOCH=EPOCH)
    assert outcome.code == 0, outcome.err
    assert [bag.name for bag in visible_bags(store)] == ["Music-2023-11-14_2"]
    assert read_tree(mine) == {b"bag/data/f": b"precious"}


@pytest.mark.parametrize("name", ["lock", "lock.unfinished", "names-", "ready", "bag"])
def test_no_name_collides_with_ours(source: MakeSource, store: Path, name: str) -> None:
    root = source(TREE)
    outcome = pack(root, store, "--name", name)
    assert outcome.code == 0, outcome.err
    assert [bag.name for bag in visible_bags(store)] == [name]
    assert (store / ".incoming" / "lock").is_file()


STAGES = (
    *("recover", "_name_strange", "refuse_taken_name", "name_rule", "planned", "divide"),
    *("refuse_without_room", "BagMaker", "make_ready", "publish", "_report"),
)


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("gone", ["renamed", "deleted"])
def test_a_store_that_goes_away_is_told_in_plain_words(
    source: MakeSource, tmp_path: Path, store: Path, monkeypatch: pytest.MonkeyPatch, *, stage: str, gone: str
) -> None:
    root = source(TREE)
    real = getattr(pack_module, stage)

    def then_gone(*words: object, **named: object) -> object:
        if gone == "renamed" and store.exists():
            store.rename(tmp_path / "moved")
        elif store.exists():
            shutil.rmtree(store)
        return real(*words, **named)

    monkeypatch.setattr(pack_module, stage, then_gone)
    outcome = run_here("pack", root, "--all", "--to", store)
    if stage == "_report":  # the bag has its name, and nothing more is asked of the store
        assert outcome.code == 0
    else:
        is_plain(outcome)
    assert not store.exists()


@pytest.mark.parametrize("error", [errno.EIO, errno.ESTALE, errno.EMFILE, errno.EROFS, errno.ENOSPC])
def test_a_temporary_file_that_cannot_be_read_back_is_no_fault_of_the_output(
    source: MakeSource, store: Path, monkeypatch: pytest.MonkeyPatch, error: int
) -> None:
    class Failing(io.BytesIO):
        def read(self, _size: int | None = -1, /) -> bytes:
            raise OSError(error, os.strerror(error))

    monkeypatch.setattr(tempfile, "TemporaryFile", lambda **_: Failing())
    outcome = run_here("pack", source(TREE), "--all", "--to", store)
    is_plain(outcome)
    assert f"cannot read back a temporary file: {os.strerror(error).lower()}" in said(outcome)
    assert "No bag is left unfinished under its name." in said(outcome)
    assert visible_bags(store) == []


@pytest.mark.parametrize("error", [errno.EIO, errno.ENOSPC, errno.EFBIG, errno.EPIPE])
def test_only_what_is_printed_is_told_as_a_fault_of_the_output(
    source: MakeSource, monkeypatch: pytest.MonkeyPatch, error: int
) -> None:
    """Any error that nobody foresaw is told as what it is, and never as one of the output."""

    def fails(*_: object, **__: object) -> NoReturn:
        raise StrangeError(error, os.strerror(error))

    class StrangeError(OSError):
        pass

    monkeypatch.setattr("archiver.usecases.scan.scan", fails)
    outcome = run_here("scan", source(TREE))
    assert outcome.code == 1
    assert "standard output" not in said(outcome)


def test_a_run_that_finds_nothing_to_read_makes_no_bag(
    source: MakeSource, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = source(TREE)
    real = open_source

    def gone(ref: FileRef) -> int:
        raise FileFaultError("S105", "it is gone since it was listed")

    monkeypatch.setattr(copy_module, "open_source", gone)
    outcome = run_here("pack", root, "--all", "--to", store)
    is_plain(outcome)
    assert "archiver: cannot make a bag: of 3 files that were seen, none could be copied" in said(outcome)
    assert "S105 vanished: 3" in said(outcome)
    assert visible_bags(store) == []
    assert [path.name for path in (store / ".incoming").iterdir()] == ["lock"]
    monkeypatch.setattr(copy_module, "open_source", real)
    packed_whole(root, store)
