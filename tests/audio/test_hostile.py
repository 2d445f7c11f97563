"""Files that are made to hurt a parser: nothing escapes, and what hangs or swells elsewhere ends here."""

from __future__ import annotations

import functools
import json
import os
import struct
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.audio.examine import examine_file
from archiver.model.audio import ExaminedFile
from archiver.model.source import FileRef, FileStat
from tests.audio.properties.test_chunk_sizes import DTS, aifc, riff, swapped
from tests.audio.properties.test_frames import eac3
from tests.audio.properties.test_mp4_tracks import EXTENDS, LC_MONO, esds, fragment, movie, stts
from tests.audio.properties.test_ogg_times import moved
from tests.running import PATIENCE
from tests.samples import flac, ogg_vorbis, opus
from tests.samples.formats import FORMATS
from tests.samples.mp3 import mp3_frame
from tests.samples.mp4 import audio_entry, full_box

SEEDS: dict[str, bytes] = FORMATS | {
    "frag.mp4": movie(audio_entry("mp4a", esds(LC_MONO)), stts(), more=(EXTENDS,)) + fragment(7, 0, b"", full_box("trun", struct.pack(">I", 10))),
    "dts.wav": riff(0, 8032, swapped(b"".join(DTS))),
    "late.opus": moved(opus(packets=30), by=480000) + moved(opus(packets=30), serial=3),
    "a.eac3": (eac3(0, 7, 1) + eac3(1, 6, 0, 0x1A00)) * 5,
    "free.mp3": (b"\xff\xfb\x00\x00" + bytes(800)) * 8,
    "ima4.aifc": aifc(b"ima4", 100, bytes(6800)),
    "rip.log": "Exact Audio Copy V1.6\r\nTrack 1\r\n".encode("utf-16"),
}  # fmt: skip


def examined(folder: str, name: str, data: bytes) -> ExaminedFile:
    path = os.path.join(folder, name)
    with open(path, "wb") as out:
        out.write(data)
    return examine_file(FileRef(os.fsencode(folder), os.fsencode(name), name, FileStat(len(data), 0, 0, 0)))


def slipped(found: ExaminedFile) -> list[str]:
    """Problems that only an error nobody foresaw leaves behind."""
    return [problem.message for problem in found.problems if problem.code == "F203"]


@functools.cache
def folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory()


@pytest.mark.parametrize("name", SEEDS)
def test_the_seeds_themselves_are_readable(name: str) -> None:
    found = examined(folder().name, name, SEEDS[name])
    assert found.format is not None
    assert slipped(found) == []


@given(st.binary(max_size=200), st.sampled_from(["x.mp3", "x.m4a", "x.flac", "x.jpg", "x.log", "x"]))
@settings(max_examples=150)
def test_no_bytes_escape(data: bytes, name: str) -> None:
    assert slipped(examined(folder().name, name, data)) == []


@pytest.mark.parametrize("name", SEEDS)
def test_no_truncation_escapes(name: str) -> None:
    data = SEEDS[name]
    for end in sorted({*range(0, min(len(data), 48), 5), *range(0, len(data), max(len(data) // 12, 1))}):
        assert slipped(examined(folder().name, name, data[:end])) == []


def compressed_frame_bomb() -> bytes:
    """306 KB that a decoder without a limit expands to 300 MB and copies several times over."""
    packed = zlib.compress(bytes(300 << 20), 9)
    frame = b"TXXX" + struct.pack(">IH", len(packed) + 4, 0x0080) + struct.pack(">I", 300 << 20) + packed
    size = bytes(len(frame) >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x03\0\0" + size + frame + mp3_frame(128) * 20


BOMBS: dict[str, tuple[str, Callable[[], bytes], list[str]]] = {
    "a Musepack packet that never advances": ("a.mpc", lambda: b"MPCKXX\0\0", ["F202"]),
    "a compressed frame": ("a.mp3", compressed_frame_bomb, ["F207"]),
    "a tag of the largest size": (
        "a.mp3", lambda: b"ID3\x04\0\0\x7f\x7f\x7f\x7f" + mp3_frame(128) * 10, ["F208"],
    ),
    "a picture of the largest size": (
        "a.flac", lambda: b"fLaC\x06\xff\xff\xff" + bytes(100), ["F208"],
    ),
    "an MP4 box of 2 to the 63rd": (
        "a.m4a", lambda: b"\0\0\0\x10ftypM4A \0\0\0\0\0\0\0\x01moov\x7f" + b"\xff" * 7, ["F208"],
    ),
    "boxes within boxes": (
        "a.m4a", lambda: b"\0\0\0\x10ftypM4A \0\0\0\0" + b"".join(struct.pack(">I4s", 80_000 - 8 * i, b"moov") for i in range(10_000)), ["F202"],
    ),
    "a WavPack chain without an end": (
        "a.wv", lambda: struct.pack("<4sIHBBIIIII", b"wvpk", 24, 0x410, 0, 0, 0xFFFFFFFF, 0, 1, 1 | 9 << 23, 0) * 20_000, [],
    ),
    "an Ogg page of nothing, for ever": (
        "a.ogg", lambda: ogg_vorbis(packets=4) + (b"OggS\0\0" + bytes(8) + b"\x09\0\0\0" + bytes(8) + b"\0") * 100_000, ["F208"],
    ),
    "comments without number": (
        "b.flac", lambda: b"fLaC\0\0\0\x22" + bytes(34) + b"\x84\0\0\x08" + struct.pack("<II", 0, 0xFFFFFFFF), ["F202", "F207"],
    ),
    "sync words and nothing else": ("b.mp3", lambda: b"\xff\xfb\x90\0" * 300_000, ["F202"]),
    "a text of one line": ("rip.log", lambda: b"Exact Audio Copy " + b"@" * 3_000_000, []),
}  # fmt: skip

SCRIPT = """
import json, os, re, sys, time
from archiver import process
from archiver.audio.examine import examine_file
from archiver.model.source import FileRef, FileStat
process.limit_memory(512 << 20)
def peak_kib():  # not ru_maxrss, which begins with the memory of the process that started this one
    return int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
folder, name = sys.argv[1:]
examine_file(FileRef(os.fsencode(folder), b"warm.flac", "warm.flac", FileStat(0, 0, 0, 0)))
before, to_begin = peak_kib(), time.process_time()
found = examine_file(FileRef(os.fsencode(folder), os.fsencode(name), name, FileStat(0, 0, 0, 0)))
print(json.dumps({
    "codes": sorted({problem.code for problem in found.problems}),
    "beginnings": (time.process_time() - to_begin) / to_begin,
    "grown_kib": peak_kib() - before,
}))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory limits and their units are Linux's here")
@pytest.mark.parametrize("title", BOMBS)
def test_bombs_end_in_a_problem_soon_and_small(tmp_path: Path, title: str) -> None:
    name, build, codes = BOMBS[title]
    (tmp_path / name).write_bytes(build())
    (tmp_path / "warm.flac").write_bytes(flac())
    root = Path(__file__).parents[2]
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path), name],
        cwd=root, capture_output=True, text=True, timeout=PATIENCE, check=True,
    )  # fmt: skip
    told = json.loads(run.stdout)
    assert told["codes"] == codes
    assert told["beginnings"] < 10, "more than ten times what it takes to start and to examine a small file"
    assert told["grown_kib"] < 128 << 10
