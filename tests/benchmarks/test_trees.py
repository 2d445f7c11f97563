"""The trees that benchmarks measure with are what they are said to be."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import mutagen
import pytest

from benchmarks.trees import large_tree, small_tree, tagged_tree, tiny_tree
from tests.running import PATIENCE
from tests.samples import MTIME_NS, read_tree

ROOT = Path(__file__).parents[2]


def test_small_tree_has_the_count_and_every_format_and_no_twins(tmp_path: Path) -> None:
    size = small_tree(tmp_path, 150)
    contents = read_tree(tmp_path)
    assert (len(contents), sum(map(len, contents.values()))) == (150, size)
    assert len(set(contents.values())) == 150
    endings = {os.path.splitext(name)[1] for name in contents}
    assert endings == {b".flac", b".mp3", b".m4a", b".ogg", b".opus", b".wv"}
    for name, content in contents.items():
        title = os.fsdecode(name).rpartition("/")[2][3:].rpartition(".")[0]
        assert title in mutagen.File(io.BytesIO(content)).pprint()


def test_tagged_tree_has_the_count_and_true_tags_and_no_twins(tmp_path: Path) -> None:
    size = tagged_tree(tmp_path, 150)
    contents = read_tree(tmp_path)
    assert (len(contents), sum(map(len, contents.values()))) == (150, size)
    assert len(set(contents.values())) == 150
    for name, content in contents.items():
        artist, album, title = os.fsdecode(name).split("/")
        told = mutagen.File(io.BytesIO(content)).pprint()
        assert title[3:].rpartition(".")[0] in told
        assert artist in told
        assert album in told


def test_trees_are_the_same_twice(tmp_path: Path) -> None:
    for name in ("one", "two"):
        small_tree(tmp_path / name / "small", 30)
        tiny_tree(tmp_path / name / "tiny", 2500)
        tagged_tree(tmp_path / name / "tagged", 130)
        large_tree(tmp_path / name / "large", 2, 1_500_000)
    assert read_tree(tmp_path / "one") == read_tree(tmp_path / "two")
    kinds = [tmp_path / "one" / kind for kind in ("small", "tiny", "tagged", "large")]
    assert {path.stat().st_mtime_ns for kind in kinds for path in (kind, *kind.rglob("*"))} == {MTIME_NS}


def test_tiny_tree_has_the_count(tmp_path: Path) -> None:
    size = tiny_tree(tmp_path, 2001)
    contents = read_tree(tmp_path)
    assert (len(contents), len(set(contents.values()))) == (2001, 2001)
    assert sum(map(len, contents.values())) == size


def test_large_files_have_the_size_and_are_sound(tmp_path: Path) -> None:
    size = large_tree(tmp_path, 2, 2_500_001)
    contents = read_tree(tmp_path)
    assert sorted(contents) == [b"001.wav", b"002.wav"]
    assert [len(content) for content in contents.values()] == [size // 2] * 2
    assert 2_500_001 - 4 < size // 2 <= 2_500_001
    assert len(set(contents.values())) == 2
    info = mutagen.File(io.BytesIO(contents[b"001.wav"])).info
    assert info.length == pytest.approx((size // 2 - 44) / 176400)


def test_large_files_beyond_wav_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="1024 to"):
        large_tree(tmp_path, 1, 1 << 32)


def test_command_refuses_a_folder_in_use(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    command = (sys.executable, "-m", "benchmarks.trees", "tiny", "3", tmp_path)
    outcome = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert outcome.returncode == 2
    assert "is not empty" in outcome.stderr
    assert read_tree(tmp_path) == {b"mine": b"mine"}


def test_command_says_what_it_made(tmp_path: Path) -> None:
    command = (sys.executable, "-m", "benchmarks.trees", "small", "13", tmp_path / "new")
    outcome = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=PATIENCE)
    assert outcome.stdout.startswith("13 files, ")
    assert len(read_tree(tmp_path / "new")) == 13
