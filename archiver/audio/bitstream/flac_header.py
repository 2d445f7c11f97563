"""The header of a FLAC frame (RFC 9639, section 9.1)."""

from __future__ import annotations

import re
from typing import NamedTuple

from fastcrc import crc8

SYNC = re.compile(rb"\xff(?=[\xf8\xf9][\x10-\xff][\x00-\xaf][\x00-\x7f\xc2-\xfe])")
"""Where a header may begin: the sync code, and no reserved value in the bytes after it."""

LONGEST = 16
"""Bytes of the longest header."""

_RATES = (0, 88200, 176400, 192000, 8000, 16000, 22050, 24000, 32000, 44100, 48000, 96000)
_RATE_BYTES = {12: (1, 1000), 13: (2, 1), 14: (2, 10)}
_SIZES = (0, 192, 576, 1152, 2304, 4608, 0, 0, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768)
_SIZE_BYTES = {6: 1, 7: 2}
_BITS = (0, 8, 12, -1, 16, 20, 24, 32)
_NUMBER_BYTES = (1,) * 128 + (0,) * 64 + (2,) * 32 + (3,) * 16 + (4,) * 8 + (5,) * 4 + (6, 6, 7, 0)


class FrameHeader(NamedTuple):
    """What a header says whose CRC-8 held.

    Attributes:
        length: Bytes of the header.
        variable: Whether ``number`` counts samples; else it counts frames.
        number: Of the frame, or of its first sample.
        size: Samples of each channel in the frame.
        rate: Samples a second; 0 where STREAMINFO says it.
        channels: How many.
        bits: Of a sample; 0 where STREAMINFO says it.
    """

    length: int
    variable: int
    number: int
    size: int
    rate: int
    channels: int
    bits: int


def frame_header(data: bytes, at: int) -> FrameHeader | None:
    """Decode the header at ``at``, where :data:`SYNC` fits; ``None`` where none stands there or it is not all there."""
    codes = data[at + 2]
    first = data[at + 4]
    width = _NUMBER_BYTES[first]
    after = at + 4 + width
    size_bytes = _SIZE_BYTES.get(codes >> 4, 0)
    rate_bytes, unit = _RATE_BYTES.get(codes & 15, (0, 0))
    end = after + size_bytes + rate_bytes
    bits = _BITS[data[at + 3] >> 1 & 7]
    reserved = not width or codes & 15 == 15 or bits < 0 or data[at + 3] & 1
    if reserved or end >= len(data) or crc8.smbus(data[at:end]) != data[end]:
        return None
    number = first if width == 1 else first & 0x7F >> width
    for byte in data[at + 5 : after]:
        if byte & 0xC0 != 0x80:
            return None
        number = number << 6 | byte & 0x3F
    size = int.from_bytes(data[after : after + size_bytes], "big") + 1 if size_bytes else _SIZES[codes >> 4]
    rate = int.from_bytes(data[end - rate_bytes : end], "big") * unit if rate_bytes else _RATES[codes & 15]
    channels = data[at + 3] >> 4
    return FrameHeader(
        end + 1 - at, data[at + 1] & 1, number, size, rate, channels + 1 if channels < 8 else 2, bits
    )
