"""Encode the melodies that the collection holds in formats this project does not encode itself.

Needs ffmpeg (libmp3lame, libvorbis, libopus, aac) and wavpack. Their output differs from version to version,
so it is made once and kept in ``examples/clips/``; the collection is made from it. Run from the project's root:

    python -m examples.make_clips
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from examples.sounds import CLIPS, tune
from tests.samples import wav

_FFMPEG = ("ffmpeg", "-nostdin", "-v", "error", "-y")
_BARE = ("-map_metadata", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact")
_ENCODERS: dict[str, tuple[int, tuple[str, ...]]] = {
    "mp3": (44100, ("-c:a", "libmp3lame", "-b:a", "32k", "-id3v2_version", "0", "-write_id3v1", "0")),
    "aac": (44100, ("-c:a", "aac", "-b:a", "32k", "-f", "adts")),
    "ogg": (22050, ("-c:a", "libvorbis", "-q:a", "0")),
    "opus": (48000, ("-c:a", "libopus", "-b:a", "24k")),
}
WANTED = {
    "mp3": (20, 21, 22, 23),
    "aac": (30, 31, 32),
    "ogg": (40, 41, 42, 43),
    "opus": (50, 51),
    "wv": (60, 61),
}
"""Which melodies are encoded how; the numbers are those of :func:`examples.sounds.tune`."""


def _encode(kind: str, number: int, folder: Path) -> Path:
    source, target = folder / "tune.wav", CLIPS / f"{number}.{kind}"
    rate, options = _ENCODERS.get(kind, (8000, ()))
    source.write_bytes(wav(audio=tune(number, rate_hz=rate)))
    if kind == "wv":
        command: tuple[str | Path, ...] = ("wavpack", "-y", "-q", "-h", source, "-o", target)
    else:
        command = (*_FFMPEG, "-i", source, *_BARE, *options, target)
    subprocess.run(command, check=True)
    return target


def main() -> None:
    """Encode every clip and say how large it is."""
    CLIPS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for kind, numbers in WANTED.items():
            for number in numbers:
                clip = _encode(kind, number, Path(folder))
                print(f"{clip.stat().st_size:7} {clip.name}")


if __name__ == "__main__":
    main()
