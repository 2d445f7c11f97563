"""Streams without a header of their own: their frames say how long they are, and nothing else does."""

from __future__ import annotations

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.audio.containers.window import Window
from archiver.audio.properties.ac3 import ac3_header
from archiver.audio.properties.bits import Bits
from archiver.audio.properties.frame_count import tag_length
from tests.audio.properties.reading import known
from tests.samples import id3v2
from tests.samples.ape import apev2
from tests.samples.bits import BitWriter
from tests.samples.id3 import id3v1, text_frame
from tests.samples.mp3 import info_frame, mp3_audio, mp3_frame

FRAME = 1152 / 44100


def test_a_variable_rate_without_a_header_is_counted() -> None:
    found = known(mp3_frame(32) * 300 + mp3_frame(192) * 100, "mp3")
    assert found.duration_s == pytest.approx(400 * FRAME)
    average = (len(mp3_frame(32)) * 300 + len(mp3_frame(192)) * 100) * 8 / (400 * FRAME)
    assert found.bitrate_bps == round(average)


def test_joined_files_are_as_long_as_all_of_them() -> None:
    one, two = mp3_audio(100), mp3_frame(128) * 50
    assert known(one + two, "mp3").duration_s == pytest.approx(150 * FRAME, abs=2 * FRAME)
    tagged = one + id3v1({"title": "x"}) + id3v2([text_frame("TIT2", "y" * 5000)]) + two + apev2(title="z")
    assert known(tagged, "mp3").duration_s == pytest.approx(150 * FRAME, abs=2 * FRAME)


@pytest.mark.parametrize("frames", [0, 1, 0x7FFFFFFF, 0xFFFFFFFF])
def test_a_xing_frame_that_cannot_be_right_is_not_believed(frames: int) -> None:
    music = mp3_frame(64) * 60
    header = bytearray(info_frame(music, 60, kind="Xing"))
    at = header.index(b"Xing") + 8
    header[at : at + 4] = frames.to_bytes(4, "big")
    assert known(bytes(header) + music, "mp3").duration_s == pytest.approx(60 * FRAME)


def test_little_junk_is_stepped_over_and_much_of_it_leaves_the_duration_open() -> None:
    music = mp3_frame(128) * 100
    assert known(music + b"\0" * 300 + music, "mp3").duration_s == pytest.approx(200 * FRAME)
    assert known(music + b"\0" * 3000 + music, "mp3").duration_s is None


def test_lower_rates_have_shorter_frames() -> None:
    frame = bytes.fromhex("fff38000") + bytes(204)  # MPEG-2 III, 64 kbit/s, 22.05 kHz
    found = known(frame * 100, "mp3")
    assert found.sample_rate_hz == 22050
    assert found.duration_s == pytest.approx(100 * 576 / 22050)


def adts(length: int, *, rate: int = 4, channels: int = 2, blocks: int = 1) -> bytes:
    out = BitWriter()
    for value, width in ((0xFFF, 12), (0, 3), (1, 1), (1, 2), (rate, 4), (0, 1), (channels, 3), (0, 4)):
        out.put(value, width)
    for value, width in ((length, 13), (0x7FF, 11), (blocks - 1, 2)):
        out.put(value, width)
    return out.to_bytes().ljust(length, b"\0")


def test_adts_is_counted_and_not_measured_by_its_first_frames() -> None:
    found = known(adts(20) * 100 + adts(400) * 100, "aac")
    assert found.duration_s == pytest.approx(200 * 1024 / 44100)
    assert known(adts(30, blocks=4) * 10).duration_s == pytest.approx(40 * 1024 / 44100)
    assert known(adts(30, channels=7) * 10).channels == 8
    assert known(adts(30, channels=0) * 10).channels is None


AC3_MODES = {0: 2, 1: 1, 2: 2, 3: 3, 4: 3, 5: 4, 6: 4, 7: 5}


@pytest.mark.parametrize("low", [0, 1])
@pytest.mark.parametrize("mode", AC3_MODES)
def test_ac3_channels_stand_after_fields_that_are_not_always_there(mode: int, low: int) -> None:
    out = BitWriter()
    for value, width in ((0x0B77, 16), (0, 16), (0, 2), (20, 6), (8, 5), (0, 3), (mode, 3)):
        out.put(value, width)
    levels = (mode & 1 and mode != 1) + bool(mode & 4) + (mode == 2)
    out.put(0b10, 2 * levels)
    out.put(low, 1)
    frame = out.to_bytes().ljust(768, b"\0")
    found = known(frame * 4, "ac3")
    assert found.channels == AC3_MODES[mode] + low
    assert found.sample_rate_hz == 48000
    assert found.duration_s == pytest.approx(4 * 1536 / 48000)
    assert found.bitrate_bps == 192000


def eac3(kind: int, mode: int, low: int, places: int | None = None, *, blocks: int = 3) -> bytes:
    out = BitWriter()
    for value, width in (
        (0x0B77, 16),
        (kind, 2),
        (0, 3),
        (127, 11),
        (0, 2),
        (blocks, 2),
        (mode, 3),
        (low, 1),
    ):
        out.put(value, width)
    for value, width in ((16, 5), (31, 5), (0, 1)):
        out.put(value, width)
    if kind == 1:
        out.put(int(places is not None), 1)
        out.put(places or 0, 16 if places is not None else 0)
    return out.to_bytes().ljust(256, b"\0")


def test_eac3_substreams_add_channels_and_no_time() -> None:
    rear = 0x1000 | 0x0800 | 0x0200  # left and right surround, and the pair behind them
    found = known((eac3(0, 7, 1) + eac3(1, 6, 0, rear)) * 5, "eac3")
    assert (found.codec, found.channels) == ("eac3", 8)
    assert found.duration_s == pytest.approx(5 * 1536 / 48000)
    assert known(eac3(0, 1, 0, blocks=0) * 6).duration_s == pytest.approx(6 * 256 / 48000)


@given(st.binary(max_size=40))
def test_any_bytes_make_a_header_or_none(data: bytes) -> None:
    for start in (data, b"\x0b\x77" + data):
        header = ac3_header(start[:24])
        assert header is None or (header.length > 0 and header.channels > 0)


@given(st.lists(st.tuples(st.integers(0, 2**20), st.integers(1, 21)), max_size=20))
def test_bits_are_read_as_they_were_written(values: list[tuple[int, int]]) -> None:
    out = BitWriter()
    for value, width in values:
        out.put(value, width)
    bits = Bits(out.to_bytes())
    assert [bits.take(width) for _, width in values] == [
        value & ((1 << width) - 1) for value, width in values
    ]
    assert bits.take(16) == 0


def test_adif_states_its_length_only_at_a_constant_rate() -> None:
    def adif(variable: int) -> bytes:
        out = BitWriter()
        for value, width in (
            (0, 1),
            (0, 2),
            (variable, 1),
            (128000, 23),
            (0, 4),
            (0, 20 if not variable else 0),
        ):
            out.put(value, width)
        for value, width in (
            (0, 4),
            (1, 2),
            (4, 4),
            (1, 4),
            (0, 4),
            (0, 4),
            (0, 2),
            (0, 3),
            (0, 4),
            (0, 3),
            (1, 1),
            (0, 4),
        ):
            out.put(value, width)
        return b"ADIF" + out.to_bytes() + bytes(16000)

    assert known(adif(0), "aac").duration_s == pytest.approx(1.0, abs=0.01)
    assert known(adif(1), "aac").duration_s is None


def test_tags_between_streams_are_measured() -> None:
    for tag in (id3v2([text_frame("TIT2", "x")]), id3v1({"title": "x"}), apev2(title="x")):
        data = tag + struct.pack(">I", 0xFFFB9000)
        assert tag_length(Window(io.BytesIO(data), len(data)), 0) == len(tag)
