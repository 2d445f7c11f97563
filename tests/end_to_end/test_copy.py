"""A second copy is right when it has its name, and registered; nothing is overwritten, and no damage is copied."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from archiver.catalogue.database import opened
from archiver.store.log import read_events
from archiver.usecases.replicate.folder import FolderCopier
from tests.conftest import MakeSource
from tests.end_to_end.days import TREE, at, store_of_two_days
from tests.running import Outcome, run_here
from tests.samples import tree_digest


@pytest.fixture
def store(tmp_path: Path, source: MakeSource) -> Path:
    return store_of_two_days(source, tmp_path)


def copy(what: str | Path, to: Path, *more: str, day: float = 5) -> Outcome:
    return run_here("copy", what, "--to", to, *more, SOURCE_DATE_EPOCH=at(day))


def copies(catalogue: Path) -> dict[str, tuple[object, object]]:
    with opened(str(catalogue)) as lent:
        sql = "SELECT label, path, state, checked_at FROM copy JOIN store USING (store_id)"
        return {f"{label!s}/{path!s}": (state, checked) for label, path, state, checked in lent.rows(sql)}


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def files(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_copy_is_the_same_and_registered(store: Path, tmp_path: Path, catalogue_path: Path) -> None:
    before = tree_digest(store / "One")
    second = tmp_path / "Second"
    done = copy(store / "One", second)
    assert (done.code, done.err) == (0, "")
    assert files(second / "One") == files(store / "One")
    assert tree_digest(store / "One") == before
    assert sorted(os.listdir(second)) == [".archiver", ".incoming", "One"]
    assert os.listdir(second / ".incoming") == ["lock"]
    assert copies(catalogue_path) == {
        "Second/One": ("present", None),
        "Store/One": ("present", "2023-11-19T22:13:20Z"),
        "Store/Two": ("present", None),
    }
    (event,) = [one.happened for one in read_events(os.fsencode(second))]
    assert (event.type, event.detail["path"], event.detail["from"]["path"]) == ("replication", "One", "One")
    assert run_here("catalogue", "check").code == 0
    assert run_here("verify", second).code == 0
    again = copy(store / "One", second, "--json")
    assert (again.code, [bag["outcome"] for bag in again.json["bags"]]) == (0, ["there already"])


def test_all_of_a_collection_that_is_lacking(store: Path, tmp_path: Path, catalogue_path: Path) -> None:
    second = tmp_path / "Second"
    assert copy(store / "One", second).code == 0
    told = run_here("status")
    assert "In one copy only: Two (Store)." in told.out
    assert [one["bag"] for one in run_here("status", "--json").json["one_copy"]] == ["Two"]
    done = copy("Music", second, "--read-back", "--json", day=6)
    assert [(bag["name"], bag["outcome"]) for bag in done.json["bags"]] == [
        ("One", "there already"),
        ("Two", "copied"),
    ]
    assert copies(catalogue_path)["Second/Two"] == ("present", "2023-11-20T22:13:20Z")
    shutil.rmtree(store)
    assert run_here("catalogue", "rebuild", second).code == 0
    given = run_here("restore", "Music", "--to", tmp_path / "Given")
    assert given.code == 0, given.err


def test_nothing_is_overwritten(store: Path, tmp_path: Path) -> None:
    second = tmp_path / "Second"
    (second / "One").mkdir(parents=True)
    (second / "One/mine.txt").write_text("mine")
    done = copy(store / "One", second)
    assert (done.code, "nothing is overwritten" in " ".join(done.out.split())) == (1, True)
    assert files(second / "One").keys() == {"mine.txt"}
    assert copy(store / "One", store / "Two").code == 2
    assert copy("Nowhere", second).code == 2
    assert copy(store / "One", store, "--json").json["bags"][0]["outcome"] == "there already"


def test_damage_is_not_copied_and_another_copy_is_looked_for(
    store: Path, tmp_path: Path, catalogue_path: Path
) -> None:
    song = store / "One/data/Album/1.flac"
    right = song.read_bytes()
    flip(song)
    third = tmp_path / "Third"
    done = copy(store / "One", third)
    assert done.code == 4
    assert "data/Album/1.flac" in done.out
    assert not (third / "One").exists()
    assert copies(catalogue_path)["Store/One"][0] == "damaged"
    song.write_bytes(right)
    assert run_here("verify", store / "One").code == 0
    assert copy(store / "One", tmp_path / "Second", "--read-back").code == 0
    flip(song)
    again = copy(store / "One", third, "--json")
    assert (again.code, again.json["bags"][0]["source"]) == (0, str(tmp_path / "Second/One"))


def test_a_bag_that_was_exchanged_is_not_copied(store: Path, tmp_path: Path) -> None:
    from tests.bagit.bags import seal_tags  # noqa: PLC0415 - here alone

    info = store / "One/bag-info.txt"
    info.write_text(info.read_text() + "Contact-Name: Mallory\n")
    seal_tags(store / "One")
    done = copy(store / "One", tmp_path / "Second", "--json")
    assert done.code == 4
    assert [
        one["code"] for one in done.json["bags"][0]["damaged"][0]["problems"] if one["severity"] == "error"
    ] == ["B414"]


@pytest.mark.parametrize("form", ["tar", "zip"])
def test_archives_are_copied_too(tmp_path: Path, source: MakeSource, catalogue_path: Path, form: str) -> None:
    packed = run_here("pack", source(TREE), "--to", tmp_path / "Store", "--name", "One", "--serialize", form)
    assert packed.code == 0, packed.err
    archive = tmp_path / f"Store/One.{form}"
    done = copy(archive, tmp_path / "Second")
    assert done.code == 0, done.out + done.err
    assert (tmp_path / f"Second/One.{form}").read_bytes() == archive.read_bytes()
    assert copies(catalogue_path)[f"Second/One.{form}"] == ("present", "2023-11-19T22:13:20Z")
    flip(archive)
    assert copy(archive, tmp_path / "Third").code in (0, 4)
    assert not (tmp_path / f"Third/One.{form}").exists() or run_here("verify", tmp_path / "Third").code == 0


def test_unlisted_tag_files_come_along(store: Path, tmp_path: Path) -> None:
    (store / "One/signatures").mkdir()
    (store / "One/signatures/mine.sig").write_bytes(b"a signature")
    assert copy(store / "One", tmp_path / "Second").code == 0
    assert files(tmp_path / "Second/One") == files(store / "One")


def test_a_package_under_way_is_left_alone(store: Path, tmp_path: Path) -> None:
    second = tmp_path / "Second"
    assert copy(store / "Two", second).code == 0
    begun = store / ".incoming"
    area = second / ".incoming/One.unfinished"
    area.mkdir()
    (area / "staging.json").write_text(
        '{"schema": "archiver.staging/2", "package": "One", "part": 1, "parts": 1, "algorithms": ["sha512"],'
        f' "fingerprint": "{"0" * 64}", "origin": "{"1" * 64}"}}'
    )
    (area / "bag/data").mkdir(parents=True)
    (area / "bag/data/mine").write_text("mine")
    done = copy(store / "One", second)
    assert (done.code, "unfinished package" in " ".join(done.out.split())) == (1, True)
    assert (area / "bag/data/mine").read_text() == "mine"
    assert os.listdir(begun) == ["lock"]


def test_a_copy_that_somebody_took_away_is_none_to_copy_from(
    store: Path, tmp_path: Path, catalogue_path: Path
) -> None:
    assert copy("Music", tmp_path / "Second").code == 0
    shutil.rmtree(store / "Two")
    third = copy("Music", tmp_path / "Third", "--json")
    assert (third.code, [one["outcome"] for one in third.json["bags"]]) == (0, ["copied", "copied"])
    assert files(tmp_path / "Third/Two") == files(tmp_path / "Second/Two")
    assert copies(catalogue_path)["Store/Two"][0] == "missing"
    shutil.rmtree(tmp_path / "Second")
    shutil.rmtree(tmp_path / "Third/Two")
    gone = copy("Music", tmp_path / "Fourth", "--json")
    assert (gone.code, [one["outcome"] for one in gone.json["bags"]]) == (3, ["copied", "refused"])


def test_a_copy_that_goes_away_meanwhile_is_told_as_damaged(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = FolderCopier.__enter__

    def too_late(copier: FolderCopier) -> FolderCopier:
        shutil.rmtree(store / "Two", ignore_errors=True)
        return real(copier)

    monkeypatch.setattr(FolderCopier, "__enter__", too_late)
    done = copy(store / "Two", tmp_path / "Second", "--json")
    assert (done.code, done.json["bags"][0]["outcome"]) == (4, "damaged"), done.err


def test_a_copy_that_was_brought_back_by_hand_counts_as_never_checked(
    store: Path, tmp_path: Path, catalogue_path: Path
) -> None:
    assert run_here("verify", store, SOURCE_DATE_EPOCH=at(6)).code == 0
    shutil.move(store / "Two", tmp_path / "Away")
    assert run_here("catalogue", "update", SOURCE_DATE_EPOCH=at(7)).code in {0, 4}
    assert copies(catalogue_path)["Store/Two"][0] == "missing"
    shutil.move(tmp_path / "Away", store / "Two")
    assert run_here("catalogue", "update", SOURCE_DATE_EPOCH=at(8)).code == 0
    assert copies(catalogue_path)["Store/Two"] == ("present", None)
    assert run_here("verify", store, SOURCE_DATE_EPOCH=at(9)).code == 0
    assert copies(catalogue_path)["Store/Two"] == ("present", "2023-11-23T22:13:20Z")


def test_a_copy_in_the_place_of_one_that_went_counts_as_never_checked(
    store: Path, tmp_path: Path, catalogue_path: Path
) -> None:
    assert copy("Music", tmp_path / "Second").code == 0
    assert run_here("verify", store, SOURCE_DATE_EPOCH=at(6)).code == 0
    assert copies(catalogue_path)["Store/Two"] == ("present", "2023-11-20T22:13:20Z")
    shutil.rmtree(store / "Two")
    assert copy("Music", store, day=7).code == 0
    assert copies(catalogue_path)["Store/Two"] == ("present", None)
