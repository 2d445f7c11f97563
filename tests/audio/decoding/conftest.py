"""Files by real encoders, and what decoding them gives."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from archiver.audio.decoding.decode import decode_file
from archiver.audio.examine import examine_file
from archiver.model.decoded import Decoded, Sought, Undecoded
from tests.audio.decoding.music import chords, reference, run_tool

DecodeHere = Callable[..., Decoded | Undecoded]
Encode = Callable[..., Path]


@pytest.fixture(scope="session")
def music() -> bytes:
    """Twelve seconds of it."""
    return chords(12.0)


@pytest.fixture(scope="session")
def encode(music: bytes, tmp_path_factory: pytest.TempPathFactory) -> Encode:
    """Encode the music with ffmpeg and its own options, once for each name and options."""
    folder = tmp_path_factory.mktemp("encoded")

    def encoded(name: str, *options: str) -> Path:
        target = folder / "".join(option.strip("-") for option in options) / name
        if not target.exists():
            target.parent.mkdir(exist_ok=True)
            source = ("-f", "s16le", "-ar", "44100", "-ac", "2", "-i", "-")
            done = run_tool("ffmpeg", "-v", "error", *source, "-bitexact", *options, target, given=music)
            assert done.returncode == 0, done.stderr
        return target

    return encoded


@pytest.fixture
def decode_here() -> DecodeHere:
    """Examine and decode a file in this process, and prove it untouched."""

    def decode_untouched(path: Path, *sought: Sought) -> Decoded | Undecoded:
        before, data = path.stat(), path.read_bytes()
        outcome = decode_file(examine_file(reference(path)), sought)
        after = path.stat()
        assert path.read_bytes() == data
        assert (after.st_mtime_ns, after.st_ctime_ns) == (before.st_mtime_ns, before.st_ctime_ns)
        return outcome

    return decode_untouched


@pytest.fixture
def decode_bytes(decode_here: DecodeHere, tmp_path: Path) -> Callable[..., Decoded | Undecoded]:
    """The same for bytes under a name."""

    def decode_written(name: str, data: bytes, *sought: Sought) -> Decoded | Undecoded:
        path = tmp_path / name
        path.write_bytes(data)
        return decode_here(path, *sought)

    return decode_written
