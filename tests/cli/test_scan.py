"""What ``archiver scan`` tells a person and a program."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.conftest import MakeSource
from tests.reading_bags import FILE_KEYS
from tests.running import run_here, run_program
from tests.samples import Entry, File, Folder, Link, flac, m4a, mp3

TREE: dict[str, Entry] = {
    "Album/01.flac": flac({"TITLE": ["One"], "ALBUM": ["First"], "ARTIST": ["A"]}),
    "Album/cover.jpg": b"\xff\xd8\xff\xe0 not whole",
    "Album/fake.mp3": flac(),
    "b.mp3": mp3({"TIT2": ["Two"]}),
    "c.m4a": m4a({"©nam": ["Three"]}),
    "broken.flac": b"fLaC" + b"\xff" * 50,
    "empty.mp3": b"",
    "CON": "device",
    "empty": Folder(),
}


def test_a_person_gets_tables_and_what_needs_attention(source: MakeSource) -> None:
    outcome = run_here("scan", source(TREE))
    assert outcome.code == 0
    assert outcome.err == ""
    lines = outcome.out.splitlines()
    assert lines[0].startswith("Music: ")
    assert "6 audio files" in lines[0]
    assert any(line.split()[:2] == ["Audio", "Files"] for line in lines)
    assert any(line.strip().startswith("Beside the audio") for line in lines)
    assert "1 empty folder" in outcome.out
    assert "What needs attention" in lines
    for code, path in (("F201", "Album/fake.mp3"), ("N304", "CON"), ("F205", "empty.mp3")):
        assert f"  {code}  " in outcome.out
        assert path in outcome.out


def test_nothing_to_attend_to_is_said_so(source: MakeSource) -> None:
    outcome = run_here("scan", source({"a/1.mp3": mp3({"TIT2": ["x"]})}))
    assert "Nothing that needs attention was detected." in outcome.out


def test_an_unknown_playing_time_is_a_dash_and_totals_say_at_least(source: MakeSource) -> None:
    unknown = {"a/1.shn": b"ajkg\x02" + bytes(100), "a/2.mp3": mp3({"TIT2": ["x"]})}
    lines = run_here("scan", source(unknown)).out.splitlines()
    assert "at least 0:00:01 of music," in " ".join(line.strip() for line in lines[:3])
    ends = [line.split()[-1] for line in lines if line.startswith("  ") and " 1 " in line]
    assert sorted(ends[:2]) == ["0:00:01", "\N{EN DASH}"]


def test_json_counts_what_has_no_playing_time(source: MakeSource) -> None:
    report = run_here("scan", source({"a/1.shn": b"ajkg\x02" + bytes(100), "b.m4a": m4a()}), "--json").json
    assert report["untimed_files"] == 1
    assert [each["untimed"] for each in report["formats"]] == [0, 1]


def test_a_file_that_may_not_be_read_is_told_as_that_and_not_called_protected(source: MakeSource) -> None:
    root = source({"b.mp3": File(mp3({"TIT2": ["Two"]}), mode=0)})
    before: list[str] = []
    if os.geteuid() == 0:  # the superuser may read everything, unless he goes without that power
        if shutil.which("setpriv") is None:
            pytest.skip("needs setpriv, or another user than the superuser")
        before = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"]
    done = run_program("scan", root, before=before)
    assert "S101" in done.out
    assert "rotected" not in done.out
    assert run_program("scan", root, "--json", before=before).json["protected"] == {}


def test_json_has_everything(source: MakeSource) -> None:
    root = source({**TREE, "link": Link("x")})
    outcome = run_here("scan", root, "--json")
    assert outcome.code == 3
    report = outcome.json
    assert report["schema"] == "archiver.scan/1"
    agreed = {
        "sources",
        "seen",
        "files",
        "bytes",
        "albums",
        "duration_s",
        "empty_folders",
        "formats",
        "problem_counts",
    }
    assert agreed | {"entries"} <= set(report)
    assert (report["seen"], report["files"], report["empty_folders"]) == (9, 8, 1)
    assert [tuple(entry) for entry in report["entries"]] == [FILE_KEYS] * 9
    assert sum(each["files"] for each in report["formats"]) == 8
    by_path = {entry["source_path"]: entry for entry in report["entries"]}
    assert by_path["Album/01.flac"]["tags"]["title"] == ["One"]
    assert by_path["link"]["problems"][0]["code"] == "S106"
    assert report["problem_counts"]["S106"] == 1


def test_nothing_is_written_anywhere(source: MakeSource, tmp_path: Path) -> None:
    root = source(TREE)
    assert run_here("scan", root).code == 0
    assert sorted(os.listdir(tmp_path)) == ["Music"]


def test_an_empty_folder_is_no_error(source: MakeSource) -> None:
    outcome = run_here("scan", source({"below": Folder()}))
    assert outcome.code == 0
    assert "0 audio files" in outcome.out


def test_scan_of_what_is_not_there(tmp_path: Path) -> None:
    outcome = run_here("scan", tmp_path / "gone")
    assert outcome.code == 2
    assert "cannot read the source" in outcome.told


def test_a_file_whose_headers_end_early_is_told_as_not_seen(source: MakeSource) -> None:
    cut = m4a({"\u00a9nam": ["Three"]})
    root = source({"a.m4a": cut[: cut.index(b"stsd")], "b.m4a": cut})
    done = run_here("scan", root, "--verbose")
    assert "Protection not seen, for the headers are not readable: 1 file" in done.out
    assert "a.m4a: headers not readable, at moov@" in done.out
    report = run_here("scan", root, "--json").json
    assert (report["protected"], report["protection_unseen_files"]) == ({}, 1)
    assert [entry["protection"] and entry["protection"]["scheme"] for entry in report["entries"]] == [
        "unseen",
        None,
    ]


def test_music_is_read_through_only_where_that_is_asked_for(source: MakeSource) -> None:
    root = source({"a/1.mp3": mp3({"TIT2": ["x"]}), "a/2.flac": flac()})
    assert "read through" not in run_here("scan", root).out
    assert run_here("scan", root, "--json").json["integrity"] is None
    checked = run_here("scan", root, "--check")
    assert "The music, read through: " in checked.out
    report = run_here("scan", root, "--check", "--json").json
    assert sum(report["integrity"].values()) == 2
    assert all(entry["integrity"]["state"] in report["integrity"] for entry in report["entries"])


def test_music_in_which_nothing_could_be_checked_is_named_where_every_file_is_asked_for(
    source: MakeSource, tmp_path: Path
) -> None:
    root = source({"a/1.shn": b"ajkg\x02" + bytes(range(256)), "a/2.flac": flac()})
    line = "Music in which nothing could be checked\n  a/1.shn: nothing in this format is tested\n"
    assert line in run_here("scan", root, "--check", "--verbose").out
    assert line in run_here("pack", root, "--to", tmp_path / "Store", "--verbose").out
    for words in (("--check",), ("--verbose",)):
        assert "could be checked" not in run_here("scan", root, *words).out


def test_damaged_music_is_told_and_ends_with_4(source: MakeSource) -> None:
    root = source({"a/1.flac": flac()[:-40], "a/2.mp3": mp3({"TIT2": ["x"]})})
    before = run_here("scan", root)
    checked = run_here("scan", root, "--check")
    assert (before.code, checked.code) == (0, 4)
    assert "1 damaged" in checked.out
