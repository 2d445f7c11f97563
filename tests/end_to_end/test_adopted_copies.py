"""Copies that somebody made by hand are read before they count, and the copy of a whole disk becomes a store of its own."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from archiver.catalogue.database import opened
from archiver.store.identity import read_identity
from archiver.store.log import read_events
from tests.conftest import MakeSource
from tests.running import run_here
from tests.samples import flac

TREE = {"Album/1.flac": flac(title="One"), "notes.txt": b"about it\n"}
NOW = {"SOURCE_DATE_EPOCH": "1700000000"}


@pytest.fixture
def store(tmp_path: Path, source: MakeSource) -> Path:
    music = source(TREE)
    for name in ("One", "Two"):
        packed = run_here("pack", music, "--all", "--to", tmp_path / "Store", "--name", name)
        assert packed.code == 0, packed.err
    return tmp_path / "Store"


def copies(catalogue: Path) -> dict[str, tuple[object, bool]]:
    with opened(str(catalogue)) as lent:
        sql = "SELECT label, path, state, checked_at FROM copy JOIN store USING (store_id)"
        return {
            f"{label!s}/{path!s}": (state, checked is not None)
            for label, path, state, checked in lent.rows(sql)
        }


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_a_copy_by_hand_is_read_before_it_counts(store: Path, tmp_path: Path, catalogue_path: Path) -> None:
    shutil.copytree(store / "One", tmp_path / "Second/One")
    shutil.copytree(store / "Two", tmp_path / "Second/Two")
    flip(tmp_path / "Second/Two/data/notes.txt")
    done = run_here("catalogue", "add", tmp_path / "Second", "--json")
    assert (done.code, [bag["right"] for bag in done.json["adopted"]]) == (4, [True, False])
    assert copies(catalogue_path) == {
        "Second/One": ("present", True),
        "Second/Two": ("damaged", False),
        "Store/One": ("present", False),
        "Store/Two": ("present", False),
    }
    assert [bag["bag"] for bag in run_here("status", "--json").json["one_copy"]] == ["Two"]
    assert run_here("catalogue", "add", tmp_path / "Second", "--json").json["adopted"] == []


def test_the_copy_of_a_whole_disk_gets_an_identifier_of_its_own(
    store: Path, tmp_path: Path, catalogue_path: Path
) -> None:
    twin = tmp_path / "Twin"
    shutil.copytree(store, twin)
    refused = run_here("audit", twin)
    assert (refused.code, "archiver catalogue add" in " ".join(refused.err.split())) == (1, True)
    assert read_identity(os.fsencode(twin)) == read_identity(os.fsencode(store))
    done = run_here("catalogue", "add", twin)
    assert done.code == 0, done.err
    first, second = (read_identity(os.fsencode(place)) for place in (store, twin))
    assert first is not None
    assert second is not None
    assert first.identifier != second.identifier
    assert second.label == "Twin"
    assert copies(catalogue_path) == {
        "Store/One": ("present", False),
        "Store/Two": ("present", False),
        "Twin/One": ("present", True),
        "Twin/Two": ("present", True),
    }
    events = [one.happened for one in read_events(os.fsencode(twin))]
    assert [one.type for one in events] == [
        "accession",
        "accession",
        "replication",
        "fixity check",
        "fixity check",
    ]
    assert run_here("catalogue", "check").code == 0
    assert run_here("catalogue", "add", twin).code == 0
    assert read_identity(os.fsencode(twin)) == second
    assert run_here("pack", tmp_path / "Music", "--all", "--to", store, "--name", "Three").code == 0


def test_a_store_under_another_path_is_no_copy_of_itself(store: Path, tmp_path: Path) -> None:
    before = read_identity(os.fsencode(store))
    (tmp_path / "link").symlink_to(store)
    assert run_here("catalogue", "add", tmp_path / "link").code == 0
    store.rename(tmp_path / "moved")
    assert run_here("catalogue", "add", tmp_path / "moved").code == 0
    assert read_identity(os.fsencode(tmp_path / "moved")) == before
