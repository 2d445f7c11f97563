from __future__ import annotations

import contextlib
import io
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver.audio.containers.window import Window
from archiver.audio.formats.identify import recorded_format
from archiver.audio.formats.kinds import TABLE_NAME, Kind, extension_of
from archiver.audio.formats.magic import Sniffed, sniff
from archiver.audio.formats.pronom import (
    Ground,
    PronomAnswer,
    ask_pronom,
    lent_path,
    shown_bytes,
    telling_suffix,
)
from archiver.machine import TemporaryStorageError
from tests.samples import flac, id3v2, m4a, mp3, ogg_vorbis, png, silence, wav
from tests.samples.mp3 import mp3_frame

ANSWER = PronomAnswer("fmt/1", "Some Format 2", None, "Audio", Ground.BYTES, "V1")


@pytest.mark.parametrize(
    ("name", "data", "puid"),
    [
        ("a.flac", flac(title="x"), "fmt/279"),
        ("a.ogg", ogg_vorbis(title="x"), "fmt/203"),
        ("a.wav", wav(audio=silence(1.0)), "fmt/141"),
        ("a.m4a", m4a(title="x"), "fmt/2094"),
        ("a.mp3", mp3(title="x", audio=mp3_frame(128) * 60), "fmt/134"),
        ("a.png", png(), "fmt/11"),
        ("a.txt", b"words\n", "x-fmt/111"),
    ],
)
def test_known_formats(tmp_path: Path, name: str, data: bytes, puid: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    answer = ask_pronom(str(path))
    assert answer is not None
    assert answer.puid == puid
    assert re.fullmatch(r"DROID_SignatureFile_V\d+; container-signature-\d{8}", answer.signature_version)


def test_an_empty_or_unknown_file_has_no_answer(tmp_path: Path) -> None:
    path = tmp_path / "a.mp3"
    path.write_bytes(b"")
    assert ask_pronom(str(path)) is None
    path.write_bytes(bytes(range(256)) * 4)
    assert ask_pronom(str(path)) is None


def test_an_extension_alone_is_the_weakest_ground(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(bytes(range(256)))
    answer = ask_pronom(str(path))
    assert answer is not None
    assert answer.ground is Ground.EXTENSION


def test_a_missing_file_or_a_folder_has_no_answer(tmp_path: Path) -> None:
    assert ask_pronom(str(tmp_path / "gone.mp3")) is None
    assert ask_pronom(str(tmp_path)) is None


def test_the_recorded_format_is_pronoms_unless_it_rests_on_the_name() -> None:
    by_name = PronomAnswer("fmt/2", "By Name", None, "", Ground.EXTENSION, "V1")
    recorded = recorded_format(Kind.FLAC, ANSWER)
    assert recorded is not None
    assert (recorded.puid, recorded.name, recorded.mime, recorded.signature_version) == (
        "fmt/1", "Some Format 2", "audio/flac", "V1",
    )  # fmt: skip
    own = recorded_format(Kind.FLAC, by_name)
    assert own is not None
    assert (own.puid, own.name, own.signature_version) == (None, "FLAC", TABLE_NAME)
    assert recorded_format(Kind.WAVPACK, None) is not None
    unopposed = recorded_format(None, by_name)
    assert unopposed is not None
    assert unopposed.puid == "fmt/2"
    assert recorded_format(None, None) is None


@contextlib.contextmanager
def shown_path(window: Window, sniffed: Sniffed, relative: bytes) -> Iterator[str | None]:
    """Lend the path at which PRONOM would look at a file."""
    shown = shown_bytes(window, sniffed)
    with lent_path(window if shown is None else shown, telling_suffix(relative)) as path:
        yield path


def show(folder: Path, name: bytes, data: bytes) -> tuple[str | None, bytes]:
    """The path that PRONOM would be given, and what stands there."""
    path = os.path.join(os.fsencode(folder), name)
    with open(path, "wb") as out:
        out.write(data)
    with open(path, "rb") as file:
        sniffed = sniff(Window(file, len(data)), extension_of(os.fsdecode(name)))
        with shown_path(Window(file, len(data)), sniffed, name) as shown:
            return shown, b"" if shown is None else Path(shown).read_bytes()


def test_a_short_file_is_shown_as_it_is(tmp_path: Path) -> None:
    path, data = show(tmp_path, b"a.FLAC", flac())
    assert data == flac()
    assert path is not None
    assert path.endswith(".flac")
    assert not os.path.lexists(path)


def test_a_long_file_is_shown_by_its_telling_parts_and_nothing_is_left_behind(tmp_path: Path) -> None:
    audio = wav(audio=silence(3.0))
    path, data = show(tmp_path, b"a.WAV", audio)
    assert path is not None
    assert path.endswith(".wav")
    assert data == audio[:8192] + audio[-1024:]
    assert not os.path.exists(path)
    other = b"%PDF-1.7\n" + bytes(300_000) + b"%%EOF"
    _, data = show(tmp_path, b"a.pdf", other)
    assert data == other[:65536] + other[-65536:]


def test_the_frames_behind_a_large_cover_are_shown_and_not_the_tag(tmp_path: Path) -> None:
    tag = b"ID3\x03\0\0" + bytes((0, 3, 0, 0)) + bytes(3 << 14)
    audio = mp3_frame(128) * 60
    _, data = show(tmp_path, b"a.mp3", tag + audio)
    assert data == audio[:8192] + audio[-1024:]


def test_the_index_of_an_mp4_file_is_shown_where_it_stands_last(tmp_path: Path) -> None:
    ordered = m4a(title="x", frames=5000)
    moov, mdat = ordered.index(b"moov") - 4, ordered.index(b"mdat") - 4
    turned = ordered[:moov] + ordered[mdat:] + ordered[moov:mdat]
    _, data = show(tmp_path, b"a.m4a", turned)
    assert data[4:8] == b"ftyp"
    assert data[2048:].startswith(ordered[moov:mdat][:8192])


@pytest.mark.parametrize("extension", [b".flac", b".FLAC", b".mp3", b"", b".a b", b".\xff", b"." + b"x" * 40])
def test_the_extension_of_a_copy_is_kept_where_it_is_plain(tmp_path: Path, extension: bytes) -> None:
    path, _ = show(tmp_path, b"a" + extension, wav(audio=silence(3.0)))
    assert path is not None
    plain = extension in (b".flac", b".FLAC", b".mp3")
    assert os.path.splitext(path)[1] == (os.fsdecode(extension).lower() if plain else "")


@pytest.mark.parametrize("seconds", [0.1, 3.0])
def test_what_is_shown_is_the_file_that_was_opened_whatever_stands_under_its_name(
    tmp_path: Path, seconds: float
) -> None:
    path = tmp_path / "a.wav"
    audio = wav(audio=silence(seconds))
    path.write_bytes(audio)
    with path.open("rb") as file:
        path.unlink()
        os.mkfifo(path)
        with shown_path(Window(file, len(audio)), sniff(Window(file, len(audio)), "wav"), b"a.wav") as shown:
            assert shown is not None
            assert Path(shown).read_bytes()[:44] == audio[:44]
            answer = ask_pronom(shown)
    assert answer is not None
    assert answer.puid == "fmt/141"


@pytest.mark.parametrize("number", [*range(1, 32), 0x7F, 0x85, 0x2028, 0x202E])
def test_no_character_of_a_name_hides_a_format(tmp_path: Path, number: int) -> None:
    """The library fails on its own answer where the name has one of 1A to 1F in it."""
    name = f"a{chr(number)}b.flac".encode()
    path, data = show(tmp_path, name, flac())
    assert path is not None
    assert data == flac()
    answer = ask_pronom(str(tmp_path / os.fsdecode(name)))
    assert answer is None or answer.puid == "fmt/279"


@pytest.mark.parametrize("audio", [flac(), wav(audio=silence(3.0))])
def test_no_temporary_folder_is_the_machines_trouble(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, audio: bytes
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    with pytest.raises(TemporaryStorageError, match="missing"):
        show(tmp_path, b"a.wav", audio)


@pytest.mark.parametrize("seconds", [1.0, 4.0])
@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.m4a", "a.mp3", "a.ogg"])
def test_what_is_shown_gives_the_same_answer_as_the_whole(tmp_path: Path, name: str, seconds: float) -> None:
    frames = round(seconds * 40)
    data = {
        "a.wav": wav(audio=silence(seconds)),
        "a.flac": flac(audio=silence(seconds), verbatim=True),
        "a.m4a": m4a(frames=frames * 8, title="x"),
        "a.mp3": id3v2([]) + mp3_frame(128) * frames,
        "a.ogg": ogg_vorbis(packets=frames * 20),
    }[name]
    path = tmp_path / name
    path.write_bytes(data)
    sniffed = sniff(Window(io.BytesIO(data), len(data)), extension_of(name))
    with (
        path.open("rb") as file,
        shown_path(Window(file, len(data)), sniffed, os.fsencode(name)) as shown,
    ):
        assert shown is not None
        assert ask_pronom(shown) == ask_pronom(str(path))
