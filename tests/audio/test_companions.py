"""Files that only accompany others: a Mac's resource forks, and what a hybrid file lacks."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from archiver.audio.formats.identify import recorded_format
from archiver.audio.formats.kinds import Kind, extension_of
from archiver.audio.formats.pronom import Ground, PronomAnswer
from archiver.model.audio import Role
from tests.audio.conftest import Examine
from tests.running import PATIENCE
from tests.samples import mp3, silence, wav
from tests.samples.wavpack import wavpack

APPLEDOUBLE = (
    bytes.fromhex("0005160700020000") + b"Mac OS X        " + b"\0\2"
    + struct.pack(">6I", 9, 50, 32, 2, 82, 286) + bytes(318)
)  # fmt: skip


@pytest.mark.parametrize(
    "name", ["._01 Song.mp3", "._02 Song.m4a", "._cover.jpg", "._x.flac", "._log.log", "._"]
)
@pytest.mark.parametrize(
    "data",
    [
        APPLEDOUBLE,
        b"\0\x05\x16\x00" + bytes(100),
        bytes(4096),
        b"This resource fork intentionally left blank",
    ],
)
def test_a_companion_is_no_track_and_no_damage(examine: Examine, name: str, data: bytes) -> None:
    found = examine(name, data)
    assert found.role is Role.OTHER
    assert found.audio is None
    assert found.problems == ()


def test_the_bytes_of_a_companion_under_a_name_of_its_own(examine: Examine) -> None:
    found = examine("Song.mp3", APPLEDOUBLE)
    assert found.role is Role.OTHER
    assert [problem.code for problem in found.problems] == ["F201"]


def test_music_under_such_a_name_stays_music(examine: Examine) -> None:
    found = examine("._live.mp3", mp3(title="x"))
    assert found.role is Role.AUDIO
    assert found.problems == ()


def test_the_extension_of_a_companion_is_that_of_its_fellow() -> None:
    assert extension_of("a/._song.mp3") == ""
    assert extension_of("._song.mp3/b.flac") == "flac"
    assert extension_of("a/_.song.mp3") == "mp3"


def test_a_correction_file_is_no_track(examine: Examine) -> None:
    block = wavpack(seconds=0.5)
    assert examine("a.wv", block).role is Role.AUDIO
    body = b"\x07\x02" + bytes(4) + b"\x8b\x04\0\0" + bytes(8)
    head = struct.pack(
        "<4sIHBBIIIII", b"wvpk", 24 + len(body), 0x410, 0, 0, 44100, 0, 44100, 0x0480_1800 | 8, 0
    )
    found = examine("a.wvc", head + body)
    assert found.role is Role.OTHER
    assert found.problems == ()
    assert found.format is not None
    assert found.format.name == "WavPack correction file"


@pytest.mark.skipif(shutil.which("wavpack") is None, reason="needs wavpack")
def test_a_real_hybrid_pair(examine: Examine, tmp_path: Path) -> None:
    (tmp_path / "in.wav").write_bytes(wav(audio=silence(1.0)))
    words = ["wavpack", "-q", "-b256", "-c", str(tmp_path / "in.wav"), "-o", str(tmp_path / "out.wv")]
    subprocess.run(words, check=True, capture_output=True, timeout=PATIENCE)
    hybrid = examine("a.wv", (tmp_path / "out.wv").read_bytes())
    assert hybrid.role is Role.AUDIO
    assert hybrid.audio is not None
    assert hybrid.audio.lossless is False
    assert examine("a.wvc", (tmp_path / "out.wvc").read_bytes()).role is Role.OTHER


def answer(puid: str, ground: Ground = Ground.BYTES) -> PronomAnswer:
    return PronomAnswer(puid, "Named", None, "Audio", ground, "V1")


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind.row.proved is not None])
def test_no_other_format_is_recorded_than_the_frames_prove(kind: Kind) -> None:
    assert kind.row.proved is not None
    for puid in ("fmt/134", "fmt/198", "fmt/1812", "fmt/735", "fmt/42"):
        found = recorded_format(kind, answer(puid))
        assert found is not None
        assert found.puid in (kind.row.proved & {puid} or {None})
        assert found.puid is not None or found.name != "Named"


def test_kinds_that_are_known_by_a_signature_leave_the_word_to_the_register() -> None:
    found = recorded_format(Kind.WAV, answer("fmt/141"))
    assert found is not None
    assert found.puid == "fmt/141"
