"""A disk that stays full is told, and work on the catalogue goes on once there is room; test_sweep.py kills it at every call."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.catalogue.bags_to_take_in import ALBUMS, change, pack, told
from tests.reliability.faults import inject
from tests.running import run_here, run_program
from tests.samples import build_tree


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
    assert "is full" in refused.told
    assert "Traceback" not in refused.err
    assert run_here(*words).code == 0
    assert told(str(path)) == right
