"""A collection that was packed on two days, and moments after them."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.conftest import MakeSource
from tests.running import run_here
from tests.samples import flac

DAY = 86_400
_START = 1_700_000_000
TREE = {"Album/1.flac": flac(title="One"), "Album/2.flac": flac(title="Two"), "notes.txt": b"about it\n"}


def at(day: float) -> str:
    """Return what ``SOURCE_DATE_EPOCH`` is some days after the first bag."""
    return str(int(_START + day * DAY))


def store_of_two_days(source: MakeSource, place: Path) -> Path:
    """Make a store with two bags of one collection, the second of which counts on the first for all but one file."""
    music, store = source(TREE), place / "Store"
    packed = run_here("pack", music, "--to", store, "--name", "One", SOURCE_DATE_EPOCH=at(0))
    assert packed.code == 0, packed.err
    later = shutil.copytree(music, place / "later" / "Music")
    (later / "more.txt").write_text("more\n")
    packed = run_here("pack", later, "--to", store, "--name", "Two", SOURCE_DATE_EPOCH=at(1))
    assert packed.code == 0, packed.err
    return store
