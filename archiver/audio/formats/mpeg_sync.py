"""Recognises streams that have no file header: MPEG audio, AAC in ADTS, AC-3 and E-AC-3.

A sync word alone proves nothing. A stream counts only where each frame's own length leads to the next frame
(ISO/IEC 11172-3 section 2.4.1.3, ISO/IEC 13818-7 section 6.2, ETSI TS 102 366 sections 4.3 and E.1.2).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass

from archiver.audio.formats.kinds import Kind

FRAMES_WANTED = 3
"""Chained frames that make a stream; fewer do where the data ends right after them."""

FREE_FRAMES_WANTED = 5
"""Headers at equal distances that make a free-format stream, whose frames do not state their length."""

_SHORTEST_FREE = 24
_LONGEST_FREE = 8192
_SYNC = re.compile(rb"\xff[\xe2-\xff]")
_TRAILERS = (b"TAG", b"APETAGEX", b"LYRICSBEGIN", b"ID3", b"3DI")
_RATES_MPEG1 = (44100, 48000, 32000)
_KBPS_V1 = {
    1: (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    2: (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    3: (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
}
_KBPS_V2 = {
    1: (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    2: (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    3: (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
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


@dataclass(frozen=True, slots=True)
class MpegHeader:
    """What the four bytes at the head of an MPEG audio frame say.

    Attributes:
        layer: 1, 2 or 3.
        rate: Samples a second.
        samples: Samples of each channel in the frame.
        bitrate_bps: Bits a second; 0 in a free-format stream, whose frames do not state their length.
        length: Bytes of the frame, header included; 0 in a free-format stream.
        padding: Bytes by which a free-format frame is longer than its fellows without padding.
        mono: Whether there is one channel.
        mpeg1: Whether this is MPEG-1 and not one of its half and quarter rates.
    """

    layer: int
    rate: int
    samples: int
    bitrate_bps: int
    length: int
    padding: int
    mono: bool
    mpeg1: bool

    @property
    def kind(self) -> Kind:
        """The kind of stream it belongs to."""
        return Kind.MP3 if self.layer == 3 else Kind.MP2


@functools.lru_cache(maxsize=4096)
def mpeg_header(data: bytes) -> MpegHeader | None:
    """Decode the four bytes that begin a frame (ISO/IEC 11172-3 section 2.4.1.3), ``None`` where they do not."""
    if len(data) < 4 or data[0] != 0xFF or data[1] < 0xE2:
        return None
    version, layer = data[1] >> 3 & 3, 4 - (data[1] >> 1 & 3)
    code, rate = data[2] >> 4, data[2] >> 2 & 3
    if version == 1 or layer == 4 or code == 15 or rate == 3:
        return None
    hertz = _RATES_MPEG1[rate] >> {3: 0, 2: 1, 0: 2}[version]
    bits = (_KBPS_V1 if version == 3 else _KBPS_V2)[layer][code - 1] * 1000 if code else 0
    samples = 384 if layer == 1 else 576 if layer == 3 and version != 3 else 1152
    padding = (data[2] >> 1 & 1) * (4 if layer == 1 else 1)
    length = 12 * bits // hertz * 4 if layer == 1 else samples // 8 * bits // hertz
    mono = data[3] >> 6 == 3
    return MpegHeader(
        layer, hertz, samples, bits, length + padding if bits else 0, padding, mono, version == 3
    )


def mpeg_frame(data: bytes, at: int = 0) -> Frame | None:
    """The MPEG audio frame whose header stands at ``at``, or ``None``. Free-format frames are not measured."""
    header = mpeg_header(data[at : at + 4])
    return (header.length, header.kind) if header is not None and header.length else None


def free_format_length(data: bytes, at: int = 0) -> int | None:
    """Bytes of a free-format frame at ``at`` without padding; ``None`` where no chain of such frames begins.

    Such a frame does not state its length. It is taken from the distance to the next header of the same stream,
    and holds only where :data:`FREE_FRAMES_WANTED` headers follow one another at it.
    """
    header = mpeg_header(data[at : at + 4])
    if header is None or header.length:
        return None
    mark = data[at : at + 2]
    found = data.find(mark, at + _SHORTEST_FREE)
    while 0 <= found <= at + _LONGEST_FREE:
        length = found - at - header.padding
        if _free_chain(data, at, length):
            return length
        found = data.find(mark, found + 1)
    return None


def _free_chain(data: bytes, at: int, length: int) -> bool:
    first = data[at : at + 3]
    for _ in range(FREE_FRAMES_WANTED):
        here = data[at : at + 4]
        header = mpeg_header(here)
        if header is None or here[:2] != first[:2] or (here[2] ^ first[2]) & ~3:
            return False
        at += length + header.padding
    return True


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
    if data[at + 5] >> 3 > 10 or rate == 3 or size > 37:
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
    header = mpeg_header(data[at : at + 4])
    return header.kind if header is not None and free_format_length(data, at) is not None else None


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
