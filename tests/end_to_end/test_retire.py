"""A copy of a bag goes only where nothing is lost with it; else it is said what would be, and nothing happens."""

from __future__ import annotations

import errno
import json
import os
import shutil
from pathlib import Path

import pytest

from archiver.catalogue.database import reading
from archiver.store import tree
from tests.conftest import MakeSource
from tests.end_to_end.days import at, store_of_two_days
from tests.running import Outcome, run_here
from tests.samples import tree_digest


@pytest.fixture
def store(tmp_path: Path, source: MakeSource) -> Path:
    return store_of_two_days(source, tmp_path)


def retire(bag: Path, *more: str, day: int = 10) -> Outcome:
    return run_here("retire", bag, *more, SOURCE_DATE_EPOCH=at(day))


def verify(path: Path, day: int) -> None:
    assert run_here("verify", path, SOURCE_DATE_EPOCH=at(day)).code == 0


def states(catalogue: Path) -> dict[str, str]:
    with reading(str(catalogue)) as lent:
        sql = "SELECT label, path, state FROM copy JOIN store USING (store_id)"
        return {f"{label!s}/{path!s}": str(state) for label, path, state in lent.rows(sql)}


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_bag_that_another_accession_counts_on_stays(store: Path) -> None:
    verify(store, 9)
    before = tree_digest(store / "One")
    done = retire(store / "One", "--give-up-accession")
    assert done.code == 1
    assert "3 files that other accessions need" in done.out
    assert "Album/1.flac" in done.out
    assert tree_digest(store / "One") == before


def test_a_copy_elsewhere_that_was_checked_lets_it_go(
    store: Path, tmp_path: Path, catalogue_path: Path
) -> None:
    second = tmp_path / "Second"
    shutil.copytree(store / "One", second / "One")
    assert run_here("catalogue", "add", "--unchecked", second).code == 0
    unchecked = retire(store / "One", "--json")
    assert (unchecked.code, unchecked.json["may_go"]) == (1, False)
    assert [one["store"] for one in unchecked.json["unchecked"]] == ["Second"]
    verify(second, 5)
    assert retire(store / "One", "--verified-since", "2023-11-25").code == 1
    rehearsed = retire(store / "One", "--dry-run", "--json")
    assert (rehearsed.code, rehearsed.json["may_go"], rehearsed.json["removed"]) == (0, True, False)
    assert (store / "One").is_dir()
    done = retire(store / "One", "--json")
    assert (done.code, done.json["removed"]) == (0, True)
    assert [one["checked_at"] for one in done.json["same_bag"]] == ["2023-11-19T22:13:20Z"]
    assert not (store / "One").exists()
    assert os.listdir(store / ".incoming") == ["lock"]
    assert states(catalogue_path) == {"Second/One": "present", "Store/One": "retired", "Store/Two": "present"}
    last = json.loads((store / ".archiver/events.jsonl").read_text().splitlines()[-1])
    assert (last["type"], last["detail"]["path"], last["outcome"]) == ("deletion", "One", "success")
    assert run_here("catalogue", "check").code == 0
    assert run_here("catalogue", "update").code == 0
    given = run_here("restore", "Music", "--to", tmp_path / "Given")
    assert given.code == 0, given.out + given.err
    assert files(tmp_path / "Given") == files(tmp_path / "later" / "Music")


def test_content_in_other_bags_counts_and_the_accession_is_given_up_on_purpose_only(
    store: Path, tmp_path: Path
) -> None:
    later = tmp_path / "later" / "Music"
    packed = run_here("pack", later, "--to", store, "--name", "Three", "--all", SOURCE_DATE_EPOCH=at(2))
    assert packed.code == 0, packed.err
    verify(store, 9)
    asked = retire(store / "One")
    assert (asked.code, "--give-up-accession" in asked.out) == (1, True)
    assert "other accessions need" not in asked.out
    assert retire(store / "One", "--give-up-accession").code == 0
    given = run_here("restore", "Music", "--to", tmp_path / "Given")
    assert given.code == 0, given.out + given.err


def test_what_only_looks_like_a_bag_or_is_none_is_refused(store: Path, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    assert retire(tmp_path / "folder").code == 2
    assert retire(tmp_path / "nowhere").code == 2
    (store / "junk.tar").write_bytes(b"no archive")
    refused = retire(store / "junk.tar")
    assert (refused.code, "nobody knows what would be lost" in refused.told) == (2, True)
    assert (store / "junk.tar").exists()


def test_without_a_catalogue_that_can_be_used_nothing_goes(store: Path, catalogue_path: Path) -> None:
    verify(store, 9)
    catalogue_path.write_bytes(b"no catalogue" * 1000)
    refused = retire(store / "One", "--give-up-accession")
    assert (refused.code, "damaged" in refused.err) == (4, True)
    assert (store / "One").is_dir()


def test_a_removal_that_fails_leaves_no_half_bag_and_is_finished_by_the_next_run(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, catalogue_path: Path
) -> None:
    second = tmp_path / "Second"
    shutil.copytree(store / "One", second / "One")
    run_here("catalogue", "add", "--unchecked", second)
    verify(second, 9)

    def stop(*_: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as patch:
        patch.setattr(tree, "remove", stop)
        failed = retire(store / "One")
        assert (failed.code, "out of sight" in failed.told) == (1, True)
    assert not (store / "One").exists()
    hidden = [name for name in os.listdir(store / ".incoming") if name != "lock"]
    assert [name.endswith(".retired") for name in hidden] == [True]
    assert "left alone" not in run_here("store", "clean", store, "--dry-run").out
    assert run_here("catalogue", "update").code == 0
    assert states(catalogue_path)["Store/One"] == "retired"
    (tmp_path / "later" / "Music" / "again.txt").write_text("again\n")
    later = tmp_path / "later" / "Music"
    assert run_here("pack", later, "--to", store, "--name", "Next", SOURCE_DATE_EPOCH=at(11)).code == 0
    assert os.listdir(store / ".incoming") == ["lock"]
