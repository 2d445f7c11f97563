"""The sample builders are judged by programs that this project did not write."""

from __future__ import annotations

import hashlib
import io
import json
import random
import re
import shutil
import struct
import subprocess
from collections.abc import Mapping
from pathlib import Path

import mutagen
import pytest

from tests.running import PATIENCE
from tests.samples import (
    Pcm,
    Picture,
    aiff,
    apev2,
    flac,
    id3v2,
    jpeg,
    lyrics3,
    m4a,
    melody,
    mp3,
    ogg_vorbis,
    opus,
    png,
    silence,
    wav,
    wavpack,
    wma,
)
from tests.samples.bits import crc8_flac, crc16_flac, crc16_lame, crc32_ogg
from tests.samples.id3 import text_frame
from tests.samples.mp3 import mp3_audio
from tests.samples.riff import bext_chunk
from tests.samples.sidecars import DiscTrack, cue_sheet, eac_log, ffp_file, pdf, whipper_log

TONE = melody([440, 0, 550], seconds=0.5)
TITLE = id3v2([text_frame("TIT2", "Título")])

AUDIO: Mapping[str, tuple[bytes, str, float]] = {
    "silence.flac": (flac(title="Título", pictures=[png(), Picture(jpeg(), 4, "back")]), "flac", 0.1),
    "tone.flac": (flac(title="Título", audio=TONE, padding=64), "flac", 0.5),
    "v24.mp3": (mp3(title="Título", v1=True, pictures=[png()]), "mp3", 1.045),
    "v23.mp3": (mp3(id3v2=3, title="Título", header="Xing", padding=50), "mp3", 1.045),
    "ape.mp3": (mp3(title="Título", v1=True, trailing=apev2(title="x") + lyrics3("la la")), "mp3", 1.045),
    "bare.mp3": (mp3(title="Título", header=None), "mp3", 1.045),
    "short.opus": (opus(title="Título", pictures=[png()]), "opus", 1.0),
    "many-pages.opus": (opus(title="Título", comment="x" * 150_000, packets=120), "opus", 2.4),
    "short.ogg": (ogg_vorbis(title="Título", pictures=[jpeg()]), "vorbis", 0.183),
    "many-pages.ogg": (ogg_vorbis(title="Título", comment="x" * 65_025, packets=200), "vorbis", 0.577),
    "aac.m4a": (m4a(title="Título", track="2/5", pictures=[png(), jpeg()]), "aac", 1.022),
    "alac.m4a": (m4a(title="Título", alac=TONE), "alac", 0.5),
    "info.wav": (wav(title="Título", audio=TONE), "pcm_s16le", 0.5),
    "bext.wav": (
        wav(title="Título", id3=TITLE, bext=bext_chunk(description="x", date="2020-01-02")),
        "pcm_s16le",
        0.1,
    ),
    "text.aiff": (aiff(title="Título", audio=TONE, id3=TITLE), "pcm_s16be", 0.5),
    "ape.wv": (wavpack(title="Título"), "wavpack", 1.0),
    "plain.wma": (wma(title="Título", album="An Album", tags={"LICENSE": "x"}), "wmav2", 1.024),
}


def tool(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"{name} is not installed, so nobody judges this sample")
    return path


def run(*command: str | Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(command, capture_output=True, check=False, timeout=PATIENCE)


def decoded(path: Path) -> bytes:
    outcome = run(tool("ffmpeg"), "-v", "error", "-i", path, "-f", "s16le", "-")
    assert outcome.returncode == 0, outcome.stderr
    assert outcome.stderr == b""
    return outcome.stdout


@pytest.mark.parametrize("name", AUDIO)
def test_ffprobe_reads_what_was_built(name: str, tmp_path: Path) -> None:
    data, codec, duration = AUDIO[name]
    path = tmp_path / name
    path.write_bytes(data)
    asked = "stream=codec_name,codec_type:format=duration:format_tags:stream_tags"
    outcome = run(tool("ffprobe"), "-v", "error", "-show_entries", asked, "-of", "json", path)
    seen = json.loads(outcome.stdout)
    assert outcome.stderr == b""
    assert seen["streams"][0]["codec_name"] == codec
    assert float(seen["format"]["duration"]) == pytest.approx(duration, abs=0.03)
    assert "Título" in json.dumps(seen, ensure_ascii=False)


@pytest.mark.parametrize("name", AUDIO)
def test_ffmpeg_decodes_what_was_built(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(AUDIO[name][0])
    assert decoded(path)


@pytest.mark.parametrize("name", [name for name in AUDIO if name != "info.wav"])
def test_mutagen_reads_the_title(name: str) -> None:
    parsed = mutagen.File(io.BytesIO(AUDIO[name][0]))
    assert "Título" in parsed.pprint()


NOISE = random.Random(1)
HARD_SOUNDS = {
    "noise": Pcm((tuple(NOISE.randrange(-32768, 32768) for _ in range(5000)),)),
    "extremes": Pcm((tuple(32767 if at % 2 else -32768 for at in range(4097)),)),
    "one sample": Pcm(((-7,),)),
    "stereo": Pcm((TONE.channels[0], tuple(reversed(TONE.channels[0]))), 8000),
    "many frames": Pcm((tuple(range(-300, 300)) * 7 * 130,), 44100),
    "24 bits": Pcm((tuple(at * 1000 for at in range(-4000, 4000)),), 48000, 24),
    "8 bits": Pcm((tuple(at % 200 - 100 for at in range(4000)),), 8000, 8),
}


@pytest.mark.parametrize("verbatim", [False, True])
@pytest.mark.parametrize("sound", HARD_SOUNDS)
def test_flac_accepts_and_returns_every_sample(sound: str, verbatim: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a parameter of the test, not of an interface
    pcm, path = HARD_SOUNDS[sound], tmp_path / "x.flac"
    path.write_bytes(flac(audio=pcm, verbatim=verbatim))
    outcome = run(tool("flac"), "--totally-silent", "--test", "--warnings-as-errors", path)
    assert outcome.returncode == 0, outcome.stderr
    shape = ("--force-raw-format", "--endian=little", "--sign=signed")
    outcome = run(tool("flac"), "--totally-silent", "--decode", "--stdout", *shape, path)
    assert outcome.stdout == pcm.interleaved()


def test_flac_refuses_a_sample_whose_frame_was_touched(tmp_path: Path) -> None:
    path = tmp_path / "x.flac"
    data = bytearray(flac(audio=TONE))
    data[-100] ^= 1
    path.write_bytes(data)
    assert run(tool("flac"), "--totally-silent", "--test", path).returncode != 0


@pytest.mark.parametrize("name", ["alac.m4a", "info.wav", "text.aiff", "tone.flac"])
def test_lossless_samples_decode_to_the_same_sound(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(AUDIO[name][0])
    assert decoded(path) == TONE.interleaved()


@pytest.mark.parametrize("name", [name for name in AUDIO if name.endswith((".ogg", ".opus"))])
def test_ogg_page_sums_and_lengths_satisfy_the_reference_tools(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(AUDIO[name][0])
    outcome = run(tool("opusinfo" if name.endswith(".opus") else "ogginfo"), path)
    assert outcome.returncode == 0, outcome.stdout
    assert b"WARNING" not in outcome.stdout + outcome.stderr, outcome.stdout


def test_wavpack_verifies_and_notices_a_changed_block(tmp_path: Path) -> None:
    path = tmp_path / "x.wv"
    data = bytearray(wavpack())
    path.write_bytes(data)
    assert run(tool("wvunpack"), "-v", path).returncode == 0
    data[50] ^= 0x40
    path.write_bytes(data)
    assert run(tool("wvunpack"), "-v", path).returncode != 0


def test_check_sums_have_their_published_check_values() -> None:
    digits = b"123456789"
    assert crc8_flac(digits) == 0xF4
    assert crc16_flac(digits) == 0xFEE8
    assert crc16_lame(digits) == 0xBB3D
    assert crc32_ogg(digits) == 0x765E7680 ^ 0xFFFFFFFF


def test_info_frame_counts_as_an_encoder_counts(tmp_path: Path) -> None:
    """The same fields at the same places hold in a file of LAME's own."""
    (tmp_path / "x.wav").write_bytes(wav(audio=silence(1.0, channels=2)))
    made = ("-y", "-i", tmp_path / "x.wav", "-c:a", "libmp3lame", "-b:a", "32k", "-id3v2_version", "0")
    outcome = run(tool("ffmpeg"), "-v", "error", *made, tmp_path / "x.mp3")
    if outcome.returncode:
        pytest.skip("this ffmpeg has no libmp3lame to compare with")
    for data in ((tmp_path / "x.mp3").read_bytes(), mp3_audio()):
        bitrate = (0, 32, 40, 48, 56, 64)[data[2] >> 4]
        info, music = data[: 144_000 * bitrate // 44100], data[144_000 * bitrate // 44100 :]
        frames, total = struct.unpack(">II", info[44:52])
        stated_total, music_crc, tag_crc = struct.unpack(">IHH", info[184:192])
        assert info[36:40] == b"Info"
        assert frames == len(re.findall(rb"\xff\xfb[\x10-\x1f]", music))
        assert total == stated_total == len(data)
        assert music_crc == crc16_lame(music)
        assert tag_crc == crc16_lame(info[:190])


@pytest.mark.parametrize("version", [2, 3, 4])
def test_id3v2_survives_its_own_escapes(version: int) -> None:
    frame_id = "TT2" if version == 2 else "TIT2"
    tag = id3v2([text_frame(frame_id, "ÿþ")], version=version, unsynchronised=version < 4, padding=10)
    parsed = mutagen.File(io.BytesIO(tag + mp3_audio()), easy=False)
    assert parsed["TIT2"].text == ["ÿþ"]


def test_every_value_of_a_tag_is_kept() -> None:
    parsed = mutagen.File(io.BytesIO(flac({"ARTIST": ["One", "Two"]}, track="3")))
    assert parsed["artist"] == ["One", "Two"]
    assert parsed["tracknumber"] == ["3"]


@pytest.mark.parametrize(("picture", "codec"), [(png(), "png"), (png(size=16), "png"), (jpeg(), "mjpeg")])
def test_pictures_decode(picture: bytes, codec: str, tmp_path: Path) -> None:
    path = tmp_path / f"x.{codec}"
    path.write_bytes(picture)
    outcome = run(tool("ffmpeg"), "-v", "warning", "-i", path, "-f", "rawvideo", "-")
    assert outcome.stderr == b""
    assert len(outcome.stdout) > 16


def test_pdf_table_points_at_its_objects() -> None:
    data = pdf("An (odd) line \\", "é")
    table = re.search(rb"startxref\n(\d+)", data)
    assert table
    at = int(table[1])
    assert data[at:].startswith(b"xref\n0 6\n")
    offsets = [int(offset) for offset in re.findall(rb"(\d{10}) 00000 n", data[at:])]
    assert [data[offset:].split(b"\n")[0] for offset in offsets] == [b"%d 0 obj" % n for n in range(1, 6)]


DISC = [DiscTrack("One", "01.flac", 450), DiscTrack("Two", "02.flac", 75 * 61 + 3)]


def test_whipper_log_signs_what_precedes_its_last_line() -> None:
    text = whipper_log(DISC, album="An Album")
    body, _, line = text.rpartition("\nSHA-256 hash: ")
    assert hashlib.sha256(body.encode()).hexdigest().upper() == line.strip()


def test_rip_log_and_cue_sheet_count_sectors() -> None:
    log = eac_log(DISC, album="An Album").decode("utf-16")
    assert "        2  |  0:06.00  |  1:01.03  |       450  |      5027" in log
    assert "INDEX 01 00:06:00" in cue_sheet(DISC, title="An Album", single_file="disc.flac")


def test_fingerprint_file_holds_the_md5_of_the_samples() -> None:
    assert ffp_file({"a.flac": flac(audio=TONE)}) == f"a.flac:{TONE.md5().hex()}\n"


def test_building_twice_gives_the_same_bytes() -> None:
    assert AUDIO["tone.flac"][0] == flac(title="Título", audio=melody([440, 0, 550], seconds=0.5), padding=64)
    assert hashlib.sha256(TONE.interleaved()).hexdigest() == (
        "385eb9cb09bd9d044a5f2f87a6243fafb5387df04f4011f6d1237dd92e6f0ff9"
    )
