"""Music to decode, made here, and the programs that encode and judge it."""

from __future__ import annotations

import array
import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from archiver.model.decoded import Decoded, Undecoded
from archiver.model.source import FileRef, FileStat
from tests.running import PATIENCE


def tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"needs {name}")
    return found


def run_tool(*words: str | Path, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    name, *rest = (os.fspath(word) for word in words)
    return subprocess.run(
        [tool(name), *rest], input=given, capture_output=True, check=False, timeout=PATIENCE
    )


def chords(seconds: float, seed: int = 1) -> bytes:
    """Stereo samples of 16 bits at 44,100 Hz, interleaved: notes that change three times a second, and some noise."""
    chance = random.Random(seed)
    rate, samples = 44_100, array.array("h")
    wave = [3000 - abs(at * 48 - 6144) for at in range(256)]
    noise = [chance.randrange(-200, 200) for _ in range(4099)]
    low = middle = high = 0.0
    for at in range(round(seconds * rate)):
        if at % 14_700 == 0:
            low, middle, high = (55 * 2 ** (chance.randrange(60) / 12) * 256 / rate for _ in range(3))
        left = wave[int(at * low) & 255] + wave[int(at * middle) & 255] + noise[at % 4099]
        right = wave[int(at * high) & 255] + wave[int(at * middle) & 255] + noise[at % 4093]
        samples.append(left)
        samples.append(right)
    return samples.tobytes()


def reference(path: Path) -> FileRef:
    status = os.lstat(path)
    stat = FileStat(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
    return FileRef(os.fsencode(path.parent), os.fsencode(path.name), path.name, stat)


def whole(outcome: Decoded | Undecoded) -> Decoded:
    """What was decoded, which is to be there."""
    assert isinstance(outcome, Decoded), outcome
    return outcome
