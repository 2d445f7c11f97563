"""DTS Coherent Acoustics (ETSI TS 102 114): core frames in 16-bit words, and the extension that may follow each.

Streams of 14-bit words, and files with a header of their own, are digested as they are and not walked. Nothing in a
frame tests its sound, so that a walk that comes to the end is consistent.
"""

from __future__ import annotations

import re

from archiver.audio.bitstream.chain import FrameChain
from archiver.audio.bitstream.stretch import stretch_stream
from archiver.audio.properties.stretch import Stretch
from archiver.model.sound import Bitstream, Sound

METHOD = "dts-frames-v1"
WALK = "dts-frame-walk"

_CORE, _CORE_SWAPPED = b"\x7f\xfe\x80\x01", b"\xfe\x7f\x01\x80"
_EXTENSION = b"\x64\x58\x20\x25"
_SYNC = {False: re.compile(rb"\x7f(?=\xfe\x80\x01)|\x64(?=\x58\x20\x25)"),
         True: re.compile(rb"\xfe(?=\x7f\x01\x80)|\x58(?=\x64\x25\x20)")}  # fmt: skip
_RATES = (0, 8000, 16000, 32000, 0, 0, 11025, 22050, 44100, 0, 0, 12000, 24000, 48000, 96000, 192000)
_HEAD_BYTES = 10
_SHORTEST = 96
_LONGEST = 1 << 16


def dts_stream(stretch: Stretch) -> Bitstream:
    """The core frames, where they are of 16-bit words; else all that stands between the tags."""
    head = stretch.window.read(stretch.start, min(_HEAD_BYTES, stretch.length))
    swapped = head.startswith(_CORE_SWAPPED)
    if len(head) < _HEAD_BYTES or not (swapped or head.startswith(_CORE)):
        return stretch_stream(stretch)
    rate = _RATES[_words(head, swapped=swapped)[8] >> 2 & 15]
    return Bitstream("dts", stretch.start, stretch.end, {"rate": rate, "swapped": swapped})


def _words(head: bytes, *, swapped: bool) -> bytes:
    """The first bytes of a frame, the high byte of each word first."""
    if not swapped:
        return head
    turned = bytearray(head)
    turned[::2], turned[1::2] = head[1::2], head[::2]
    return bytes(turned)


class DtsWalk(FrameChain):
    """Goes from frame to frame by the lengths at their heads."""

    def __init__(self, stream: Bitstream) -> None:
        self._swapped: bool = stream.given["swapped"]
        super().__init__(stream, METHOD, _SYNC[self._swapped], _HEAD_BYTES, _LONGEST)

    def _frame(self, data: bytes, at: int) -> tuple[int, int]:
        head = _words(data[at : at + _HEAD_BYTES], swapped=self._swapped)
        word = int.from_bytes(head[4:8], "big")
        if head.startswith(_CORE):
            length = (word >> 4 & 0x3FFF) + 1
            return (length, ((word >> 18 & 0x7F) + 1) * 32) if length >= _SHORTEST else (0, 0)
        if head.startswith(_EXTENSION):
            fields = int.from_bytes(head[5:10], "big")
            length = (fields >> 5 & 0xFFFFF if fields >> 37 & 1 else fields >> 13 & 0xFFFF) + 1
            return (length, 0) if length <= _LONGEST else (0, 0)
        return 0, 0

    def finish(self) -> Sound:
        """Return what the frames showed."""
        return self._consistent(WALK)
