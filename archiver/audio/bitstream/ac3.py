"""AC-3 and E-AC-3 (ETSI TS 102 366): every frame ends with a CRC-16 over all of it but its sync word.

AC-3 has a second one over the first five eighths of a frame, so that a decoder can begin early. The one at the end
holds only where that one does: both are one polynomial, and what holds leaves the register at zero.
"""

from __future__ import annotations

import functools
import re

from fastcrc import crc16

from archiver.audio.bitstream.chain import FrameChain
from archiver.audio.bitstream.frame_checks import WRITTEN_WRONGLY, FrameChecks
from archiver.audio.properties.ac3 import Ac3Header, ac3_header
from archiver.audio.properties.stretch import Stretch
from archiver.model.sound import Bitstream, Sound

METHOD = "ac3-frames-v1"
WALK, FRAME_CRC = "ac3-frame-walk", "ac3-frame-crc16"

_SYNC = re.compile(rb"\x0b(?=\x77)")
_HEAD_BYTES = 6
_LONGEST = 4096
_READ_BYTES = 24
_NEWER = 10  # from the stream identifier after this one on it is E-AC-3, whose length stands in place of the first CRC


def ac3_stream(stretch: Stretch) -> Bitstream | None:
    """The frames; ``None`` where the first one's header is damaged."""
    first = ac3_header(stretch.window.read(stretch.start, min(_READ_BYTES, stretch.length)))
    if first is None:
        return None
    return Bitstream("ac3", stretch.start, stretch.end, {"rate": first.rate})


@functools.lru_cache(maxsize=4096)
def _header(told: bytes) -> Ac3Header | None:
    """What the four bytes after the sync word say of the frame's length and samples."""
    return ac3_header(b"\x0b\x77" + told + bytes(_READ_BYTES - _HEAD_BYTES))


class Ac3Walk(FrameChain):
    """Goes from frame to frame and tests the CRC-16 of each."""

    def __init__(self, stream: Bitstream) -> None:
        super().__init__(stream, METHOD, _SYNC, _HEAD_BYTES, _LONGEST)
        self._checks = FrameChecks(self._damages)

    def _frame(self, data: bytes, at: int) -> tuple[int, int]:
        if data[at] != 0x0B or data[at + 1] != 0x77:
            return 0, 0
        told = data[at + 2 : at + _HEAD_BYTES]
        header = _header(told if told[3] >> 3 > _NEWER else b"\0\0" + told[2:])
        return (0, 0) if header is None else (header.length, header.samples)

    def _holds(self, data: bytes, at: int, length: int) -> bool:
        """Test the frame's CRC-16; where it fails and no frame follows, the length is damaged, and no frame's."""
        after = at + length
        if after > len(data):
            return True
        held = crc16.umts(memoryview(data)[at + 2 : after]) == 0
        if not held and not self._leads_on(data, after):
            return False
        self._checks.add(self._held.offset + at, self._samples, self._frame(data, at)[1], held=held)
        return True

    def finish(self) -> Sound:
        """Return what the frames showed."""
        self._end()
        proved = self._checks.done == self._frames and not self._notes
        if self._checks.written_wrongly(self._frames + self._lost_frames):
            self._notes[WRITTEN_WRONGLY] = None
            proved = False
        return self._sound((WALK, FRAME_CRC), proved=proved)
