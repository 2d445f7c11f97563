"""What reading music through costs: the rate of a walk on one core, and packing music against packing the same bytes.

The music is made here with ffmpeg: chords that change, with some noise, so that frames are as large as those of recordings.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from archiver.audio.bitstream.walk import Listener
from archiver.audio.examine import examine_file
from archiver.model.sound import Bitstream
from archiver.model.source import FileRef, FileStat
from benchmarks.commands import archiver, run
from benchmarks.places import clear, clear_catalogue
from benchmarks.results import Row, at_least, at_most, not_measured
from benchmarks.timing import Task, in_turns, ratio, seconds

_BLOCK = 1 << 20
_SLOWER = 1.15
_LARGE_BYTES = 500_000_000
"""From here on what reading through costs outweighs what starting costs, so that a number is wanted of packing."""

FORMATS: dict[str, tuple[tuple[str, ...], float | None]] = {
    "flac": (("-c:a", "flac", "-sample_fmt", "s16"), 300.0),
    "mp3": (("-c:a", "libmp3lame", "-b:a", "192k"), 200.0),
    "ogg": (("-c:a", "libvorbis", "-q:a", "6"), 500.0),
    "opus": (("-c:a", "libopus", "-b:a", "128k"), 500.0),
    "m4a": (("-c:a", "aac", "-b:a", "192k"), None),
}
"""How each is encoded, and the megabytes a second that reading it through is to reach on one core."""


def music_rows(scratch: Path, seconds_long: int, megabytes: int, rounds: int) -> Iterator[Row]:
    """Measure each format; a machine without ffmpeg gives one row that says so.

    Args:
        scratch: Where to make the music.
        seconds_long: Playing time of the file that is made in each format.
        megabytes: Size of the music of one format that is packed.
        rounds: Rounds of each comparison.
    """
    if shutil.which("ffmpeg") is None:
        yield not_measured("music", "there is no ffmpeg")
        return
    for extension, (encoder, wanted) in FORMATS.items():
        made = _encoded(scratch / f"made.{extension}", encoder, seconds_long)
        if made is None:
            yield not_measured(f"music, {extension}", "this ffmpeg does not encode it")
            continue
        yield _rate_row(made, extension, wanted, rounds)
        yield _pack_row(made, scratch, megabytes, rounds)
        made.unlink()


def _encoded(path: Path, encoder: tuple[str, ...], seconds_long: int) -> Path | None:
    chords = (
        "0.2*sin(2*PI*t*(220+55*mod(floor(t),7)))+0.2*sin(2*PI*t*(331+77*mod(floor(t*2),5)))+0.05*random(0)"
    )
    made = subprocess.run(
        [
            *("ffmpeg", "-v", "error", "-y", "-f", "lavfi"),
            *("-i", f"aevalsrc='{chords}|{chords}':s=44100:d={seconds_long}", *encoder, str(path)),
        ],
        check=False,
    )
    return path if made.returncode == 0 else None


def _rate_row(made: Path, extension: str, wanted: float | None, rounds: int) -> Row:
    data = made.read_bytes()
    status = made.stat()
    name = os.fsencode(made.name)
    stat = FileStat(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
    stream = examine_file(FileRef(os.fsencode(made.parent), name, made.name, stat)).bitstream
    if stream is None:
        return Row("music read through", extension, "", "", "no walk for it", "", "no")
    rate = statistics.median(len(data) / _seconds(data, stream) for _ in range(2 * rounds)) / 1e6
    return Row(
        "music read through, one core",
        extension,
        f"{len(data) / rate / 1e6:.3f} s",
        "",
        f"{rate:,.0f} MB/s",
        "" if wanted is None else f"≥ {wanted:.0f} MB/s",
        "" if wanted is None else at_least(rate, wanted),
    )


def _seconds(data: bytes, stream: Bitstream) -> float:
    blocks = [data[at : at + _BLOCK] for at in range(0, len(data), _BLOCK)]
    started = time.process_time()
    listener = Listener(stream)
    for block in blocks:
        listener.update(block)
    listener.finish()
    return time.process_time() - started


def _pack_row(made: Path, scratch: Path, megabytes: int, rounds: int) -> Row:
    """Pack copies of the music, and of the same bytes with a beginning that makes them no music."""
    music, bytes_alone, store = scratch / "music", scratch / "bytes", scratch / "store"
    data = made.read_bytes()
    copies = max(1, megabytes * 1_000_000 // len(data))
    for folder, content, suffix in ((music, data, made.suffix), (bytes_alone, _no_music(data), ".dat")):
        folder.mkdir()
        for number in range(copies):
            (folder / f"{number:03}{suffix}").write_bytes(content)
    tasks = {
        name: Task(
            partial(run, archiver("pack", folder, "--to", store, "--name", "bag")), partial(_forget, store)
        )
        for name, folder in (("music", music), ("bytes", bytes_alone))
    }
    times = in_turns(tasks, rounds)
    clear(music, bytes_alone, store)
    wanted = copies * len(data) >= _LARGE_BYTES
    times_as_much = ratio(times["music"], times["bytes"])
    return Row(
        "pack, with essence and integrity",
        f"{copies} {made.suffix[1:]} files of {len(data) / 1e6:.0f} MB",
        seconds(times["music"]),
        f"the same bytes as no music, {seconds(times['bytes'])}",
        f"{times_as_much.told()} times as long",
        f"≤ {_SLOWER:.2f}" if wanted else "",
        at_most(times_as_much.middle, _SLOWER) if wanted else "",
    )


def _forget(store: Path) -> None:
    clear(store)
    clear_catalogue()


def _no_music(data: bytes) -> bytes:
    """The same bytes without their beginning, so that they are not taken for music."""
    changed = bytearray(data)
    changed[:4096] = bytes(4096)
    return bytes(changed)
