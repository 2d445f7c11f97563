"""Faults while a collection is packed again: nothing is lost, and the message says how to go on."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from archiver.errors import ExitStatus
from tests.reliability.faults import inject, visible_bags
from tests.reliability.states import newest_content
from tests.running import Outcome, run_here, run_program
from tests.samples import build_tree, flac, read_tree

TREE: dict[str, bytes | str] = {
    "Album/01.flac": flac(title="one"),
    "Album/02.flac": flac(title="two"),
    "n": "note",
}


@pytest.fixture
def packed(tmp_path: Path, catalogue_path: Path) -> tuple[Path, Path, Path]:
    """A source that was packed and has changed since, its store, and the catalogue."""
    source, store = build_tree(tmp_path / "Music", TREE), tmp_path / "store"
    assert run_here("pack", source, "--to", store).code == 0
    build_tree(source / "New", {"03.flac": flac(title="three")})
    return source, store, catalogue_path


def said(outcome: Outcome) -> str:
    return " ".join(outcome.err.split())


@pytest.mark.parametrize("content", [b"no database at all", b"SQLite format 3\0" + b"\xff" * 4096])
@pytest.mark.case(35)
def test_a_damaged_catalogue_stops_a_run_and_says_how_to_go_on(
    packed: tuple[Path, Path, Path], content: bytes
) -> None:
    source, store, catalogue = packed
    for path in catalogue.parent.glob(f"{catalogue.name}*"):
        path.unlink()
    catalogue.write_bytes(content)
    refused = run_here("pack", source, "--to", store)
    assert refused.code == ExitStatus.DAMAGED
    assert str(catalogue) in said(refused)
    assert "archiver catalogue rebuild" in said(refused) or "--catalogue PATH" in said(refused)
    assert len(visible_bags(store)) == 1
    assert catalogue.read_bytes() == content

    everything = run_here("pack", source, "--to", store, "--all")
    assert everything.code == 0
    assert "Packed without the catalogue: " in said(everything)
    assert "Packed 4 files" in everything.out
    (source / "late.txt").write_bytes(b"late")
    assert run_here("pack", source, "--to", store, "--all").code == 0

    catalogue.unlink()
    assert run_here("catalogue", "rebuild", store).code == 0
    assert run_here("pack", source, "--to", store, "--json").json["nothing_new"]
    assert newest_content(store) == read_tree(source)


def test_a_full_disk_at_the_commit_costs_no_bag(packed: tuple[Path, Path, Path], tmp_path: Path) -> None:
    source, store, catalogue = packed
    log = Path(f"{catalogue}-wal")
    fault = inject(tmp_path / "trace", "pwrite64:error=ENOSPC", paths=(log,))
    made = run_program("pack", source, "--to", store, before=fault)
    assert made.code == 0, made.err
    assert "The catalogue was not brought up to date: " in said(made)
    assert len(visible_bags(store)) == 2
    assert newest_content(store) == read_tree(source)
    assert run_here("pack", source, "--to", store, "--json").json["nothing_new"]


def test_of_two_runs_into_one_store_one_is_refused_and_two_stores_are_no_trouble(
    packed: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    source, store, _ = packed
    other = tmp_path / "other"
    outcomes: list[Outcome] = []

    def run(*words: str | Path) -> None:
        outcomes.append(run_program("pack", *words))

    runs = [threading.Thread(target=run, args=(source, "--to", place)) for place in (store, store, other)]
    for one in runs:
        one.start()
    for one in runs:
        one.join()
    codes = sorted(outcome.code for outcome in outcomes)
    assert codes in ([0, 0, 0], [0, 0, 1]), [outcome.err for outcome in outcomes]
    for outcome in outcomes:
        assert outcome.code == 0 or "another run is writing to the store" in said(outcome)
    for place in (store, other):
        assert newest_content(place) == read_tree(source)
        assert run_here("pack", source, "--to", place, "--json").json["nothing_new"]


def test_a_run_that_was_interrupted_keeps_every_copy_that_is_still_right(
    packed: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    source, store, _ = packed
    build_tree(source / "Large", {f"{number}": bytes([number]) * 300_000 for number in range(40)})
    fault = inject(tmp_path / "trace", "fsync:signal=KILL:when=45")
    run_program("pack", source, "--to", store, "-j1", before=fault)
    assert len(visible_bags(store)) == 1
    (source / "Large" / "0").write_bytes(b"changed since")
    (source / "Large" / "1").unlink()
    done = run_here("pack", source, "--to", store, "--json").json
    assert done["kept_files"] > 10
    assert done["files"]["packed"] == 40
    assert newest_content(store) == read_tree(source)
