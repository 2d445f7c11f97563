"""How the archive stands, on one screen; which the program says too when nothing at all is typed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.conftest import MakeSource
from tests.running import run_here
from tests.samples import flac

TREE = {"Album/1.flac": flac(title="One"), "notes.txt": b"about it\n"}
RIGHTS = """
version = 1
[defaults]
by = "Erika Example"
role = "rightsholder"
date = 2020-01-01
[[declaration]]
scope = { path = "Album/**" }
basis = "own"
layers = ["recording", "performance", "work", "lyrics"]
acts = { preserve = "allow", transfer = "allow" }
[[declaration]]
scope = { path = "Album/**" }
basis = "own"
acts = { access = "deny" }
expires = 2024-01-01
"""
NOW = "1700000000"


@pytest.fixture
def store(tmp_path: Path, source: MakeSource) -> Path:
    music = source(TREE)
    (tmp_path / "rights.toml").write_text(RIGHTS)
    words = ("pack", music, "--to", tmp_path / "Store", "--name", "Bag", "--policy", "donation")
    assert run_here(*words, "--rights", tmp_path / "rights.toml", SOURCE_DATE_EPOCH=NOW).code in (0, 3)
    assert run_here("catalogue", "add", tmp_path / "Store").code == 0
    return tmp_path / "Store"


def test_everything_is_told_on_one_screen(store: Path, tmp_path: Path) -> None:
    shutil.copytree(store / "Bag", tmp_path / "Second" / "Bag")
    assert run_here("catalogue", "add", tmp_path / "Second").code == 0
    assert run_here("verify", tmp_path / "Second", SOURCE_DATE_EPOCH=NOW).code == 0
    told = run_here("status", SOURCE_DATE_EPOCH=NOW)
    assert told.code == 0
    assert "1 bag: 1 in 2 copies." in told.out
    assert "1 copy was never checked" in told.out
    assert "2024-01-01" in told.out
    assert len(told.out.splitlines()) < 24
    assert max(map(len, told.out.splitlines())) <= 80 or str(tmp_path) in told.out
    found = run_here("status", "--json", SOURCE_DATE_EPOCH=NOW).json
    assert [(one["store"], one["mounted"], one["bags"]) for one in found["stores"]] == [
        ("Second", True, 1),
        ("Store", True, 1),
    ]
    assert [one["oldest_check"] for one in found["stores"]] == ["2023-11-14T22:13:20Z", None]
    assert all(one["free"] > 0 for one in found["stores"])
    assert found["collections"][0]["collection"] == "Music"
    assert found["copies"] == [{"copies": 2, "bags": 1}]
    assert found["due"] == {"unchecked": 1, "restricted_files": 1, "restricted_until": "2024-01-01"}


def test_after_a_check_nothing_falls_due_for_a_year(store: Path) -> None:
    assert run_here("verify", store, SOURCE_DATE_EPOCH="1710000000").code == 0
    assert "Nothing falls due." in run_here("status", SOURCE_DATE_EPOCH="1710000000").out
    assert "not within a year" in run_here("status", SOURCE_DATE_EPOCH="1742000000").out


def test_a_store_that_is_away_and_copies_that_are_not_whole_are_told(store: Path, tmp_path: Path) -> None:
    song = next((store / "Bag/data").rglob("*.flac"))
    song.write_bytes(song.read_bytes()[:-1] + b"\0")
    assert run_here("verify", store).code == 4
    told = run_here("status")
    assert "1 in no whole copy" in told.out
    assert "1 damaged" in told.out
    os.rename(store, tmp_path / "unplugged")
    assert "not mounted" in run_here("status").out


def test_nothing_typed_gives_the_status_once_there_is_a_catalogue(store: Path, catalogue_path: Path) -> None:
    assert run_here(SOURCE_DATE_EPOCH=NOW).out == run_here("status", SOURCE_DATE_EPOCH=NOW).out
    catalogue_path.unlink()
    bare = run_here()
    assert (bare.code, "Usage: archiver" in bare.told) == (2, True)


def test_without_a_catalogue_it_says_how_to_make_one(catalogue_path: Path) -> None:
    refused = run_here("status")
    told = " ".join(refused.err.split())
    assert (refused.code, "archiver catalogue add STORE" in told) == (2, True)


def test_a_catalogue_of_nothing_says_how_to_begin(tmp_path: Path) -> None:
    (tmp_path / "Empty").mkdir()
    assert run_here("catalogue", "add", tmp_path / "Empty").code == 0
    assert run_here("status").code == 0
