"""Files that are made to hurt a parser: nothing escapes, and what hangs or swells elsewhere ends here."""

from __future__ import annotations

import functools
import json
import os
import random
import struct
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archiver.audio.examine import examine_file
from archiver.model.audio import ExaminedFile
from archiver.model.source import FileRef, FileStat
from tests.audio.properties.test_chunk_sizes import DTS, aifc, riff, swapped
from tests.audio.properties.test_frames import eac3
from tests.audio.properties.test_mp4_tracks import EXTENDS, LC_MONO, esds, fragment, movie, stts
from tests.audio.properties.test_ogg_times import moved
from tests.samples import aiff, flac, id3v1, id3v2, m4a, mp3, ogg_vorbis, opus, png, silence, wav
from tests.samples.ape import apev2
from tests.samples.asf import wma
from tests.samples.id3 import text_frame
from tests.samples.mp3 import mp3_frame
from tests.samples.mp4 import audio_entry, full_box
from tests.samples.wavpack import wavpack

SHORT = silence(0.02)
DSF = (
    b"DSD " + struct.pack("<QQQ", 28, 92 + 4096, 0) + b"fmt "
    + struct.pack("<QIIIIIIQII", 52, 1, 0, 1, 1, 2822400, 1, 32768, 4096, 0) + b"data" + struct.pack("<Q", 12 + 4096)
    + bytes(4096)
)  # fmt: skip
SEEDS: dict[str, bytes] = {
    "a.mp3": mp3(title="T", v1=True, pictures=[png()], audio=mp3_frame(128) * 8, trailing=apev2(artist="A")),
    "a.flac": flac(title="T", audio=SHORT, pictures=[png()]),
    "a.ogg": ogg_vorbis(title="T", packets=4),
    "a.opus": opus(title="T", packets=4),
    "a.m4a": m4a(title="T", frames=4, pictures=[png()]),
    "b.m4a": m4a(title="T", alac=SHORT),
    "a.wav": wav({"INAM": "T"}, audio=SHORT, id3=id3v2([text_frame("TIT2", "T")])),
    "a.aiff": aiff(audio=SHORT, texts=[(b"NAME", "T")]),
    "a.wma": wma(title="T", packets=2),
    "a.wv": wavpack(title="T", seconds=0.05),
    "a.dsf": DSF,
    "a.ape": b"MAC " + struct.pack("<HH", 3990, 0) + bytes(48) + struct.pack("<IIIHHI", 73728, 100, 1, 16, 2, 44100) + apev2(title="T"),
    "a.tak": b"tBaK" + bytes((1, 12, 0, 0)) + bytes(40) + apev2(title="T"),
    "a.tta": b"TTA1" + struct.pack("<HHHII", 1, 2, 16, 44100, 100) + bytes(40) + id3v1({"title": "T"}),
    "a.ofr": b"OFR " + struct.pack("<IIHBBI", 12, 100, 0, 2, 1, 44100) + bytes(60),
    "a.mpc": b"MP+\x07" + struct.pack("<II", 10, 0) + bytes(40) + apev2(title="T"),
    "b.mpc": b"MPCKSH\x10" + bytes(4) + b"\x08\x64\x00\x00\x10" + bytes(8) + b"SE\x03",
    "a.dff": b"FRM8" + struct.pack(">Q", 90) + b"DSD FVER" + struct.pack(">QI", 4, 0x01040000) + b"PROP" + struct.pack(">Q", 4) + b"SND ",
    "a.mid": b"MThd\0\0\0\x06\0\0\0\x01\0\x60MTrk\0\0\0\x08\x00\x90\x3c\x40\x10\xff\x2f\x00",
    "a.ac3": (b"\x0b\x77\0\0\x14\x40\x43\xe1" + bytes(760)) * 3,
    "a.aac": (b"\xff\xf1\x50\x80\x03\xff\xfc" + bytes(24)) * 5,
    "a.caf": b"caff\0\x01\0\0desc" + struct.pack(">Qd4sIIIII", 32, 44100.0, b"lpcm", 0, 4, 1, 2, 16) + b"data" + bytes(24),
    "frag.mp4": movie(audio_entry("mp4a", esds(LC_MONO)), stts(), more=(EXTENDS,)) + fragment(7, 0, b"", full_box("trun", struct.pack(">I", 10))),
    "dts.wav": riff(0, 8032, swapped(b"".join(DTS))),
    "late.opus": moved(opus(packets=30), by=480000) + moved(opus(packets=30), serial=3),
    "a.eac3": (eac3(0, 7, 1) + eac3(1, 6, 0, 0x1A00)) * 5,
    "free.mp3": (b"\xff\xfb\x00\x00" + bytes(800)) * 8,
    "ima4.aifc": aifc(b"ima4", 100, bytes(6800)),
    "a.mka": b"\x1aE\xdf\xa3\x84webm\x18\x53\x80\x67\x48\x00" + bytes(2048),
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


def mutated(data: bytes, seed: int) -> bytes:
    """Change, cut, repeat or insert a few stretches, with a liking for numbers at the edge of their range."""
    dice = random.Random(seed)
    out = bytearray(data)
    for _ in range(dice.randint(1, 6)):
        at, length = dice.randrange(len(out) + 1), dice.choice((1, 1, 2, 4, 8, 40))
        edge = dice.choice(
            (b"\xff" * length, bytes(length), b"\x7f" + b"\xff" * length, dice.randbytes(length))
        )
        action = dice.randrange(4)
        if action == 0:
            out[at : at + length] = edge[:length]
        elif action == 1:
            out[at:at] = edge
        elif action == 2:
            del out[at : at + length]
        else:
            out = out[:at] if dice.random() < 0.3 else out + out[at : at + length]
    return bytes(out)


@functools.cache
def folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory()


@pytest.mark.parametrize("name", SEEDS)
def test_the_seeds_themselves_are_readable(name: str) -> None:
    found = examined(folder().name, name, SEEDS[name])
    assert found.format is not None
    assert slipped(found) == []


@given(st.sampled_from(sorted(SEEDS)), st.integers(0, 2**32))
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_mutation_escapes(name: str, seed: int) -> None:
    assert slipped(examined(folder().name, name, mutated(SEEDS[name], seed))) == []


@pytest.mark.slow
@given(st.sampled_from(sorted(SEEDS)), st.integers(0, 2**32))
@settings(max_examples=30_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_mutation_escapes_in_a_long_sweep(name: str, seed: int) -> None:
    assert slipped(examined(folder().name, name, mutated(SEEDS[name], seed))) == []


@given(st.binary(max_size=200), st.sampled_from(["x.mp3", "x.m4a", "x.flac", "x.jpg", "x.log", "x"]))
@settings(max_examples=150, deadline=None)
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
        "a.flac", lambda: b"fLaC\x06\xff\xff\xff" + bytes(100), ["F202", "F207"],
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
from archiver import filesystem
from archiver.audio.examine import examine_file
from archiver.model.source import FileRef, FileStat
filesystem.limit_memory(512 << 20)
def peak_kib():  # not ru_maxrss, which begins with the memory of the process that started this one
    return int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
folder, name = sys.argv[1:]
examine_file(FileRef(os.fsencode(folder), b"warm.flac", "warm.flac", FileStat(0, 0, 0, 0)))
before, begun = peak_kib(), time.monotonic()
found = examine_file(FileRef(os.fsencode(folder), os.fsencode(name), name, FileStat(0, 0, 0, 0)))
print(json.dumps({
    "codes": sorted({problem.code for problem in found.problems}),
    "seconds": time.monotonic() - begun,
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
        cwd=root, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    told = json.loads(run.stdout)
    assert told["codes"] == codes
    assert told["seconds"] < 10
    assert told["grown_kib"] < 128 << 10
