"""``archiver find``, ``show`` and ``list`` from end to end, over bags that the program itself packed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from archiver.catalogue.database import opened
from tests.conftest import MakeSource
from tests.running import run_here, run_program
from tests.samples import flac, mp3

MUSIC = {
    "Björk/Homogenic/01 Hunter.flac": flac(title="Hunter", artist="Björk", album="Homogenic", date="1997"),
    "Björk/Homogenic/02 Jóga.flac": flac(title="Jóga", artist="Björk", album="Homogenic", date="1997"),
    "Björk/Homogenic/cover.jpg": b"\xff\xd8\xff\xe0 no picture",
    "AC-DC/Back in Black.mp3": mp3({"TIT2": ["Back in Black"], "TPE1": ["AC/DC"], "TALB": ["Back in Black"]}),
    "東京事変/群青日和.mp3": mp3({"TIT2": ["群青日和"], "TPE1": ["東京事変"]}),
}


@pytest.fixture
def store(source: MakeSource, tmp_path: Path) -> Path:
    """A store with one bag, and a catalogue of it."""
    store = tmp_path / "store"
    root = source(MUSIC)
    assert run_here("pack", root, "--all", "--to", store, "--name", "Music-1").code == 0
    assert run_here("catalogue", "rebuild", store).code == 0
    return store


def names(*args: str | os.PathLike[str]) -> list[str]:
    """Names of the files that are found."""
    outcome = run_here("find", *args, "--json")
    assert outcome.code == 0, outcome.err
    report = outcome.json
    assert report["found"] == len(report["files"])
    return [file["path"].rpartition("/")[2] for file in report["files"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (["bjork"], ["01 Hunter.flac", "02 Jóga.flac", "cover.jpg"]),
        (["bjork", "-hunter", "format:flac"], ["02 Jóga.flac"]),
        (["acdc"], ["Back in Black.mp3"]),
        (["artist:東京"], ["群青日和.mp3"]),
        (["year:1990s", "title:joga"], ["02 Jóga.flac"]),
        (["title:back in black"], ["Back in Black.mp3"]),
        (["bag:Music-1", "name:*.jpg"], ["cover.jpg"]),
        (["collection:Music", "role:artwork"], ["cover.jpg"]),
        (["store:store", "lossless:no", "acdc"], ["Back in Black.mp3"]),
        (["nothing-of-the-kind"], []),
    ],
)
def test_what_was_packed_is_found(store: Path, query: list[str], expected: list[str]) -> None:
    assert sorted(names(*query)) == sorted(expected)


def test_the_report_is_a_table(store: Path) -> None:
    outcome = run_here("find", "bjork", "--sort", "title")
    lines = outcome.out.splitlines()
    assert (outcome.code, lines[0]) == (0, "Found 3 files")
    assert lines[2].split() == ["Title", "Artist", "Album", "Year", "Length", "Format"]
    assert [line.split()[0] for line in lines[3:6]] == ["Hunter", "Jóga", "cover.jpg"]
    assert max(map(len, lines)) < 80


def test_more_files_than_are_shown_are_told(store: Path) -> None:
    assert (
        "Found 5 files; the first 2 by size are shown."
        in run_here("find", "size:0..", "--limit", "2", "--sort", "-size").out
    )
    assert "first" not in run_here("find", "size:0..", "--limit", "0").out


def test_a_query_that_finds_nothing_was_answered(store: Path) -> None:
    outcome = run_here("find", "format:flca")
    assert outcome.code == 0
    assert "Nothing was found." in outcome.out
    assert "Did you mean 'flac'?" in outcome.out


def test_paths_lead_to_the_bytes(store: Path) -> None:
    done = run_program("find", "bjork", "format:flac", "--paths")
    paths = done.out.splitlines()
    assert [Path(path).read_bytes() for path in paths] == [
        MUSIC["Björk/Homogenic/01 Hunter.flac"],
        MUSIC["Björk/Homogenic/02 Jóga.flac"],
    ]
    ended = run_program("find", "bjork", "format:flac", "--paths0").out
    assert ended == "".join(f"{path}\0" for path in paths)


def test_what_is_not_at_hand_is_left_out_and_told(store: Path) -> None:
    shutil.move(store, store.with_name("away"))
    outcome = run_program("find", "bjork", "--paths")
    assert (outcome.code, outcome.out) == (3, "")
    assert "3 files left out" in outcome.told


def test_a_file_that_is_gone_from_its_bag_is_left_out(store: Path) -> None:
    (gone,) = run_program("find", "acdc", "--paths").out.splitlines()
    Path(gone).rename(store / "elsewhere.mp3")
    outcome = run_program("find", "acdc", "--paths")
    assert (outcome.code, outcome.out) == (3, "")


def test_a_count_is_a_number(store: Path) -> None:
    assert run_here("find", "bjork", "--count").out == "3\n"
    assert run_here("find", "nobody", "--count").out == "0\n"


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["artits:x"], "Did you mean 'artist'?"),
        (["lossless:perhaps"], "yes, no, unknown"),
        (["x", "--sort", "sizee"], "Did you mean 'size'?"),
        (["x", "--count", "--json"], "Leave all but one"),
        ([], "Missing argument"),
    ],
)
def test_wrong_usage_is_told(store: Path, args: list[str], told: str) -> None:
    outcome = run_here("find", *args)
    assert outcome.code == 2
    assert told in outcome.err


@pytest.mark.parametrize("args", [["find", "x"], ["list"], ["list", "bags"], ["show", "x"]])
def test_without_a_catalogue_it_is_said_how_one_is_made(args: list[str], catalogue_path: Path) -> None:
    outcome = run_here(*args)
    assert outcome.code == 2
    assert (
        f"there is no catalogue at {catalogue_path}" in outcome.told.replace("\n", " ").replace("  ", " ")
        or str(catalogue_path) in outcome.err
    )
    assert "archiver catalogue add" in outcome.told
    assert not catalogue_path.exists()


def test_names_cannot_steer_a_terminal(source: MakeSource, tmp_path: Path) -> None:
    song = mp3({"TIT2": ["\x1b[2Jred"], "TPE1": ["\u202eevil"], "TALB": ["An\nalbum"]})
    root = source({"\x1b[31m.mp3": song})
    assert run_here("pack", root, "--all", "--to", tmp_path / "store", "--name", "B").code == 0
    assert run_here("catalogue", "rebuild", tmp_path / "store").code == 0
    for args in (
        ["find", "red"],
        ["show", "B"],
        ["show", "\x1b[31m.mp3"],
        ["list", "albums"],
        ["show", "An album"],
    ):
        outcome = run_here(*args)
        assert outcome.code == 0, outcome.err
        assert "\x1b" not in outcome.out
        assert "\u202e" not in outcome.out


def test_a_bag_is_shown_by_its_name_path_and_identifier(store: Path) -> None:
    by_name = run_here("show", "Music-1", "--json").json
    assert (by_name["bag"], by_name["files"], by_name["collection"]) == ("Music-1", 5, "Music")
    (copy,) = by_name["copies"]
    assert (copy["path"], copy["state"]) == (str(store / "Music-1"), "present")
    assert run_here("show", store / "Music-1", "--json").json == by_name
    assert run_here("show", by_name["identifier"][:20], "--json").json == by_name
    report = run_here("show", "Music-1").out
    assert "5 files" in report
    assert "present, never checked" in report


def test_a_file_is_shown_by_its_path_in_many_ways(store: Path) -> None:
    path = "Björk/Homogenic/02 Jóga.flac"
    shown = run_here("show", store / "Music-1/data" / path, "--json").json
    assert shown["tags"]["title"] == ["Jóga"]
    assert shown["path"] == f"data/{path}"
    (held,) = shown["held"]
    assert (held["collection"], held["path"], "last_at" in held) == ("Music", path, False)
    assert shown["decision"]["disposition"] == "include"
    for name in (path, f"Music-1/data/{path}", shown["digests"]["sha512"], shown["digests"]["sha512"][:16]):
        assert run_here("show", name, "--json").json == shown
    report = run_here("show", path).out
    assert "This is not legal advice." in report


def test_an_album_is_shown_by_its_title(store: Path) -> None:
    shown = run_here("show", "homogenic", "--json").json
    assert (shown["title"], shown["artist"]) == ("Homogenic", "Björk")
    assert [file["tags"]["title"] for file in shown["files"]] == [["Hunter"], ["Jóga"]]
    assert "Hunter" in run_here("show", "Homogenic").out


def test_what_is_meant_by_several_is_not_guessed(source: MakeSource, tmp_path: Path) -> None:
    for name in ("one", "two"):
        root = source({"a.mp3": mp3({"TIT2": [name], "TALB": ["Hits"], "TPE1": [name]})}, name)
        assert run_here("pack", root, "--all", "--to", tmp_path / "store", "--name", f"B-{name}").code == 0
    assert run_here("catalogue", "rebuild", tmp_path / "store").code == 0
    for what, told in (("a.mp3", "2 files are meant"), ("Hits", "2 albums are called")):
        outcome = run_here("show", what)
        assert outcome.code == 2
        assert told in outcome.err
    assert run_here("show", "B-one/data/a.mp3").code == 0


def test_nothing_of_that_name(store: Path) -> None:
    outcome = run_here("show", "nowhere")
    assert outcome.code == 2
    assert "knows no bag, file or album called nowhere" in outcome.told


def test_lists(store: Path) -> None:
    assert run_here("list", "--json").json == {
        "schema": "archiver.list/1",
        "stores": 1,
        "bags": 1,
        "collections": 1,
        "accessions": 1,
    }
    (bag,) = run_here("list", "bags", "--json").json["bags"]
    assert (bag["name"], bag["files"], bag["copies"]) == ("Music-1", 5, 1)
    (one,) = run_here("list", "stores", "--json").json["stores"]
    assert (one["label"], one["place"], one["bags"]) == ("store", str(store), 1)
    (collection,) = run_here("list", "collections", "--json").json["collections"]
    assert (collection["name"], collection["accessions"], collection["files"]) == ("Music", 1, 5)
    (accession,) = run_here("list", "accessions", "--json").json["accessions"]
    assert (accession["collection"], accession["bags"], accession["files"]) == ("Music", ["Music-1"], 5)
    albums = run_here("list", "albums", "--json").json["albums"]
    assert [(album["artist"], album["title"], album["files"]) for album in albums] == [
        ("AC/DC", "Back in Black", 1),
        ("Björk", "Homogenic", 2),
    ]
    only = run_here("list", "albums", "bjork", "--json").json["albums"]
    assert [album["title"] for album in only] == ["Homogenic"]


@pytest.mark.parametrize("what", ["stores", "bags", "collections", "accessions", "albums"])
def test_each_list_is_a_table_that_fits(store: Path, what: str) -> None:
    outcome = run_here("list", what)
    assert outcome.code == 0
    assert len(outcome.out.splitlines()) >= 3
    assert max(map(len, outcome.out.splitlines())) < 80
    assert what in run_here("list").out


def test_only_albums_take_a_query(store: Path) -> None:
    outcome = run_here("list", "bags", "bjork")
    assert outcome.code == 2
    assert "only albums" in outcome.told


def test_a_name_that_is_no_text_is_told_and_is_no_fault(store: Path) -> None:
    for args in (["show", "\udcff"], ["show", "\udcff/x"], ["duplicates", "\udcff"]):
        outcome = run_here(*args)
        assert outcome.code == 2, outcome.err
        assert "fault in this program" not in outcome.err
    for args in (
        ["find", "\udcff x"],
        ["find", "bag:\udcff"],
        ["find", "path:*\udcff*"],
        ["find", "store:\udcff", "--json"],
    ):
        assert run_here(*args).code == 0


def test_words_that_were_folded_otherwise_are_told(store: Path, catalogue_path: Path) -> None:
    assert "made anew" not in run_here("find", "bjork").out
    with opened(str(catalogue_path)) as catalogue, catalogue.write():
        catalogue.run("UPDATE meta SET value = '0 1.0' WHERE key = 'fold'")
    assert "until it is made anew" in " ".join(run_here("find", "bjork").out.split())


def test_a_shell_is_offered_what_can_be_listed() -> None:
    outcome = run_program(COMP_WORDS="archiver list a", COMP_CWORD="2", _ARCHIVER_COMPLETE="bash_complete")
    assert [line.partition(",")[2] for line in outcome.out.splitlines()] == ["accessions", "albums"]
