"""MP3 files by real encoders, in every mode they have: each must be recorded as MP3 and as long as its sound is."""

from __future__ import annotations

import array
import random
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from archiver.audio.examine import examine_file
from archiver.model.audio import Role
from archiver.model.source import FileRef
from tests.running import PATIENCE
from tests.samples.ape import apev2
from tests.samples.id3 import id3v1, id3v2, owned_frame, text_frame

Refer = Callable[[Path, bytes], FileRef]

SECONDS = 1.5
MPEG1 = (44100, 48000, 32000)
MPEG2 = (24000, 22050, 16000)
MPEG25 = (12000, 11025, 8000)
needs_lame = pytest.mark.skipif(shutil.which("lame") is None, reason="needs the encoder lame")
needs_ffmpeg = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="needs ffmpeg")


@dataclass(frozen=True, slots=True)
class Mode:
    """How one file is encoded and what is put around it."""

    rate: int
    channels: int
    arguments: tuple[str, ...]
    before: bytes = b""
    after: bytes = b""


LOOKS_LIKE_AAC = id3v2(
    [text_frame("TIT2", "Clash"), owned_frame("PRIV", "x", b"\xff\xf0\x41\0" + bytes(300))], version=3
)
"""A tag with bytes in it that the register's signature for AAC fits."""

BEFORE = (
    b"",
    id3v2([text_frame("TIT2", "Title")], version=3),
    id3v2([text_frame("TIT2", "Title")], version=4, padding=3000),
    LOOKS_LIKE_AAC,
    id3v2([owned_frame("PRIV", "x", b"\xff\xf1\x50\x80" * 200)], version=4),
    id3v2([text_frame("TIT2", "One")], version=4) + id3v2([text_frame("TIT2", "Two")], version=3),
)
AFTER = (b"", id3v1({"title": "T"}), apev2(title="T"), apev2(title="T") + id3v1({"title": "T"}))


def random_mode(chance: random.Random) -> Mode:
    rate = chance.choice(MPEG1 + MPEG1 + MPEG2 + MPEG25)
    highest = 320 if rate in MPEG1 else 160 if rate in MPEG2 else 64
    lowest = 32 if rate in MPEG1 else 8
    rates = [
        kbps
        for kbps in (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 128, 160, 192, 256, 320)
        if lowest <= kbps <= highest
    ]
    channels = chance.choice((1, 2))
    kind = chance.choice(("cbr", "vbr", "abr"))
    arguments = {
        "cbr": ["-b", str(chance.choice(rates)), "--cbr"],
        "vbr": ["-V", str(chance.randrange(10))],
        "abr": ["--abr", str(chance.choice(rates))],
    }[kind]
    arguments += ["-m", "m"] if channels == 1 else ["-m", chance.choice("sjf")]
    arguments += chance.choice(([], ["-t"], ["-p"], ["--nores"], ["-t", "-p"]))
    return Mode(rate, channels, tuple(arguments), chance.choice(BEFORE), chance.choice(AFTER))


CHOSEN = [
    Mode(44100, 2, ("--cbr", "-b", "128", "-m", "j")),
    Mode(44100, 2, ("--cbr", "-b", "320", "-m", "s", "-t"), BEFORE[3]),
    Mode(48000, 1, ("-V", "0", "-m", "m", "-t"), BEFORE[1], AFTER[3]),
    Mode(44100, 2, ("-V", "9", "-m", "j", "-p"), BEFORE[4]),
    Mode(32000, 2, ("--abr", "100", "-m", "f", "-t", "-p"), b"", AFTER[1]),
    Mode(22050, 1, ("--cbr", "-b", "8", "-m", "m", "-t")),
    Mode(16000, 2, ("-V", "5", "-m", "s"), BEFORE[2], AFTER[2]),
    Mode(11025, 1, ("--abr", "24", "-m", "m", "-t", "-p"), BEFORE[5]),
    Mode(8000, 1, ("--cbr", "-b", "8", "-m", "m"), BEFORE[3]),
    Mode(44100, 2, ("--freeformat", "-b", "400", "-m", "s"), b"", AFTER[1]),
    Mode(48000, 2, ("--freeformat", "-b", "500", "-m", "j", "-t"), BEFORE[3]),
    Mode(32000, 1, ("--freeformat", "-b", "340", "-m", "m", "-p", "-t"), BEFORE[1]),
]
_CHANCE = random.Random(11)
MANY = [random_mode(_CHANCE) for _ in range(188)]


def sound(rate: int, channels: int) -> bytes:
    """A chord with noise that comes and goes, so that a variable rate varies."""
    chance = random.Random(rate)
    frames = array.array("h")
    for index in range(int(rate * SECONDS)):
        loud = 12000 if (index // (rate // 4)) % 2 else 60
        frames.extend([chance.randrange(-loud, loud) for _ in range(channels)])
    return frames.tobytes()


def encoded(mode: Mode) -> bytes:
    words = [
        "lame",
        "--quiet",
        "-r",
        "-s",
        str(mode.rate / 1000),
        "--bitwidth",
        "16",
        "--signed",
        "--little-endian",
    ]
    words += ["--resample", str(mode.rate / 1000), *mode.arguments]
    mono = mode.arguments[mode.arguments.index("-m") + 1] == "m"
    assert mono == (mode.channels == 1)
    made = subprocess.run(
        [*words, "-", "-"],
        input=sound(mode.rate, mode.channels),
        capture_output=True,
        check=True,
        timeout=PATIENCE,
    )
    return made.stdout


def check(refer: Refer, folder: Path, mode: Mode, audio: bytes) -> None:
    (folder / "song.mp3").write_bytes(mode.before + audio + mode.after)
    found = examine_file(refer(folder, b"song.mp3"))
    assert found.role is Role.AUDIO
    assert found.problems == ()
    assert found.format is not None
    assert found.format.puid in ("fmt/134", None), found.format
    assert found.format.puid is not None or found.format.name == "MPEG Audio Layer III (MP3)"
    assert found.audio is not None
    assert (found.audio.codec, found.audio.sample_rate_hz) == ("mp3", mode.rate)
    assert found.audio.channels == mode.channels
    assert found.audio.duration_s == pytest.approx(SECONDS, abs=3000 / mode.rate)


@needs_lame
@pytest.mark.parametrize("number", range(len(CHOSEN)))
def test_no_mp3_is_recorded_as_anything_else(refer: Refer, tmp_path: Path, number: int) -> None:
    check(refer, tmp_path, CHOSEN[number], encoded(CHOSEN[number]))


@needs_lame
@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(MANY)))
def test_no_mp3_of_many_is_recorded_as_anything_else(refer: Refer, tmp_path: Path, number: int) -> None:
    check(refer, tmp_path, MANY[number], encoded(MANY[number]))


@needs_ffmpeg
@pytest.mark.parametrize(
    "options", [("-b:a", "96k"), ("-q:a", "4"), ("-abr", "1", "-b:a", "128k"), ("-write_xing", "0")]
)
def test_mp3_by_ffmpeg(refer: Refer, tmp_path: Path, options: tuple[str, ...]) -> None:
    pcm = sound(44100, 2)
    words = [
        "ffmpeg",
        "-v",
        "error",
        "-f",
        "s16le",
        "-ar",
        "44100",
        "-ac",
        "2",
        "-i",
        "-",
        "-c:a",
        "libmp3lame",
        *options,
    ]
    made = subprocess.run(
        [*words, "-f", "mp3", "-"], input=pcm, capture_output=True, check=True, timeout=PATIENCE
    )
    check(refer, tmp_path, Mode(44100, 2, ()), made.stdout)
