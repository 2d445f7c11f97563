"""Many copies are made durable with one sync of their file system, where that promises as much as one of each; else each is."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path

import pytest

from archiver import disk
from archiver.errors import StoreError
from archiver.ingest.copy import Copied
from archiver.ingest.durable import MANY_FILES, Durable
from archiver.store.area import Place
from tests.conftest import MakeSource
from tests.disks import failing_disk
from tests.reliability.faults import inject, left_over, strace, visible_bags
from tests.running import EPOCH, run_here, run_program
from tests.samples import read_tree

MANY: dict[str, bytes | str] = {
    f"{number % 3}/{number:03}.txt": f"{number}" for number in range(MANY_FILES + 8)
}
FEW: dict[str, bytes | str] = {"a/1": "one", "a/2": "two", "b": "three"}
CALLS = "trace=write,utimensat,fsync,syncfs,rename,renameat,renameat2"


def is_synced_as_a_whole(folder: Path) -> bool:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        return disk.syncs_as_a_whole(descriptor)
    finally:
        os.close(descriptor)


def traced(root: Path, tmp_path: Path) -> list[str]:
    """Pack and return the calls that came to their end, in that order, with the paths of what they were on."""
    log = tmp_path / "trace"
    words = strace(log, "-y", "-e", CALLS)
    done = run_program(
        "pack", root, "--all", "--to", tmp_path / "store", before=words, SOURCE_DATE_EPOCH=EPOCH
    )
    assert done.code == 0, done.err
    (bag,) = visible_bags(tmp_path / "store")
    assert read_tree(bag / "data") == read_tree(root)
    calls, begun = [], {}
    for line in log.read_text(errors="replace").splitlines():
        process, _, call = line.partition(" ")
        if call.endswith("<unfinished ...>"):
            begun[process] = call.strip().removesuffix("<unfinished ...>")
        elif "resumed>" in call:
            calls.append(begun.pop(process) + call.partition("resumed>")[2])
        else:
            calls.append(call.strip())
    return [call for call in calls if re.search(r"= [0-9]+", call)]


def places(calls: list[str], pattern: str) -> list[int]:
    return [number for number, call in enumerate(calls) if re.search(pattern, call)]


def test_all_is_on_the_disk_before_the_journal_tells_of_it(source: MakeSource, tmp_path: Path) -> None:
    if not is_synced_as_a_whole(tmp_path):
        pytest.skip("the temporary folder is on no file system that is synced as a whole")
    calls = traced(source(MANY), tmp_path)
    copied = places(calls, r"^utimensat\([0-9]+<[^>]*/bag/data/")
    synced = places(calls, r"^syncfs\(")
    told = places(calls, r"^(write|fsync)\([0-9]+<[^>]*/journal\.jsonl>")
    named = places(calls, r"^rename\w*\(.*\"bag\"")
    assert len(copied) == len(MANY)
    assert told
    assert named
    assert any(max(copied) < number < min(told) < named[0] for number in synced)
    assert not places(calls, r"^fsync\([0-9]+<[^>]*/bag/data/.*\.txt>"), "each file was synced as well"


def test_few_copies_are_synced_one_by_one(source: MakeSource, tmp_path: Path) -> None:
    calls = traced(source(FEW), tmp_path)
    told = places(calls, r"^(write|fsync)\([0-9]+<[^>]*/journal\.jsonl>")
    synced = places(calls, r"^fsync\([0-9]+<[^>]*/bag/data/")
    assert len([number for number in synced if number < min(told)]) == len(FEW)


def test_disk_that_could_not_write_something_ends_the_run(source: MakeSource, tmp_path: Path) -> None:
    if not is_synced_as_a_whole(tmp_path):
        pytest.skip("the temporary folder is on no file system that is synced as a whole")
    root, store = source(MANY), tmp_path / "store"
    words = inject(tmp_path / "trace", "syncfs:error=EIO")
    stopped = run_program("pack", root, "--all", "--to", store, before=words, SOURCE_DATE_EPOCH=EPOCH)
    assert stopped.code == 1
    told = " ".join(stopped.err.split())
    assert "cannot write the copies to the disk: input/output error" in told
    assert "Do not trust this disk before you have checked it" in told
    assert visible_bags(store) == []
    again = run_here("pack", root, "--all", "--to", store, "--json", SOURCE_DATE_EPOCH=EPOCH)
    assert again.code == 0, again.err
    (bag,) = visible_bags(store)
    assert read_tree(bag / "data") == read_tree(root)
    assert left_over(store) == []


def test_file_system_in_memory_is_not_relied_on() -> None:
    memory = Path("/dev/shm")
    if not memory.is_mount():
        pytest.skip("there is no file system in memory here")
    assert not is_synced_as_a_whole(memory)


@pytest.mark.parametrize(
    ("release", "relied_on"),
    [("5.8.0-1-generic", False), ("5.16.20", False), ("5.17.0", True), ("6.18.44", True), ("10.1", True)],
)
def test_system_that_does_not_tell_of_errors_is_not_relied_on(
    release: str, *, relied_on: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not is_synced_as_a_whole(tmp_path):
        pytest.skip("the temporary folder is on no file system that is synced as a whole")
    monkeypatch.setattr("archiver.disk._kernel_release", lambda: release)
    assert is_synced_as_a_whole(tmp_path) is relied_on


def test_sync_of_nothing_is_an_error(tmp_path: Path) -> None:
    descriptor = os.open(tmp_path, os.O_RDONLY)
    os.close(descriptor)
    with pytest.raises(OSError, match=os.strerror(errno.EBADF)):
        disk.sync_all(descriptor)


def synced(folder: Path) -> int | None:
    """Sync the file system of a folder by a new descriptor, and return the error that it tells of."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        disk.sync_all(descriptor)
    except OSError as error:
        return error.errno
    finally:
        os.close(descriptor)
    return None


def test_an_error_that_nobody_asked_for_is_told_to_who_opens_after_it(tmp_path: Path) -> None:
    with failing_disk(tmp_path) as failing:
        if not is_synced_as_a_whole(failing.place):
            pytest.skip("this system does not tell of errors")
        failing.lose()
        assert synced(failing.place) is not None
        assert synced(failing.place) is None


def test_who_was_told_of_an_older_error_hears_of_the_next(tmp_path: Path) -> None:
    note: list[str] = []
    with failing_disk(tmp_path) as failing:
        if not is_synced_as_a_whole(failing.place):
            pytest.skip("this system does not tell of errors")
        (failing.place / "payload").mkdir()
        copies = [Copied(f"{number}", 0, 0, {}) for number in range(MANY_FILES)]
        failing.lose()
        with Durable(Place(os.fsencode(failing.place), b"payload"), (), MANY_FILES, note.append) as durable:
            assert len(note) == 1
            durable.made(copies)
            failing.lose()
            with pytest.raises(StoreError, match="cannot write the copies"):
                durable.made(copies)


def test_an_older_error_of_the_disk_does_not_end_a_run(source: MakeSource, tmp_path: Path) -> None:
    root = source(MANY)
    with failing_disk(tmp_path) as failing:
        if not is_synced_as_a_whole(failing.place):
            pytest.skip("this system does not tell of errors")
        failing.lose()
        store = failing.place / "store"
        done = run_here("pack", root, "--all", "--to", store, SOURCE_DATE_EPOCH=EPOCH)
        assert done.code == 0, done.err
        assert "could not write something before this run copied anything to it" in done.told
        (bag,) = visible_bags(store)
        assert read_tree(bag / "data") == read_tree(root)
