"""WAV, AIFF and CAF whose sizes are zero, open, wrapped or counted in something else."""

from __future__ import annotations

import io
import os
import random
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.audio.containers.window import Window
from archiver.audio.formats.magic import sniff
from archiver.audio.properties.carried import carried_codec
from archiver.audio.properties.read import read_properties
from tests.audio.properties.reading import known
from tests.samples.aiff import extended, iff_chunk
from tests.samples.bits import BitWriter
from tests.samples.mp3 import mp3_frame

PCM = b"fmt " + struct.pack("<IHHIIHH", 16, 1, 2, 48000, 192000, 4, 16)


def riff(form: int, size: int, data: bytes, fmt: bytes = PCM) -> bytes:
    return b"RIFF" + struct.pack("<I", form) + b"WAVE" + fmt + b"data" + struct.pack("<I", size) + data


@pytest.mark.parametrize(
    ("form", "size"),
    [
        (0, 0),
        (36, 0),
        (0xFFFFFFFF, 0xFFFFFFFF),
        (0xFFFFFFFF, 0),
        (0, 0xFFFFFFFF),
        (0x7FFFFFFF, 0x7FFFFFDB),
        (0xFFFFFFFF, 0xFFFFFFDB),
    ],
)
def test_sizes_that_were_never_written_are_those_of_the_file(form: int, size: int) -> None:
    assert known(riff(form, size, bytes(192000))).duration_s == 1.0


def test_an_empty_recording_is_empty() -> None:
    listed = b"LIST" + struct.pack("<I", 200000) + b"INFO" + bytes(199996)
    found = known(riff(36 + len(listed), 0, listed))
    assert found.duration_s == 0


def sparse(path: Path, form: int, size: int, length: int) -> float | None:
    head = riff(form, size, b"")
    path.write_bytes(head)
    try:
        os.truncate(path, len(head) + length)
    except OSError:
        pytest.skip("the file system holds no file of so many gigabytes")
    with open(path, "rb") as file:
        total = os.fstat(file.fileno()).st_size
        found = read_properties(Window(file, total), sniff(Window(file, total), "wav"), "wav", [])
    assert found is not None
    return found.duration_s


def test_sizes_that_wrapped_round_are_unwrapped_where_both_agree(tmp_path: Path) -> None:
    length = 192000 * 30000
    assert sparse(tmp_path / "a.wav", (length + 36) % 2**32, length % 2**32, length) == 30000
    assert sparse(tmp_path / "b.wav", 1000, length % 2**32, length) is None


def test_rf64_whose_writer_stopped_runs_to_the_end() -> None:
    for size in (0, 2**64 - 1):
        ds64 = b"ds64" + struct.pack("<IQQQI", 28, 0, size, 0, 0)
        body = b"WAVE" + ds64 + PCM + b"data\xff\xff\xff\xff" + bytes(96000)
        assert known(b"RF64\xff\xff\xff\xff" + body).duration_s == 0.5
        assert known(b"BW64\xff\xff\xff\xff" + body).duration_s == 0.5


@pytest.mark.parametrize("fact", [0, 1, 0xFFFFFFFF])
def test_packed_blocks_are_counted_whatever_the_fact_chunk_says(fact: int) -> None:
    fmt = b"fmt " + struct.pack("<IHHIIHHHH", 20, 0x11, 1, 8000, 4064, 256, 4, 2, 505)
    fmt += b"fact" + struct.pack("<II", 4, fact)
    assert known(riff(0, 25600, bytes(25600), fmt)).duration_s == pytest.approx(100 * 505 / 8000)


def test_mpeg_audio_in_wav_is_counted_by_its_frames() -> None:
    fmt = b"fmt " + struct.pack("<IHHIIHH", 16, 0x55, 2, 44100, 1, 1, 0)
    data = mp3_frame(32) * 50 + mp3_frame(128) * 50
    assert known(riff(0, len(data), data, fmt)).duration_s == pytest.approx(100 * 1152 / 44100)


def dts_frame(length: int, *, low: int = 1) -> bytes:
    """A frame of DTS at 48 kHz in five channels and one for low frequencies; its sound is noise."""
    out = BitWriter()
    for value, width in (
        (0x7FFE8001, 32),
        (1, 1),
        (31, 5),
        (0, 1),
        (15, 7),
        (length - 1, 14),
        (9, 6),
        (13, 4),
    ):
        out.put(value, width)
    for value, width in ((24, 5), (0, 5), (0, 3), (0, 2), (low, 2)):
        out.put(value, width)
    return out.to_bytes() + random.Random(length).randbytes(length - len(out.to_bytes()))


def swapped(data: bytes) -> bytes:
    return b"".join(data[at + 1 : at + 2] + data[at : at + 1] for at in range(0, len(data), 2))


def fourteen(data: bytes) -> bytes:
    """The same bits in words of sixteen, of which the upper two repeat the sign."""
    bits = "".join(f"{byte:08b}" for byte in data)
    words = [int(bits[at : at + 14].ljust(14, "0"), 2) for at in range(0, len(bits), 14)]
    return b"".join(struct.pack(">H", word | (0xC000 if word & 0x2000 else 0)) for word in words)


DTS = [dts_frame(1004)] * 8


@pytest.mark.parametrize(
    "data",
    [
        b"".join(DTS),
        swapped(b"".join(DTS)),
        bytes(400) + swapped(b"".join(frame.ljust(2048, b"\0") for frame in DTS)),
        b"".join(fourteen(frame).ljust(2048, b"\0") for frame in DTS),
        swapped(b"".join(fourteen(frame).ljust(2048, b"\0") for frame in DTS)),
    ],
)
def test_dts_in_wav_is_neither_pcm_nor_lossless(data: bytes) -> None:
    found = known(riff(0, len(data), data))
    assert (found.codec, found.lossless, found.bit_depth, found.channels) == ("dts", False, None, 6)
    assert found.duration_s == pytest.approx(len(data) / 192000, abs=0.001)


def test_ac3_in_bursts_is_neither() -> None:
    frame = b"\x0b\x77\0\0\x14\x40\x43" + bytes(761)
    burst = swapped((b"\xf8\x72\x4e\x1f\0\x01" + struct.pack(">H", 6144) + frame).ljust(6144, b"\0"))
    found = known(riff(0, 6144 * 5, burst * 5))
    assert (found.codec, found.lossless, found.channels) == ("ac3", False, 2)


def test_one_sync_word_proves_nothing() -> None:
    data = bytes(1000) + swapped(DTS[0]) + bytes(100000)
    assert known(riff(0, len(data), data)).codec == "pcm"
    two = bytes(1000) + swapped(DTS[0] * 2) + bytes(100000)
    assert known(riff(0, len(two), two)).codec == "pcm"


@settings(max_examples=60)
@given(
    st.binary(max_size=64),
    st.integers(1, 40),
    st.sampled_from([b"\x7f\xfe\x80\x01", b"\xff\x1f\x00\xe8", b"\x72\xf8\x1f\x4e"]),
)
def test_any_repeated_bytes_are_looked_into_without_harm(data: bytes, times: int, sync: bytes) -> None:
    whole = (sync + data) * times
    carried_codec(Window(io.BytesIO(whole), len(whole)), 0, len(whole))


def aifc(
    name: bytes, frames: int, sound: bytes, *, channels: int = 2, bits: int = 16, rate: int = 44100
) -> bytes:
    common = struct.pack(">HIH", channels, frames, bits) + extended(rate) + name + b"\0\0"
    body = b"AIFC" + iff_chunk(b"COMM", common) + iff_chunk(b"SSND", bytes(8) + sound)
    return b"FORM" + struct.pack(">I", len(body)) + body


@pytest.mark.parametrize("frames", [1000, 64000, 63990, 0, 0xFFFFFFFF])
def test_ima4_in_aifc_counted_in_blocks_in_samples_or_not_at_all(frames: int) -> None:
    found = known(aifc(b"ima4", frames, bytes(1000 * 34 * 2)))
    assert found.duration_s == pytest.approx(64000 / 44100, abs=0.001)
    assert found.bitrate_bps == pytest.approx(34 * 2 * 8 * 44100 / 64, rel=0.001)


def test_other_packed_sound_in_aifc() -> None:
    assert known(aifc(b"MAC3", 1000, bytes(2000), channels=1)).duration_s == pytest.approx(6000 / 44100)
    assert known(aifc(b"ulaw", 4410, bytes(8820))).duration_s == pytest.approx(0.1)


def test_an_aiff_whose_writer_stopped_or_that_is_cut_is_as_long_as_what_is_there() -> None:
    whole = aifc(b"NONE", 44100, bytes(44100 * 4))
    assert known(whole).duration_s == 1.0
    assert known(whole[: len(whole) - 44100 * 2]).duration_s == pytest.approx(0.5, abs=0.001)
    stopped = bytearray(whole)
    stopped[4:8] = bytes(4)
    at = stopped.index(b"SSND")
    stopped[at + 4 : at + 8] = bytes(4)
    stopped[22:26] = bytes(4)
    assert known(bytes(stopped)).duration_s == 1.0


def caf(desc: bytes, *parts: tuple[bytes, bytes], data: bytes) -> bytes:
    body = b"".join(name + struct.pack(">q", len(part)) + part for name, part in ((b"desc", desc), *parts))
    return b"caff\0\x01\0\0" + body + b"data" + struct.pack(">q", -1) + bytes(4) + data


def test_ima4_in_caf() -> None:
    desc = struct.pack(">d4sIIIII", 44100.0, b"ima4", 0, 68, 64, 2, 0)
    assert known(caf(desc, data=bytes(68 * 1000))).duration_s == pytest.approx(64000 / 44100)


@pytest.mark.parametrize("valid", [0, -1])
def test_a_packet_table_without_a_count_of_frames_still_counts_packets(valid: int) -> None:
    desc = struct.pack(">d4sIIIII", 44100.0, b"alac", 0, 0, 4096, 2, 0)
    table = struct.pack(">qqII", 10, valid, 0, 0)
    cookie = struct.pack(">IBBBBBBHIII", 4096, 0, 24, 40, 10, 14, 2, 255, 0, 0, 44100)
    found = known(caf(desc, (b"pakt", table), (b"kuki", cookie), data=bytes(4000)))
    assert found.bit_depth == 24
    assert found.duration_s == pytest.approx(40960 / 44100)
    old = struct.pack(">I8s", 12, b"frmaalac") + struct.pack(">I4sI", 36, b"alac", 0) + cookie
    assert known(caf(desc, (b"pakt", table), (b"kuki", old), data=bytes(4000))).bit_depth == 24


@pytest.mark.parametrize("rate", [float("nan"), float("inf"), -44100.0, 0.0, 4e9])
def test_a_rate_that_cannot_be_is_none(rate: float) -> None:
    desc = struct.pack(">d4sIIIII", rate, b"lpcm", 0, 4, 1, 0xFFFFFFFF, 0xFFFFFFFF)
    found = known(caf(desc, data=bytes(4000)))
    assert (found.sample_rate_hz, found.channels, found.bit_depth, found.bitrate_bps) == (None,) * 4
    assert found.duration_s is None
