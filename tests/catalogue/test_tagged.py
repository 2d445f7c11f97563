from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver.catalogue import tagged
from archiver.catalogue.database import Catalogue, opened
from archiver.catalogue.faults import DamagedCatalogueError
from archiver.catalogue.tagged import TagReader


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with opened(str(tmp_path / "catalogue.sqlite")) as made:
        yield made


def put(catalogue: Catalogue, first: int, body: bytes) -> None:
    with catalogue.write():
        catalogue.run("INSERT INTO tags VALUES (?, ?)", (first, body))


def packed(value: object) -> bytes:
    return zlib.compress(json.dumps(value).encode())


def test_each_file_has_its_own_tags(catalogue: Catalogue) -> None:
    put(catalogue, 10, packed([[0, {"title": ["A", "B"]}], [2, {"title": ["C"]}]]))
    put(catalogue, 20, packed([[0, {"title": ["D"]}]]))
    reader = TagReader(catalogue)
    found = {number: reader.of(number) for number in (9, 10, 11, 12, 20, 21, 10)}
    assert found == {
        9: {},
        10: {"title": ("A", "B")},
        11: {},
        12: {"title": ("C",)},
        20: {"title": ("D",)},
        21: {},
    }
    assert list(reader.groups()) == [[{"title": ("A", "B")}, {"title": ("C",)}], [{"title": ("D",)}]]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no zlib",
        zlib.compress(b"no JSON"),
        packed({"a": 1}),
        packed([[0, 1]]),
        packed([["x", {}]]),
        packed([1]),
    ],
)
def test_a_row_that_cannot_be_read_is_damage(catalogue: Catalogue, body: bytes) -> None:
    put(catalogue, 1, body)
    with pytest.raises(DamagedCatalogueError):
        TagReader(catalogue).of(1)


def test_a_row_that_unpacks_to_very_much_is_damage(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tagged, "_MOST_BYTES", 1_000)
    put(catalogue, 1, zlib.compress(b"[" + b" " * 100_000 + b"]"))
    with pytest.raises(DamagedCatalogueError):
        TagReader(catalogue).of(1)
