"""The frame of facts that encoders write before the sound of an MP3 file: Xing, Info or VBRI."""

from __future__ import annotations

from dataclasses import dataclass

from archiver.audio.formats.mpeg_sync import MpegHeader

_GAPLESS_WRITERS = (b"LAME", b"Lavf", b"Lavc")
_VBRI_AT = 36


@dataclass(frozen=True, slots=True)
class StreamFacts:
    """What such a frame states.

    Attributes:
        frames: Frames of sound after it; 0 where it does not know.
        bytes: Bytes of the stream with this frame; 0 where it does not know.
        silence: Samples that the encoder put before and after the sound.
    """

    frames: int
    bytes: int
    silence: int = 0


def stream_facts(frame: bytes, header: MpegHeader) -> StreamFacts | None:
    """Read the facts from the bytes of a file's first frame, ``None`` where it is a frame of sound."""
    if header.layer != 3:
        return None
    side = (17 if header.mono else 32) if header.mpeg1 else (9 if header.mono else 17)
    for at in (4 + side, 6 + side):  # some writers count the two bytes of a checksum
        if frame[at : at + 4] in (b"Xing", b"Info"):
            return _xing(frame, at)
    if frame[_VBRI_AT : _VBRI_AT + 4] == b"VBRI" and len(frame) >= _VBRI_AT + 18:
        size = int.from_bytes(frame[_VBRI_AT + 10 : _VBRI_AT + 14], "big")
        return StreamFacts(int.from_bytes(frame[_VBRI_AT + 14 : _VBRI_AT + 18], "big"), size)
    return None


def _xing(frame: bytes, at: int) -> StreamFacts:
    flags = int.from_bytes(frame[at + 4 : at + 8], "big")
    at += 8
    numbers = []
    for flag in (1, 2):
        numbers.append(int.from_bytes(frame[at : at + 4], "big") if flags & flag else 0)
        at += 4 if flags & flag else 0
    at += (100 if flags & 4 else 0) + (4 if flags & 8 else 0)
    silence = 0
    if frame[at : at + 4] in _GAPLESS_WRITERS and len(frame) >= at + 24:
        both = int.from_bytes(frame[at + 21 : at + 24], "big")
        silence = (both >> 12) + (both & 0xFFF)
    return StreamFacts(numbers[0], numbers[1], silence)
