"""The committed collection is what its script makes, and holds every case that the documentation speaks of."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import mutagen
import pytest

from examples.make_clips import WANTED
from examples.make_collection import ALBUMS, COLLECTION, collection
from examples.sounds import CLIPS, aac_frames
from tests.running import PATIENCE, run_here
from tests.samples import read_tree, tree_digest

ROOT = Path(__file__).parents[2]
AUDIO = (".aiff", ".flac", ".m4a", ".m4p", ".mp3", ".ogg", ".opus", ".wav", ".wv")


def make(folder: Path) -> subprocess.CompletedProcess[str]:
    command = (sys.executable, "-m", "examples.make_collection", folder)
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE)


def test_the_committed_collection_is_what_the_script_makes() -> None:
    before = tree_digest(COLLECTION)
    made = {os.fsencode(path): file.content for path, file in collection().items()}
    assert read_tree(COLLECTION) == made
    assert tree_digest(COLLECTION) == before


def test_the_script_writes_the_same_bytes_and_times_twice(tmp_path: Path) -> None:
    folders = (tmp_path / "one", tmp_path / "two", tmp_path / "two")
    for folder in folders:
        assert make(folder).returncode == 0
    states = [
        {path: (tmp_path / name / path).stat().st_mtime_ns for path in collection()}
        for name in ("one", "two")
    ]
    assert read_tree(folders[0]) == read_tree(folders[1])
    assert states[0] == states[1] == {path: file.mtime_ns for path, file in collection().items()}


def test_the_script_replaces_nothing_but_its_own(tmp_path: Path) -> None:
    (tmp_path / "precious.txt").write_text("mine")
    outcome = make(tmp_path)
    assert outcome.returncode == 1
    assert "did not make" in outcome.stderr
    assert read_tree(tmp_path) == {b"precious.txt": b"mine"}


def test_the_collection_is_small_and_plain() -> None:
    contents = read_tree(COLLECTION)
    assert sum(map(len, contents.values())) < 1_000_000
    assert all(contents.values())
    assert not [path for path in COLLECTION.rglob("*") if path.is_symlink()]


def test_every_format_and_companion_is_there() -> None:
    endings = {Path(path).suffix for path in collection()}
    assert endings >= {*AUDIO, ".shn", ".cue", ".log", ".m3u8", ".md5", ".ffp", ".png", ".jpg", ".pdf"}
    assert {path.split("/")[0] for path in collection()} == {folder.split("/")[0] for folder in ALBUMS}


def test_music_in_every_state_is_there() -> None:
    checked = run_here("scan", COLLECTION, "--check", "--json").json
    assert checked["integrity"] == {"intact": 23, "consistent": 8, "damaged": 2, "not-checkable": 1}


def whole_audio() -> list[str]:
    return [path for path in collection() if path.endswith(AUDIO) and "broken off" not in path]


@pytest.mark.parametrize("path", [path for path in whole_audio() if not path.endswith(".m4p")])
def test_every_whole_file_decodes(path: str) -> None:
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        pytest.skip("ffmpeg is not installed, so nobody listens to the collection")
    command = (ffmpeg, "-v", "error", "-i", COLLECTION / path, "-map", "0:a", "-f", "null", "-")
    outcome = subprocess.run(command, capture_output=True, check=False, timeout=PATIENCE)
    assert (outcome.returncode, outcome.stderr) == (0, b"")


@pytest.mark.parametrize(
    "path", [p for p in whole_audio() if p.startswith(("Ñ", "見", "Sample", "Demo", "The "))]
)
def test_every_tagged_file_names_its_title(path: str) -> None:
    parsed = mutagen.File(COLLECTION / path)
    title = Path(path).stem.split(" ", 1)[1].lstrip("- ").removesuffix(" (lossless)")
    assert title in parsed.pprint()


def test_the_broken_files_are_broken() -> None:
    flac = shutil.which("flac")
    if flac is None:
        pytest.skip("flac is not installed, so nobody judges the broken file")
    for name, status in (("broken off.flac", 1), ("going up (retagged).flac", 0), ("wrong extension.mp3", 0)):
        path = COLLECTION / "Unsorted" / name
        outcome = subprocess.run((flac, "-t", "-s", path), capture_output=True, check=False, timeout=PATIENCE)
        assert min(outcome.returncode, 1) == status, name


def test_the_protected_header_holds_no_sound() -> None:
    data = (COLLECTION / "Bought" / "Locked Away" / "01 Locked Away.m4p").read_bytes()
    assert b"drms" in data
    assert data.endswith(b"\0\0\0\x08mdat")


def test_the_buyer_is_planted_in_the_purchase() -> None:
    data = (COLLECTION / "Bought" / "Bought Once" / "01 Bought Once.m4a").read_bytes()
    assert b"buyer@example.org" in data
    assert data.count(b"Erika Example") == 2


def test_every_clip_is_used_and_whole() -> None:
    assert {path.name for path in CLIPS.iterdir()} == {
        f"{n}.{kind}" for kind, ns in WANTED.items() for n in ns
    }
    assert all(len(aac_frames(number)) > 50 for number in WANTED["aac"])
