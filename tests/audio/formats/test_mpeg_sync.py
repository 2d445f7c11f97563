from __future__ import annotations

import pytest

from archiver.audio.formats.kinds import Kind
from archiver.audio.formats.mpeg_sync import ac3_frame, adts_frame, find_stream, mpeg_frame, stream_at
from tests.samples.mp3 import mp3_frame


@pytest.mark.parametrize(
    ("header", "length", "kind"),
    [
        # version, layer, bit rate, sampling rate: lengths by ISO/IEC 11172-3 section 2.4.3.1
        ("fffb9000", 417, Kind.MP3),  # MPEG-1 III, 128 kbit/s, 44.1 kHz
        ("fffb9200", 418, Kind.MP3),  # the same, padded
        ("fffbe400", 960, Kind.MP3),  # MPEG-1 III, 320 kbit/s, 48 kHz
        ("fff38000", 208, Kind.MP3),  # MPEG-2 III, 64 kbit/s, 22.05 kHz
        ("ffe38000", 417, Kind.MP3),  # MPEG-2.5 III, 64 kbit/s, 11.025 kHz
        ("fffda400", 576, Kind.MP2),  # MPEG-1 II, 192 kbit/s, 48 kHz
        ("ffffc400", 384, Kind.MP2),  # MPEG-1 I, 384 kbit/s, 48 kHz
    ],
)
def test_mpeg_frame_lengths(header: str, length: int, kind: Kind) -> None:
    assert mpeg_frame(bytes.fromhex(header)) == (length, kind)


@pytest.mark.parametrize(
    "header", ["fffb00", "fffb0000", "fffbf000", "fffb9c00", "ffeb9000", "fff99000", "fefb9000"]
)
def test_what_is_no_mpeg_header(header: str) -> None:
    assert mpeg_frame(bytes.fromhex(header)) is None


@pytest.mark.parametrize(
    ("header", "length"),
    [
        ("0b77000014402f", 768),
        ("0b7700001440", 768),
        ("0b77000054 40", 834),
        ("0b77000055 40", 836),
        ("0b77000094 40", 1152),
    ],
)
def test_ac3_frame_lengths(header: str, length: int) -> None:
    """192 kbit/s at 48, 44.1 (plain and padded) and 32 kHz: ETSI TS 102 366, table 4.13."""
    found = ac3_frame(bytes.fromhex(header))
    assert found == (length, Kind.AC3)


def test_eac3_and_adts_frame_lengths() -> None:
    assert ac3_frame(bytes.fromhex("0b7701ff3480")) == (1024, Kind.EAC3)
    assert adts_frame(bytes.fromhex("fff1508003fffc")) == (31, Kind.AAC_ADTS)
    assert adts_frame(bytes.fromhex("fff15080001ffc")) is None
    assert ac3_frame(bytes.fromhex("0b770000c040")) is None


def test_a_chain_must_hold() -> None:
    frame = mp3_frame(128)
    assert stream_at(frame * 3, 0, whole=False) is Kind.MP3
    assert stream_at(frame + b"\0" + frame * 2, 0, whole=True) is None
    assert stream_at(frame * 2, 0, whole=True) is Kind.MP3
    assert stream_at(frame * 2 + b"noise", 0, whole=True) is None
    assert stream_at(frame * 2 + frame[:100], 0, whole=False) is Kind.MP3
    assert stream_at(frame[:100], 0, whole=True) is None
    assert find_stream(b"\xff\xfb\x90\x00" + bytes(50) + frame * 3, 0, whole=True) == (54, Kind.MP3)
    assert find_stream(bytes(5000), 0, whole=True) is None
