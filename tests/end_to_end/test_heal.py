"""A damaged bag is made whole of copies, of other files and of parts; what cannot be healed is said and left alone."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from archiver.catalogue.database import reading
from tests.conftest import MakeSource
from tests.running import Outcome, run_here
from tests.samples import build_tree, flac

BIG = bytes(range(256)) * 1000
TREE: dict[str, bytes] = {
    "Album/1.flac": flac(title="One"),
    "Album/2.flac": flac(title="Two"),
    "Album/big.bin": BIG,
    "Other/a.txt": b"a" * 5000,
    "Other/b.txt": b"b" * 5000,
    "Other/empty": b"",
}


@pytest.fixture
def bag(tmp_path: Path, source: MakeSource) -> Path:
    """Pack a bag, and keep it as it was in ``original``, which no catalogue knows."""
    packed = run_here("pack", source(TREE), "--to", tmp_path / "Store", "--name", "Bag")
    assert packed.code == 0, packed.err
    shutil.copytree(tmp_path / "Store" / "Bag", tmp_path / "original")
    return tmp_path / "Store" / "Bag"


@pytest.fixture
def second(bag: Path, tmp_path: Path) -> Path:
    """Copy the bag to a second store, which the catalogue knows."""
    store = tmp_path / "Second"
    shutil.copytree(bag, store / "Bag")
    assert run_here("catalogue", "add", store).code == 0
    return store / "Bag"


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def original(bag: Path) -> dict[str, bytes]:
    return files(bag.parent.parent / "original")


def flip(path: Path, *places: int) -> None:
    content = bytearray(path.read_bytes())
    for place in places:
        content[place] ^= 0x40
    path.write_bytes(content)


def heal(bag: Path, *more: str | os.PathLike[str]) -> Outcome:
    return run_here("heal", bag, *more, "--json")


def state(catalogue: Path, store: str) -> tuple[str, bool]:
    with reading(str(catalogue)) as lent:
        sql = "SELECT state, checked_at FROM copy JOIN store USING (store_id) WHERE label = ?"
        row = lent.row(sql, (store,))
    assert row is not None
    return str(row[0]), row[1] is not None


def last_event(bag: Path) -> dict[str, object]:
    lines = (bag.parent / ".archiver/events.jsonl").read_text().splitlines()
    event = json.loads(lines[-1])
    assert isinstance(event, dict)
    return event


def test_a_whole_bag_is_left_alone(bag: Path, second: Path, catalogue_path: Path) -> None:
    done = heal(bag)
    assert (done.code, done.json["healed"], done.json["aside"]) == (0, [], None)
    assert done.json["checked"] > len(TREE)
    assert state(catalogue_path, "Store") == ("present", True)
    assert last_event(bag)["type"] == "accession"


def damage_payload(bag: Path) -> None:
    flip(bag / "data/Album/big.bin", 100, 200_000)
    (bag / "data/Album/1.flac").unlink()
    (bag / "data/Album/2.flac").write_bytes(b"short")


def damage_folders(bag: Path) -> None:
    shutil.rmtree(bag / "data/Album")
    shutil.rmtree(bag / "metadata")


def damage_tag_files(bag: Path) -> None:
    flip(bag / "manifest-sha512.txt", 3)
    flip(bag / "bagit.txt", 3)
    (bag / "bag-info.txt").unlink()


def damage_the_pinned(bag: Path) -> None:
    flip(bag / "tagmanifest-sha512.txt", 3)
    flip(bag / "metadata/files.jsonl", 300)


def lose_the_pinned(bag: Path) -> None:
    (bag / "tagmanifest-sha512.txt").unlink()
    (bag / "bagit.txt").unlink()


def put_others_in_place(bag: Path) -> None:
    (bag / "data/Album/1.flac").unlink()
    (bag / "data/Album/1.flac").symlink_to("/etc/passwd")
    (bag / "data/Album/2.flac").unlink()
    (bag / "data/Album/2.flac").mkdir()
    (bag / "data/Album/2.flac/inside").write_text("kept")
    shutil.rmtree(bag / "data/Other")
    (bag / "data/Other").write_text("a file where a folder was")


def make_valid_again(bag: Path) -> None:
    (bag / "data/Other/a.txt").write_bytes(b"forged")
    (bag / "manifest-sha512.txt").unlink()
    (bag / "tagmanifest-sha512.txt").unlink()
    for name, of in (("manifest", bag / "data"), ("tagmanifest", bag)):
        lines = []
        for path in sorted(of.rglob("*")):
            inside = str(path.relative_to(bag))
            if path.is_file() and (name == "manifest" or not inside.startswith(("data/", "tagmanifest"))):
                lines.append(f"{hashlib.sha512(path.read_bytes()).hexdigest()}  {inside}\n")
        (bag / f"{name}-sha512.txt").write_text("".join(lines))


DAMAGES = [
    damage_payload,
    damage_folders,
    damage_tag_files,
    damage_the_pinned,
    lose_the_pinned,
    put_others_in_place,
    make_valid_again,
]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda one: one.__name__)
def test_everything_comes_back_from_a_copy(
    bag: Path, second: Path, damage: Callable[[Path], None], catalogue_path: Path
) -> None:
    times = {path: os.stat(path).st_mtime_ns for path in (bag / "data").rglob("*") if path.is_file()}
    damage(bag)
    hurt = files(bag)
    rehearsed = heal(bag, "--dry-run")
    assert (rehearsed.code, files(bag)) == (0, hurt)
    done = heal(bag)
    assert done.code == 0, done.out
    assert files(bag) == original(bag)
    assert not any(path.is_symlink() for path in bag.rglob("*"))
    assert {path: os.stat(path).st_mtime_ns for path in times} == times
    assert [one["path"] for one in done.json["healed"]] == [one["path"] for one in rehearsed.json["healed"]]
    assert (last_event(bag)["type"], last_event(bag)["outcome"]) == ("recovery", "success")
    assert run_here("verify", bag).code == 0
    assert state(catalogue_path, "Store") == ("present", True)
    assert os.listdir(bag.parent / ".incoming") == ["lock"]
    assert run_here("catalogue", "check").code == 0


def test_the_report_names_the_copies(bag: Path, second: Path) -> None:
    flip(bag / "data/Album/big.bin", 100)
    flip(bag / "bag-info.txt", 10)
    told = " ".join(run_here("heal", bag, "--dry-run").out.split())
    assert f"2 files taken from the copy {second}" in told
    (second / "bag-info.txt").unlink()
    told = " ".join(run_here("heal", bag).out.split())
    assert f"1 file taken from the copy {second}" in told
    assert "bag-info.txt: damaged; no copy has it" in told
    assert f"Copies that were asked: {second}" in told


def test_what_stood_there_is_kept_outside_the_bag(bag: Path, second: Path) -> None:
    put_others_in_place(bag)
    flip(bag / "data/Album/big.bin", 100)
    bad = (bag / "data/Album/big.bin").read_bytes()
    aside = Path(heal(bag).json["aside"])
    assert aside.parent == bag.parent / ".archiver/aside/Bag"
    assert (aside / "data/Album/big.bin").read_bytes() == bad
    assert (aside / "data/Album/1.flac").is_symlink()
    assert (aside / "data/Album/2.flac/inside").read_text() == "kept"
    assert (aside / "data/Other").read_text() == "a file where a folder was"


def test_payload_files_in_no_manifest_are_put_aside(bag: Path, second: Path) -> None:
    (bag / "data/Album/stray.txt").write_text("new")
    done = heal(bag)
    assert (done.code, done.json["strays"]) == (0, ["data/Album/stray.txt"])
    assert files(bag) == original(bag)
    assert (Path(done.json["aside"]) / "data/Album/stray.txt").read_text() == "new"


def test_two_damaged_copies_make_a_whole(bag: Path, second: Path) -> None:
    flip(bag / "data/Album/big.bin", 10, 150_000)
    flip(second / "data/Album/big.bin", 90_000)
    flip(bag / "tagmanifest-sha512.txt", 5)
    flip(second / "tagmanifest-sha512.txt", 700)
    done = heal(bag)
    assert done.code == 0, done.out
    assert {one["means"] for one in done.json["healed"]} == {"combined"}
    assert files(bag) == original(bag)


def test_swapped_files_and_twins_heal_without_any_copy(bag: Path) -> None:
    one, other = bag / "data/Other/a.txt", bag / "data/Other/b.txt"
    one.rename(bag / "data/Other/c")
    other.rename(one)
    (bag / "data/Other/c").rename(other)
    (bag / "data/Other/empty").unlink()
    (bag / "bagit.txt").unlink()
    done = heal(bag)
    assert done.code == 0, done.out
    assert files(bag) == original(bag)


def test_another_bag_with_the_same_bytes_gives_them(bag: Path, tmp_path: Path) -> None:
    packed = run_here("pack", tmp_path / "Music", "--to", tmp_path / "Third", "--name", "Else", "--all")
    assert packed.code == 0, packed.err
    damage_payload(bag)
    done = heal(bag)
    assert done.code == 0, done.out
    assert {one["means"] for one in done.json["healed"]} == {"same bytes"}
    assert files(bag) == original(bag)


def test_what_cannot_be_healed_is_listed_and_stays(bag: Path, catalogue_path: Path) -> None:
    damage_payload(bag)
    flip(bag / "metadata/files.csv", 3)
    hurt = files(bag)
    done = heal(bag)
    assert done.code == 4
    assert {one["path"]: one["fault"] for one in done.json["unhealed"]} == {
        "metadata/files.csv": "damaged",
        "data/Album/1.flac": "missing",
        "data/Album/2.flac": "damaged",
        "data/Album/big.bin": "damaged",
    }
    assert files(bag) == hurt
    assert state(catalogue_path, "Store")[0] == "damaged"
    assert "cannot be healed" in run_here("heal", bag).out


def test_a_copy_that_is_an_archive_gives_files(bag: Path, tmp_path: Path) -> None:
    archive = shutil.make_archive(str(tmp_path / "Bag"), "gztar", bag.parent, "Bag")
    damage_payload(bag)
    damage_tag_files(bag)
    done = heal(bag, "--from", archive)
    assert done.code == 0, done.out
    assert files(bag) == original(bag)


@pytest.mark.parametrize("form", ["tar", "zip"])
def test_damaged_files_of_archives_give_their_sound_parts(bag: Path, tmp_path: Path, form: str) -> None:
    archive = Path(shutil.make_archive(str(tmp_path / "Bag"), "tar", bag.parent, "Bag"))
    if form == "zip":
        archive = tmp_path / "Bag.zip"
        with zipfile.ZipFile(archive, "w") as made:
            for path in sorted((tmp_path / "Store").rglob("*")):
                if path.is_file() and path.is_relative_to(bag):
                    made.write(path, path.relative_to(bag.parent))
    flip(archive, archive.read_bytes().index(BIG[:1000]) + 90_000)
    flip(bag / "data/Album/big.bin", 10, 150_000)
    done = heal(bag, "--from", archive)
    assert done.code == 0, done.out
    assert [one["means"] for one in done.json["healed"]] == ["combined"]
    assert files(bag) == original(bag)
    assert os.listdir(bag.parent / ".incoming") == ["lock"]


def test_an_archive_is_replaced_by_a_whole_one(tmp_path: Path, source: MakeSource) -> None:
    store, other = tmp_path / "Store", tmp_path / "Second"
    packed = run_here("pack", source(TREE), "--to", store, "--name", "Bag", "--serialize", "tar")
    assert packed.code == 0, packed.err
    other.mkdir()
    shutil.copy2(store / "Bag.tar", other)
    whole = (store / "Bag.tar").read_bytes()
    flip(store / "Bag.tar", whole.index(BIG[:1000]) + 5)
    flip(other / "Bag.tar", whole.index(BIG[:1000]) + 9)
    refused = heal(store / "Bag.tar", "--from", other)
    assert (refused.code, len(refused.json["unhealed"])) == (4, 1)
    flip(other / "Bag.tar", whole.index(BIG[:1000]) + 9)
    assert heal(store / "Bag.tar", "--from", other, "--dry-run").code == 0
    done = heal(store / "Bag.tar", "--from", other)
    assert done.code == 0, done.out
    assert (store / "Bag.tar").read_bytes() == whole


def test_without_a_catalogue_the_log_knows_the_pin(bag: Path, second: Path, catalogue_path: Path) -> None:
    catalogue_path.unlink()
    make_valid_again(bag)
    done = heal(bag, "--from", second.parent)
    assert (done.code, done.json["trusted"]) == (0, "log")
    assert files(bag) == original(bag)


def test_a_bag_that_nobody_knows_is_healed_by_its_own_word_and_that_is_said(
    bag: Path, second: Path, tmp_path: Path, catalogue_path: Path
) -> None:
    catalogue_path.unlink()
    alone = tmp_path / "Alone" / "Bag"
    shutil.copytree(bag, alone)
    damage_payload(alone)
    (alone / "data/stray").write_text("left")
    done = heal(alone, "--from", second)
    assert (done.code, done.json["trusted"], done.json["strays"]) == (4, "bag", ["data/stray"])
    assert (alone / "data/stray").read_text() == "left"
    (alone / "data/stray").unlink()
    assert heal(alone).code == 0
    assert files(alone) == original(bag)
    assert "only the bag's own" in " ".join(run_here("heal", alone).out.split())


def test_a_file_of_the_right_name_and_the_wrong_bytes_is_never_taken(bag: Path, second: Path) -> None:
    damage_payload(bag)
    hurt = files(bag)
    shutil.rmtree(second / "data/Album")
    (second / "data/Album").mkdir()
    for name in ("1.flac", "2.flac", "big.bin"):
        (second / "data/Album" / name).write_bytes(b"other bytes")
    assert heal(bag).code == 4
    assert files(bag) == hurt


@pytest.mark.parametrize("what", ["nowhere", "folder"])
def test_what_is_no_bag_is_refused(tmp_path: Path, what: str) -> None:
    (tmp_path / "folder").mkdir()
    assert heal(tmp_path / what).code == 2


def test_a_store_without_a_copy_is_refused(bag: Path, tmp_path: Path) -> None:
    refused = heal(bag, "--from", tmp_path / "nowhere")
    assert (refused.code, "no copy of Bag" in refused.told) == (2, True)


def test_a_bag_that_went_as_a_whole_is_told(bag: Path, second: Path) -> None:
    shutil.rmtree(bag)
    refused = heal(bag)
    assert (refused.code, "nothing is left" in refused.told) == (2, True)


def test_an_update_that_waits_is_completed_first(bag: Path, second: Path) -> None:
    (bag / ".bagit-update").mkdir()
    refused = heal(bag)
    assert (refused.code, "waits to be completed" in refused.told) == (1, True)


def test_a_bag_in_a_store_that_is_kept_from_being_changed_is_refused(bag: Path, second: Path) -> None:
    flip(bag / "data/Album/big.bin", 7)
    assert run_here("store", "mark", "--immutable", bag.parent).code == 0
    try:
        refused = heal(bag)
        assert (refused.code, "kept from being changed" in " ".join(refused.err.split())) == (2, True)
        assert heal(bag, "--dry-run").code == 0
        assert run_here("protect", bag).code in {1, 2}
    finally:
        assert run_here("store", "mark", "--changeable", bag.parent).code == 0
    assert heal(bag).code == 0
    assert files(bag) == original(bag)


def test_nothing_is_read_of_a_copy_through_links_and_pipes(bag: Path, second: Path, tmp_path: Path) -> None:
    whole = bag / "data/Album/big.bin"
    shutil.copy2(whole, tmp_path / "elsewhere")
    damage_payload(bag)
    hurt = files(bag)
    for name, make in (
        ("big.bin", lambda path: path.symlink_to(tmp_path / "elsewhere")),
        ("1.flac", os.mkfifo),
        ("2.flac", Path.mkdir),
    ):
        (second / "data/Album" / name).unlink()
        make(second / "data/Album" / name)
    done = heal(bag)
    assert (done.code, len(done.json["unhealed"])) == (4, 3)
    assert files(bag) == hurt


@pytest.mark.parametrize("by", ["pack", "copy", "export", "clean"])
def test_what_a_killed_healing_left_is_cleared_away_by_any_run_that_tidies(
    bag: Path, second: Path, tmp_path: Path, by: str
) -> None:
    incoming = second.parent / ".incoming"
    build_tree(incoming, {"0123456789abcdef.healing/own/1": "a copy", "mine.healing/1": "somebody's"})
    build_tree(tmp_path / "More", {"1": "one"})
    words: dict[str, tuple[str | Path, ...]] = {
        "pack": ("pack", tmp_path / "More", "--to", second.parent),
        "copy": ("copy", bag, "--to", second.parent),
        "export": ("export", bag, "--for", "access", "--to", second.parent, "--name", "Reading"),
        "clean": ("store", "clean", second.parent),
    }
    done = run_here(*words[by])
    assert done.code in {0, 3}, done.err
    assert sorted(path.name for path in incoming.iterdir()) == ["lock", "mine.healing"]
