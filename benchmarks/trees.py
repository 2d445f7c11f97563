"""Make large trees to measure with, the same bytes and times whenever they are made.

Run from the project's root:

    python -m benchmarks.trees small 100000 /tmp/small
    python -m benchmarks.trees tiny 1000000 /tmp/tiny
    python -m benchmarks.trees tagged 1000000 /tmp/tagged
    python -m benchmarks.trees large 8 /tmp/large --mb 512

``small`` is tagged audio files of 0.3 to 6 kB in albums, ``tiny`` files of a few bytes, ``tagged`` audio files of
0.2 to 1.2 kB that are made twenty times as fast as small ones, ``large`` WAV files that
do not compress.
"""

from __future__ import annotations

import argparse
import functools
import os
import random
import struct
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.samples import MTIME_NS, build_tree, flac, m4a, mp3, ogg_vorbis, opus, png, wavpack

TRACKS_PER_ALBUM = 12
ALBUMS_PER_ARTIST = 10
TINY_PER_FOLDER = 1000
_PIECE = 1 << 20
_LARGEST_WAV = (1 << 32) - 1024


_FORMATS: tuple[tuple[str, Callable[..., bytes]], ...] = (
    ("flac", flac),
    ("mp3", functools.partial(mp3, v1=True)),
    ("flac", functools.partial(flac, pictures=[png(size=16)])),
    ("m4a", m4a),
    ("ogg", ogg_vorbis),
    ("mp3", functools.partial(mp3, id3v2=3)),
    ("opus", opus),
    ("wv", wavpack),
)
"""What the albums are made of, in turn."""


def _albums(count: int) -> Iterator[tuple[str, dict[str, bytes]]]:
    """Yield the folder and files of albums until there are ``count`` files; no two files are alike."""
    for number, first in enumerate(range(0, count, TRACKS_PER_ALBUM)):
        artist = f"Example Artist {number // ALBUMS_PER_ARTIST:05}"
        album = f"Album {number % ALBUMS_PER_ARTIST:02}"
        extension, build = _FORMATS[number % len(_FORMATS)]
        files = {}
        for track in range(1, min(TRACKS_PER_ALBUM, count - first) + 1):
            title = f"Track {first + track}"
            content = build(title=title, artist=artist, album=album, track=str(track))
            files[f"{track:02} {title}.{extension}"] = content
        yield f"{artist}/{album}", files


def _settle(root: Path) -> None:
    """Give the folders that lie above the albums their time."""
    for folder in (*root.iterdir(), root):
        os.utime(folder, ns=(MTIME_NS, MTIME_NS))


def small_tree(root: Path, count: int) -> int:
    """Make ``count`` tagged audio files of eight kinds, twelve to an album; return their size in bytes."""
    size = 0
    for folder, files in _albums(count):
        build_tree(root / folder, files)
        size += sum(map(len, files.values()))
    _settle(root)
    return size


def tiny_tree(root: Path, count: int) -> int:
    """Make ``count`` files of a few bytes each, no two alike, a thousand to a folder; return their size in bytes."""
    size = 0
    for first in range(0, count, TINY_PER_FOLDER):
        numbers = range(first, min(first + TINY_PER_FOLDER, count))
        files = {f"{number:07}.txt": f"{number}\n".encode() for number in numbers}
        build_tree(root / f"{first // TINY_PER_FOLDER:04}", files)
        size += sum(map(len, files.values()))
    _settle(root)
    return size


_HASTY: tuple[tuple[str, Callable[..., bytes]], ...] = (("flac", flac), ("m4a", m4a), ("wv", wavpack))
"""Kinds whose tags no checksum covers, so that one file becomes another by writing other words of the same length."""

_PLACES = {"title": "Track 0000000", "artist": "Artist 0000000", "album": "Album 0000000", "track": "00"}


def tagged_tree(root: Path, count: int) -> int:
    """Make ``count`` tagged audio files, twelve to an album, quickly; return their size in bytes.

    All have tags and names of the same length, and no two are alike.
    """
    patterns = [(extension, build(**_PLACES)) for extension, build in _HASTY]
    size = 0
    for number, first in enumerate(range(0, count, TRACKS_PER_ALBUM)):
        artist = number // ALBUMS_PER_ARTIST
        extension, pattern = patterns[number % len(patterns)]
        album = pattern
        for word, value in (("artist", artist), ("album", number)):
            album = album.replace(_PLACES[word].encode(), f"{word.title()} {value:07}".encode())
        folder = f"{root}/Artist {artist:07}/Album {number:07}"
        os.makedirs(folder)
        for track in range(first, min(first + TRACKS_PER_ALBUM, count)):
            name = f"Track {track:07}"
            content = album.replace(_PLACES["title"].encode(), name.encode())
            path = f"{folder}/{track - first + 1:02} {name}.{extension}"
            with open(path, "xb", buffering=0) as out:
                out.write(content)
            os.utime(path, ns=(MTIME_NS, MTIME_NS))
            size += len(content)
        os.utime(folder, ns=(MTIME_NS, MTIME_NS))
    _settle(root)
    return size


def _wav_head(data_bytes: int) -> bytes:
    """Return what stands before the samples of a WAV file: 16 bits, two channels, 44.1 kHz."""
    shape = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 2, 44100, 176400, 4, 16)
    outer = struct.pack("<4sI4s", b"RIFF", 4 + len(shape) + 8 + data_bytes, b"WAVE")
    return outer + shape + struct.pack("<4sI", b"data", data_bytes)


def large_tree(root: Path, count: int, size: int) -> int:
    """Make ``count`` WAV files of ``size`` bytes of noise, no two alike; return their size together.

    Raises:
        ValueError: if a file would be larger than WAV can say (4 GiB) or smaller than its header.
    """
    if not 1024 <= size <= _LARGEST_WAV:
        raise ValueError(f"a WAV file has 1024 to {_LARGEST_WAV} bytes")
    root.mkdir(parents=True, exist_ok=True)
    data_bytes = (size - 44) // 4 * 4
    for number in range(count):
        noise = random.Random(number)  # noqa: S311 - incompressible and repeatable is all that is asked of it
        path = root / f"{number + 1:03}.wav"
        with path.open("xb") as out:
            out.write(_wav_head(data_bytes))
            for at in range(0, data_bytes, _PIECE):
                out.write(noise.randbytes(min(_PIECE, data_bytes - at)))
        os.utime(path, ns=(MTIME_NS, MTIME_NS))
    os.utime(root, ns=(MTIME_NS, MTIME_NS))
    return (44 + data_bytes) * count


def main() -> None:
    """Make the tree that the arguments ask for and say how large it is."""
    parser = argparse.ArgumentParser(description="Make a large tree to measure with.")
    parser.add_argument("kind", choices=("small", "tiny", "tagged", "large"))
    parser.add_argument("count", type=int, help="how many files")
    parser.add_argument("folder", type=Path, help="a folder that is new or empty")
    parser.add_argument(
        "--mb", type=int, default=256, help="size of a large file in 10^6 bytes (default: 256)"
    )
    asked = parser.parse_args()
    if asked.folder.exists() and any(asked.folder.iterdir()):
        parser.error(f"{asked.folder} is not empty")
    started = time.perf_counter()
    if asked.kind == "large":
        size = large_tree(asked.folder, asked.count, asked.mb * 1_000_000)
    else:
        make = {"small": small_tree, "tiny": tiny_tree, "tagged": tagged_tree}[asked.kind]
        size = make(asked.folder, asked.count)
    taken = time.perf_counter() - started
    print(f"{asked.count} files, {size / 1e6:.1f} MB in {asked.folder}, {taken:.1f} s")


if __name__ == "__main__":
    main()
