"""What is a bag by its names is said in one place, whatever asks."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from archiver.bagit.serialized.archive import SUFFIXES
from archiver.store.find_bags import bag_around, bags_in, is_bag, taken_by

ENDINGS = [ending for endings in SUFFIXES.values() for ending in endings]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    for name in ("b", "a", ".incoming", "lost+found"):
        (tmp_path / "store" / name).mkdir(parents=True)
    for name in ("a", "b"):
        (tmp_path / "store" / name / "data" / "Album").mkdir(parents=True)
        (tmp_path / "store" / name / "bagit.txt").touch()
    return tmp_path / "store"


def test_the_bags_in_a_store_are_found_and_what_is_none_is_named(store: Path) -> None:
    (store / "notes.txt").touch()
    found = bags_in(str(store))
    assert found.bags == (str(store / "a"), str(store / "b"))
    assert found.others == ("lost+found", "notes.txt")


@pytest.mark.parametrize("mark", ["bagit.txt", "manifest-sha512.txt", "manifest-md5.txt"])
def test_a_bag_that_lost_its_declaration_or_its_manifest_is_found_all_the_same(
    tmp_path: Path, mark: str
) -> None:
    (tmp_path / "bag" / "data").mkdir(parents=True)
    assert not is_bag(str(tmp_path / "bag"))
    (tmp_path / "bag" / mark).touch()
    assert is_bag(str(tmp_path / "bag"))


@pytest.mark.parametrize("ending", [*ENDINGS, ".TAR", ".Tgz"])
def test_an_archive_is_known_by_its_ending_and_only_as_a_file(tmp_path: Path, ending: str) -> None:
    (tmp_path / f"bag{ending}").touch()
    (tmp_path / f"folder{ending}").mkdir()
    assert is_bag(str(tmp_path / f"bag{ending}"))
    assert not is_bag(str(tmp_path / f"folder{ending}"))
    assert not is_bag(str(tmp_path / "nowhere.tar"))


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_kind_of_archive_takes_the_name_of_a_bag(tmp_path: Path, ending: str) -> None:
    (tmp_path / f"Music{ending}").touch()
    (tmp_path / f"Vinyl_2_of_3{ending}").touch()
    assert taken_by(os.fsencode(tmp_path), "Music") == f"Music{ending}"
    assert taken_by(os.fsencode(tmp_path), "Vinyl") == f"Vinyl_2_of_3{ending}"


@pytest.mark.parametrize("part", ["data", "data/Album"])
def test_the_bag_around_a_part_of_it_is_found(store: Path, part: str) -> None:
    assert bag_around(str(store / "a" / part)) == str(store / "a")


def test_where_there_is_none_none_is_found(store: Path, tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nowhere", store / ".incoming", store / "a" / "bagit.txt"):
        assert bag_around(os.fspath(path)) is None
