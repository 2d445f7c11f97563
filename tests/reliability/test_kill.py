"""Killed at a system call that changes the disk, a run leaves no bag that looks finished and is not.

These are points that matter, by strace; tests/hostile/test_faults.py tries every one, by another means.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.conftest import MakeSource
from tests.reliability.faults import inject, left_over, visible_bags
from tests.reliability.states import newest_content
from tests.running import EPOCH, run_here, run_program
from tests.samples import build_tree, flac, read_tree

TREE: dict[str, bytes | str] = {
    "Album/01.flac": flac(),
    "Album/cover.txt": "c",
    "Notes/n": "n" * 900,
    "b\n%": "odd",
}
ONE_BAG = ("-j1",)
GROUP = ("-j1", "--max-size", "74kB")


def kill_and_run_again(source: Path, store: Path, fault: str, options: Sequence[str]) -> int:
    """Kill a run at the fault; check the store; run again; check that everything is there, and nothing else.

    Returns:
        The status of the run that was to be killed.
    """
    arguments = ("pack", str(source), "--to", str(store), *options)
    store.parent.mkdir(exist_ok=True)
    log = store.with_name("trace")
    killed = run_program(*arguments, before=inject(log, fault), SOURCE_DATE_EPOCH=EPOCH)
    finished = visible_bags(store)
    again = run_here(*arguments, "--json", SOURCE_DATE_EPOCH=EPOCH)
    assert again.code == 0, again.err
    assert newest_content(store) == read_tree(source)
    assert left_over(store) == []
    made = [bag for bag in visible_bags(store) if bag not in finished]
    # a group of which some had their names gets the others first, and then nothing is new
    assert again.json["nothing_new"] or [str(bag) for bag in made] == again.json["bags"]
    assert run_here(*arguments, "--json", SOURCE_DATE_EPOCH=EPOCH).json["nothing_new"]
    return killed.code


@pytest.mark.parametrize(
    "fault",
    [
        "ftruncate:signal=KILL:when=2",
        "utimensat:signal=KILL:when=1",
        "fsync:signal=KILL:when=20",
        "renameat:signal=KILL:when=1",  # of the staging area's key
        "unlinkat:signal=KILL:when=4",
    ],
)
@pytest.mark.case(1)
def test_killed_at_a_point_that_matters(source: MakeSource, tmp_path: Path, fault: str) -> None:
    assert kill_and_run_again(source(TREE), tmp_path / "store", fault, ONE_BAG) == -signal.SIGKILL


@pytest.mark.case(1)
def test_killed_between_the_names_of_a_group(source: MakeSource, tmp_path: Path) -> None:
    fault = "renameat:signal=KILL:when=5"  # three renames give the areas their keys, and the fifth is that of the second bag
    assert kill_and_run_again(source(TREE), tmp_path / "store", fault, GROUP) == -signal.SIGKILL


@pytest.mark.parametrize(
    "fault",
    [
        "ftruncate:signal=KILL:when=2",
        "fsync:signal=KILL:when=6",
        "fsync:signal=KILL:when=12",
        "fsync:signal=KILL:when=24",
        "renameat:signal=KILL:when=2",  # of the bag to its name
        "unlinkat:signal=KILL:when=2",
        "pwrite64:signal=KILL:when=3",  # the store's log, and the catalogue
        "pwrite64:signal=KILL:when=9",
        "fdatasync:signal=KILL:when=1",  # the catalogue's commit
        "fdatasync:signal=KILL:when=2",
    ],
)
@pytest.mark.case(1)
def test_killed_while_a_collection_is_packed_again(tmp_path: Path, fault: str) -> None:
    source, store = build_tree(tmp_path / "Music", TREE), tmp_path / "store"
    assert run_here("pack", source, "--to", store, SOURCE_DATE_EPOCH=EPOCH).code == 0
    (first,) = visible_bags(store)
    before = read_tree(first)
    (source / "Album").rename(source / "Renamed")
    build_tree(source / "New", {"01.flac": flac(title="new"), "n": "new"})
    kill_and_run_again(source, store, fault, ONE_BAG)
    assert read_tree(first) == before
    copies = [name for bag in visible_bags(store) for name in read_tree(bag / "data")]
    assert sorted(copies) == sorted([*map(os.fsencode, TREE), b"New/01.flac", b"New/n"])
