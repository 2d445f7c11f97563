"""The catalogue through the command line: made, kept up to date, checked, rebuilt; and never in the way of what can do without."""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from archiver.catalogue import database, schema
from archiver.catalogue.database import opened
from tests.conftest import MakeSource
from tests.running import Outcome, run_here
from tests.samples import flac

TREE = {
    f"Album {number}/{track} Song.flac": flac(title=f"Song {track}", album=f"{number}")
    for number in range(2)
    for track in range(2)
}


@pytest.fixture
def store(tmp_path: Path, source: MakeSource) -> Path:
    assert run_here("pack", source(TREE), "--all", "--to", tmp_path / "Store", "--name", "Bag").code == 0
    return tmp_path / "Store"


def catalogue(*words: str | os.PathLike[str]) -> Outcome:
    return run_here("catalogue", *words)


def test_a_catalogue_is_made_checked_and_made_anew(store: Path, catalogue_path: Path) -> None:
    catalogue_path.unlink(missing_ok=True)
    assert catalogue("check").code == catalogue("update").code == 2
    added = catalogue("add", store, "--json")
    assert added.code == 0
    assert added.json["schema"] == "archiver.catalogue-add/1"
    assert added.json["stores"][0]["taken_in"] == [{"path": "Bag", "known": False}]
    assert "nothing changed" in catalogue("add", store).out
    assert "nothing changed" in catalogue("update").out
    checked = catalogue("check", "--json")
    assert (checked.code, checked.json["bags"], checked.json["files"]) == (0, 1, len(TREE))
    assert "whole" in catalogue("check").out
    assert catalogue("rebuild", store).code == 0
    assert catalogue("rebuild", store, "--json").json["schema"] == "archiver.catalogue-rebuild/1"
    assert catalogue("check", "--json").json["copies"] == 1


def test_another_place_can_be_named(store: Path, tmp_path: Path, catalogue_path: Path) -> None:
    catalogue_path.unlink(missing_ok=True)
    assert catalogue("add", store, "--catalogue", tmp_path / "else" / "where.sqlite").code == 0
    assert (tmp_path / "else" / "where.sqlite").is_file()
    assert not catalogue_path.exists()


def test_a_copy_that_went_is_told(store: Path, tmp_path: Path) -> None:
    catalogue("add", store)
    os.rename(store / "Bag", tmp_path / "away")
    checked = catalogue("check")
    assert checked.code == 4
    assert "Bag: it is not there" in checked.out
    updated = catalogue("update")
    assert (updated.code, "1 copy missing" in updated.out) == (4, True)
    assert catalogue("check").code == 0


def test_a_store_that_is_not_mounted_is_told_and_nothing_of_it_forgotten(store: Path, tmp_path: Path) -> None:
    catalogue("add", store)
    os.rename(store, tmp_path / "unplugged")
    updated = catalogue("update", "--json")
    assert (updated.code, updated.json["unmounted"], updated.json["stores"]) == (0, ["Store"], [])
    assert "not mounted" in catalogue("update").out
    assert "not mounted" in catalogue("check").out


def test_a_folder_that_cannot_be_a_store_is_refused(store: Path, tmp_path: Path) -> None:
    for way in ("add", "rebuild"):
        assert catalogue(way, tmp_path / "nowhere").code == 2
        assert "is a bag" in catalogue(way, store / "Bag").told


def damage(path: Path) -> None:
    # the page of the table meta's root, or whatever stands there: every page carries a checksum
    content = bytearray(path.read_bytes())
    for place in range(4096, len(content), 4096):
        content[place + 100] ^= 1
    path.write_bytes(content)


def foreign(path: Path) -> None:
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE photos (name)")
    other.close()


def text(path: Path) -> None:
    path.write_text("not a catalogue\n" * 100)


def newer(path: Path) -> None:
    with opened(str(path)) as lent, lent.write():
        lent.run(f"PRAGMA user_version = {schema.FORM + 1}")


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


WRONG = (damage, foreign, text, newer, folder)


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.__name__)
def test_one_that_cannot_be_used_is_told_and_stops_nothing_that_can_do_without(
    store: Path, catalogue_path: Path, tmp_path: Path, wrong: Callable[[Path], None]
) -> None:
    catalogue("add", store)
    wrong(catalogue_path)
    for refused in (catalogue("check"), catalogue("update"), catalogue("add", store)):
        assert refused.code in (1, 4)
        assert "catalogue" in refused.err
        assert "Traceback" not in refused.err
    verified = run_here("verify", store)
    assert verified.code == 0
    assert "not noted in the catalogue" in verified.told
    assert run_here("scan", tmp_path / "Music").code == 0
    if wrong is not folder:
        assert catalogue("rebuild", store).code == 0
        assert run_here("verify", store).err == ""


def test_one_that_is_being_written_to_stops_no_verifying(
    store: Path, catalogue_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue("add", store)
    monkeypatch.setattr(database, "_PATIENCE_MS", 50)
    begun, ended = threading.Event(), threading.Event()

    def write() -> None:
        with opened(str(catalogue_path)) as other, other.write():
            begun.set()
            ended.wait(60)

    writer = threading.Thread(target=write)
    writer.start()
    begun.wait(60)
    try:
        verified = run_here("verify", store)
        assert (verified.code, "another run is writing" in verified.told) == (0, True)
    finally:
        ended.set()
        writer.join()
    assert run_here("verify", store).err == ""


def checked_at(path: Path) -> list[database.Row]:
    with opened(str(path)) as lent:
        return list(lent.rows("SELECT path, state, checked_at FROM copy ORDER BY path"))


def test_verifying_notes_what_was_checked(store: Path, catalogue_path: Path) -> None:
    catalogue("add", store)
    shutil.copytree(store / "Bag", store / "Unknown")
    assert run_here("verify", store, "--fast").code == 0
    assert checked_at(catalogue_path) == [("Bag", "present", None)]
    assert run_here("verify", store, SOURCE_DATE_EPOCH="1700000000").code == 0
    assert checked_at(catalogue_path) == [("Bag", "present", "2023-11-14T22:13:20Z")]
    song = next((store / "Bag/data").rglob("*.flac"))
    right = song.read_bytes()
    song.write_bytes(right[:-1] + b"\0")
    assert run_here("verify", store / "Bag").code == 4
    assert checked_at(catalogue_path) == [("Bag", "damaged", "2023-11-14T22:13:20Z")]
    song.write_bytes(right)
    assert run_here("verify", store / "Bag", SOURCE_DATE_EPOCH="1700000060").code == 0
    assert checked_at(catalogue_path) == [("Bag", "present", "2023-11-14T22:14:20Z")]


def test_a_bag_whose_tag_files_were_changed_on_purpose_is_known_anew(
    store: Path, catalogue_path: Path
) -> None:
    catalogue("add", store)
    assert run_here("bag", "set-info", store / "Bag", "Contact-Name: Erika").code == 0
    assert checked_at(catalogue_path) == [("Bag", "present", None)]
    assert catalogue("check").code == 0
    assert run_here("verify", store, SOURCE_DATE_EPOCH="1700000000").code == 0
    assert checked_at(catalogue_path) == [("Bag", "present", "2023-11-14T22:13:20Z")]
    assert catalogue("check").code == 0


def test_without_a_catalogue_verifying_makes_none(store: Path, catalogue_path: Path) -> None:
    catalogue_path.unlink(missing_ok=True)
    assert run_here("verify", store).code == 0
    assert not catalogue_path.exists()
