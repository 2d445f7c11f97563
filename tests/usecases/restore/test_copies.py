"""Bytes are taken from whatever bag has them, and what no bag has is said, with the bag that should."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.bagit.archives import make_deflated_zip, make_tar, make_tar_gz, make_zip
from tests.bagit.bags import build_bag, seal_tags
from tests.running import Outcome, run_here
from tests.samples import read_tree
from tests.stated_bags import COLLECTION, bag_line, file_line, stated_bag, urn

OLD = {"old/a": b"old a", "old/b": b"old b" * 1000}
NEW = {"new/c": b"new c"}
WHOLE = {b"old/a": b"old a", b"moved": b"old b" * 1000, b"twice": b"old a", b"new/c": b"new c"}
FORMS = {"tar": make_tar, "tar.gz": make_tar_gz, "zip": make_zip, "deflated.zip": make_deflated_zip}


def two_accessions(store: Path) -> tuple[Path, Path]:
    """Make a store with a bag, and one that counts on it: a file is where it was, one was moved, one is there twice."""
    first = stated_bag(store / "First", OLD)
    state = [
        bag_line(1, first, urn(1)),
        file_line("old/a", OLD["old/a"], bag=1),
        file_line("moved", OLD["old/b"], bag=1, path="data/old/b"),
        file_line("twice", OLD["old/a"], bag=1, path="data/old/a"),
        file_line("new/c", NEW["new/c"]),
    ]
    second = stated_bag(store / "Second", NEW, number=2, state=state, at="2026-11-29T08:00:00Z")
    return first, second


def as_archive(bag: Path, form: str) -> Path:
    archive = bag.with_name(f"{bag.name}.{form}")
    FORMS[form](bag, archive)
    shutil.rmtree(bag)
    shutil.rmtree(bag.with_name("plain"), ignore_errors=True)
    return archive


def restore(what: str | Path, target: Path, *options: str | Path) -> Outcome:
    return run_here("restore", what, "--to", target, *options)


def test_a_state_is_made_again_out_of_two_bags(tmp_path: Path) -> None:
    _, second = two_accessions(tmp_path / "store")
    done = restore(second, tmp_path / "back")
    assert done.code == 0, done.out
    assert read_tree(tmp_path / "back") == WHOLE
    assert "Out of        2 bags" in done.out


@pytest.mark.parametrize("form", FORMS)
def test_bags_in_archives_give_the_same(tmp_path: Path, form: str) -> None:
    first, second = two_accessions(tmp_path / "store")
    as_archive(first, form)
    done = restore(as_archive(second, form), tmp_path / "back")
    assert done.code == 0, done.out
    assert read_tree(tmp_path / "back") == WHOLE


def test_the_state_of_a_day_is_the_last_up_to_its_end(tmp_path: Path) -> None:
    two_accessions(tmp_path / "store")
    old = {name.encode(): content for name, content in OLD.items()}
    for number, (at, wanted) in enumerate(
        [
            ("2026-11-22", old),
            ("2026-11-28", old),
            ("2026-11-29", WHOLE),
            ("2026-11", WHOLE),
            ("2026", WHOLE),
            ("2026-11-29T07:59:00Z", old),
            ("2026-11-29T08:00:00Z", WHOLE),
        ]
    ):
        target = tmp_path / f"back {number}"
        assert restore("Music", target, "--from", tmp_path / "store", "--at", at).code == 0
        assert read_tree(target) == wanted, at
    early = restore("Music", tmp_path / "none", "--from", tmp_path / "store", "--at", "2025")
    assert early.code == 2
    assert "no state as old as that" in early.told
    assert restore("Music", tmp_path / "none", "--from", tmp_path / "store", "--at", "yesterday").code == 2
    assert not (tmp_path / "none").exists()


def test_an_accession_and_a_bag_are_named_by_their_identifiers(tmp_path: Path) -> None:
    first, _ = two_accessions(tmp_path / "store")
    for number, what in enumerate((urn(1), urn(1).removeprefix("urn:uuid:"), "First")):
        target = tmp_path / f"back {number}"
        assert restore(what, target, "--from", tmp_path / "store").code == 0
        assert read_tree(target) == read_tree(first / "data")
    wrong = restore("Musik", tmp_path / "none", "--from", tmp_path / "store")
    assert wrong.code == 2
    assert "Collections there: Music" in wrong.told


def test_a_bag_that_is_not_at_hand_is_named_with_what_it_holds(tmp_path: Path) -> None:
    first, second = two_accessions(tmp_path / "store")
    first.rename(tmp_path / "First")
    done = restore(second, tmp_path / "back", "--json")
    assert done.code == 4
    lacking = {(one["path"], one["fate"], one["why"]) for one in done.json["not_restored"]}
    why = "no copy of its bag First is at hand"
    assert lacking == {(path, "lacking", why) for path in ("old/a", "moved", "twice")}
    assert read_tree(tmp_path / "back") == {b"new/c": b"new c"}
    (tmp_path / "other").mkdir()
    (tmp_path / "First").rename(tmp_path / "other" / "renamed")
    again = restore(second, tmp_path / "back", "--from", tmp_path / "other")
    assert again.code == 0, again.out
    assert read_tree(tmp_path / "back") == WHOLE


@pytest.mark.parametrize("form", ["folder", "tar", "zip"])
def test_a_damaged_file_is_taken_from_another_copy(tmp_path: Path, form: str) -> None:
    first, second = two_accessions(tmp_path / "store")
    shutil.copytree(first, tmp_path / "other" / "First")
    (first / "data" / "old" / "b").write_bytes(b"OLD B" * 1000)
    if form != "folder":
        as_archive(first, form)
    alone = restore(second, tmp_path / "alone", "--json")
    assert alone.code == 4
    [lost] = alone.json["not_restored"]
    assert (lost["path"], lost["fate"]) == ("moved", "damaged")
    assert "its bytes are not those that are recorded" in lost["why"]
    assert read_tree(tmp_path / "alone") == {name: WHOLE[name] for name in WHOLE if name != b"moved"}
    done = restore(second, tmp_path / "back", "--from", tmp_path / "other")
    assert done.code == 0, done.out
    assert read_tree(tmp_path / "back") == WHOLE


@pytest.mark.parametrize("form", ["folder", "tar"])
def test_a_copy_that_is_damaged_is_told_though_another_has_everything(tmp_path: Path, form: str) -> None:
    first, second = two_accessions(tmp_path / "store")
    shutil.copytree(tmp_path / "store", tmp_path / "other")
    place = ("--catalogue", tmp_path / "catalogue.sqlite")
    assert run_here("catalogue", "add", tmp_path / "other", *place).code == 0
    (first / "data" / "old" / "a").write_bytes(b"OLD A")
    (first / "data" / "old" / "b").unlink()
    damaged = first if form == "folder" else as_archive(first, form)
    done = restore("Music", tmp_path / "back", "--from", tmp_path / "store", "--json", *place)
    assert done.code == 4
    assert read_tree(tmp_path / "back") == WHOLE
    assert done.json["not_restored"] == []
    [copy] = done.json["damaged_copies"]
    assert (copy["bag"], copy["files"]) == (str(damaged), 3)
    told = restore("Music", tmp_path / "again", "--from", tmp_path / "store", *place)
    assert told.code == 4
    said = " ".join(told.out.split())
    assert f"{damaged.name} is damaged: data/old/" in said
    assert ", and 2 more like it. What other copies have was taken out of them." in said
    shutil.rmtree(second)
    shutil.rmtree(tmp_path / "store")
    whole = restore("Music", tmp_path / "whole", "--json", *place)
    assert (whole.code, whole.json["damaged_copies"]) == (0, [])


def test_bytes_are_found_by_their_digest_in_a_bag_that_nobody_named(tmp_path: Path) -> None:
    first, second = two_accessions(tmp_path / "store")
    build_bag(
        tmp_path / "other" / "Foreign", {"data/x": OLD["old/a"], "data/y": OLD["old/b"], "data/z": b"z"}
    )
    shutil.rmtree(first)
    done = restore(second, tmp_path / "back", "--from", tmp_path / "other")
    assert done.code == 0, done.out
    assert read_tree(tmp_path / "back") == WHOLE


def test_a_copy_whose_tag_files_were_changed_since_gives_its_bytes_all_the_same(tmp_path: Path) -> None:
    first, second = two_accessions(tmp_path / "store")
    (first / "bag-info.txt").write_text(f"External-Identifier: {urn(1)}\nContact-Name: Jane\n")
    seal_tags(first)
    assert restore(second, tmp_path / "back").code == 0
    assert read_tree(tmp_path / "back") == WHOLE


def test_a_damaged_record_is_read_from_another_copy(tmp_path: Path) -> None:
    bag = stated_bag(tmp_path / "store" / "First", OLD)
    shutil.copytree(bag, tmp_path / "other" / "First")
    record = bag / "metadata" / "state.jsonl"
    record.write_bytes(record.read_bytes().replace(b'"old/a"', b'"odd/a"', 1))
    done = restore(bag, tmp_path / "back", "--from", tmp_path / "other")
    assert done.code == 0, done.out
    assert read_tree(tmp_path / "back") == read_tree(tmp_path / "other" / "First" / "data")
    alone = restore(bag, tmp_path / "alone")
    assert alone.code == 4
    assert "metadata/state.jsonl is damaged" in " ".join(alone.out.split())
    assert b"odd/a" in read_tree(tmp_path / "alone")


def test_where_no_copy_of_a_record_can_be_read_the_manifest_says_what_is_there(tmp_path: Path) -> None:
    bag = stated_bag(tmp_path / "store" / "First", OLD)
    (bag / "metadata" / "state.jsonl").write_bytes(b"\x00" * 100)
    (bag / "metadata" / "tree.jsonl").unlink()
    done = restore(bag, tmp_path / "back")
    assert done.code == 4
    assert read_tree(tmp_path / "back") == read_tree(bag / "data")


def test_a_bag_of_another_program_is_restored_from_its_manifest(tmp_path: Path) -> None:
    bag = build_bag(
        tmp_path / "Foreign", {"data/a\nb": b"1", "data/100%": b"2"}, algorithms=("md5", "sha256")
    )
    done = restore(bag, tmp_path / "back")
    assert done.code == 0, done.out
    assert read_tree(tmp_path / "back") == {b"a\nb": b"1", b"100%": b"2"}


def test_the_dry_run_says_what_is_there_and_writes_nothing(tmp_path: Path) -> None:
    first, second = two_accessions(tmp_path / "store")
    told = restore(second, tmp_path / "back", "--dry-run", "--json").json
    assert (told["files"]["restored"], told["files"]["lacking"], told["bytes_wanted"]) == (4, 0, 5015)
    shutil.rmtree(first)
    done = restore(second, tmp_path / "back", "--dry-run")
    assert done.code == 4
    assert "no copy of its bag First is at hand" in done.out
    assert not (tmp_path / "back").exists()


def test_two_collections_must_be_told_apart(tmp_path: Path) -> None:
    stated_bag(tmp_path / "store" / "One", OLD, collection="One")
    stated_bag(tmp_path / "store" / "Other", NEW, collection="Other", number=2)
    done = run_here("restore", "--from", tmp_path / "store", "--to", tmp_path / "back")
    assert done.code == 2
    assert "One" in done.err
    assert "Other" in done.err
    assert run_here("restore", "Other", "--from", tmp_path / "store", "--to", tmp_path / "back").code == 0


def test_the_catalogue_says_where_else_to_look_and_where_copies_should_be(tmp_path: Path) -> None:
    first, second = two_accessions(tmp_path / "store")
    shutil.copytree(tmp_path / "store", tmp_path / "second disk")
    place = ("--catalogue", tmp_path / "catalogue.sqlite")
    for store in ("store", "second disk"):
        assert run_here("catalogue", "add", tmp_path / store, *place).code == 0
    named = run_here("restore", "Music", "--to", tmp_path / "named", *place)
    assert named.code == 0, named.out + named.err
    assert read_tree(tmp_path / "named") == WHOLE
    shutil.rmtree(first)
    elsewhere = restore(second, tmp_path / "back", *place)
    assert elsewhere.code == 0, elsewhere.out
    assert read_tree(tmp_path / "back") == WHOLE
    (tmp_path / "second disk").rename(tmp_path / "unplugged")
    lacking = restore(second, tmp_path / "lacking", *place)
    assert lacking.code == 4
    assert "a copy should be in second disk: First" in lacking.out


def test_a_damaged_catalogue_stops_no_restore(tmp_path: Path) -> None:
    _, second = two_accessions(tmp_path / "store")
    (tmp_path / "catalogue.sqlite").write_bytes(b"SQLite format 3\0" + b"x" * 5000)
    done = restore(second, tmp_path / "back", "--catalogue", tmp_path / "catalogue.sqlite")
    assert done.code == 0, done.err
    assert "The catalogue is not used" in done.told
    assert read_tree(tmp_path / "back") == WHOLE


def test_a_source_beside_the_command_does_not_hide_the_collection_of_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_accessions(tmp_path / "store")
    (tmp_path / COLLECTION).mkdir()
    (tmp_path / COLLECTION / "a").write_text("a")
    monkeypatch.chdir(tmp_path)
    assert restore(COLLECTION, tmp_path / "back", "--from", "store").code == 0
    assert read_tree(tmp_path / "back") == WHOLE
    assert run_here("restore", "store", "--to", tmp_path / "again").code == 0
    assert read_tree(tmp_path / "again") == WHOLE
