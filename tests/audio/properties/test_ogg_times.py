"""Ogg files that begin late, are chained, or are cut: as long as what is in them."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.audio.properties.ogg import flac_samples, opus_samples, vorbis_modes
from tests.audio.properties.reading import known
from tests.samples import flac, ogg_vorbis, opus, silence
from tests.samples.bits import LowBitWriter
from tests.samples.flac import flac_frames, streaminfo
from tests.samples.ogg import ogg_stream


def moved(data: bytes, *, by: int = 0, serial: int | None = None) -> bytes:
    """The same pages later in their stream, or of another one; checksums are not looked at here."""
    out, at = bytearray(data), 0
    while at < len(out):
        (position,) = struct.unpack_from("<q", out, at + 6)
        if position > 0:
            struct.pack_into("<q", out, at + 6, position + by)
        if serial is not None:
            struct.pack_into("<I", out, at + 14, serial)
        at += 27 + out[at + 26] + sum(out[at + 27 : at + 27 + out[at + 26]])
    return bytes(out)


FLAC_SOUND = silence(1.0)
FRAMES = flac_frames(FLAC_SOUND)
FLAC_IN_OGG = ogg_stream(
    [([b"\x7fFLAC\x01\0\0\0fLaC\x80\0\0\x22" + streaminfo(FLAC_SOUND, FRAMES)], 0), (list(FRAMES), 44100)]
)
SPEEX_HEAD = (
    b"Speex   1.2.0".ljust(28, b"\0")
    + struct.pack("<IIIIIIiIIIII", 1, 80, 16000, 1, 4, 1, -1, 320, 0, 1, 0, 0)[:52]
)
SPEEX = ogg_stream([([SPEEX_HEAD], 0), ([b"comments"], 0), ([b"x"] * 100, 32000)])
STREAMS = {"vorbis": ogg_vorbis(packets=60), "opus": opus(packets=100), "flac": FLAC_IN_OGG, "speex": SPEEX}


@pytest.mark.parametrize("codec", STREAMS)
def test_a_stream_that_was_joined_late_is_no_longer(codec: str) -> None:
    plain = known(STREAMS[codec])
    late = known(moved(STREAMS[codec], by=plain.sample_rate_hz * 3600 if plain.sample_rate_hz else 0))
    assert plain.codec == codec
    assert plain.duration_s is not None
    assert 0 < plain.duration_s < 10
    assert late.duration_s == pytest.approx(plain.duration_s, abs=0.02)


@pytest.mark.parametrize("codec", STREAMS)
@pytest.mark.parametrize("serial", [99, None])
def test_chained_parts_add_up_under_other_serial_numbers_and_the_same(codec: str, serial: int | None) -> None:
    one = STREAMS[codec]
    alone = known(one).duration_s
    assert alone is not None
    chained = one * 4 + moved(one, serial=serial)
    assert known(chained).duration_s == pytest.approx(5 * alone, abs=0.05)


def test_long_parts_are_told_by_their_page_numbers() -> None:
    packets = [bytes([0xF8]) + bytes(250)] * 8000
    head = opus(packets=1)[: opus(packets=1).index(b"OggS", 40)]
    groups = [(packets[at : at + 50], 960 * (at + 50)) for at in range(0, 8000, 50)]
    one = ogg_stream([([head[28:]], 0), ([b"OpusTags" + bytes(8)], 0), *groups])
    assert len(one) > 1 << 20
    alone = known(one).duration_s
    assert alone == pytest.approx(160, abs=0.1)
    assert known(one + one).duration_s == pytest.approx(320, abs=0.2)


def test_parts_of_different_codecs_add_up() -> None:
    both = STREAMS["opus"] + moved(STREAMS["flac"], serial=5)
    total = sum(known(STREAMS[codec]).duration_s or 0 for codec in ("opus", "flac"))
    assert known(both).duration_s == pytest.approx(total, abs=0.02)


def test_a_page_that_is_cut_is_not_counted() -> None:
    pages = opus(packets=3000)
    cut = known(pages[: len(pages) - 300]).duration_s
    whole = known(pages).duration_s
    assert cut is not None
    assert whole is not None
    assert 0 < cut < whole


@given(st.lists(st.booleans(), min_size=1, max_size=64), st.binary(max_size=40), st.integers(0, 7))
def test_vorbis_modes_are_found_from_the_end(modes: list[bool], before: bytes, shift: int) -> None:
    out = LowBitWriter()
    for byte in before:
        out.put(byte | 1, 8)
    out.put(1, 1)
    out.put((1 << shift) - 1, shift)
    out.put(len(modes) - 1, 6)
    for index, long in enumerate(modes):
        for value, width in ((int(long), 1), (0, 16), (0, 16), (index % 2, 8)):
            out.put(value, width)
    out.put(1, 1)
    assert vorbis_modes(out.to_bytes()) == modes


@given(st.binary(max_size=64))
def test_any_bytes_give_modes_or_none(data: bytes) -> None:
    assert len(vorbis_modes(data)) <= 64


@given(st.binary(max_size=20))
def test_any_packet_adds_some_samples_or_none(data: bytes) -> None:
    assert 0 <= opus_samples(data) <= 63 * 2880
    assert 0 <= flac_samples(data) <= 1 << 16
    assert 0 <= flac_samples(b"\xff\xf8" + data) <= 1 << 16


def test_flac_frames_state_their_block_size() -> None:
    assert sum(map(flac_samples, FRAMES)) == FLAC_SOUND.frames
    assert flac(audio=FLAC_SOUND)
