"""What a heal tells of that a disk ended, and does without hard links; test_sweep.py kills it at every call."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.conftest import MakeSource
from tests.reliability.faults import inject
from tests.running import EPOCH, run_here, run_program
from tests.samples import flac

TREE: dict[str, bytes | str] = {
    "Album/01.flac": flac(),
    "Album/02.flac": flac(title="Two"),
    "Album/cover.txt": "c",
    "Other/notes": "n" * 900,
}


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    }


@pytest.fixture
def stores(tmp_path: Path, source: MakeSource) -> tuple[Path, dict[str, bytes]]:
    """Make a bag that is damaged in many ways, with a whole copy in a second store; return it and what it should be."""
    store, second = tmp_path / "Store", tmp_path / "Second"
    packed = run_here("pack", source(TREE), "--to", store, "--name", "Bag", SOURCE_DATE_EPOCH=EPOCH)
    assert packed.code == 0, packed.err
    whole = files(store / "Bag")
    shutil.copytree(store / "Bag", second / "Bag")
    assert run_here("catalogue", "add", second, SOURCE_DATE_EPOCH=EPOCH).code == 0
    bag = store / "Bag"
    (bag / "data/Album/01.flac").write_bytes(b"damaged")
    (bag / "tagmanifest-sha512.txt").write_bytes(b"damaged")
    (bag / "metadata/files.jsonl").unlink()
    shutil.rmtree(bag / "data/Other")
    (bag / "data/Other").symlink_to("nowhere")
    (bag / "data/stray").write_text("stray")
    return bag, whole


def wrong(bag: Path, whole: dict[str, bytes]) -> set[str]:
    """Return what is not as it should be."""
    there = files(bag)
    return {path for path in whole.keys() | there.keys() if there.get(path) != whole.get(path)}


def kept(bag: Path) -> list[bytes]:
    """Return all that was put aside."""
    return sorted(files(bag.parent / ".archiver").values())


@pytest.mark.parametrize("fault", ["renameat:error=EIO:when=2", "utimensat:error=EIO:when=2"])
def test_what_was_healed_before_a_disk_failed_is_in_the_log(
    stores: tuple[Path, dict[str, bytes]], tmp_path: Path, fault: str
) -> None:
    bag, whole = stores
    before = wrong(bag, whole)
    failed = run_program(
        "heal", bag, "-j1", before=inject(tmp_path / "trace", fault), SOURCE_DATE_EPOCH=EPOCH
    )
    assert failed.code == 1, failed
    assert wrong(bag, whole) < before
    last = json.loads((bag.parent / ".archiver/events.jsonl").read_text().splitlines()[-1])
    assert (last["type"], last["outcome"]) == ("recovery", "fail")


def test_where_there_are_no_hard_links_what_stood_there_is_kept_too(
    stores: tuple[Path, dict[str, bytes]], tmp_path: Path
) -> None:
    bag, whole = stores
    damaged = (bag / "data/Album/01.flac").read_bytes()
    healed = run_program("heal", bag, "-j1", before=inject(tmp_path / "trace", "linkat:error=EPERM"))
    assert healed.code == 0, healed
    assert not wrong(bag, whole)
    assert damaged in kept(bag)
