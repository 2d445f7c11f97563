from __future__ import annotations

import hashlib
import io
import os
import struct
from pathlib import Path

import pytest

from archiver.audio.containers.window import Window
from archiver.audio.protection.detect import detect
from archiver.audio.protection.suffixes import has_qq_suffix
from tests.audio.protection.fixtures import LOOK_ALIKES, NOISE, PROTECTED, UNCERTAIN, UNSEEN
from tests.samples import m4a
from tests.samples.ape import apev2
from tests.samples.id3 import id3v2
from tests.samples.mp4 import aac_config, audio_entry, box


@pytest.mark.parametrize("case", PROTECTED)
def test_every_protected_format_is_named(case: str) -> None:
    name, data, scheme = PROTECTED[case]
    found = detect(Window(io.BytesIO(data), len(data)), name)
    assert found is not None
    assert (found.scheme, found.certain) == (scheme, True)
    assert found.name
    assert found.locator


@pytest.mark.parametrize("case", UNCERTAIN)
def test_carriers_need_a_person(case: str) -> None:
    name, data, scheme = UNCERTAIN[case]
    found = detect(Window(io.BytesIO(data), len(data)), name)
    assert found is not None
    assert (found.scheme, found.certain) == (scheme, False)


@pytest.mark.parametrize("case", LOOK_ALIKES)
def test_look_alikes_are_not_flagged(case: str) -> None:
    name, data = LOOK_ALIKES[case]
    assert detect(Window(io.BytesIO(data), len(data)), name) is None


@pytest.mark.parametrize("case", UNSEEN)
def test_a_walk_that_ends_early_says_that_nothing_was_seen(case: str) -> None:
    name, data = UNSEEN[case]
    found = detect(Window(io.BytesIO(data), len(data)), name)
    assert found is not None
    assert (found.unseen, found.certain, found.scheme) == (True, False, "unseen")
    assert found.label == "not seen (headers not readable)"


@pytest.mark.parametrize("case", PROTECTED)
def test_what_follows_an_id3_tag_or_is_cut_never_raises(case: str) -> None:
    name, data, _ = PROTECTED[case]
    for cut in (0, 1, 7, 8, 15, 16, 40, 100, len(data) // 2):
        detect(Window(io.BytesIO(data[:cut]), cut), name)


BEHIND_TAGS = ("fairplay", "cenc", "audible aax", "wmdrm", "playready", "oma drm")


@pytest.mark.parametrize("tag", [apev2({"Title": "x"}), id3v2([]), id3v2([]) + apev2({"Title": "x"})])
@pytest.mark.parametrize("case", BEHIND_TAGS)
def test_leading_tags_of_any_family_hide_no_protection(case: str, tag: bytes) -> None:
    name, data, scheme = PROTECTED[case]
    found = detect(Window(io.BytesIO(tag + data), len(tag) + len(data)), name)
    assert found is not None
    assert (found.scheme, found.certain) == (scheme, True)


def test_a_broken_tag_before_sonys_header_is_told() -> None:
    name, data = LOOK_ALIKES["clear oma"]
    broken = data[:10] + b"\xff" + data[11:]
    found = detect(Window(io.BytesIO(broken), len(broken)), name)
    assert found is not None
    assert (found.unseen, found.locator) == (True, "ID3@10")


def test_locators_find_the_place_again() -> None:
    for case in ("fairplay", "cenc", "audible aax"):
        name, data, _ = PROTECTED[case]
        found = detect(Window(io.BytesIO(data), len(data)), name)
        assert found is not None
        path, _, offset = found.locator.partition("@")
        assert data[int(offset) + 4 : int(offset) + 8].decode() == path.rpartition(".")[2]


def test_the_second_track_counts_too() -> None:
    clear, locked = m4a(), m4a(entry=audio_entry("drms", aac_config()))
    moov = clear.index(b"moov") - 4
    size = struct.unpack(">I", clear[moov : moov + 4])[0]
    trak = locked[locked.index(b"trak") - 4 :]
    trak = trak[: struct.unpack(">I", trak[:4])[0]]
    grown = box("moov", clear[moov + 8 : moov + size], trak)
    data = clear[:moov] + grown + clear[moov + size :]
    found = detect(Window(io.BytesIO(data), len(data)), "song.m4a")
    assert found is not None
    assert found.scheme == "fairplay"


@pytest.mark.parametrize(
    "name", ["a.qmc0", "a.QMCFLAC", "b/a.mflac", "a.mggl", "a.bkcflac", "a.tkm", "a.mgg0.flac", "a.mmp4"]
)
def test_suffixes_of_qq_music(name: str) -> None:
    assert has_qq_suffix(name)


@pytest.mark.parametrize(
    "name", ["a.flac", "a.mp3", "mflac", "a.mflacx.y.z", "qmc0.txt", "a.tkmx", "a.mgg.old.flac"]
)
def test_other_suffixes(name: str) -> None:
    assert not has_qq_suffix(name)


def test_the_file_is_left_as_it_was(tmp_path: Path) -> None:
    for case, (name, data, _) in PROTECTED.items():
        path = tmp_path / f"{len(case)}-{os.path.basename(name)}"
        path.write_bytes(data)
        before = path.stat()
        with path.open("rb", buffering=0) as file:
            detect(Window(file, len(data)), name)
        after = path.stat()
        assert hashlib.sha256(path.read_bytes()).digest() == hashlib.sha256(data).digest()
        assert (before.st_mtime_ns, before.st_ctime_ns) == (after.st_mtime_ns, after.st_ctime_ns)


def test_little_is_read_of_a_large_file() -> None:
    class Counting(io.BytesIO):
        total = 0

        def read(self, size: int | None = -1, /) -> bytes:
            data = super().read(size)
            self.total += len(data)
            return data

    data = m4a() + NOISE * 2000
    file = Counting(data)
    detect(Window(file, len(data)), "song.m4a")
    assert file.total < 200_000
