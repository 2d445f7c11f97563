"""What a store's file system cannot hold is left out and named, and the rest is packed: on real exFAT and FAT disks."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver.bagit.report import Depth
from archiver.bagit.validate import validate
from archiver.ingest.consumers import ReadPlan
from archiver.ingest.copy import Copied, CopyBatch, copy_batch
from archiver.ingest.scan import scan
from archiver.model.source import FileRef, Unpacked
from archiver.store.area import Place
from archiver.store.refusal import refused_part
from archiver.usecases.sources import sources_of
from tests.conftest import MakeSource
from tests.disks import exfat_disk, fat_disk
from tests.reading_bags import file_rows
from tests.running import EPOCH, run_here, run_program
from tests.samples import Entry, flac, read_tree
from tests.stated_bags import stated_bag

HELD: dict[bytes, Entry] = {b"Album/01.flac": flac(), b"Album/cover.jpg": b"x", b"z last.txt": b"z"}
REFUSED: dict[bytes, Entry] = {
    b"Album/a:b.mp3": b"1",
    b"Album/what?.mp3": b"2",
    b"Album/b\\c.mp3": b"3",
    b"AC\\DC/Live/01.mp3": b"4",
    b"Live: 1/01.mp3": b"5",
    b"Album/line\nbreak.mp3": b"6",
}


@pytest.fixture
def exfat(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "exfat").mkdir()
    with exfat_disk(tmp_path / "exfat") as disk:
        yield disk


@pytest.fixture
def fat(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "fat").mkdir()
    with fat_disk(tmp_path / "fat") as disk:
        yield disk


def names(tree: dict[bytes, Entry]) -> set[str]:
    return {os.fsdecode(name) for name in tree}


def test_names_that_exfat_cannot_hold_are_left_out_and_named_and_the_rest_is_packed(
    source: MakeSource, exfat: Path
) -> None:
    root = source(HELD | REFUSED)
    outcome = run_here("pack", root, "--all", "--to", exfat / "store", "--json", "--name", "bag")
    assert outcome.code == 3, outcome.err
    told = outcome.json
    assert told["files"] == {
        "seen": 9,
        "packed": 3,
        "withheld": 0,
        "problems": 6,
        "links": 0,
        "left_out": 0,
    }
    assert {one["path"] for one in told["problems"] if one["code"] == "N307"} == names(REFUSED)
    assert set(read_tree(exfat / "store" / "bag" / "data")) == set(HELD)
    assert validate(os.fsencode(exfat / "store" / "bag"), Depth.FULL).valid is True
    of_a_folder = next(one for one in told["problems"] if one["path"] == "AC\\DC/Live/01.mp3")
    assert "its folder AC\\DC" in of_a_folder["message"]


@pytest.mark.parametrize("kind", ["exfat", "fat"])
def test_copies_are_made_of_what_the_disk_can_hold(
    request: pytest.FixtureRequest, source: MakeSource, kind: str
) -> None:
    disk = request.getfixturevalue(kind)
    root = source(HELD | REFUSED)
    (disk / "bag" / "data").mkdir(parents=True)
    plan = ReadPlan((("sha512", True),))
    files = tuple((entry, plan) for entry in scan(sources_of([str(root)])) if isinstance(entry, FileRef))
    payload = Place(os.fsencode(disk), b"bag/data")
    outcomes = list(copy_batch(CopyBatch(files, (None,) * len(files), payload)))
    assert {one.path for one in outcomes if isinstance(one, Copied)} == names(HELD)
    refused = {one.problem.path: one.problem.code for one in outcomes if isinstance(one, Unpacked)}
    assert refused == dict.fromkeys(names(REFUSED), "N307")
    assert os.listdir(disk) == ["bag"], "what was tried is gone again"


TWINS: dict[bytes, Entry] = {
    b"Album/Cover.jpg": b"large",
    b"Album/cover.jpg": b"small",
    b"LIVE/01.mp3": b"one",
    b"Live/01.mp3": b"another",
    b"Mixed": b"a file",
    b"mixed/x": b"in a folder",
    "Ärzte/x".encode(): b"upper",
    "ärzte/x".encode(): b"lower",
}


def test_names_alike_are_stored_apart_on_a_disk_that_takes_them_for_one(
    source: MakeSource, exfat: Path
) -> None:
    root = source(TWINS)
    outcome = run_here("pack", root, "--all", "--to", exfat / "store", "--json", "--name", "bag")
    assert outcome.code == 0, outcome.err
    bag = exfat / "store" / "bag"
    records = file_rows(bag)
    found = {os.fsencode(one["source_path"]): (bag / one["path"]).read_bytes() for one in records}
    assert found == TWINS
    assert {one["path"] for one in records} >= {"data/Album/=43over.jpg", "data/Album/cover.jpg"}
    told = outcome.json
    assert told["names"] == {"stored": "exact", "renamed": 4, "refused_elsewhere": 0}
    assert {one["path"] for one in told["problems"] if one["code"] == "N309"} == {
        *("Album/Cover.jpg", "LIVE", "Mixed", "Ärzte"),
    }
    assert run_here("verify", exfat / "store").code == 0


def test_portable_names_bring_everything_to_exfat(source: MakeSource, exfat: Path) -> None:
    tree = HELD | REFUSED | TWINS
    root = source(tree)
    outcome = run_here("pack", root, "--all", "--to", exfat / "store", "--names", "portable", "--name", "bag")
    assert outcome.code == 0, outcome.out
    bag = exfat / "store" / "bag"
    records = file_rows(bag)
    found = {os.fsencode(one["source_path"]): (bag / one["path"]).read_bytes() for one in records}
    assert set(found) == set(tree)
    assert found[b"AC\\DC/Live/01.mp3"] == b"4"
    assert run_here("verify", bag).code == 0


def test_a_name_is_not_blamed_for_a_store_that_is_gone(tmp_path: Path) -> None:
    (tmp_path / "area" / "bag" / "data" / "Album").mkdir(parents=True)
    payload = Place(os.fsencode(tmp_path), b"area/bag/data")
    gone = FileNotFoundError(errno.ENOENT, "no such file")
    assert refused_part(payload, b"Album/a:b", b"Album", gone) == b"a:b"
    assert refused_part(payload, b"C:/Live/x", b"", gone) == b"C:"
    full = OSError(errno.ENOSPC, "no space")
    assert refused_part(payload, b"Album/a:b", b"Album", full) is None
    (tmp_path / "area" / "bag" / "data" / "Album").rmdir()
    assert refused_part(payload, b"Album/a:b", b"Album", gone) is None, "the folder was there, and has gone"
    (tmp_path / "area" / "bag" / "data").rmdir()
    assert refused_part(payload, b"C:/Live/x", b"", gone) is None, "the whole payload has gone"


def test_a_link_in_the_place_of_a_folder_is_no_name_that_the_store_refuses(tmp_path: Path) -> None:
    (tmp_path / "area" / "bag" / "data").mkdir(parents=True)
    (tmp_path / "area" / "bag" / "data" / "Album").symlink_to(tmp_path)
    payload = Place(os.fsencode(tmp_path), b"area/bag/data")
    assert refused_part(payload, b"Album/x", b"", NotADirectoryError(errno.ENOTDIR, "no folder")) is None


@pytest.mark.case(3)
def test_a_file_larger_than_the_store_can_hold_is_left_out_and_the_rest_is_packed(
    source: MakeSource, tmp_path: Path
) -> None:
    root, store = source({"a.bin": b"a", "large.bin": bytes(3 << 20), "z.bin": b"z"}), tmp_path / "store"
    limited = ["sh", "-c", 'ulimit -f 4096; exec "$@"', "sh"]  # 2 MiB
    outcome = run_program(
        "pack",
        root,
        "--all",
        "--to",
        store,
        "--name",
        "bag",
        "--json",
        before=limited,
        SOURCE_DATE_EPOCH=EPOCH,
    )
    assert outcome.code == 3, outcome.err
    assert [(one["path"], one["code"]) for one in outcome.json["problems"]] == [("large.bin", "N308")]
    assert set(read_tree(store / "bag" / "data")) == {b"a.bin", b"z.bin"}
    assert validate(os.fsencode(store / "bag"), Depth.FULL).valid is True


@pytest.mark.parametrize("disk", ["exfat", "fat"])
def test_a_restore_gives_back_what_the_file_system_can_hold_and_lists_the_rest(
    request: pytest.FixtureRequest, tmp_path: Path, disk: str
) -> None:
    place = request.getfixturevalue(disk)
    payload = {"Album/01.flac": flac(), "Album/a:b.mp3": b"1", "what?/x": b"2", "twin": b"3", "TWIN": b"4"}
    tree = [{"kind": "link", "source_path": "link", "target": "twin", "leads_to": "twin"}]
    bag = stated_bag(tmp_path / "store" / "Bag", payload, tree=tree)
    done = run_here("restore", bag, "--to", place / "back", "--json")
    assert done.code == 3, done.out + done.err
    left = {one["path"]: one["fate"] for one in done.json["not_restored"]}
    given = read_tree(place / "back")
    assert left["link"] == "refused"
    # exfat-fuse takes names that Windows refuses; whatever is not given back is listed
    assert {name.decode() for name in given} | left.keys() >= payload.keys()
    assert given[b"Album/01.flac"] == payload["Album/01.flac"]
    assert all(content == payload[name.decode()] for name, content in given.items())
    again = run_here("restore", bag, "--to", place / "back", "--json")
    assert again.json["files"]["restored"] == 0
    assert ".archiver-restoring" not in os.listdir(place / "back")
