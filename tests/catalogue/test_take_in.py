"""Bags taken into the catalogue from their own records, and the catalogue brought up to date with a store."""

from __future__ import annotations

import os
import shutil
import tarfile
import uuid
from pathlib import Path

import pytest

from archiver.catalogue.check import check_catalogue
from archiver.catalogue.contents import SizesHeld, content_of, holding_of
from archiver.catalogue.database import beside, opened, reading
from archiver.catalogue.events import events_of
from archiver.catalogue.faults import DamagedCatalogueError, ForeignCatalogueError
from archiver.catalogue.stores import all_stores, find_store, is_mounted
from archiver.catalogue.update import rebuild
from archiver.store.identity import make_identity
from archiver.store.log import Happened, append_event
from tests.catalogue.bags_to_take_in import ALBUMS, NOW, change, pack, told, updated
from tests.samples import Entry, build_tree, flac


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "c.sqlite")


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make one bag, which every test gets a copy of."""
    place = tmp_path_factory.mktemp("packed")
    pack(build_tree(place / "Music", ALBUMS), place / "Store", 1)
    return place


@pytest.fixture
def store(packed: Path, tmp_path: Path) -> Path:
    shutil.copytree(packed / "Store/Bag1", tmp_path / "Store/Bag1")
    return tmp_path / "Store"


def test_what_a_bag_records_of_its_files_is_in_the_catalogue(path: str, store: Path) -> None:
    done = updated(path, store)
    assert [(bag.path, bag.is_new, bag.note) for bag in done.taken] == [("Bag1", True, None)]
    with reading(path) as catalogue:
        rows = list(
            catalogue.rows(
                "SELECT folder.path, file.name, role, size, format.mime, lossless, year, integrity, disposition FROM file"
                " JOIN folder USING (folder_id) JOIN format USING (format_id) JOIN decision USING (decision_id) ORDER BY file_id"
            )
        )
        size = len(bytes_of("01 Hunter"))
        hunter = ("Homogenic", "01 Hunter.flac", "audio", size, "audio/flac", 1, 1997, "intact", "include")
        assert rows[1] == hunter
        assert [row[1] for row in rows] == [
            "notes.txt",
            "01 Hunter.flac",
            "02 Jóga.flac",
            "cover.jpg",
            "a.mp3",
        ]
        found = "SELECT name FROM find JOIN file ON file_id = find.rowid WHERE find MATCH ?"
        assert list(catalogue.rows(found, ('{artist} : ("bjork") AND {title} : ("joga")',))) == [
            ("02 Jóga.flac",)
        ]
        bag = catalogue.row(
            "SELECT name, sealed_at, algorithms, octets, files, first_file, last_file FROM bag"
        )
        octets = sum(len(content) for content in ALBUMS.values() if isinstance(content, bytes))
        assert bag == ("Bag1", "2023-11-14T23:13:20Z", "sha512", octets, 5, 1, 5)


def bytes_of(part: str) -> bytes:
    found = next(content for name, content in ALBUMS.items() if part in name)
    assert isinstance(found, bytes)
    return found


def test_a_record_is_found_where_the_catalogue_says_that_it_begins(path: str, store: Path) -> None:
    updated(path, store)
    lines = (store / "Bag1/metadata/files.jsonl").read_bytes()
    with reading(path) as catalogue:
        for name, begin in catalogue.rows("SELECT name, record_at FROM file"):
            assert isinstance(begin, int)
            assert str(name).encode() in lines[begin : lines.index(b"\n", begin)]


def test_a_second_look_takes_nothing_in(path: str, store: Path) -> None:
    updated(path, store)
    before = told(path)
    done = updated(path, store)
    assert (done.taken, done.refused, done.missing, done.notes) == ((), (), (), ())
    assert told(path) == before


def test_a_copy_in_another_store_is_a_copy_and_no_second_bag(path: str, store: Path, tmp_path: Path) -> None:
    updated(path, store)
    other = tmp_path / "Second"
    shutil.copytree(store / "Bag1", other / "Renamed")
    done = updated(path, other)
    assert [(bag.path, bag.is_new) for bag in done.taken] == [("Renamed", False)]
    with reading(path) as catalogue:
        assert catalogue.number("SELECT count(*) FROM bag") == 1
        assert list(catalogue.rows("SELECT path, state FROM copy ORDER BY path")) == [
            ("Bag1", "present"),
            ("Renamed", "present"),
        ]


@pytest.mark.parametrize("ending", ["tar", "tar.gz", "zip"])
def test_an_archive_tells_what_the_folder_tells(path: str, store: Path, tmp_path: Path, ending: str) -> None:
    updated(path, store)
    folder = told(path)
    packed = tmp_path / "Archives"
    packed.mkdir()
    kind = {"tar": "tar", "tar.gz": "gztar", "zip": "zip"}[ending]
    shutil.make_archive(str(packed / "Bag1"), kind, root_dir=store, base_dir="Bag1")
    other = f"{path}.other"
    done = updated(other, packed)
    assert [bag.path for bag in done.taken] == [f"Bag1.{ending}"]
    archive = told(other)
    for table in ("bag", "file", "decision", "problem", "accession", "held", "tags", "find"):
        assert archive[table] == folder[table], table
    with reading(other) as catalogue:
        assert catalogue.value("SELECT form FROM copy") == ending


def test_a_bag_without_records_is_known_by_its_manifest(path: str, store: Path) -> None:
    shutil.rmtree(store / "Bag1/metadata")
    updated(path, store)
    with reading(path) as catalogue:
        rows = list(catalogue.rows("SELECT name, size, role, decision_id, record_at FROM file ORDER BY name"))
    assert rows[0] == ("01 Hunter.flac", len(bytes_of("01 Hunter")), None, None, None)
    assert len(rows) == len(ALBUMS)


@pytest.mark.parametrize(
    ("record", "change_it"),
    [
        ("files.jsonl", lambda data: data[: len(data) // 2]),
        ("files.jsonl", lambda data: data.replace(b'"path":"data/notes.txt"', b'"path":"data/../../x"')),
        ("files.jsonl", lambda data: data.replace(b'"path":"data/notes.txt"', b'"path":"\\ud800"')),
        (
            "files.jsonl",
            lambda data: data.replace(b'"size_bytes":9', b'"size_bytes":99999999999999999999999'),
        ),
        ("files.jsonl", lambda data: data.replace(b'"sha512":"', b'"sha512":"zz')),
        ("files.jsonl", lambda data: data.replace(b"archiver.files/1", b"archiver.files/9")),
        ("rights/rights.jsonl", lambda data: data[: len(data) // 2]),
        ("rights/rights.jsonl", lambda data: b"[" * 1_000 * len(data)),
    ],
    ids=["cut", "leads out", "surrogate", "size", "digest", "form", "rights cut", "rights deep"],
)
def test_records_that_cannot_be_believed_are_told_and_the_manifest_tells(
    path: str, store: Path, record: str, change_it: object
) -> None:
    place = store / "Bag1/metadata" / record
    place.write_bytes(change_it(place.read_bytes()))  # type: ignore[operator]
    [bag] = updated(path, store).taken
    assert bag.note is not None
    with reading(path) as catalogue:
        assert catalogue.number("SELECT count(*) FROM file") == len(ALBUMS)
        assert catalogue.number("SELECT count(*) FROM file WHERE role IS NOT NULL") == 0
        assert list(catalogue.rows("PRAGMA integrity_check")) == [("ok",)]


def test_a_tag_that_no_text_can_hold_is_kept_as_its_escape(path: str, store: Path) -> None:
    place = store / "Bag1/metadata/files.jsonl"
    place.write_bytes(place.read_bytes().replace(b'"Hunter"', b'"Hunt\\ud800er"'))
    [bag] = updated(path, store).taken
    assert bag.note is None


def test_what_only_looks_like_a_bag_is_told_and_left_out(path: str, store: Path) -> None:
    (store / "Broken").mkdir()
    (store / "Broken/bagit.txt").write_text("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
    (store / "junk.tar").write_bytes(b"no archive")
    done = updated(path, store)
    assert [bag.path for bag in done.refused] == ["Broken", "junk.tar"]
    assert all(bag.reason for bag in done.refused)
    with reading(path) as catalogue:
        assert catalogue.number("SELECT count(*) FROM bag") == 1


def test_a_copy_that_went_is_missing_until_it_is_back(path: str, store: Path, tmp_path: Path) -> None:
    updated(path, store)
    os.rename(store / "Bag1", tmp_path / "away")
    assert updated(path, store).missing == ("Bag1",)
    assert updated(path, store).missing == ()
    with reading(path) as catalogue:
        assert catalogue.value("SELECT state FROM copy") == "missing"
    os.rename(tmp_path / "away", store / "Bag1")
    assert [bag.is_new for bag in updated(path, store).taken] == [False]
    with reading(path) as catalogue:
        assert catalogue.value("SELECT state FROM copy") == "present"


def test_a_store_is_known_again_under_another_path(path: str, store: Path, tmp_path: Path) -> None:
    make_identity(os.fsencode(store), uuid.UUID(int=7))
    updated(path, store)
    os.rename(store, tmp_path / "mnt")
    assert updated(path, tmp_path / "mnt").taken == ()
    with reading(path) as catalogue:
        [known] = all_stores(catalogue)
        assert (known.label, known.place) == ("Store", os.fsencode(tmp_path / "mnt"))
        assert is_mounted(known)


def test_a_store_that_gets_its_identity_stays_the_same_store(path: str, store: Path) -> None:
    updated(path, store)
    identity = make_identity(os.fsencode(store), uuid.UUID(int=7))
    assert updated(path, store).taken == ()
    with reading(path) as catalogue:
        [known] = all_stores(catalogue)
        assert known.identifier == str(uuid.UUID(int=7))
        assert find_store(catalogue, identity, b"/elsewhere") == known


def test_another_disk_in_the_place_of_a_store_is_not_that_store(
    path: str, store: Path, tmp_path: Path
) -> None:
    make_identity(os.fsencode(store), uuid.UUID(int=7))
    updated(path, store)
    os.rename(store, tmp_path / "unplugged")
    store.mkdir()
    make_identity(os.fsencode(store), uuid.UUID(int=8))
    with reading(path) as catalogue:
        [known] = all_stores(catalogue)
        assert not is_mounted(known)
    assert updated(path, store).missing == ()
    with reading(path) as catalogue:
        assert catalogue.value("SELECT state FROM copy") == "present"


def test_the_log_of_a_store_is_in_the_catalogue(path: str, store: Path) -> None:
    for number in range(3):
        append_event(
            os.fsencode(store), Happened("nothing new", NOW, f"{number}", "success", {"n": number}, "a")
        )
        assert updated(path, store).events == 1
    with reading(path) as catalogue:
        [known] = all_stores(catalogue)
        assert [event.happened.detail for event in events_of(catalogue, known)] == [
            {"n": 0},
            {"n": 1},
            {"n": 2},
        ]
        checked = check_catalogue(catalogue)
        assert (checked.events, checked.copies, checked.disagreements) == (3, 1, ())


@pytest.mark.parametrize("how", ["cut", "changed", "gone"])
def test_a_log_that_is_not_the_one_known_is_told_and_not_taken_over(path: str, store: Path, how: str) -> None:
    for number in range(3):
        append_event(os.fsencode(store), Happened("nothing new", NOW, f"{number}", "success", {}, "a"))
    updated(path, store)
    log = store / ".archiver/events.jsonl"
    lines = log.read_bytes().splitlines(keepends=True)
    if how == "cut":
        log.write_bytes(b"".join(lines[:2]))
    elif how == "changed":
        log.write_bytes(b"".join(lines).replace(b'"object":"2"', b'"object":"3"'))
    else:
        log.unlink()
    done = updated(path, store)
    assert (done.events, len(done.notes)) == (0, 1)
    with reading(path) as catalogue:
        assert catalogue.number("SELECT count(*) FROM event") == 3
        [wrong] = check_catalogue(catalogue).disagreements
        assert wrong.path == ".archiver/events.jsonl"


def test_a_check_tells_of_a_copy_that_went_and_of_one_that_was_changed(
    path: str, store: Path, packed: Path
) -> None:
    pack(packed / "Music", store, 2, "--all")
    updated(path, store)
    with (store / "Bag1/tagmanifest-sha512.txt").open("a") as stream:
        stream.write(f"{'0' * 128}  metadata/more.txt\n")
    shutil.rmtree(store / "Bag2")
    with reading(path) as catalogue:
        wrong = [(one.path, one.message.split(":")[0]) for one in check_catalogue(catalogue).disagreements]
    assert wrong == [("Bag1", "its tag manifest is not the one that was pinned"), ("Bag2", "it is not there")]


def test_content_is_found_by_digest_in_the_store_that_holds_it(
    path: str, store: Path, tmp_path: Path
) -> None:
    updated(path, store)
    (tmp_path / "Empty").mkdir()
    updated(path, tmp_path / "Empty")
    lines = (store / "Bag1/manifest-sha512.txt").read_text().splitlines()
    manifest = {path: digest for digest, _, path in (line.partition("  ") for line in lines)}
    digest = manifest["data/Homogenic/cover.jpg"]
    with reading(path) as catalogue:
        known = {one.label: one.store_id for one in all_stores(catalogue)}
        found = holding_of(catalogue, known["Store"], "sha512", digest)
        assert found is not None
        assert (found.holding.path, found.holding.digest, found.holding.algorithm) == (
            "data/Homogenic/cover.jpg",
            digest,
            "sha512",
        )
        assert found.holding.bag.name == "Bag1"
        assert content_of(catalogue, found.file_id) == found
        assert holding_of(catalogue, known["Empty"], "sha512", digest) is None
        assert holding_of(catalogue, known["Store"], "sha256", digest[:64]) is None
        assert holding_of(catalogue, known["Store"], "sha512", digest[:16] + "0" * 112) is None
        sizes = SizesHeld(catalogue, known["Store"])
        assert len(bytes_of("cover")) in sizes
        assert 123_456_789 not in sizes
        assert 9 not in SizesHeld(catalogue, known["Empty"])


def test_the_rebuilt_catalogue_says_what_the_grown_one_says(path: str, tmp_path: Path) -> None:
    """Row for row, but for the numbers of rows, rescan keys, and when copies were taken in and checked."""
    music, store = build_tree(tmp_path / "Music", ALBUMS), tmp_path / "Store"
    steps: list[dict[str, Entry | None]] = [
        {},
        {"Vespertine/01 Hidden Place.flac": flac(title="Hidden Place", artist="Björk", album="Vespertine")},
        {"notes.txt": b"other words\n", "Live/a.mp3": None},
        {"Homogenic/cover.jpg": None, "Homogenic/folder.jpg": b"\xff\xd8\xff\xe0 no picture"},
        {"notes.txt": b"about it\n"},
    ]
    for number, changes in enumerate(steps, start=1):
        change(music, changes)
        pack(music, store, number)
        append_event(os.fsencode(store), Happened("accession", NOW, f"{number}", "success", {}, "a"))
        updated(path, store)
    shutil.copytree(store / "Bag1", tmp_path / "Second" / "Bag1")
    updated(path, tmp_path / "Second")
    grown = told(path)
    anew = f"{path}.anew"
    rebuild(anew, [os.fsencode(store), os.fsencode(tmp_path / "Second")], NOW)
    rebuilt = told(anew)
    assert rebuilt.keys() == grown.keys()
    for table in grown:
        assert rebuilt[table] == grown[table], table
        if table != "problem":
            assert grown[table], f"the test says nothing of {table}"
    with reading(anew) as one, reading(path) as other:
        sql = "SELECT type, name, sql FROM sqlite_schema ORDER BY name"
        assert list(one.rows(sql)) == list(other.rows(sql))


def test_a_rebuilt_catalogue_takes_the_place_of_a_damaged_one(path: str, store: Path) -> None:
    Path(path).write_bytes(b"no catalogue" * 1000)
    Path(f"{path}-wal").write_bytes(b"of something else")
    rebuild(path, [os.fsencode(store)], NOW)
    with opened(path) as catalogue:
        assert catalogue.number("SELECT count(*) FROM file") == len(ALBUMS)
    assert not os.path.lexists(f"{path}.new")


def test_a_rebuild_that_fails_leaves_the_old_one(path: str, store: Path) -> None:
    updated(path, store)
    before = told(path)
    (store / ".archiver").mkdir()
    (store / ".archiver/store.json").write_text("nonsense")
    with pytest.raises(Exception, match="cannot tell which store"):
        rebuild(path, [os.fsencode(store)], NOW)
    assert told(path) == before
    assert not os.path.lexists(f"{path}.new")


def test_a_tar_with_a_folder_of_another_name_is_told_by_its_own(
    path: str, store: Path, tmp_path: Path
) -> None:
    (tmp_path / "Tars").mkdir()
    with tarfile.open(tmp_path / "Tars/Other.tar", "w") as archive:
        archive.add(store / "Bag1", "Bag1")
    updated(path, tmp_path / "Tars")
    with reading(path) as catalogue:
        assert catalogue.row("SELECT bag.name, copy.path FROM bag JOIN copy USING (bag_id)") == (
            "Other",
            "Other.tar",
        )


def test_a_flipped_byte_of_a_filled_catalogue_is_told_and_never_believed(path: str, store: Path) -> None:
    updated(path, store)
    with opened(path):
        pass
    whole, right = Path(path).read_bytes(), told(path)
    outcomes = {"told": 0, "of no account": 0}
    for place in range(11, len(whole), 4096 + 613):
        flipped = bytearray(whole)
        flipped[place] ^= 0x10
        Path(path).write_bytes(flipped)
        for name in beside(path):
            Path(name).unlink(missing_ok=True)
        try:
            found = told(path)
        except (DamagedCatalogueError, ForeignCatalogueError):
            outcomes["told"] += 1
        else:
            assert found == right, f"byte {place} was believed"
            outcomes["of no account"] += 1
        with pytest.raises((DamagedCatalogueError, ForeignCatalogueError)), reading(path) as catalogue:
            check_catalogue(catalogue)
    assert outcomes["told"] > 20
