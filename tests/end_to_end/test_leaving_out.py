"""What a user asked to leave out, and what no payload holds, is counted, told and recorded; nothing else goes missing."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest

from archiver.bagit.report import Depth
from archiver.bagit.validate import validate
from archiver.usecases.pack.divide import divide
from tests.conftest import MakeSource
from tests.reading_bags import lines_of
from tests.running import EPOCH, Outcome, run_here
from tests.samples import Entry, File, Folder, Link, flac, mp3, tree_digest

MUSIC: dict[str, Entry] = {
    "Album/01.flac": flac({"TITLE": ["One"], "ALBUM": ["First"]}),
    "Album/02.mp3": mp3({"TIT2": ["Two"]}),
}
CLUTTER: dict[str, Entry] = {
    "Thumbs.db": bytes(100),
    "Album/.DS_Store": b"\0\0\0\1Bud1",
    "Album/desktop.ini": "[.ShellClassInfo]\n",
    "@eaDir/Album/SYNOAUDIO.mp3": bytes(range(256)),
    "$RECYCLE.BIN/S-1-5/song.mp3": mp3({"TIT2": ["Gone"]}),
    "song.mp3.part": b"",
    "cover.jpg.crdownload": b"no picture",
}


def pack(root: Path, store: Path, *words: str, **environment: str) -> Outcome:
    return run_here("pack", root, "--all", "--to", store, *words, SOURCE_DATE_EPOCH=EPOCH, **environment)


def tree_of(bag: Path) -> list[dict[str, Any]]:
    lines = (bag / "metadata" / "tree.jsonl").read_bytes().splitlines()
    assert json.loads(lines[0])["schema"] == "archiver.tree/1"
    return [json.loads(line) for line in lines[1:]]


def of_kind(bag: Path, kind: str) -> dict[str, dict[str, Any]]:
    return {record["source_path"]: record for record in tree_of(bag) if record["kind"] == kind}


def test_what_is_left_out_is_counted_told_and_recorded_with_its_rule(
    source: MakeSource, tmp_path: Path
) -> None:
    root = source({**MUSIC, **CLUTTER, "all.m3u": "x", "keep.m3u": "x", "In/a.flac": "", "In/b.flac": ""})
    words = ("--exclude", "*.m3u", "--exclude", "!keep.m3u", "--exclude", "/In/", "--exclude-clutter")
    outcome = pack(root, tmp_path / "store", *words, "--name", "bag")
    assert outcome.code == 0, outcome.out
    bag = tmp_path / "store" / "bag"
    assert validate(os.fsencode(bag), Depth.FULL).valid
    assert "Seen 12 = packed 3 + withheld 0 + left out 9 + problems 0." in outcome.out
    assert "Left out as asked" in outcome.out
    assert "  *.m3u: 1\n" in outcome.out
    assert "3 folders among them" in outcome.out
    rules = {path: (one["what"], one["rule"]) for path, one in of_kind(bag, "left-out").items()}
    assert rules == {
        "$RECYCLE.BIN": ("folder", "clutter $RECYCLE.BIN"),
        "@eaDir": ("folder", "clutter @eaDir"),
        "Album/.DS_Store": ("file", "clutter .DS_Store"),
        "Album/desktop.ini": ("file", "clutter desktop.ini"),
        "In": ("folder", "/In/"),
        "Thumbs.db": ("file", "clutter Thumbs.db"),
        "all.m3u": ("file", "*.m3u"),
        "cover.jpg.crdownload": ("file", "clutter *.crdownload"),
        "song.mp3.part": ("file", "clutter *.part"),
    }
    assert sorted(path.name for path in (bag / "data").rglob("*") if path.is_file()) == [
        "01.flac",
        "02.mp3",
        "keep.m3u",
    ]
    assert " 9  left out as asked, listed in metadata/tree.jsonl" in (bag / "metadata/README.txt").read_text()
    first, *_ = lines_of(bag / "metadata" / "events.jsonl")
    assert "9 entries were left out as asked" in first["detail"]


def test_json_and_dry_run_say_the_same(source: MakeSource, tmp_path: Path) -> None:
    root = source({**MUSIC, "In/a": "", "l": Link("Album")})
    words = ("--exclude", "In/", "--json")
    rehearsed = pack(root, tmp_path / "store", *words, "--dry-run").json
    done = pack(root, tmp_path / "store", *words).json
    for report in (rehearsed, done):
        assert report["files"] == {
            "seen": 4,
            "packed": 2,
            "held": 0,
            "withheld": 0,
            "links": 1,
            "left_out": 1,
            "problems": 0,
        }
        assert report["left_out"] == [{"source_path": "In", "what": "folder", "rule": "In/"}]
        assert report["left_out_folders"] == 1
    scanned = run_here("scan", root, "--exclude", "In/", "--json").json
    assert (scanned["seen"], scanned["files"], scanned["links"], scanned["left_out"]) == (4, 2, 1, 1)
    assert scanned["left_out_entries"] == rehearsed["left_out"]
    listed = run_here("scan", root, "--exclude", "In/", "--verbose").out
    assert "folder In: In/" in listed


def test_patterns_may_be_configured_and_what_is_typed_comes_after(source: MakeSource, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('exclude = ["*.m3u"]\nexclude-clutter = true\n')
    root = source({**MUSIC, "a.m3u": "", "b.m3u": "", "Thumbs.db": ""})
    environment = {"ARCHIVER_CONFIG": str(config)}
    report = pack(root, tmp_path / "one", "--json", **environment).json
    assert report["files"]["left_out"] == 3
    report = pack(
        root, tmp_path / "two", "--exclude", "!b.m3u", "--exclude", "!Thumbs.db", "--json", **environment
    ).json
    assert [one["source_path"] for one in report["left_out"]] == ["a.m3u"]
    assert pack(root, tmp_path / "all", "--exclude", "!*", "--json", **environment).json["left_out"] == []
    config.write_text('exclude-clutter = "yes"\n')
    outcome = run_here("scan", root, **environment)
    assert outcome.code == 2
    assert "exclude-clutter must be true or false" in outcome.told


@pytest.mark.parametrize("command", ["scan", "pack"])
def test_a_pattern_that_cannot_match_is_wrong_usage(source: MakeSource, tmp_path: Path, command: str) -> None:
    words = (command, source(MUSIC), *(("--to", tmp_path / "store") if command == "pack" else ()))
    outcome = run_here(*words, "--exclude", "[")
    assert outcome.code == 2
    assert "'['" in outcome.err
    assert not (tmp_path / "store").exists()


def test_clutter_that_nobody_asks_to_leave_out_is_packed_and_makes_no_alarm(
    source: MakeSource, tmp_path: Path
) -> None:
    root = source({**MUSIC, **CLUTTER})
    scanned = run_here("scan", root, "--json").json
    roles = {entry["source_path"]: entry["role"] for entry in scanned["entries"]}
    assert {path for path, role in roles.items() if role == "system"} == set(CLUTTER)
    assert {path for path, role in roles.items() if role == "audio"} == set(MUSIC)
    assert scanned["problem_counts"] == {}
    assert scanned["albums"] == run_here("scan", source(MUSIC, "Bare"), "--json").json["albums"]
    outcome = pack(root, tmp_path / "store", "--name", "bag")
    assert outcome.code == 0
    assert "2 audio files" in outcome.out
    assert "7 system files" in outcome.out
    assert "--exclude-clutter" in outcome.out
    assert "What needs attention" not in outcome.out
    for path in CLUTTER:
        assert (tmp_path / "store" / "bag" / "data" / path).is_file()


def test_links_within_the_source_folders_and_bits_are_recorded(source: MakeSource, tmp_path: Path) -> None:
    root = source(
        {
            **MUSIC,
            "Best/one.flac": Link("../Album/01.flac"),
            "private.txt": File(b"x", mode=0o600),
            "Shared": Folder(0o775),
        }
    )
    outcome = pack(root, tmp_path / "store", "--name", "bag")
    assert outcome.code == 0
    assert "Seen 4 = packed 3 + withheld 0 + links 1 + problems 0." in outcome.out
    bag = tmp_path / "store" / "bag"
    assert of_kind(bag, "link") == {
        "Best/one.flac": {
            "kind": "link",
            "source_path": "Best/one.flac",
            "target": "../Album/01.flac",
            "leads_to": "Album/01.flac",
        }
    }
    folders = of_kind(bag, "folder")
    assert set(folders) == {"", "Album", "Best", "Shared"}
    assert folders["Shared"]["mode"] == "0775"
    assert "mode" not in folders["Album"]
    assert folders["Album"]["modified"] == "2020-01-02T03:04:05Z"
    assert of_kind(bag, "file") == {
        "private.txt": {"kind": "file", "source_path": "private.txt", "mode": "0600"}
    }


def test_extended_attributes_and_resource_forks_are_recorded_and_told(tmp_path: Path) -> None:
    root = tmp_path / "Music"
    root.mkdir()
    (root / "sound.sd2").write_bytes(b"\0\1" * 1000)
    try:
        os.setxattr(root / "sound.sd2", "user.com.apple.ResourceFork", b"example resource fork")
    except OSError as error:
        if error.errno == errno.ENOTSUP:
            pytest.skip("the file system of temporary files has no extended attributes")
        raise
    os.setxattr(root / "sound.sd2", "user.xdg.origin.url", b"https://example.org/sound.sd2")
    os.setxattr(root / "sound.sd2", "user.xdg.origin.email.from", b"Erika <erika.example@example.org>")
    before = tree_digest(root)
    outcome = pack(root, tmp_path / "store", "--name", "bag")
    assert tree_digest(root) == before
    assert outcome.code == 0
    assert "user.com.apple.ResourceFork (21 bytes)" in " ".join(outcome.out.split())
    assert "Carrying personal data: 1 file" in outcome.out
    bag = tmp_path / "store" / "bag"
    attributes = {one["name"]: one for one in of_kind(bag, "file")["sound.sd2"]["attributes"]}
    assert attributes["user.com.apple.ResourceFork"]["value_b64"] == "ZXhhbXBsZSByZXNvdXJjZSBmb3Jr"
    assert attributes["user.xdg.origin.url"]["value_b64"] == "aHR0cHM6Ly9leGFtcGxlLm9yZy9zb3VuZC5zZDI="
    assert attributes["user.xdg.origin.email.from"]["withheld"] == "personal data"
    for path in bag.rglob("*"):
        assert not path.is_file() or b"erika" not in path.read_bytes()
    assert "Personal-Data: " in (bag / "bag-info.txt").read_text()


def test_attributes_of_a_file_that_changed_while_it_waited_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "Music"
    root.mkdir()
    song = root / "song.mp3"
    song.write_bytes(mp3(title="x"))
    try:
        os.setxattr(song, "user.note", b"side B")
    except OSError as error:
        if error.errno == errno.ENOTSUP:
            pytest.skip("the file system of temporary files has no extended attributes")
        raise

    def late(*args: Any) -> object:  # noqa: ANN401 - whatever it takes
        with song.open("ab") as file:
            file.write(b"\0")
        return divide(*args)

    monkeypatch.setattr("archiver.usecases.pack.pack.divide", late)
    outcome = pack(root, tmp_path / "store", "--name", "bag")
    assert "S109" in outcome.out
    assert "user.note" in (tmp_path / "store" / "bag" / "metadata" / "tree.jsonl").read_text()
