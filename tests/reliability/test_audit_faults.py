"""An audit that is killed anywhere loses at most what it read last, changes no bag, and the next one goes on."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path

import pytest

from archiver.catalogue.database import reading
from archiver.store.log import read_events
from tests.reliability.faults import inject
from tests.running import run_here, run_program
from tests.samples import build_tree, flac, tree_digest


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("made")
    music = build_tree(place / "Music", {"Album/1.flac": flac(title="One"), "Other/x": b"x"})
    for name in ("One", "Two"):
        words = (
            "pack",
            music,
            "--to",
            place / "Store",
            "--name",
            name,
            "--all",
            "--catalogue",
            place / "c.sqlite",
        )
        packed = run_here(*words)
        assert packed.code == 0, packed.err
    return place


@pytest.mark.parametrize(
    "fault",
    [f"pwrite64:signal=KILL:when={number}" for number in (1, 2, 4, 7, 11, 16)]
    + [f"fsync:signal=KILL:when={number}" for number in (1, 9, 20, 24)]
    + [f"fdatasync:signal=KILL:when={number}" for number in (1, 2, 3)],
)
def test_an_audit_that_is_killed(made: Path, tmp_path: Path, fault: str) -> None:
    store, catalogue = tmp_path / "Store", tmp_path / "c.sqlite"
    shutil.copytree(made / "Store", store)
    added = run_here("catalogue", "add", store, "--catalogue", catalogue)
    assert added.code == 0, added.err
    bags = tree_digest(store / "One"), tree_digest(store / "Two")
    words = ("audit", store, "--catalogue", catalogue)
    killed = run_program(*words, before=inject(tmp_path / "trace", fault))
    assert killed.code in (0, -signal.SIGKILL), killed.err
    again = run_here(*words, "--json")
    assert again.code == 0, again.err
    with reading(str(catalogue)) as lent:
        assert (
            lent.number("SELECT count(*) FROM copy WHERE checked_at IS NOT NULL AND part_since IS NULL") == 2
        )
    assert run_here("catalogue", "check", "--catalogue", catalogue).code == 0
    checks = [one.happened for one in read_events(str(store).encode()) if one.happened.type == "fixity check"]
    assert {one.outcome for one in checks} == {"success"}
    assert (tree_digest(store / "One"), tree_digest(store / "Two")) == bags
