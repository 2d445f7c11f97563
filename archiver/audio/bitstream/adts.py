"""AAC in ADTS (ISO/IEC 13818-7, section 6.2) and in LOAS (ISO/IEC 14496-3, section 1.7.2): streams of frames.

Neither proves its sound by a checksum that can be tested here. ADTS may hold a CRC-16, which covers the first bits of
each element of a frame: where those end, only a decoder knows. So a walk that comes to the end is consistent.
"""

from __future__ import annotations

import re
import struct

from archiver.audio.bitstream.chain import FrameChain
from archiver.audio.formats.mpeg_sync import adts_frame
from archiver.audio.properties.mpeg import ADTS_RATES
from archiver.audio.properties.stretch import Stretch
from archiver.model.sound import Bitstream, Sound

ADTS_METHOD, LOAS_METHOD = "adts-frames-v1", "loas-frames-v1"
ADTS_WALK, LOAS_WALK = "adts-frame-walk", "loas-frame-walk"
JOINED = "a stream of other settings is joined on"

_ADTS_SYNC = re.compile(rb"\xff(?=[\xf0\xf1\xf8\xf9])")
_LOAS_SYNC = re.compile(rb"\x56(?=[\xe0-\xff])")
_HEAD = struct.Struct(">Q")
_HEAD_BYTES = 8
_FIXED_BITS = 28
_LONGEST_ADTS = 1 << 13
_LONGEST_LOAS = (1 << 13) + 2
_LOAS_BYTES = 3
_SAMPLES = 1024
_CHAIN = 3


def adts_stream(stretch: Stretch) -> Bitstream | None:
    """The frames; ``None`` where the first one's header is damaged."""
    head = stretch.window.read(stretch.start, min(_HEAD_BYTES, stretch.length))
    if len(head) < _HEAD_BYTES or adts_frame(head) is None:
        return None
    given = {"rate": ADTS_RATES[head[2] >> 2 & 15], "fixed": _HEAD.unpack(head)[0] >> 64 - _FIXED_BITS}
    return Bitstream("adts", stretch.start, stretch.end, given)


def loas_stream(stretch: Stretch) -> Bitstream:
    """The frames, which do not say at their heads how long they play."""
    return Bitstream("loas", stretch.start, stretch.end)


class AdtsWalk(FrameChain):
    """Goes from frame to frame whose headers begin as the first one's does: the settings of a stream do not change."""

    def __init__(self, stream: Bitstream) -> None:
        super().__init__(stream, ADTS_METHOD, _ADTS_SYNC, _HEAD_BYTES, _LONGEST_ADTS)
        self._fixed: int = stream.given["fixed"]

    def _frame(self, data: bytes, at: int) -> tuple[int, int]:
        return _adts_of(self._fixed, data, at)

    def _joins(self, data: bytes, at: int) -> bool:
        """Whether frames of other settings follow one another from ``at`` on."""
        if adts_frame(data, at) is None or at + _HEAD_BYTES > len(data):
            return False
        fixed, place = _HEAD.unpack_from(data, at)[0] >> 64 - _FIXED_BITS, at
        for _ in range(_CHAIN):
            length, _ = _adts_of(fixed, data, place) if place + _HEAD_BYTES <= len(data) else (0, 0)
            if not length:
                return False
            place += length
        self._fixed = fixed
        self._notes[JOINED] = None
        return True

    def finish(self) -> Sound:
        """Return what the frames showed."""
        return self._consistent(ADTS_WALK)


def _adts_of(fixed: int, data: bytes, at: int) -> tuple[int, int]:
    head: int = _HEAD.unpack_from(data, at)[0]
    length = head >> 21 & 0x1FFF
    if head >> 64 - _FIXED_BITS != fixed or length < _HEAD_BYTES:
        return 0, 0
    return length, _SAMPLES * ((head >> 8 & 3) + 1)


class LoasWalk(FrameChain):
    """Goes from frame to frame by the lengths at their heads."""

    def __init__(self, stream: Bitstream) -> None:
        super().__init__(stream, LOAS_METHOD, _LOAS_SYNC, _LOAS_BYTES, _LONGEST_LOAS)

    def _frame(self, data: bytes, at: int) -> tuple[int, int]:
        if data[at] != 0x56 or data[at + 1] & 0xE0 != 0xE0:
            return 0, 0
        return _LOAS_BYTES + ((data[at + 1] & 0x1F) << 8 | data[at + 2]), 0

    def finish(self) -> Sound:
        """Return what the frames showed."""
        return self._consistent(LOAS_WALK)
