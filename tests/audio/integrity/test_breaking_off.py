"""A file that breaks off is told as that: for every container that says how long it is, and never for a whole one."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from tests.audio.conftest import Examine
from tests.audio.properties.test_ogg_times import FLAC_IN_OGG
from tests.running import PATIENCE
from tests.samples import aiff, flac, id3v1, m4a, mp3, ogg_vorbis, opus, png, silence, wav
from tests.samples.asf import wma
from tests.samples.flac import flac_frames
from tests.samples.mp3 import mp3_audio
from tests.samples.wavpack import wavpack

SOUND = silence(1.5)
DSF_HEAD = (
    struct.pack("<QQQ", 28, 92 + 8192, 0)
    + b"fmt "
    + struct.pack("<QIIIIIIQII", 52, 1, 0, 1, 1, 2822400, 1, 65536, 4096, 0)
)
CAF_DESC = b"desc" + struct.pack(">Qd4sIIIII", 32, 44100.0, b"lpcm", 0, 2, 1, 1, 16)
APE_SIZES = struct.pack("<7I", 52, 24, 400, 44, 9000, 0, 0)
TTA_FRAMES = (500, 700)
W64_TAIL = bytes.fromhex("f3acd3118cd100c04f8edb8a")
W64_FMT = b"fmt " + W64_TAIL + struct.pack("<QHHIIHH", 40, 1, 1, 44100, 88200, 2, 16)
W64_DATA = b"data" + W64_TAIL + struct.pack("<Q", 24 + 8000) + bytes(8000)
WHOLE: dict[str, bytes] = {
    "a.wav": wav(audio=SOUND),
    "a.aiff": aiff(audio=SOUND),
    "a.caf": b"caff\0\x01\0\0" + CAF_DESC + b"data" + struct.pack(">Q", 4 + 8000) + bytes(8004),
    "a.au": b".snd" + struct.pack(">IIIII", 24, 8000, 3, 8000, 1) + bytes(8000),
    "a.w64": bytes.fromhex("726966662e91cf11a5d628db04c10000")
    + struct.pack("<Q", 40 + len(W64_FMT) + len(W64_DATA)) + b"wave" + W64_TAIL + W64_FMT + W64_DATA,
    "rf64.wav": b"RF64\xff\xff\xff\xffWAVEds64" + struct.pack("<IQQQI", 28, 8072, 8000, 4000, 0)
    + b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, 44100, 88200, 2, 16) + b"data\xff\xff\xff\xff" + bytes(8000),
    "a.m4a": m4a(frames=200),
    "a.flac": flac(audio=SOUND),
    "cover.flac": flac(audio=silence(0.1), pictures=[png() + bytes(20000)]),
    "a.mp3": mp3(audio=mp3_audio(200)),
    "tagged.mp3": mp3(audio=mp3_audio(200), v1=True),
    "a.ogg": ogg_vorbis(packets=300),
    "a.opus": opus(packets=300),
    "a.oga": FLAC_IN_OGG,
    "a.wv": wavpack(seconds=4.0),
    "a.wma": wma(packets=20),
    "a.dsf": b"DSD " + DSF_HEAD + b"data" + struct.pack("<Q", 12 + 8192) + bytes(8192),
    "a.dff": b"FRM8" + struct.pack(">Q", 6000) + b"DSD " + bytes(5996),
    "a.ape": b"MAC " + struct.pack("<HH", 3990, 0) + APE_SIZES + bytes(16) + struct.pack("<IIIHHI", 73728, 100, 1, 16, 2, 44100) + bytes(9448),
    "a.tta": b"TTA1" + struct.pack("<HHHII", 1, 1, 16, 44100, 60000) + bytes(4) + struct.pack("<II", *TTA_FRAMES) + bytes(4 + sum(TTA_FRAMES)),
    "a.mka": b"\x1aE\xdf\xa3\x84webm\x18\x53\x80\x67\x48\x00" + bytes(2048),
}  # fmt: skip


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_file_is_not_said_to_break_off(examine: Examine, name: str) -> None:
    assert "F208" not in [problem.code for problem in examine(name, WHOLE[name]).problems]


@pytest.mark.parametrize("name", WHOLE)
def test_half_a_file_is_told_as_that_and_as_nothing_else(examine: Examine, name: str) -> None:
    data = WHOLE[name]
    found = examine(name, data[: len(data) // 2])
    codes = [problem.code for problem in found.problems if problem.code not in ("F204", "F206")]
    assert codes == ["F208"]
    (message,) = [problem.message for problem in found.problems if problem.code == "F208"]
    assert message.startswith("the file breaks off")


@pytest.mark.parametrize(
    "name",
    ["a.wav", "a.aiff", "a.w64", "rf64.wav", "a.au", "a.dsf", "a.dff", "a.ape", "a.tta", "a.mp3", "a.mka"],
)
def test_the_bytes_that_are_there_and_that_there_should_be_are_named(examine: Examine, name: str) -> None:
    data = WHOLE[name]
    half = len(data) // 2
    (problem,) = [each for each in examine(name, data[:half]).problems if each.code == "F208"]
    assert problem.message == f"the file breaks off: {half:,} of {len(data):,} bytes"


def test_a_flac_says_how_many_samples_are_there(examine: Examine) -> None:
    frames = flac_frames(SOUND)
    data = flac(audio=SOUND)
    (problem,) = examine("a.flac", data[: len(data) - len(frames[-1])]).problems
    assert problem.message.endswith(f"of {SOUND.frames:,} samples")


def test_a_file_cut_inside_its_tag_is_told_as_that(examine: Examine) -> None:
    data = mp3(audio=mp3_audio(20), pictures=[png() + bytes(30000)])
    (problem,) = examine("a.mp3", data[:20000]).problems
    assert problem.code == "F208"


def test_trailing_tags_are_no_part_of_what_was_promised(examine: Examine) -> None:
    data = mp3_audio(200)
    (problem,) = examine("a.mp3", data[:4000] + id3v1({"title": "x"})).problems
    assert problem.message == f"the file breaks off: 4,128 of {len(data) + 128:,} bytes"


def test_a_live_stream_that_was_cut_off_is_told(examine: Examine) -> None:
    whole = opus(packets=300)
    last = whole.rindex(b"OggS")
    (problem,) = examine("a.opus", whole[:last]).problems
    assert problem.message == "the file breaks off: it ends without the page that ends an Ogg stream"


@pytest.mark.parametrize(
    ("form", "size"), [(0, 0), (0xFFFFFFFF, 0xFFFFFFFF), (0x7FFFFFFF, 0x7FFFFFDB), (0xFFFFFFFF, 0xFFFFFFDB)]
)
def test_sizes_that_were_left_open_promise_nothing(examine: Examine, form: int, size: int) -> None:
    data = (
        b"RIFF"
        + struct.pack("<I", form)
        + b"WAVEfmt "
        + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 16000, 2, 16)
    )
    assert examine("a.wav", data + b"data" + struct.pack("<I", size) + bytes(16000)).problems == ()


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="needs ffmpeg")
@pytest.mark.parametrize(
    "name",
    [
        "a.m4a",
        "a.mov",
        "a.wav",
        "a.aiff",
        "a.caf",
        "a.flac",
        "a.wv",
        "a.mka",
        "a.wma",
        "a.w64",
        "a.tta",
        "a.ogg",
        "a.opus",
        "a.mp3",
    ],
)
def test_files_by_ffmpeg_whole_and_cut(examine: Examine, tmp_path: Path, name: str) -> None:
    made = tmp_path / f"made-{name}"
    words = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "anoisesrc=r=48000:d=4:a=0.2", str(made)]
    subprocess.run(words, check=True, capture_output=True, timeout=PATIENCE)
    data = made.read_bytes()
    assert "F208" not in [problem.code for problem in examine(name, data).problems]
    for part in (0.3, 0.7, 0.95):
        codes = {problem.code for problem in examine(name, data[: int(len(data) * part)]).problems}
        assert "F208" in codes
        assert not codes & {"F202", "F207"}
