from __future__ import annotations

import os
from pathlib import Path

import pytest

from archiver.usecases.nearby import bags_near


@pytest.fixture
def store(tmp_path: Path) -> Path:
    for name in ("b", "a", ".incoming", "lost+found"):
        (tmp_path / "store" / name).mkdir(parents=True)
    for name in ("a", "b"):
        (tmp_path / "store" / name / "data" / "Album").mkdir(parents=True)
        (tmp_path / "store" / name / "bagit.txt").touch()
    return tmp_path / "store"


def test_the_bags_in_a_store_are_found(store: Path) -> None:
    assert bags_near(str(store)) == (str(store / "a"), str(store / "b"))


@pytest.mark.parametrize("part", ["data", "data/Album"])
def test_the_bag_around_a_part_of_it_is_found(store: Path, part: str) -> None:
    assert bags_near(str(store / "a" / part)) == (str(store / "a"),)


def test_where_there_is_none_none_is_found(store: Path, tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nowhere", store / ".incoming", store / "a" / "bagit.txt"):
        assert bags_near(os.fspath(path)) == ()
