"""``archiver duplicates`` from end to end: what it calls a copy, which copy it calls the best, and what it never names."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import MakeSource
from tests.running import command, run_here, run_program
from tests.samples import Entry, Folder, HardLink, Link, flac, mp3, silence, tree_digest
from tests.samples.id3 import id3v1
from tests.samples.images import png
from tests.samples.mp3 import mp3_frame
from tests.samples.ogg import ogg_vorbis
from tests.samples.riff import wav

_MUSIC = b"".join(mp3_frame(128, bytes((number,)) * 20) for number in range(40))
_OTHER_MUSIC = b"".join(mp3_frame(128, bytes((number,)) * 20) for number in range(100, 140))


def _song(title: str = "One", artist: str = "A", *, audio: bytes = _MUSIC, **more: str) -> bytes:
    frames = {"TIT2": [title], "TPE1": [artist], **{name: [value] for name, value in more.items()}}
    return mp3(frames, audio=audio)


def _groups(*args: str | os.PathLike[str], code: int = 0) -> list[tuple[str, list[str]]]:
    """Tier and paths of each group, the best first."""
    outcome = run_here("duplicates", *args, "--json")
    assert outcome.code == code, outcome.err
    report = outcome.json
    return [
        (group["tier"], [copy["path"] for copy in report["copies"] if copy["group"] == group["group"]])
        for group in report["groups"]
    ]


def _named(*args: str | os.PathLike[str], code: int = 0) -> tuple[set[str], str]:
    """The paths that ``--paths0`` names, and what it says beside them."""
    done = subprocess.run(
        command("duplicates", *args, "--paths0"),
        capture_output=True,
        check=False,
        timeout=600,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == code, done.stderr
    assert done.stdout == b"" or done.stdout.endswith(b"\0")
    return {os.fsdecode(path) for path in done.stdout.split(b"\0") if path}, done.stderr.decode()


def test_the_same_bytes_are_found_and_files_of_the_same_size_alone_are_not(source: MakeSource) -> None:
    root = source(
        {"a/1.mp3": _song("One"), "b/x.mp3": _song("One"), "c/2.mp3": _song("Two", audio=_OTHER_MUSIC)}
    )
    assert _groups(root) == [("bytes", ["Music/a/1.mp3", "Music/b/x.mp3"])]


def test_a_retagged_copy_is_the_same_music(source: MakeSource) -> None:
    bare = _MUSIC + id3v1({"title": "x"})
    root = source(
        {"1.mp3": bare, "2.mp3": _song("Name", TALB="Album"), "3.mp3": _song("Name", audio=_OTHER_MUSIC)}
    )
    groups = _groups(root, "--tier", "bytes", "--tier", "essence")
    assert groups == [("essence", ["Music/2.mp3", "Music/1.mp3"])], "the better tagged one is the best"


def test_each_pair_is_told_of_in_its_surest_tier_only(source: MakeSource) -> None:
    tagged = _song("Name", TSRC="DEA621000001")
    root = source(
        {
            "1.mp3": tagged,
            "2.mp3": tagged,
            "3.mp3": _song("Name", TSRC="DEA621000001", TALB="Album", TDRC="1999"),
            "4.mp3": _song("Otherwise", TSRC="DE-A62-10-00001", audio=_OTHER_MUSIC),
            "5.mp3": _song("name ", artist="a", TALB="Best of", audio=_OTHER_MUSIC[::-1] + _OTHER_MUSIC),
        }
    )
    assert _groups(root) == [
        ("bytes", ["Music/1.mp3", "Music/2.mp3"]),
        ("essence", ["Music/3.mp3", "Music/1.mp3"]),
        ("recording", ["Music/3.mp3", "Music/4.mp3"]),
        ("tags", ["Music/3.mp3", "Music/5.mp3"]),
    ]  # fmt: skip


def test_one_recording_is_one_where_the_lengths_agree(source: MakeSource) -> None:
    def track(seconds: float, **more: list[str]) -> bytes:
        tags = {
            "MUSICBRAINZ_TRACKID": ["0f0f0f0f-0000-4000-8000-000000000001"],
            "TITLE": [f"{seconds}"],
            **more,
        }
        return flac(tags, audio=silence(seconds, rate_hz=8000))

    root = source({"1.flac": track(3), "2.flac": track(4.5), "3.flac": track(9)})
    assert _groups(root) == [("recording", ["Music/1.flac", "Music/2.flac"])]


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Señorita", "senorita!", True),
        ("Song (feat. B)", "Song", True),
        ("Song (2009 Remastered)", "Song", True),
        ("Song (Live)", "Song", False),
        ("Track 1", "Track 1", False),
    ],
)
def test_alike_in_name_is_a_candidate(source: MakeSource, one: str, other: str, *, alike: bool) -> None:
    root = source({"1.mp3": _song(one), "2.mp3": _song(other, audio=_OTHER_MUSIC, TALB="Other")})
    assert _groups(root) == ([("tags", ["Music/2.mp3", "Music/1.mp3"])] if alike else [])


def test_names_do_not_speak_against_musicbrainz(source: MakeSource) -> None:
    def track(recording: str, seconds: float) -> bytes:
        tags = {"TITLE": ["Song"], "ARTIST": ["A"], "MUSICBRAINZ_TRACKID": [recording]}
        return flac(tags, audio=silence(seconds, rate_hz=8000))

    assert _groups(source({"1.flac": track("a", 2), "2.flac": track("b", 2.5)})) == []


def test_lossless_is_better_than_lossy_and_whole_better_than_damaged(source: MakeSource) -> None:
    tags = {"TITLE": ["Song"], "ARTIST": ["A"], "ALBUM": ["B"], "DATE": ["1999"]}
    whole = flac({"TITLE": ["Song"], "ARTIST": ["A"]}, audio=silence(1))
    broken = flac(tags, audio=silence(1.5))
    root = source(
        {"1.mp3": _song("Song", TALB="B", TDRC="1999"), "2.flac": whole, "3.flac": broken[: len(broken) - 40]}
    )
    outcome = run_here("duplicates", root, "--json").json
    assert [copy["path"] for copy in outcome["copies"]] == ["Music/2.flac", "Music/1.mp3", "Music/3.flac"]
    assert [copy["damaged"] for copy in outcome["copies"]] == [False, False, True]
    assert outcome["groups"][0]["why"] == "it is lossless, and the other is not known to be"


def test_hard_links_are_one_file(source: MakeSource) -> None:
    root = source({"1.mp3": _song(), "2.mp3": HardLink("1.mp3"), "3.mp3": Link("1.mp3")})
    outcome = run_here("duplicates", root)
    assert outcome.code == 0
    assert "No copies were found." in outcome.out
    assert "1 file has 1 more name (hard links)" in outcome.out
    assert _groups(root) == []
    assert _named(root)[0] == set()


def test_what_is_in_a_store_is_found_without_reading_it(source: MakeSource, tmp_path: Path) -> None:
    root = source({"a/1.mp3": _song("One"), "b/2.mp3": _song("Two")}, "Library")
    assert run_here("pack", root, "--all", "--to", tmp_path / "Store", "--name", "Bag").code == 0
    new = source({"x.mp3": _song("One"), "y.mp3": _song("Three", audio=_OTHER_MUSIC)}, "Downloads")
    before = tree_digest(tmp_path / "Store")
    for target in (tmp_path / "Store", tmp_path / "Store" / "Bag"):
        assert _groups(new, target) == [
            ("bytes", ["Bag/data/a/1.mp3", "Downloads/x.mp3"]),
            ("essence", ["Bag/data/a/1.mp3", "Bag/data/b/2.mp3"]),  # as the bag's own record has it
        ]
    report = run_here("duplicates", new, tmp_path / "Store", "--json").json
    assert (report["bags"], report["read_files"]) == (1, 2), (
        "only the source's files; of the bag there are records"
    )
    assert report["groups"][0]["why"] == "it is in a bag"
    assert _named(new, tmp_path / "Store")[0] == {str(new / "x.mp3")}
    assert tree_digest(tmp_path / "Store") == before


def test_no_copy_is_named_for_one_that_its_bag_has_lost(source: MakeSource, tmp_path: Path) -> None:
    assert (
        run_here(
            "pack", source({"1.mp3": _song()}, "Library"), "--to", tmp_path / "Store", "--name", "Bag"
        ).code
        == 0
    )
    new = source({"x.mp3": _song()}, "Downloads")
    payload = tmp_path / "Store" / "Bag" / "data" / "1.mp3"
    payload.chmod(0o644)
    payload.write_bytes(_song()[:-1] + b"!")
    named, told = _named(new, tmp_path / "Store")
    assert named == set()
    assert "not as its bag records it" in " ".join(told.split())


def test_a_bag_in_an_archive_proves_nothing_for_removal(source: MakeSource, tmp_path: Path) -> None:
    library = source({"1.mp3": _song()}, "Library")
    done = run_here(
        "pack", library, "--all", "--to", tmp_path / "Store", "--name", "Bag", "--serialize", "tar"
    )
    assert done.code == 0
    new = source({"x.mp3": _song()}, "Downloads")
    assert _groups(new, tmp_path / "Store") == [("bytes", ["Bag.tar/data/1.mp3", "Downloads/x.mp3"])]
    named, told = _named(new, tmp_path / "Store")
    assert named == set()
    assert "in an archive, and was not read" in " ".join(told.split())


def test_no_path_in_a_bag_is_ever_named(source: MakeSource, tmp_path: Path) -> None:
    library = source({"1.mp3": _song()}, "Disk/Library")
    assert run_here("pack", library, "--all", "--to", tmp_path / "Disk" / "Store", "--name", "One").code == 0
    assert run_here("pack", library, "--all", "--to", tmp_path / "Disk" / "Store", "--name", "Two").code == 0
    # the disk is named as a source, and bags lie somewhere in it
    groups = _groups(tmp_path / "Disk")
    assert groups == [
        ("bytes", [f"Disk/Store/{name}/data/1.mp3" for name in ("One", "Two")] + ["Disk/Library/1.mp3"])
    ]
    named, told = _named(tmp_path / "Disk")
    assert named == {str(library / "1.mp3")}
    assert "in a bag, which would be damaged" in " ".join(told.split())
    inside = tmp_path / "Disk" / "Store" / "One" / "data"
    assert _named(inside, tmp_path / "Disk" / "Library")[0] == {str(library / "1.mp3")}


def test_a_bag_of_somebody_else_is_read_as_it_is(source: MakeSource, tmp_path: Path) -> None:
    bag = source({"bagit.txt": "x", "manifest-md5.txt": "", "data/1.mp3": _song()}, "Foreign")
    new = source({"x.mp3": _song()}, "Downloads")
    assert _groups(new, bag) == [("bytes", ["Foreign/data/1.mp3", "Downloads/x.mp3"])]
    assert _named(new, bag)[0] == {str(new / "x.mp3")}


def test_paths_are_named_for_same_bytes_and_same_music_alone(source: MakeSource) -> None:
    root = source(
        {
            "a/1.mp3": _song("Name", TALB="Album"),
            "b/1.mp3": _song("Name", TALB="Album"),
            "c/1.mp3": _song("Name"),
            "d/1.mp3": _song("Name", audio=_OTHER_MUSIC),
            "e/one\nline \xff.mp3".encode("latin-1"): _song("Name", TALB="Album"),
        }
    )
    wanted = {root / "b/1.mp3", root / "c/1.mp3"}
    named, told = _named(root)
    assert {path for path in named if "one" not in path} == set(map(str, wanted))
    assert os.fsencode(next(path for path in named if "one" in path)).endswith(b"e/one\nline \xff.mp3")
    assert "Nothing was changed or deleted." in told
    assert len(_named(root, "--tier", "bytes")[0]) == 2
    assert len(_named(root, "--tier", "essence")[0]) == 1


def test_tracks_that_an_album_would_miss_are_not_named(source: MakeSource) -> None:
    pause = wav()
    root = source(
        {
            "Untagged/01.wav": pause,
            "Untagged/02.wav": pause,
            "Untagged/02 (1).wav": pause,
            "Album/01.mp3": _song("Song", TALB="Album", TRCK="1"),
            "Album/07.mp3": _song("Song again", TALB="Album", TRCK="7"),
            "Best of/03.mp3": _song("Song", TALB="Best of", TRCK="3"),
        }
    )
    named, told = _named(root)
    assert named == set()
    words = " ".join(told.split())
    for reason in (
        "its name has another number",
        "it is another track of the album",
        "it belongs to another album",
    ):
        assert reason in words


def test_after_what_is_named_is_deleted_every_music_is_still_there(
    source: MakeSource, tmp_path: Path
) -> None:
    tree: dict[str, Entry] = {}
    for number in range(4):
        audio = b"".join(mp3_frame(128, bytes((number, each)) * 9) for each in range(30))
        for folder in "abc":
            tree[f"{folder}/{number}.mp3"] = _song(f"S{number}", TALB="X", audio=audio)
        tree[f"d/{number}.mp3"] = _song(f"S{number}", audio=audio, TDRC="1999", TALB="X")
    tree["b/9.mp3"] = HardLink("a/0.mp3")
    root = source(tree, "Kept")
    other = tmp_path / "Copy"
    subprocess.run(["cp", "-a", root, other], check=True)
    named, _ = _named(other)
    essences = _essences(other)
    for path in named:
        os.unlink(path)
    assert _essences(other) == essences
    assert _groups(other) == []
    assert len(list(other.rglob("*.mp3"))) == 4


def _essences(root: Path) -> set[bytes]:
    return {path.read_bytes()[-1000:] for path in root.rglob("*.mp3")}


def test_what_cannot_be_read_is_told_and_the_rest_compared(source: MakeSource, tmp_path: Path) -> None:
    root = source({"1.mp3": _song(), "2.mp3": _song(), "dangling.mp3": Link("nowhere"), "empty.mp3": b""})
    outcome = run_here("duplicates", root)
    assert outcome.code == 3
    assert "1 entry could not be looked at:" in outcome.out
    assert "Music/dangling.mp3" in outcome.out
    assert _groups(root, code=3) == [("bytes", ["Music/1.mp3", "Music/2.mp3"])]


def test_a_bag_with_a_damaged_record_is_told_and_the_rest_compared(
    source: MakeSource, tmp_path: Path
) -> None:
    assert (
        run_here("pack", source({"1.mp3": _song()}, "L"), "--to", tmp_path / "Store", "--name", "Bag").code
        == 0
    )
    record = tmp_path / "Store" / "Bag" / "metadata" / "files.jsonl"
    record.write_bytes(b"{\n")
    new = source({"x.mp3": _song(), "y.mp3": _song()}, "Downloads")
    outcome = run_here("duplicates", new, tmp_path / "Store")
    assert outcome.code == 4
    assert "is not as this program writes it" in " ".join(outcome.out.split())
    assert "Downloads/y.mp3" in outcome.out


def test_a_file_with_extended_attributes_is_compared_as_any_other(source: MakeSource, tmp_path: Path) -> None:
    marked = tmp_path / "marked"
    marked.write_bytes(_song())
    try:
        os.setxattr(marked, "user.where", b"a shop")
    except OSError:
        pytest.skip("the file system of the temporary folder keeps no extended attributes")
    folder = tmp_path / "Music"
    folder.mkdir()
    marked.rename(folder / "1.mp3")
    (folder / "2.mp3").write_bytes(_song())
    before = tree_digest(folder)
    assert _groups(folder) == [("bytes", ["Music/1.mp3", "Music/2.mp3"])]
    assert tree_digest(folder) == before


def test_a_folder_with_bought_archives_is_a_source(source: MakeSource) -> None:
    root = source({"album.zip": b"PK\x03\x04", "1.mp3": _song(), "2.mp3": _song()})
    assert _groups(root) == [("bytes", ["Music/1.mp3", "Music/2.mp3"])]


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("--paths0", "--json"), "cannot be asked for together"),
        (("--paths0", "--tier", "tags"), "names no candidates"),
    ],
)
def test_what_cannot_be_meant_is_refused(source: MakeSource, args: tuple[str, ...], words: str) -> None:
    outcome = run_here("duplicates", source({"1.mp3": _song()}), *args)
    assert outcome.code == 2
    assert words in outcome.err
    assert outcome.out == ""


def test_what_is_not_there_and_what_is_named_twice_is_refused(source: MakeSource, tmp_path: Path) -> None:
    root = source({"1.mp3": _song()}, "Library")
    assert "there is nothing at" in run_here("duplicates", root, tmp_path / "gone").err
    assert "is the same as" in " ".join(run_here("duplicates", root, root).err.split())
    assert run_here("pack", root, "--all", "--to", tmp_path / "Store", "--name", "Bag").code == 0
    outcome = run_here("duplicates", tmp_path / "Store" / "Bag" / "data", tmp_path / "Store" / "Bag")
    assert outcome.code == 2
    assert "lies in a bag that is named too" in " ".join(outcome.err.split())


def test_a_person_reads_it_in_eighty_columns(source: MakeSource) -> None:
    tree: dict[str, Entry] = {
        f"{n}/a long name of a song that goes on and on {n}.mp3": _song() for n in range(9)
    }
    tree |= {f"x{n}.mp3": _song("Other", audio=_OTHER_MUSIC, TALB=f"Album {n}") for n in range(3)}
    root = source(tree)
    outcome = run_here("duplicates", root)
    assert max(map(len, outcome.out.splitlines())) < 80
    assert "and 5 more copies" in outcome.out
    assert outcome.out.rstrip().endswith("Nothing was changed or deleted.")
    every = run_here("duplicates", root, "--verbose").out
    assert "more copies" not in every
    assert every.count("  copy  ") == 8 + 2


def test_nothing_alike_is_said_so(source: MakeSource) -> None:
    outcome = run_here("duplicates", source({"1.mp3": _song(), "2.ogg": ogg_vorbis(), "a": Folder()}))
    assert outcome.code == 0
    assert "No copies were found." in outcome.out
    assert outcome.err == ""


def test_titles_cannot_steer_the_terminal(source: MakeSource) -> None:
    out = run_here("duplicates", source({"\x1b[31m1.mp3": _song(), "\u202e2.mp3": _song()})).out
    assert "\x1b" not in out
    assert "\u202e" not in out


def test_a_program_gets_everything(source: MakeSource) -> None:
    root = source({"1.mp3": _song(), "2 (1).mp3": _song(), "3.mp3": mp3(title="x", pictures=[png()])})
    report: dict[str, Any] = run_program("duplicates", root, "--json").json
    assert report["schema"] == "archiver.duplicates/1"
    assert (report["files"], report["read_files"]) == (3, 2)
    assert report["groups"][0]["bytes"] == len(_song())
    assert [(copy["best"], copy["file"]) for copy in report["copies"]] == [
        (True, str(root / "1.mp3")),
        (False, str(root / "2 (1).mp3")),
    ]


def test_a_collection_is_looked_at_as_its_last_accession_left_it(source: MakeSource, tmp_path: Path) -> None:
    root = source(
        {
            "a/1.mp3": _song("One"),
            "b/x.mp3": _song("One"),
            "c/2.mp3": _song("One", TALB="Other tags"),
            "d/3.mp3": _song("Three", "B", audio=_OTHER_MUSIC),
        }
    )
    assert run_here("pack", root, "--all", "--to", tmp_path / "store", "--collection", "My records").code == 0
    assert run_here("catalogue", "rebuild", tmp_path / "store").code == 0
    expected = [
        ("bytes", ["My records/a/1.mp3", "My records/b/x.mp3"]),
        ("essence", ["My records/c/2.mp3", "My records/a/1.mp3"]),
    ]
    assert _groups("My records") == expected
    (tmp_path / "store").rename(tmp_path / "on a shelf")
    assert _groups("My records") == expected
    named, told = _named("My records")
    assert not named
    assert "in a bag, which would be damaged" in told


def test_a_folder_is_held_against_a_collection(source: MakeSource, tmp_path: Path) -> None:
    root = source({"a/1.mp3": _song("One"), "d/3.mp3": _song("Three", "B", audio=_OTHER_MUSIC)})
    assert run_here("pack", root, "--all", "--to", tmp_path / "store", "--collection", "Mine").code == 0
    assert run_here("catalogue", "rebuild", tmp_path / "store").code == 0
    downloads = source(
        {"x.mp3": _song("One"), "y.mp3": _song("Three", "Other", audio=_OTHER_MUSIC)}, "Downloads"
    )
    assert _groups(downloads, "Mine") == [
        ("bytes", ["Mine/a/1.mp3", "Downloads/x.mp3"]),
        ("essence", ["Mine/d/3.mp3", "Downloads/y.mp3"]),
    ]


def test_a_name_of_nothing_is_told(source: MakeSource, tmp_path: Path) -> None:
    root = source({"a/1.mp3": _song("One")})
    assert run_here("pack", root, "--all", "--to", tmp_path / "store").code == 0
    assert run_here("catalogue", "rebuild", tmp_path / "store").code == 0
    outcome = run_here("duplicates", "Musik")
    assert outcome.code == 2
    assert "no collection of that name" in " ".join(outcome.err.split())
