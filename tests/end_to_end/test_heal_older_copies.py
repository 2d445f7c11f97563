"""What healing says of a copy with older tag files: they are right, and older; what is damaged in it is told apart from that."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.conftest import MakeSource
from tests.end_to_end.days import at, store_of_two_days
from tests.running import Outcome, run_here
from tests.samples import tree_digest

CHANGED = {"tagmanifest-sha512.txt", "bag-info.txt", "metadata/events.jsonl"}


@pytest.fixture
def stores(tmp_path: Path, source: MakeSource) -> tuple[Path, Path]:
    """Two stores with the same bags, one of which was changed in the first of them."""
    first, second = store_of_two_days(source, tmp_path), tmp_path / "Second"
    assert run_here("copy", "Music", "--to", second, SOURCE_DATE_EPOCH=at(2)).code == 0
    changed = run_here("bag", "set-info", first / "One", "Contact-Name: Archive", SOURCE_DATE_EPOCH=at(3))
    assert (changed.code, changed.err) == (0, "")
    return first, second


def heal(bag: Path, *more: str) -> Outcome:
    return run_here("heal", bag, *more, SOURCE_DATE_EPOCH=at(5))


def told(outcome: Outcome) -> str:
    return " ".join(f"{outcome.out} {outcome.err}".split())


def spoil(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))


def events(store: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (store / ".archiver/events.jsonl").read_text().splitlines()]


def test_right_tag_files_of_before_are_called_older_and_not_damaged(stores: tuple[Path, Path]) -> None:
    _, second = stores
    rehearsed = heal(second / "One", "--dry-run")
    assert "3 can be brought up to date with a newer copy; nothing was changed" in told(rehearsed)
    assert "Can be brought up to date:" in rehearsed.out
    assert "healed" not in rehearsed.out
    done = heal(second / "One", "--json").json
    assert {one["path"]: one["fault"] for one in done["healed"]} == dict.fromkeys(CHANGED, "older")
    last = events(second)[-1]
    assert (last["type"], "recovery" in {one["type"] for one in events(second)}) == (
        "metadata modification",
        False,
    )
    assert isinstance(last["detail"], dict)
    assert last["detail"]["aside"] == done["aside"]


def test_damage_in_an_older_copy_is_told_apart(stores: tuple[Path, Path]) -> None:
    _, second = stores
    for name in ("data/Album/1.flac", "bag-info.txt", "metadata/README.txt"):
        spoil(second / "One" / name)
    done = heal(second / "One")
    assert "3 healed, 2 brought up to date with a newer copy" in told(done)
    healed, _, renewed = done.out.partition("Brought up to date:")
    assert "  data/Album/1.flac" in healed
    assert "  bag-info.txt" in healed
    assert "  metadata/README.txt" in healed
    assert "  metadata/events.jsonl" in renewed
    (event,) = [one for one in events(second) if one["type"] == "recovery"]
    assert isinstance(event["detail"], dict)
    assert {one["path"] for one in event["detail"]["healed"]} == {
        "data/Album/1.flac",
        "bag-info.txt",
        "metadata/README.txt",
    }
    assert event["detail"]["healed_files"] == 3


def test_where_the_old_tag_manifest_is_damaged_nobody_knows_what_was_right(
    stores: tuple[Path, Path],
) -> None:
    _, second = stores
    spoil(second / "One/tagmanifest-sha512.txt")
    done = heal(second / "One", "--json").json
    assert {one["fault"] for one in done["healed"]} == {"damaged"}


def test_an_older_copy_in_a_store_that_is_kept_is_called_right_and_older(stores: tuple[Path, Path]) -> None:
    _, second = stores
    assert run_here("store", "mark", "--immutable", second).code == 0
    before = tree_digest(second)
    refused = heal(second / "One")
    assert refused.code == 2
    assert "cannot bring 3 files of" in told(refused)
    assert "nothing in it is wrong" in told(refused)
    assert "not right" not in told(refused)
    assert "archiver store mark --changeable" in told(refused)
    assert tree_digest(second) == before


def test_damage_in_an_older_copy_in_a_store_that_is_kept_is_counted_alone(stores: tuple[Path, Path]) -> None:
    _, second = stores
    spoil(second / "One/data/Album/1.flac")
    assert run_here("store", "mark", "--immutable", second).code == 0
    refused = heal(second / "One")
    assert refused.code == 2
    assert "in which 1 file is not right" in told(refused)


def test_what_was_added_since_is_older_too(stores: tuple[Path, Path]) -> None:
    first, second = stores
    added = run_here("bag", "add-algorithm", first / "One", "sha256", SOURCE_DATE_EPOCH=at(4))
    assert added.code == 0, added.err
    done = heal(second / "One", "--json").json
    assert {one["fault"] for one in done["healed"]} == {"older"}
    assert "manifest-sha256.txt" in {one["path"] for one in done["healed"]}


def test_a_newer_copy_is_told_that_older_ones_have_not_what_was_changed(stores: tuple[Path, Path]) -> None:
    first, second = stores
    spoil(first / "One/metadata/events.jsonl")
    spoil(first / "One/data/Album/1.flac")
    older = tree_digest(second / "One")
    done = heal(first / "One")
    assert done.code == 4
    assert "1 healed, 1 not" in told(done)
    assert f"{second / 'One'} has the tag files of before" in told(done)
    assert tree_digest(second / "One") == older


def test_an_older_copy_is_told_why_it_stays_older(stores: tuple[Path, Path]) -> None:
    first, second = stores
    assert "stays older" not in told(heal(second / "Two"))
    spoil(first / "One/metadata/events.jsonl")
    done = heal(second / "One")
    assert done.code == 0
    assert "all as they should be" in told(done)
    assert "It stays older than another copy of the bag" in told(done)


def test_a_store_without_an_identity_gets_one_with_its_log(stores: tuple[Path, Path], tmp_path: Path) -> None:
    _, second = stores
    third = tmp_path / "Third"
    third.mkdir()
    shutil.copytree(second / "One", third / "One")
    assert run_here("catalogue", "add", third).code == 0
    assert not (third / ".archiver").exists()
    done = heal(third / "One")
    assert done.code == 0, done.err
    assert events(third)[-1]["type"] == "metadata modification"
    assert (third / ".archiver/store.json").is_file()
