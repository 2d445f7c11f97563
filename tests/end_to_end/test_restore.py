"""What was packed comes back as it was: names, bytes, times, permission bits, empty folders, links, attributes."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.conftest import MakeSource
from tests.reliability.test_names_round_trip import hostile_tree
from tests.running import Outcome, run_here
from tests.samples import Entry, File, Folder, Link, flac, given_back

TREE: dict[str, Entry] = {
    "Trio/One/01 First.flac": flac(),
    "Trio/One/cover.jpg": File(b"c" * 5_000, mode=0o600, mtime_ns=1_000_000_000_123_456_789),
    "Trio/Empty": Folder(mode=0o700),
    "Trio/One/run.sh": File(b"#!/bin/sh\n", mode=0o755),
    "notes.txt": "n",
    "none.txt": b"",
    "to notes": Link("notes.txt"),
    "Trio/up": Link("../notes.txt"),
    "Trio/nowhere": Link(b"not/there \xff"),
    "twice.txt": "n",
}

_RIGHTS = """
version = 1
[defaults]
by = "Erika Example"
role = "rightsholder"
date = 2024-03-01
[[declaration]]
id = "ours"
scope = { path = "Open/**" }
basis = "own"
layers = ["recording", "performance", "work", "lyrics"]
acts = { preserve = "allow", access = "allow", transfer = "allow", publish = "allow", mine = "allow" }
"""


def packed(root: Path, store: Path, *options: str) -> Path:
    done = run_here("pack", root, "--all", "--to", store, "--name", "Bag", *options)
    assert done.code in (0, 3), done.err  # a link that leads nowhere is a problem of the source
    return next(path for path in visible_bags(store) if path.name.startswith("Bag"))


def restored(what: Path | str, target: Path, *options: str | Path) -> Outcome:
    return run_here("restore", what, "--to", target, *options)


def visible_bags(store: Path) -> list[Path]:
    return sorted(path for path in store.iterdir() if not path.name.startswith("."))


def told(outcome: Outcome) -> str:
    return " ".join(outcome.out.split())


@pytest.mark.parametrize("form", ["folder", "tar", "zip"])
def test_a_round_trip_is_the_same_tree(source: MakeSource, tmp_path: Path, form: str) -> None:
    root = source(TREE)
    options = () if form == "folder" else ("--serialize", form)
    bag = packed(root, tmp_path / "store", *options)
    done = restored(bag, tmp_path / "back")
    assert done.code == 0, done.out + done.err
    assert given_back(tmp_path / "back") == given_back(root)
    assert "Restored      6 files" in done.out
    assert restored("Music", tmp_path / "again", "--from", tmp_path / "store").code == 0
    assert given_back(tmp_path / "again") == given_back(root)


def test_any_name_that_a_folder_can_hold_comes_back(tmp_path: Path, source: MakeSource) -> None:
    root = source(hostile_tree())
    bag = packed(root, tmp_path / "store")
    done = restored(bag, tmp_path / "back", "-v")
    assert done.code == 0, done.out
    assert given_back(tmp_path / "back") == given_back(root)
    assert all(character.isprintable() or character == "\n" for character in done.out)


def test_several_sources_come_back_side_by_side(tmp_path: Path, source: MakeSource) -> None:
    one, other = source({b"a\xff/b": "1"}, "One"), source({"c": "2"}, "Other")
    assert run_here("pack", one, other, "--all", "--to", tmp_path / "store", "--name", "Bag").code == 0
    assert restored(tmp_path / "store" / "Bag", tmp_path / "back").code == 0
    assert sorted(given_back(tmp_path / "back")) == [
        b"",
        b"One",
        b"One/a\xff",
        b"One/a\xff/b",
        b"Other",
        b"Other/c",
    ]


def test_extended_attributes_come_back(tmp_path: Path, source: MakeSource) -> None:
    root = tmp_path / "Music"
    root.mkdir()
    (root / "a.txt").write_bytes(b"a")
    try:
        os.setxattr(root / "a.txt", "user.comment", b"\x00binary")
        os.setxattr(root, "user.colour", b"red")
    except OSError:
        pytest.skip("this file system has no extended attributes")
    bag = packed(root, tmp_path / "store")
    assert restored(bag, tmp_path / "back").code == 0
    assert os.getxattr(tmp_path / "back" / "a.txt", "user.comment") == b"\x00binary"
    assert os.getxattr(tmp_path / "back", "user.colour") == b"red"


def test_a_group_of_bags_comes_back_as_one(source: MakeSource, tmp_path: Path) -> None:
    root = source({f"Album {number}/a.bin": os.urandom(30_000) for number in range(4)} | {"Empty": Folder()})
    assert (
        run_here(
            "pack", root, "--all", "--to", tmp_path / "store", "--name", "Bag", "--max-size", "90kB"
        ).code
        == 0
    )
    bags = visible_bags(tmp_path / "store")
    assert len(bags) > 1
    done = run_here("restore", "--from", tmp_path / "store", "--to", tmp_path / "back")
    assert done.code == 0, done.out
    assert given_back(tmp_path / "back") == given_back(root)
    one = restored(bags[0], tmp_path / "one")
    assert "one bag of a group" in one.out
    bags[1].rename(tmp_path / "elsewhere")
    lacking = run_here("restore", "--from", tmp_path / "store", "--to", tmp_path / "lacking")
    assert lacking.code == 4
    assert "Bag 2 of" in lacking.out


def test_names_that_were_stored_portably_come_back_as_they_were(source: MakeSource, tmp_path: Path) -> None:
    root = source({"What?/100%.txt": "1", "con": "2", "A": "3", "a": "4"})
    bag = packed(root, tmp_path / "store", "--names", "portable")
    assert restored(bag, tmp_path / "back").code == 0
    assert given_back(tmp_path / "back") == given_back(root)


def test_one_album_is_given_back_beside_what_is_there(source: MakeSource, tmp_path: Path) -> None:
    root = source({"Trio/One/a": "1", "Trio/Two/b": "2", "Trio/Empty": Folder(), "Duo/c": "3"})
    bag = packed(root, tmp_path / "store")
    target = tmp_path / "back"
    (target / "Trio").mkdir(parents=True)
    (target / "Trio" / "mine").write_text("m")
    os.utime(target / "Trio", ns=(7, 7))
    done = restored(bag, target, "--match", "Trio/One/", "--json")
    assert done.code == 0
    assert done.json["files"]["restored"] == 1
    assert sorted(given_back(target)) == [b"", b"Trio", b"Trio/One", b"Trio/One/a", b"Trio/mine"]
    assert given_back(target)[b"Trio/One"] == given_back(root)[b"Trio/One"]
    assert (target / "Trio").stat().st_mtime_ns != given_back(root)[b"Trio"][1]


def test_withheld_files_are_said(source: MakeSource, tmp_path: Path) -> None:
    root = source({"Open/a.txt": "a", "Shut/b.txt": "b", "Shut/c.txt": "c"})
    rights = tmp_path / "rights.toml"
    rights.write_text(_RIGHTS)
    bag = packed(root, tmp_path / "store", "--policy", "public", "--rights", str(rights))
    done = restored(bag, tmp_path / "back")
    assert done.code == 0
    assert "2 files of the source went into no bag, because of a decision on rights" in told(done)
    assert sorted(given_back(tmp_path / "back")) == [b"", b"Open", b"Open/a.txt", b"Shut"]


def test_a_link_whose_target_names_a_person_is_listed_and_not_made(
    source: MakeSource, tmp_path: Path
) -> None:
    root = source({"a": "1", "home": Link("/home/jane.doe/Music/a.flac")})
    bag = packed(root, tmp_path / "store")
    done = restored(bag, tmp_path / "back", "--json")
    assert done.code == 3
    assert done.json["not_restored"] == [
        {"path": "home", "fate": "withheld", "why": "what it leads to was withheld as personal data"}
    ]
    assert not os.path.lexists(tmp_path / "back" / "home")


def test_a_query_says_which_files_come_back(source: MakeSource, tmp_path: Path) -> None:
    root = source({"One/a.flac": flac(artist="Björk"), "One/b.flac": flac(artist="Trio"), "Empty": Folder()})
    place = ("--catalogue", tmp_path / "catalogue.sqlite")
    assert run_here("pack", root, "--to", tmp_path / "store", *place).code == 0
    done = run_here("restore", "Music", "--to", tmp_path / "back", "--query", "artist:bjork", *place)
    assert done.code == 0, done.out + done.err
    assert sorted(given_back(tmp_path / "back")) == [b"", b"One", b"One/a.flac"]
    assert given_back(tmp_path / "back")[b"One"] == given_back(root)[b"One"]
    wrong = run_here("restore", "Music", "--to", tmp_path / "none", "--query", "artits:bjork", *place)
    assert wrong.code == 2
    assert not (tmp_path / "none").exists()


def test_a_year_of_backups_comes_back_as_it_was_on_any_day(source: MakeSource, tmp_path: Path) -> None:
    """Album added, file retagged, folder renamed, album deleted: both days come back, also without the catalogue."""
    music, store = tmp_path / "Music", tmp_path / "store"
    shutil.copytree(source({"A/1": "one", "B/2.flac": flac(title="x"), "C/3": "three"}, "First"), music)
    first = given_back(music)
    place = ("--catalogue", tmp_path / "catalogue.sqlite")
    assert run_here("pack", music, "--to", store, *place, SOURCE_DATE_EPOCH="1700000000").code == 0
    (music / "A").rename(music / "Renamed")
    (music / "B" / "2.flac").write_bytes(flac(title="another title"))
    shutil.rmtree(music / "C")
    (music / "D").mkdir()
    (music / "D" / "4").write_text("four")
    second = given_back(music)
    assert run_here("pack", music, "--to", store, *place, SOURCE_DATE_EPOCH="1800000000").code == 0
    for number, options in enumerate((place, ("--from", store))):
        for at, wanted in (("2024", first), ("2028", second)):
            target = tmp_path / f"back {at} {number}"
            done = run_here("restore", "Music", "--to", target, "--at", at, *options)
            assert done.code == 0, done.out + done.err
            assert given_back(target) == wanted


def test_a_later_bag_whose_state_is_gone_is_told(source: MakeSource, tmp_path: Path) -> None:
    store = tmp_path / "store"
    root = source({"a.txt": "a"})
    assert run_here("pack", root, "--to", store, "--name", "First").code == 0
    later = source({"a.txt": "a", "b.txt": "b"}, name="Later")
    again = run_here("pack", later, "--to", store, "--name", "Second", "--collection", root.name)
    assert again.code == 0, again.err
    (store / "Second" / "metadata" / "state.jsonl").unlink()
    back = restored(root.name, tmp_path / "back", "--from", store)
    assert (back.code, "this may not be the last state" in told(back)) == (4, True), back.out
    assert (tmp_path / "back" / "a.txt").read_text() == "a"
    shutil.rmtree(store / "First")
    nothing = restored(root.name, tmp_path / "other", "--from", store)
    assert (nothing.code, "its record of the state is missing or damaged" in nothing.told) == (2, True)


@pytest.mark.parametrize("form", [(), ("--serialize", "tar")])
def test_bytes_that_the_same_bag_has_at_another_place_are_taken_from_there(
    source: MakeSource, tmp_path: Path, form: tuple[str, ...]
) -> None:
    music = source(dict.fromkeys(("a.bin", "b.bin", "c.bin", "z.bin"), b"\x01 twins \x02"))
    bag = packed(music, tmp_path / "Store", *form)
    if form:
        octets = bytearray(bag.read_bytes())
        octets[octets.index(b"\x01 twins \x02")] = 0
        bag.write_bytes(octets)
    else:
        for name in ("a.bin", "b.bin", "z.bin"):
            (bag / "data" / name).write_bytes(b"no twins ")
    done = restored(bag, tmp_path / "Restored", "--json")
    assert (done.code, done.json["files"]["restored"]) == (4, 4), done.out
    assert [one["bag"] for one in done.json["damaged_copies"]] == [str(bag)]
    assert given_back(tmp_path / "Restored") == given_back(music)
