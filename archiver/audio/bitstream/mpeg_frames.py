"""The frames of an MPEG audio stream: how long they are, and what Layer III says at their heads (ISO/IEC 11172-3)."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import NamedTuple

from archiver.audio.formats.mpeg_sync import mpeg_header


class FrameLengths(NamedTuple):
    """The frames that belong to one stream: those of its version, layer and sampling rate.

    Attributes:
        plain: Their lengths by the first three bytes of a header.
        guarded: The lengths of those that have a CRC-16.
        sync: Where such a frame may begin.
        layer: 1, 2 or 3.
        mpeg1: Whether this is MPEG-1.
        samples: Of each channel in a frame.
    """

    plain: Mapping[int, int]
    guarded: Mapping[int, int]
    sync: re.Pattern[bytes]
    layer: int
    mpeg1: bool
    samples: int


@functools.lru_cache(maxsize=64)
def frame_lengths(key: int, free: int) -> FrameLengths:
    """The tables of the stream to which a frame belongs whose header begins with the three bytes of ``key``."""
    second, third = key >> 8 & 0xFE, key & 0x0C
    plain: dict[int, int] = {}
    guarded: dict[int, int] = {}
    thirds: set[int] = set()
    layer, mpeg1, samples = 3, True, 1152
    for byte in range(256):
        header = mpeg_header(bytes((0xFF, second, byte, 0)))
        if header is None or byte & 0x0C != third or bool(header.length) == bool(free):
            continue
        length = header.length or free + header.padding
        guarded[0xFF0000 | second << 8 | byte] = length
        plain[0xFF0000 | (second | 1) << 8 | byte] = length
        thirds.add(byte)
        layer, mpeg1, samples = header.layer, header.mpeg1, header.samples
    choice = re.escape(bytes(sorted(thirds)))
    sync = re.compile(
        b"\xff(?=[" + re.escape(bytes((second, second | 1))) + b"][" + choice + b"])", re.DOTALL
    )
    return FrameLengths(plain, guarded, sync, layer, mpeg1, samples)


def side_bytes(data: bytes, at: int, *, mpeg1: bool) -> int:
    """Bytes of the side information of the Layer III frame at ``at`` (sections 2.4.1.7)."""
    mono = data[at + 3] >> 6 == 3
    return (17 if mono else 32) if mpeg1 else (9 if mono else 17)


def reservoir(data: bytes, at: int, *, mpeg1: bool) -> int:
    """Bytes of sound that the Layer III frame at ``at`` takes from those before it: ``main_data_begin``."""
    body = at + (4 if data[at + 1] & 1 else 6)
    bits = int.from_bytes(data[body : body + 2], "big")
    return bits >> 7 if mpeg1 else bits >> 8
