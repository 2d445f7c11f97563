"""The files of mutagen's test data, one for nearly every format and tag system, against what is in them.

``data/samples.json`` was checked by hand against ffprobe and mutagen. Tags of real people's recordings stand
there as the beginning of their digest.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mutagen
import pytest

from archiver.audio.examine import examine_file
from archiver.model.source import FileRef
from tests.samples import tree_digest

EXPECTED: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).parent / "data" / "samples.json").read_text("utf-8")
)
PROPERTIES = ("codec", "sample_rate_hz", "channels", "bit_depth", "lossless")
AGREED = ("title", "artist", "album", "genre")
IN_LYRICS3 = {("apev2-lyricsv2.mp3", "album")}
"""What stands only in a tag that mutagen does not read."""

Refer = Callable[[Path, bytes], FileRef]


def matches(value: str, expected: str) -> bool:
    if expected.startswith("sha256:"):
        return hashlib.sha256(value.encode()).hexdigest().startswith(expected.removeprefix("sha256:"))
    return value == expected


@pytest.mark.parametrize("name", EXPECTED)
def test_sample(samples: Path, refer: Refer, name: str) -> None:
    expected = EXPECTED[name]
    found = examine_file(refer(samples, os.fsencode(name)))
    assert found.role.value == expected["role"]
    assert found.format is not None
    assert (found.format.puid, found.format.name) == (expected["puid"], expected["name"])
    for each in PROPERTIES:
        assert getattr(found.audio, each, None) == expected[each], each
    if expected["duration_s"] is not None:
        assert found.audio is not None
        assert found.audio.duration_s == pytest.approx(expected["duration_s"], abs=0.001)
    assert list(found.tags) == list(expected["tags"])
    for key, values in found.tags.items():
        assert len(values) == len(expected["tags"][key])
        assert all(map(matches, values, expected["tags"][key])), key
    assert [problem.code for problem in found.problems] == expected["problems"]


def test_every_sample_is_expected_and_none_is_changed(samples: Path, refer: Refer) -> None:
    before = tree_digest(samples)
    names = sorted(os.listdir(samples))
    assert names == sorted(EXPECTED)
    for name in names:
        assert examine_file(refer(samples, os.fsencode(name))).format is not None
    assert tree_digest(samples) == before


@pytest.mark.parametrize(
    "name", [name for name in EXPECTED if name.endswith((".mp3", ".flac", ".m4a", ".m4b"))]
)
def test_mutagen_reads_the_same_texts(samples: Path, refer: Refer, name: str) -> None:
    theirs = mutagen.File(samples / name, easy=True).tags or {}
    ours = examine_file(refer(samples, os.fsencode(name))).tags
    for key in AGREED:
        if (name, key) in IN_LYRICS3:
            continue
        assert [value.strip() for value in ours.get(key, ())] == [
            value.strip() for value in theirs.get(key, ())
        ], key
