"""A run after an interrupted one, with other options, makes what is asked for now, and takes over what fits."""

from __future__ import annotations

import glob
from pathlib import Path

import pytest

from tests.conftest import MakeSource
from tests.reliability.faults import inject, left_over, visible_bags
from tests.running import EPOCH, run_here, run_program
from tests.samples import read_tree

ALBUMS = {
    **{f"a/{number}": bytes(1_000_000) for number in range(5)},
    **{f"b/{number}": bytes(1_000_000) for number in range(2)},
    "c/large": bytes(4_000_000),
}


def stopping_at_the_large_file(store: Path, tmp_path: Path) -> list[str]:
    """Return words that let the copy of one file find the disk full, under whatever name its bag is built."""
    areas = ("bag", *(f"bag_{part}_of_{parts}" for parts in (2, 3) for part in range(1, parts + 1)))
    places = tuple(store / ".incoming" / f"{area}.unfinished" / "bag/data/c/large" for area in areas)
    return inject(tmp_path / "trace", "write:error=ENOSPC", paths=places)


@pytest.mark.parametrize(
    ("first", "second", "bags"),
    [
        ("7.2MB", "6.2MB", ["a", "b c"]),  # as many bags, divided elsewhere
        ("7.2MB", "5.2MB", ["a", "b", "c"]),
        ("7.2MB", "100MB", ["a b c"]),
        ("100MB", "7.2MB", ["a b", "c"]),
        ("7.2MB", "7.5MB", ["a b", "c"]),  # divided alike: gone on with
    ],
)
def test_another_size_divides_anew(
    source: MakeSource, tmp_path: Path, *, first: str, second: str, bags: list[str]
) -> None:
    root, store = source(ALBUMS), tmp_path / "store"
    words = ("pack", root, "--all", "--to", store, "--name", "bag", "--max-size")
    before = stopping_at_the_large_file(store, tmp_path)
    stopped = run_program(*words, first, before=before, SOURCE_DATE_EPOCH=EPOCH)
    assert stopped.code == 1, stopped.err
    again = run_here(*words, second, SOURCE_DATE_EPOCH=EPOCH)
    assert again.code == 0, again.err
    assert [
        " ".join(sorted(folder.name for folder in (bag / "data").iterdir())) for bag in visible_bags(store)
    ] == bags
    packed = [read_tree(bag / "data") for bag in visible_bags(store)]
    assert {path: content for tree in packed for path, content in tree.items()} == read_tree(root)
    _, _, named = again.out.partition("  archiver verify ")
    assert sorted(map(Path, glob.glob(named.splitlines()[0]))) == sorted(visible_bags(store))
    assert "Went on" in again.out
    assert left_over(store) == []
