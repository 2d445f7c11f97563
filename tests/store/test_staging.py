"""A bag is built out of sight, under a lock, and taken up again only by the run that it belongs to."""

from __future__ import annotations

import dataclasses
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Literal

import pytest

from archiver import filesystem
from archiver.errors import StoreError
from archiver.store.area import locked
from archiver.store.sealing import make_ready, publish, read_back, recover
from archiver.store.staging import Staging, StagingKey, look_into, unfinished
from tests.bagit.bags import build_bag
from tests.samples import build_tree, read_tree

FINGERPRINT = "0123456789abcdef" * 4
KEY = StagingKey("Music", 1, 1, ("sha512",), FINGERPRINT, FINGERPRINT)


def staged(store: Path, key: StagingKey = KEY) -> Staging:
    """A staging area with one file in its payload and one tag file."""
    staging = Staging(os.fsencode(store), key)
    staging.open()
    build_tree(Path(os.fsdecode(staging.bag.absolute)), {f"data/{key.part}": key.name, "bagit.txt": "tag"})
    return staging


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_equal_key_continues_with_payload_and_journal_but_without_tag_files(tmp_path: Path) -> None:
    staging = staged(tmp_path)
    Path(os.fsdecode(staging.area.absolute + b"/journal.jsonl")).write_text("kept")
    assert Staging(os.fsencode(tmp_path), KEY).open()
    assert read_tree(tmp_path / ".incoming" / "Music.unfinished" / "bag") == {b"data/1": b"Music"}
    assert Path(os.fsdecode(staging.area.absolute + b"/journal.jsonl")).read_text() == "kept"


def test_records_of_an_interrupted_run_are_cleared_out_of_the_payload_and_nothing_else(
    tmp_path: Path,
) -> None:
    staging = staged(tmp_path)
    bag = Path(os.fsdecode(staging.bag.absolute))
    build_tree(
        bag, {"data/metadata/rights.csv": "old", "data/metadata/x/deed.txt": "old", "data/objects/a": "kept"}
    )
    staging.clear("metadata")
    assert sorted(read_tree(bag)) == [b"bagit.txt", b"data/1", b"data/objects/a"]
    staging.clear("metadata")


@pytest.mark.parametrize(
    "other",
    [
        dataclasses.replace(KEY, fingerprint=FINGERPRINT[::-1]),
        dataclasses.replace(KEY, algorithms=("md5",)),
        dataclasses.replace(KEY, algorithms=("sha512", "md5")),
    ],
)
def test_other_key_begins_anew(tmp_path: Path, other: StagingKey) -> None:
    staged(tmp_path)
    assert not Staging(os.fsencode(tmp_path), other).open()
    assert read_tree(tmp_path / ".incoming" / "Music.unfinished" / "bag") == {}


@pytest.mark.parametrize(
    "damage",
    [
        "",
        "{",
        "[]",
        "null",
        '{"schema": "archiver.staging/2"}',
        "\x00" * 100,
    ],
)
def test_area_without_a_sound_key_is_not_touched(tmp_path: Path, damage: str) -> None:
    staged(tmp_path)
    (tmp_path / ".incoming" / "Music.unfinished" / "staging.json").write_text(damage)
    before = read_tree(tmp_path)
    assert unfinished(os.fsencode(tmp_path)) == ()
    assert recover(os.fsencode(tmp_path)) == ()
    assert look_into(os.fsencode(tmp_path)).strange == (b"Music.unfinished",)
    with pytest.raises(StoreError, match="this program did not make it"):
        Staging(os.fsencode(tmp_path), KEY).open()
    assert read_tree(tmp_path) == before


def test_unfinished_packages_are_told_in_order(tmp_path: Path) -> None:
    assert unfinished(os.fsencode(tmp_path)) == ()
    for name in ("b", "a"):
        staged(tmp_path, dataclasses.replace(KEY, package=name))
    assert [key.package for key in unfinished(os.fsencode(tmp_path))] == ["a", "b"]


def test_publishing_gives_the_name_and_clears_the_area(tmp_path: Path) -> None:
    staging = staged(tmp_path)
    make_ready(staging, None, 0)
    assert names(tmp_path) == [".incoming"]
    assert publish(staging) == os.fsencode(tmp_path / "Music")
    assert read_tree(tmp_path / "Music") == {b"data/1": b"Music", b"bagit.txt": b"tag"}
    assert names(tmp_path / ".incoming") == []


@pytest.mark.parametrize("taken", ["file", "folder", "dangling link"])
def test_nothing_is_ever_overwritten(tmp_path: Path, taken: str) -> None:
    staging = staged(tmp_path)
    make_ready(staging, None, 0)
    if taken == "file":
        (tmp_path / "Music").write_text("mine")
    elif taken == "folder":
        (tmp_path / "Music").mkdir()
    else:
        (tmp_path / "Music").symlink_to("nowhere")
    with pytest.raises(StoreError, match="something of that name is there already"):
        publish(staging)
    assert names(tmp_path / ".incoming" / "Music.unfinished") == ["bag", "ready", "staging.json"]
    assert not (tmp_path / "Music" / "data").exists()


def test_what_is_not_ready_gets_no_name(tmp_path: Path) -> None:
    staging = staged(tmp_path)
    with pytest.raises(StoreError):
        publish(staging)
    Path(os.fsdecode(staging.area.absolute + b"/ready")).touch()
    with pytest.raises(StoreError):
        publish(staging)
    assert names(tmp_path) == [".incoming"]


def test_recovery_leaves_what_can_be_continued(tmp_path: Path) -> None:
    staged(tmp_path)
    group = dataclasses.replace(KEY, package="Group", parts=2)
    make_ready(staged(tmp_path, group), None, 0)
    make_ready(staged(tmp_path, dataclasses.replace(group, part=2)), None, 0)
    before = read_tree(tmp_path)
    assert recover(os.fsencode(tmp_path)) == ()
    assert read_tree(tmp_path) == before


def test_recovery_removes_what_has_got_its_name_or_was_never_begun(tmp_path: Path) -> None:
    staging = staged(tmp_path)
    make_ready(staging, None, 0)
    os.rename(staging.bag.absolute, staging.destination)
    for begun in ("a", "b", "c"):
        (tmp_path / ".incoming" / f"{begun}.unfinished").mkdir()
    (tmp_path / ".incoming" / "b.unfinished" / "staging.json.new").touch()
    (tmp_path / ".incoming" / "c.unfinished" / "staging.json.new").write_text(
        '{"schema": "archiver.staging/2", "pa'
    )
    assert recover(os.fsencode(tmp_path)) == ()
    assert names(tmp_path / ".incoming") == []
    assert names(tmp_path) == [".incoming", "Music"]


@pytest.mark.parametrize("archive", [None, "tar", "zip"])
def test_recovery_names_the_rest_of_a_torn_group(tmp_path: Path, archive: str | None) -> None:
    stagings = [staged(tmp_path, dataclasses.replace(KEY, part=part, parts=3)) for part in (1, 2, 3)]
    for staging in stagings:
        make_ready(staging, archive, 0)  # type: ignore[arg-type]  # one of the three words above
    publish(stagings[0])
    ending = f".{archive}" if archive else ""
    expected = [f"Music_{part}_of_3{ending}" for part in (1, 2, 3)]
    assert [os.path.basename(path).decode() for path in recover(os.fsencode(tmp_path))] == expected[1:]
    assert names(tmp_path) == [".incoming", *expected]
    assert names(tmp_path / ".incoming") == []
    assert recover(os.fsencode(tmp_path)) == ()


@pytest.mark.parametrize("kind", ["tar", "zip"])
def test_an_archive_is_read_back_from_the_disk(tmp_path: Path, kind: Literal["tar", "zip"]) -> None:
    staging = Staging(os.fsencode(tmp_path), KEY)
    staging.open()
    shutil.rmtree(os.fsdecode(staging.bag.absolute))
    build_bag(Path(os.fsdecode(staging.bag.absolute)))
    make_ready(staging, kind, 0)
    assert sum(checked.bytes for checked in read_back(staging)) > 0
    archive = tmp_path / ".incoming" / "Music.unfinished" / "archive" / f"Music.{kind}"
    content = bytearray(archive.read_bytes())
    content[content.index(b"second one")] ^= 1
    archive.write_bytes(content)
    with pytest.raises(StoreError, match=r"does not read back.*B411 data/Album/02 Second\.flac"):
        list(read_back(staging))
    assert not (tmp_path / f"Music.{kind}").exists()


def test_a_bag_that_cannot_be_made_an_archive_is_an_error_with_its_reason(tmp_path: Path) -> None:
    staging = staged(tmp_path)
    with open(staging.payload.absolute + b"/caf\xe9", "wb"):
        pass
    with pytest.raises(StoreError, match=r"cannot make the archive of Music: .*UTF-8"):
        make_ready(staging, "tar", 0)
    assert names(tmp_path) == [".incoming"]


def test_recovery_leaves_a_torn_group_whose_other_names_have_been_taken(tmp_path: Path) -> None:
    stagings = [staged(tmp_path, dataclasses.replace(KEY, part=part, parts=3)) for part in (1, 2, 3)]
    for staging in stagings:
        make_ready(staging, None, 0)
    publish(stagings[0])
    (tmp_path / "Music_3_of_3").mkdir()
    before = read_tree(tmp_path)
    assert recover(os.fsencode(tmp_path)) == ()
    assert read_tree(tmp_path) == before
    assert [key.part for key in unfinished(os.fsencode(tmp_path))] == [2, 3]
    (tmp_path / "Music_3_of_3").rmdir()
    assert len(recover(os.fsencode(tmp_path))) == 2


def test_lock_keeps_another_process_out_and_names_its_holder(tmp_path: Path) -> None:
    store = os.fsencode(tmp_path / "new" / "store")
    code = (
        "import os, sys\n"
        "from archiver.errors import StoreError\n"
        "from archiver.store.area import locked\n"
        "try:\n"
        "    with locked(os.fsencode(sys.argv[1])): print('got it')\n"
        "except StoreError as error: print(error.message)\n"
    )
    other = [sys.executable, "-c", code, os.fsdecode(store)]
    with locked(store):
        held = subprocess.run(other, capture_output=True, text=True, check=True)
    free = subprocess.run(other, capture_output=True, text=True, check=True)
    assert f"another run is writing to the store {os.fsdecode(store)} (process {os.getpid()})" in held.stdout
    assert free.stdout == "got it\n"


@pytest.mark.parametrize("obstacle", ["store", "store/.incoming", "store/.incoming/lock"])
def test_store_that_cannot_be_made_is_a_clear_error(tmp_path: Path, obstacle: str) -> None:
    path = tmp_path / obstacle
    path.parent.mkdir(parents=True, exist_ok=True)
    if obstacle.endswith("lock"):
        path.mkdir()
    else:
        path.write_text("a file")
    with (
        pytest.raises(StoreError, match="cannot write to the store"),
        locked(os.fsencode(tmp_path / "store")),
    ):
        pass


def test_every_folder_that_is_made_for_the_store_is_durable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bag in a new store would be lost with the store's own entry above it."""
    synced = []
    sync_folder = filesystem.sync_folder

    def watched(folder: int) -> None:
        synced.append(os.fstat(folder).st_ino)
        sync_folder(folder)

    monkeypatch.setattr(filesystem, "sync_folder", watched)
    store = tmp_path / "new" / "store"
    with locked(os.fsencode(store)):
        assert synced == [folder.stat().st_ino for folder in (tmp_path, tmp_path / "new", store)]
    with locked(os.fsencode(store)):
        assert len(synced) == 3
