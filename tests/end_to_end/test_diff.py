"""How two bags, accessions or folders differ is said by what the files are, wherever the bytes lie."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.running import Outcome, run_here
from tests.samples import Entry, File, Folder, Link, build_tree, flac

WHEN = 1_600_000_000_000_000_000
BEFORE: Mapping[str, Entry] = {
    "Kept/01.flac": flac(title="kept"),
    "Named/01.flac": flac(title="one"),
    "Tagged/01.flac": flac(title="old title"),
    "Rotten/01.bin": File(b"a" * 5_000, mtime_ns=WHEN),
    "Rewritten/notes.txt": File(b"before", mtime_ns=WHEN),
    "Sold/01.flac": flac(title="sold"),
    "Empty": Folder(),
    "link": Link("Kept/01.flac"),
}
AFTER: Mapping[str, Entry] = {
    "Kept/01.flac": flac(title="kept"),
    "Renamed/01.flac": flac(title="one"),
    "Tagged/01.flac": flac(title="a new title, which is longer"),
    "Rotten/01.bin": File(b"a" * 4_999 + b"b", mtime_ns=WHEN),
    "Rewritten/notes.txt": File(b"after", mtime_ns=WHEN + 1),
    "Bought/01.flac": flac(title="bought"),
    "link": Link("Renamed/01.flac"),
}
WANTED = {
    ("new", "file", "Bought/01.flac", None),
    ("gone", "file", "Sold/01.flac", None),
    ("moved", "file", "Renamed/01.flac", "Named/01.flac"),
    ("retagged", "file", "Tagged/01.flac", None),
    ("possibly_damaged", "file", "Rotten/01.bin", None),
    ("changed", "file", "Rewritten/notes.txt", None),
    ("changed", "link", "link", None),
    ("new", "folder", "Bought", None),
    ("new", "folder", "Renamed", None),
    ("gone", "folder", "Named", None),
    ("gone", "folder", "Sold", None),
    ("gone", "folder", "Empty", None),
}


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two folders, and a store that has both as accessions of one collection."""
    place = tmp_path_factory.mktemp("diff")
    catalogue = ("--catalogue", place / "catalogue.sqlite")
    for name, tree, at in (("Before", BEFORE, "1700000000"), ("After", AFTER, "1800000000")):
        root = build_tree(place / name, tree)
        music = place / "Music"
        shutil.copytree(root, music, symlinks=True)
        packed = run_here(
            "pack", music, "--all", "--to", place / "store", "--name", name, *catalogue, SOURCE_DATE_EPOCH=at
        )
        assert packed.code in (0, 3), packed.err  # a file that may be damaged is a problem
        shutil.rmtree(music)
    return place


def changes(outcome: Outcome) -> set[tuple[Any, ...]]:
    assert outcome.code == 3, outcome.out + outcome.err
    return {(one["change"], one["kind"], one["path"], one["before"]) for one in outcome.json["differences"]}


SIDES = ("folder", "bag", "collection")


def named(ground: Path, side: str, which: str) -> str:
    if side == "folder":
        return str(ground / which)
    if side == "bag":
        return str(ground / "store" / which)
    return "Music@2024" if which == "Before" else "Music"


@pytest.mark.parametrize("first", SIDES)
@pytest.mark.parametrize("second", SIDES)
def test_every_kind_of_side_says_the_same(ground: Path, first: str, second: str) -> None:
    told = run_here(
        "diff",
        named(ground, first, "Before"),
        named(ground, second, "After"),
        "--from",
        ground / "store",
        "--json",
    )
    assert changes(told) == WANTED
    assert told.json["files"]["same"] == 1


def test_what_is_equal_ends_with_status_0(ground: Path) -> None:
    for first, second in (("Before", "store/Before"), ("store/After", "After"), ("After", "After")):
        told = run_here("diff", ground / first, ground / second)
        assert told.code == 0, told.out
        assert "Both hold the same." in told.out


def test_the_report_names_folders_first_and_then_files(ground: Path) -> None:
    told = run_here("diff", ground / "Before", ground / "After")
    assert told.code == 3
    places = [
        told.out.index(word) for word in ("1  possibly damaged", "Folder", "Rotten", "Possibly damaged:")
    ]
    assert places == sorted(places)
    assert "  Named/01.flac\n    to Renamed/01.flac" in told.out
    assert max(map(len, told.out.splitlines())) < 80


def test_what_a_bag_kept_out_of_itself_is_not_called_new(tmp_path: Path) -> None:
    root = build_tree(tmp_path / "Music", {"a": "a", "Incoming/b": "b", "c.tmp": "c"})
    options = ("--exclude", "Incoming/", "--exclude", "*.tmp", "--name", "Bag")
    assert run_here("pack", root, "--all", "--to", tmp_path / "store", *options).code == 0
    told = run_here("diff", tmp_path / "store" / "Bag", root, "--json")
    assert told.code == 0, told.out
    assert told.json["files"]["kept_out"] == 2


def test_a_permission_that_was_withdrawn_is_said(tmp_path: Path) -> None:
    root = build_tree(tmp_path / "Music", {"a.txt": "a", "b.txt": "b"})
    said = 'version = 1\n[[declaration]]\nid = "d"\nscope = {{ path = "a.txt" }}\nbasis = "own"\nby = "E"\n'
    said += 'role = "rightsholder"\ndate = 2020-01-01\nacts = {{ preserve = "allow", transfer = "{}" }}\n'
    for name, answer in (("One", "allow"), ("Other", "deny")):
        (tmp_path / "rights.toml").write_text(said.format(answer))
        options = ("--rights", tmp_path / "rights.toml", "--name", name, "--all")
        assert run_here("pack", root, "--all", "--to", tmp_path / "store", *options).code == 0
    told = run_here("diff", tmp_path / "store" / "One", tmp_path / "store" / "Other", "--json")
    assert changes(told) == {("rights_changed", "file", "a.txt", None)}


def test_bags_with_other_checksums_are_not_taken_for_different(tmp_path: Path) -> None:
    root = build_tree(tmp_path / "Music", {"a.txt": "a"})
    for name in ("md5", "sha256"):
        done = run_here("pack", root, "--all", "--to", tmp_path / name, "--algorithm", name, "--name", "Bag")
        assert done.code == 0, done.err
    told = run_here("diff", tmp_path / "md5" / "Bag", tmp_path / "sha256" / "Bag", "--json")
    assert changes(told) == {("not_comparable", "file", "a.txt", None)}
    for name in ("md5", "sha256"):
        assert run_here("diff", root, tmp_path / name / "Bag").code == 0


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    one = build_tree(tmp_path / "One", {"a": "a", "b": "b"})
    other = build_tree(tmp_path / "Other", {"a": "a", "b": "b"})
    (other / "b").unlink()
    os.mkfifo(other / "b")
    told = run_here("diff", one, other)
    assert told.code == 3
    assert "could not be read" in told.out


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    root = build_tree(tmp_path / "Music", {"a": "a"})
    told = run_here("diff", root, tmp_path / "nothing")
    assert told.code == 2
    assert "there is no bag, accession or collection" in told.told
    (tmp_path / "store").mkdir()
    assert run_here("pack", root, "--all", "--to", tmp_path / "store").code == 0
    assert "a folder of bags is not compared" in " ".join(
        run_here("diff", root, tmp_path / "store").err.split()
    )


def test_a_name_in_a_bag_cannot_steer_the_terminal(tmp_path: Path) -> None:
    one = build_tree(tmp_path / "One", {"\x1b[31mred\x1b[0m\n/a": "a"})
    other = build_tree(tmp_path / "Other", {"b": "b"})
    told = run_here("diff", one, other, "-v")
    assert all(character.isprintable() or character == "\n" for character in told.out)


def test_a_link_that_led_nowhere_is_compared_by_what_it_says(tmp_path: Path) -> None:
    root = build_tree(tmp_path / "Music", {"a": "a", "lost": Link("nowhere"), "other": Link("nothing")})
    assert run_here("pack", root, "--all", "--to", tmp_path / "store", "--name", "Bag").code == 3
    assert run_here("diff", tmp_path / "store/Bag", root).code == 0
    (root / "lost").unlink()
    (root / "other").unlink()
    (root / "other").write_text("a file now")
    assert changes(run_here("diff", tmp_path / "store/Bag", root, "--json")) == {
        ("gone", "link", "lost", None),
        ("gone", "link", "other", None),
        ("new", "file", "other", None),
    }
