"""Killed or refused at a system call, work on the catalogue loses nothing: it goes on from there, and tells the same in the end."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pytest

from tests.catalogue.bags_to_take_in import ALBUMS, change, pack, told
from tests.reliability.faults import inject
from tests.running import run_here, run_program
from tests.samples import build_tree, tree_digest


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a store with three accessions."""
    place = tmp_path_factory.mktemp("faults")
    music = build_tree(place / "Music", ALBUMS)
    for number in range(1, 4):
        pack(music, place / "Store", number)
        change(music, {"notes.txt": b"words %d\n" % number, f"Live/{number}.txt": b"%d\n" % number})
    return place / "Store"


@pytest.fixture(scope="module")
def right(store: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What a catalogue of the store says that nothing went wrong with."""
    path = tmp_path_factory.mktemp("right") / "c.sqlite"
    assert run_here("catalogue", "add", store, "--catalogue", path).code == 0
    return told(str(path))


KILLS = [
    *(f"pwrite64:signal=KILL:when={number}" for number in (1, 2, 5, 20, 60, 90, 120)),
    *(f"fdatasync:signal=KILL:when={number}" for number in (1, 2, 3, 5, 8)),
    "ftruncate:signal=KILL:when=1",
    "unlink:signal=KILL:when=1",
]


@pytest.mark.parametrize("command", ["add", "rebuild"])
@pytest.mark.parametrize("fault", KILLS)
def test_killed_in_the_middle_it_goes_on(
    store: Path, right: dict[str, list[str]], tmp_path: Path, command: str, fault: str
) -> None:
    path, before = tmp_path / "c.sqlite", tree_digest(store)
    words = ("catalogue", command, store, "--catalogue", path)
    killed = run_program(*words, before=inject(tmp_path / "trace", fault))
    assert killed.code in (0, -signal.SIGKILL), killed.err
    again = run_here(*words)
    assert again.code == 0, again.err
    assert told(str(path)) == right
    assert run_here("catalogue", "check", "--catalogue", path).code == 0
    assert tree_digest(store) == before
    assert [name for name in os.listdir(tmp_path) if ".new" in name] == []


@pytest.mark.parametrize(
    "fault", ["unlink:signal=KILL:when=1", "unlink:signal=KILL:when=3", "rename:signal=KILL:when=1"]
)
def test_killed_while_it_is_replaced_it_is_whole_or_missing(
    store: Path, right: dict[str, list[str]], tmp_path: Path, fault: str
) -> None:
    path = tmp_path / "c.sqlite"
    assert run_here("catalogue", "add", store, "--catalogue", path).code == 0
    words = ("catalogue", "rebuild", store, "--catalogue", path)
    run_program(*words, before=inject(tmp_path / "trace", fault))
    if path.exists():
        assert told(str(path)) == right
    assert run_here("catalogue", "add", store, "--catalogue", path).code == 0
    assert told(str(path)) == right


@pytest.mark.parametrize("number", [1, 3, 10, 40, 80])
@pytest.mark.parametrize("command", ["add", "rebuild"])
def test_a_full_disk_is_told_and_takes_back_what_was_being_written(
    store: Path, right: dict[str, list[str]], tmp_path: Path, command: str, number: int
) -> None:
    path = tmp_path / "c.sqlite"
    words = ("catalogue", command, store, "--catalogue", path)
    fault = f"pwrite64:error=ENOSPC:when={number}+"
    refused = run_program(*words, before=inject(tmp_path / "trace", fault))
    assert refused.code == 1, refused.out
    assert "is full" in refused.err
    assert "Traceback" not in refused.err
    assert run_here(*words).code == 0
    assert told(str(path)) == right


@pytest.mark.parametrize(
    "fault",
    [
        "pwrite64:signal=KILL:when=1",
        *(f"fsync:signal=KILL:when={number}" for number in (1, 2, 3, 4, 5)),
        "mkdirat:signal=KILL:when=1",
        "renameat:signal=KILL:when=1",
        *(f"unlinkat:signal=KILL:when={number}" for number in (1, 5, 12)),
    ],
)
def test_a_removal_that_is_killed_leaves_the_bag_whole_or_out_of_sight(
    store: Path, tmp_path: Path, fault: str
) -> None:
    place, path = tmp_path / "Store", tmp_path / "c.sqlite"
    shutil.copytree(store, place)
    shutil.copytree(place / "Bag1", tmp_path / "Second" / "Bag1")
    for one in (place, tmp_path / "Second"):
        assert run_here("catalogue", "add", one, "--catalogue", path).code == 0
    assert run_here("verify", tmp_path / "Second", "--catalogue", path).code == 0
    words = ("retire", place / "Bag1", "--catalogue", path)
    killed = run_program(*words, before=inject(tmp_path / "trace", fault))
    assert killed.code in (0, -signal.SIGKILL), killed.err
    if (place / "Bag1").exists():
        assert run_here("verify", place / "Bag1", "--catalogue", path).code == 0
        assert run_here(*words).code == 0
    assert not (place / "Bag1").exists()
    assert run_here("catalogue", "update", "--catalogue", path).code == 0
    assert run_here("catalogue", "check", "--catalogue", path).code == 0
    assert run_here("store", "clean", place).code == 0
    assert os.listdir(place / ".incoming") == ["lock"]
    stores = ("--from", place, "--from", tmp_path / "Second")
    assert run_here("restore", "Music", *stores, "--to", tmp_path / "Given").code == 0
