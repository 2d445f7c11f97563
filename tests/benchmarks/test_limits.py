"""The limit of a command is the largest of what the machine must do for it, in the same rounds."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from archiver.executors.ordered import available_cores
from benchmarks import limits
from benchmarks.limits import COPIED, COPY, HASHED, LISTED, READ, SEEN, WRITTEN, limit_of, parts_for
from benchmarks.places import Tree, make_large, make_small
from benchmarks.timing import Spread, Took, in_turns
from tests.samples import tree_digest

LARGE = Tree("large", Path("/nowhere"), 2, 512 << 20)
SMALL = Tree("small", Path("/nowhere"), 1000, 1_000_000)


def one(wall: float, cpu: float = 0.0) -> list[Took]:
    return [Took(wall, cpu)]


def test_the_largest_part_is_the_limit_and_named() -> None:
    taken = {WRITTEN: one(3.0), READ: one(5.0)}
    assert limit_of(LARGE, (WRITTEN,), taken) == limits.Limit((3.0,), WRITTEN)
    assert limit_of(LARGE, (WRITTEN, READ), taken) == limits.Limit((5.0,), READ)


def test_hashing_and_copying_are_shared_by_the_cores() -> None:
    # 256 MiB are hashed from memory in a second of a processor, so 512 MiB in two
    taken = {COPY: one(9.0, 1.0), "hashed from memory": one(1.0, 1.0), HASHED: one(9.0, 4.0)}
    assert limit_of(LARGE, (COPIED,), taken).middle == pytest.approx(3.0 / available_cores())
    assert limit_of(LARGE, (HASHED,), taken).middle == pytest.approx(4.0 / available_cores())


def test_cat_and_cp_limit_what_is_done_with_small_files_alone() -> None:
    taken = {HASHED: one(1.0, 1.0), COPY: one(9.0, 1.0), SEEN: one(8.0), LISTED: one(0.1)}
    assert limit_of(LARGE, (HASHED, SEEN, COPY, LISTED), taken).part == HASHED
    assert limit_of(SMALL, (HASHED, SEEN, COPY, LISTED), taken).part == COPY


def test_a_share_is_of_each_round() -> None:
    limit = limits.Limit((1.0, 2.0, 9.0), WRITTEN)
    assert limit.share([Took(2.0, 0), Took(2.0, 0), Took(10.0, 0)]) == Spread(0.9, 0.5, 1.0)


@pytest.mark.parametrize("make", [lambda at: make_large(at, 2, 1), lambda at: make_small(at, 24)])
def test_what_the_machine_does_leaves_the_tree_as_it_was_and_nothing_beside_it(
    make: Callable[[Path], Tree], tmp_path: Path
) -> None:
    tree = make(tmp_path)
    before = tree_digest(tree.folder)
    taken = in_turns(parts_for(tree, tmp_path), 1, unmeasured=0)
    assert (SEEN in taken) is tree.is_small
    assert all(took[0].wall > 0 for took in taken.values())
    assert tree_digest(tree.folder) == before
    assert os.listdir(tmp_path) == [tree.folder.name]
