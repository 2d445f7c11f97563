"""Recognises streams that have no file header: MPEG audio, AAC in ADTS, AC-3 and E-AC-3.

A sync word alone proves nothing. A stream counts only where each frame's own length leads to the next frame
(ISO/IEC 11172-3 section 2.4.1.3, ISO/IEC 13818-7 section 6.2, ETSI TS 102 366 sections 4.3 and E.1.2).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from archiver.audio.kinds import Kind

FRAMES_WANTED = 3
"""Chained frames that make a stream; fewer do where the data ends right after them."""

_SYNC = re.compile(rb"\xff[\xe2-\xff]")
_TRAILERS = (b"TAG", b"APETAGEX", b"LYRICSBEGIN", b"ID3", b"3DI")
_RATES_MPEG1 = (44100, 48000, 32000)
_KBPS_V1 = {
    3: (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    2: (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    1: (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
}
_KBPS_V2 = {
    3: (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    2: (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    1: (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_AC3_WORDS_48K = (
    64,
    80,
    96,
    112,
    128,
    160,
    192,
    224,
    256,
    320,
    384,
    448,
    512,
    640,
    768,
    896,
    1024,
    1152,
    1280,
)

Frame = tuple[int, Kind]
"""A frame's length in bytes and the kind of stream it belongs to."""


def mpeg_frame(data: bytes, at: int = 0) -> Frame | None:
    """The MPEG audio frame whose header stands at ``at``, or ``None``. Free-format frames are not measured."""
    if len(data) < at + 4 or data[at] != 0xFF or data[at + 1] < 0xE2:
        return None
    second, third = data[at + 1], data[at + 2]
    version, layer = second >> 3 & 3, second >> 1 & 3  # layer: 3 is I, 2 is II, 1 is III
    bitrate, rate = third >> 4, third >> 2 & 3
    if version == 1 or layer == 0 or bitrate in (0, 15) or rate == 3:
        return None
    hertz = _RATES_MPEG1[rate] >> {3: 0, 2: 1, 0: 2}[version]
    bits = (_KBPS_V1 if version == 3 else _KBPS_V2)[layer][bitrate - 1] * 1000
    padding = third >> 1 & 1
    if layer == 3:
        return (12 * bits // hertz + padding) * 4, Kind.MP2
    slots = 72 if layer == 1 and version != 3 else 144
    return slots * bits // hertz + padding, Kind.MP3 if layer == 1 else Kind.MP2


def adts_frame(data: bytes, at: int = 0) -> Frame | None:
    """The ADTS frame whose header stands at ``at``, or ``None``."""
    if len(data) < at + 7 or data[at] != 0xFF or data[at + 1] & 0xF6 != 0xF0 or data[at + 2] >> 2 & 15 > 12:
        return None
    length = (data[at + 3] & 3) << 11 | data[at + 4] << 3 | data[at + 5] >> 5
    return (length, Kind.AAC_ADTS) if length >= 7 else None


def ac3_frame(data: bytes, at: int = 0) -> Frame | None:
    """The AC-3 or E-AC-3 frame whose header stands at ``at``, or ``None``."""
    if len(data) < at + 6 or data[at : at + 2] != b"\x0b\x77":
        return None
    if 10 < data[at + 5] >> 3 <= 16:
        return (((data[at + 2] & 7) << 8 | data[at + 3]) + 1) * 2, Kind.EAC3
    rate, size = data[at + 4] >> 6, data[at + 4] & 63
    if rate == 3 or size > 37:
        return None
    words = _AC3_WORDS_48K[size >> 1]
    if rate == 1:
        words = words * 48000 // 44100 + (size & 1)
    elif rate == 2:
        words = words * 3 // 2
    return words * 2, Kind.AC3


_READERS: tuple[Callable[[bytes, int], Frame | None], ...] = (adts_frame, mpeg_frame, ac3_frame)


def stream_at(data: bytes, at: int, *, whole: bool) -> Kind | None:
    """The kind of the stream that begins at ``at``, or ``None`` where no chain of frames does.

    Args:
        data: A stretch of the file.
        at: Where in it the first frame must stand.
        whole: Whether ``data`` reaches the end of the file, so that a chain may end with it.
    """
    for reader in _READERS:
        kind = _chained(reader, data, at, whole=whole)
        if kind is not None:
            return kind
    return None


def find_stream(data: bytes, at: int, *, whole: bool) -> tuple[int, Kind] | None:
    """Where the first MPEG or ADTS stream at or after ``at`` begins in ``data``, and its kind."""
    for match in _SYNC.finditer(data, at):
        kind = stream_at(data, match.start(), whole=whole)
        if kind is not None:
            return match.start(), kind
    return None


def _chained(
    reader: Callable[[bytes, int], Frame | None], data: bytes, at: int, *, whole: bool
) -> Kind | None:
    kind: Kind | None = None
    for count in range(FRAMES_WANTED):
        frame = reader(data, at)
        if frame is None or (kind is not None and frame[1] is not kind):
            ended = whole and (at == len(data) or data.startswith(_TRAILERS, at))
            return kind if count and ended else None
        kind = frame[1]
        at += frame[0]
        if at > len(data):
            return kind if count else None
    return kind
