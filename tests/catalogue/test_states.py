"""States of a collection: told once for as long as they hold, whichever order the bags come in; rescan keys beside them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from archiver.catalogue.database import Catalogue, opened, reading
from archiver.catalogue.events import follow_log
from archiver.catalogue.states import (
    Accession,
    SeenPath,
    accession_at,
    accession_named,
    accessions,
    find_collection,
    folders_held,
    held_now,
    keep_look_at,
    keep_looks,
    keep_run,
    latest,
    state_of,
    tell_states,
)
from archiver.catalogue.stores import all_stores, know_store
from archiver.catalogue.take_in import take_in
from archiver.store.identity import read_identity
from tests.catalogue.bags_to_take_in import ALBUMS, NOW, change, pack, told, updated
from tests.running import run_here
from tests.samples import build_tree

RIGHTS = """
version = 1
[defaults]
by = "Erika Example"
role = "donor"
date = 2020-01-01
[[declaration]]
scope = { path = "Homogenic/**" }
basis = "donor"
acts = { preserve = "allow", access = "deny" }
"""


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a store with four accessions of one source, one of them in two bags."""
    place = tmp_path_factory.mktemp("states")
    music, store = build_tree(place / "Music", ALBUMS), place / "Store"
    pack(music, store, 1)
    change(music, {"notes.txt": b"other words\n", "Live/a.mp3": None, "Live/b.txt": b"new\n"})
    pack(music, store, 2)
    change(music, {"notes.txt": b"about it\n"})
    pack(music, store, 3, "--all", "--max-size", "74kB")
    (music / "rights.toml").write_text(RIGHTS)
    pack(music, store, 4)
    return store


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "c.sqlite")


def states(catalogue: Catalogue) -> dict[str, dict[str, int]]:
    """Return, for each accession by its time, the file that each path had."""
    [store] = all_stores(catalogue)
    line = find_collection(catalogue, store.store_id, "Music")
    assert line is not None
    return {one.at: paths_of(catalogue, one) for one in accessions(catalogue, line)}


def paths_of(catalogue: Catalogue, accession: Accession) -> dict[str, int]:
    return {
        f"{folder}/{held.name}".lstrip("/"): held.file_id for folder, held in state_of(catalogue, accession)
    }


def digests(catalogue: Catalogue, state: dict[str, int]) -> dict[str, object]:
    return {
        name: catalogue.value("SELECT digest FROM file WHERE file_id = ?", (number,))
        for name, number in state.items()
    }


FIRST = set(ALBUMS)
SECOND = FIRST - {"Live/a.mp3"} | {"Live/b.txt"}


def test_the_state_at_every_accession_is_what_was_there(path: str, packed: Path) -> None:
    updated(path, packed)
    with reading(path) as catalogue:
        by_time = states(catalogue)
        one, two, three, four = (digests(catalogue, state) for state in by_time.values())
        assert (set(one), set(two), set(three), set(four)) == (
            FIRST,
            SECOND,
            SECOND,
            SECOND | {"rights.toml"},
        )
        assert one["notes.txt"] == three["notes.txt"] != two["notes.txt"]
        assert one["Homogenic/cover.jpg"] == two["Homogenic/cover.jpg"] == four["Homogenic/cover.jpg"]


def test_the_last_state_stands_by_folder(path: str, packed: Path) -> None:
    updated(path, packed)
    with reading(path) as catalogue:
        [store] = all_stores(catalogue)
        line = find_collection(catalogue, store.store_id, "Music")
        assert line is not None
        assert set(held_now(catalogue, line, "Homogenic")) == {"01 Hunter.flac", "02 Jóga.flac", "cover.jpg"}
        assert set(held_now(catalogue, line, "")) == {"notes.txt", "rights.toml"}
        assert held_now(catalogue, line, "nowhere") == {}
        assert dict(folders_held(catalogue, line)) == {"": 2, "Homogenic": 3, "Live": 1}
        last = latest(catalogue, line)
        assert last is not None
        assert accession_named(catalogue, last.identifier) == last
        assert find_collection(catalogue, store.store_id, "Other") is None


@pytest.mark.parametrize(
    ("until", "number"),
    [
        ("2023-11-13", None),
        ("2023-11-14", 1),
        ("2023-11-15", 4),
        ("2023-11-15T00:13:20Z", 2),
        ("2023-11-15T00:13:19Z", 1),
        ("2030-01-01", 4),
    ],
)
def test_the_accession_of_a_day_is_the_last_until_then(
    path: str, packed: Path, until: str, number: int | None
) -> None:
    updated(path, packed)
    with reading(path) as catalogue:
        [store] = all_stores(catalogue)
        line = find_collection(catalogue, store.store_id, "Music")
        assert line is not None
        every = list(accessions(catalogue, line))
        assert accession_at(catalogue, line, until) == (None if number is None else every[number - 1])


def test_bags_that_come_in_any_order_tell_the_same(path: str, packed: Path) -> None:
    updated(path, packed)
    expected = told(path)
    names = sorted(name for name in os.listdir(packed) if not name.startswith("."))
    assert len(names) > len(states_at(path)), "one of the accessions is to have several bags"
    for turn, order in enumerate((names[::-1], names[2:] + names[:2], names[1:] + names[:1])):
        other = f"{path}.{turn}"
        with opened(other) as catalogue:
            with catalogue.write():
                store = know_store(catalogue, read_identity(os.fsencode(packed)), os.fsencode(packed))
                catalogue.run(
                    "INSERT INTO meta SELECT key, value FROM (SELECT 'fold' AS key, ? AS value)",
                    (fold(path),),
                )
            for name in order:
                take_in(catalogue, store, name, NOW)
                assert tell_states(catalogue) == ()
            with catalogue.write():
                follow_log(catalogue, store)
        found = told(other)
        for table in expected:
            assert found[table] == expected[table], (order, table)
        with reading(other) as catalogue:
            assert list(states(catalogue)) == sorted(states(catalogue))


def states_at(path: str) -> list[str]:
    with reading(path) as catalogue:
        return list(states(catalogue))


def fold(path: str) -> str:
    with reading(path) as catalogue:
        return str(catalogue.value("SELECT value FROM meta WHERE key = 'fold'"))


def test_what_stays_the_same_is_told_once(path: str, packed: Path, tmp_path: Path) -> None:
    store = tmp_path / "Store"
    shutil.copytree(packed / "Bag1", store / "Bag1")
    updated(path, store)
    with reading(path) as catalogue:
        assert catalogue.number("SELECT count(*) FROM held") == len(ALBUMS)


def test_a_state_that_cannot_be_read_is_told_and_the_files_are_known(
    path: str, packed: Path, tmp_path: Path
) -> None:
    store = tmp_path / "Store"
    shutil.copytree(packed / "Bag1", store / "Bag1")
    record = store / "Bag1/metadata/state.jsonl"
    record.write_bytes(record.read_bytes()[:-20])
    assert updated(path, store).notes == ("the record of the state in Bag1 cannot be read",)
    assert updated(path, store).notes == ()
    with reading(path) as catalogue:
        assert catalogue.number("SELECT count(*) FROM file") == len(ALBUMS)


def test_rescan_keys_stay_with_what_does_not_change(path: str, packed: Path, tmp_path: Path) -> None:
    store = tmp_path / "Store"
    shutil.copytree(packed / "Bag1", store / "Bag1")
    updated(path, store)
    seen = [
        SeenPath("Homogenic/cover.jpg", 5, 1, 2, (1 << 64) - 1, racy=False),
        SeenPath("notes.txt", 6, 3, 4, 7, racy=True),
        SeenPath("not/there.txt", 6, 3, 4, 7, racy=True),
    ]
    with opened(path) as catalogue:
        [known] = all_stores(catalogue)
        line = find_collection(catalogue, known.store_id, "Music")
        assert line is not None
        last = latest(catalogue, line)
        assert last is not None
        with catalogue.write():
            keep_looks(catalogue, line, seen)
            keep_look_at(catalogue, line, NOW)
            keep_run(
                catalogue,
                last.identifier,
                started_ns=9,
                granularity_ns=2,
                rights=b"r",
                holds_until="2027-01-01",
            )
        cover = held_now(catalogue, line, "Homogenic")["cover.jpg"]
        assert (cover.size, cover.mtime_ns, cover.ctime_ns, cover.inode, cover.racy) == (5, 1, 2, -1, 0)
        assert held_now(catalogue, line, "")["notes.txt"].racy == 1
        assert held_now(catalogue, line, "Homogenic")["01 Hunter.flac"].inode is None
        now = latest(catalogue, line)
        assert now is not None
        assert (now.started_ns, now.granularity_ns, now.rights, now.holds_until) == (9, 2, b"r", "2027-01-01")


def test_rescan_keys_go_with_the_bytes_whatever_is_decided_of_them(path: str, tmp_path: Path) -> None:
    music, store = build_tree(tmp_path / "Music", ALBUMS), tmp_path / "Store"
    pack(music, store, 1)
    updated(path, store)
    with opened(path) as catalogue:
        line = line_of_music(catalogue)
        seen = [
            SeenPath("Homogenic/cover.jpg", 5, 1, 2, 3, racy=False),
            SeenPath("notes.txt", 6, 3, 4, 7, racy=False),
        ]
        with catalogue.write():
            keep_looks(catalogue, line, seen)
        first = held_now(catalogue, line, "Homogenic")["cover.jpg"]
    (music / "rights.toml").write_text(RIGHTS)
    change(music, {"notes.txt": b"other words\n"})
    later = str(1_700_000_000 + 2 * 3600)
    run_here("pack", music, "--to", store, "--name", "Bag2", SOURCE_DATE_EPOCH=later)
    updated(path, store)
    with reading(path) as catalogue:
        line = line_of_music(catalogue)
        cover = held_now(catalogue, line, "Homogenic")["cover.jpg"]
        assert cover.decision_id != first.decision_id
        assert (cover.size, cover.mtime_ns, cover.ctime_ns, cover.inode, cover.racy) == (5, 1, 2, 3, 0)
        notes = held_now(catalogue, line, "")["notes.txt"]
        assert (notes.size, notes.racy) == (None, None)


def line_of_music(catalogue: Catalogue) -> int:
    [store] = all_stores(catalogue)
    line = find_collection(catalogue, store.store_id, "Music")
    assert line is not None
    return line
