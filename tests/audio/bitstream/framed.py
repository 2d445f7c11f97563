"""Ways to let streams of frames be walked, to damage them, and to have other programs encode and judge them."""

from __future__ import annotations

import array
import functools
import io
import math
import random
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from archiver.audio.bitstream.checks import CHECKS
from archiver.audio.bitstream.find import bitstream_of
from archiver.audio.bitstream.methods import METHODS
from archiver.audio.bitstream.walk import Listener
from archiver.audio.blocks.read import read_blocks
from archiver.audio.containers.window import Window
from archiver.audio.formats.magic import sniff
from archiver.model.sound import Bitstream, Sound, SoundState
from tests.running import PATIENCE

NEVER_INTACT = frozenset((SoundState.CONSISTENT, SoundState.DAMAGED, SoundState.NOT_CHECKABLE))


def stream_of(data: bytes, extension: str) -> Bitstream | None:
    """What examining a file of these bytes plans."""
    window = Window(io.BytesIO(data), len(data))
    sniffed = sniff(window, extension)
    return bitstream_of(window, sniffed, extension, read_blocks(window, sniffed.kind).blocks)


def listen(stream: Bitstream, data: bytes, piece: int = 1 << 20) -> Sound:
    """Give a file's bytes to the walk, and hold what it says to the registries."""
    listener = Listener(stream)
    for start in range(0, len(data), piece):
        listener.update(data[start : start + piece])
    sound = listener.finish()
    assert set(sound.integrity.checked) <= set(CHECKS)
    assert sound.essence is None or sound.essence.method in METHODS
    assert (sound.integrity.state is SoundState.DAMAGED) == bool(sound.integrity.damaged_places)
    return sound


def heard(data: bytes, extension: str, piece: int = 1 << 20) -> Sound:
    """What reading a file of these bytes through says."""
    stream = stream_of(data, extension)
    assert stream is not None
    return listen(stream, data, piece)


def digest_of(data: bytes, extension: str) -> str:
    """The digest of the music in a file of these bytes."""
    essence = heard(data, extension).essence
    assert essence is not None
    return essence.digest


def flipped(data: bytes, bit: int) -> bytes:
    """The same bytes with one bit turned over."""
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def places(start: int, end: int, count: int = 1000, seed: int = 12) -> Iterator[int]:
    """Numbers of bits within a stretch of bytes, the same in every run."""
    chance = random.Random(seed)
    for _ in range(count):
        yield chance.randrange(start * 8, end * 8)


def cuts(data: bytes, parts: int = 16) -> Iterator[bytes]:
    """The file broken off at every sixteenth."""
    for part in range(1, parts):
        yield data[: len(data) * part // parts]


def needs(*tools: str) -> pytest.MarkDecorator:
    """Skip a test, and say so, where one of these programs is not there."""
    missing = [tool for tool in tools if shutil.which(tool) is None]
    return pytest.mark.skipif(bool(missing), reason=f"needs {', '.join(missing)}")


def ran(*words: str | Path, given: bytes | None = None) -> bytes:
    """What a program prints; that it fails is an error."""
    done = subprocess.run(
        [str(word) for word in words], input=given, capture_output=True, check=True, timeout=PATIENCE
    )
    return done.stdout


def complains(*words: str | Path) -> bool:
    """Whether a program that judges a file finds fault with it."""
    done = subprocess.run([str(word) for word in words], capture_output=True, check=False, timeout=PATIENCE)
    return done.returncode != 0 or bool(done.stderr.strip())


@functools.cache
def pcm(rate: int = 44100, channels: int = 2, seconds: float = 1.5) -> bytes:
    """Signed 16-bit samples of a chord with noise that comes and goes."""
    chance = random.Random(rate)
    frames = array.array("h")
    for index in range(int(rate * seconds)):
        loud = 6000 if index // (rate // 4) % 2 else 60
        tone = round(9000 * math.sin(index * 2764 / rate))
        frames.extend([tone + chance.randrange(-loud, loud) for _ in range(channels)])
    return frames.tobytes()


@functools.cache
def by_ffmpeg(*options: str, form: str, rate: int = 44100, channels: int = 2, seconds: float = 1.5) -> bytes:
    """What ffmpeg encodes, in the format that it calls ``form``, to a pipe."""
    head = ("ffmpeg", "-v", "error", "-f", "s16le", "-ar", str(rate), "-ac", str(channels), "-i", "-")
    return ran(*head, *options, "-f", form, "-", given=pcm(rate, channels, seconds))


def stream_copied(folder: Path, data: bytes, extension: str, options: Sequence[str] = ()) -> bytes:
    """The file as ffmpeg copies its stream into another, with a title of its own."""
    source, target = folder / f"source.{extension}", folder / f"target.{extension}"
    source.write_bytes(data)
    ran(
        "ffmpeg",
        "-v",
        "error",
        "-y",
        "-i",
        source,
        "-c",
        "copy",
        "-metadata",
        "title=Other",
        *options,
        target,
    )
    assert source.read_bytes() == data
    return target.read_bytes()
