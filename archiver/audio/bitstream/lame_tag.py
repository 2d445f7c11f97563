"""What LAME and encoders after it write into the first frame of an MP3 file, beside Xing's counts.

Two CRCs stand there (mp3 Info Tag revision 1, gabriel.mp3-tech.org/mp3infotag.html): one over the frame itself up to
that CRC, and one over the music, which is every byte after the frame up to the length that stands beside it. Both are
CRC-16/ARC. LAME 3.93, 3.99 and 3.100 were seen to write both rightly, and ffmpeg's libavformat does in stereo of MPEG-1,
where 190 bytes stand before that CRC. Where fewer do, it goes over 190 bytes all the same: the place of the CRC is zero
yet, and so is what the frame lacks (seen of libavformat 59). Where the first holds, the second is what the encoder wrote; where it fails, somebody
has changed the frame, and the second proves nothing against the music.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from fastcrc import crc16

from archiver.audio.formats.mpeg_sync import MpegHeader

_TAG_BYTES = 36
_LIBAVFORMAT, _LIBAVFORMAT_BYTES = (b"Lavf", b"Lavc"), 190
_ENCODERS = (b"LAME", b"Lavf", b"Lavc", b"GOGO", b"L3.9")
_GAIN = re.compile(rb"MP3GAIN_UNDO\0([+-]\d{3}),([+-]\d{3})")


class LameTag(NamedTuple):
    """What is stated.

    Attributes:
        held: Whether the frame's own CRC-16 is right.
        music_bytes: Bytes of the stream, this frame among them.
        music_crc: CRC-16 of all of them but this frame.
    """

    held: bool
    music_bytes: int
    music_crc: int


def lame_tag(frame: bytes, header: MpegHeader) -> LameTag | None:
    """Read what LAME writes from the bytes of a file's first frame, ``None`` where nothing of it is there."""
    side = (17 if header.mono else 32) if header.mpeg1 else (9 if header.mono else 17)
    for at in (4 + side, 6 + side):
        if frame[at : at + 4] in (b"Xing", b"Info"):
            flags = int.from_bytes(frame[at + 4 : at + 8], "big")
            xing_bytes = 8 + sum(size for bit, size in ((1, 4), (2, 4), (4, 100), (8, 4)) if flags & bit)
            return _read(frame, at + xing_bytes)
    return None


def _read(frame: bytes, at: int) -> LameTag | None:
    tag = frame[at : at + _TAG_BYTES]
    if len(tag) < _TAG_BYTES:
        return None
    stated = int.from_bytes(tag[34:], "big")
    held = crc16.arc(frame[: at + 34]) == stated or _held_of_libavformat(frame, at, stated)
    music_bytes, music_crc = int.from_bytes(tag[28:32], "big"), int.from_bytes(tag[32:34], "big")
    if not music_bytes or not (held or (stated and tag.startswith(_ENCODERS))):
        return None
    return LameTag(held, music_bytes, music_crc)


def _held_of_libavformat(frame: bytes, at: int, stated: int) -> bool:
    end = at + _TAG_BYTES
    if not frame.startswith(_LIBAVFORMAT, at) or end > _LIBAVFORMAT_BYTES:
        return False
    covered = frame[: end - 2] + bytes(2) + frame[end:_LIBAVFORMAT_BYTES]
    return crc16.arc(covered.ljust(_LIBAVFORMAT_BYTES, b"\0")) == stated


def changed_in_volume(tags: bytes) -> bool:
    """Whether mp3gain or a program like it has changed the volume of every frame, as the tag says that undoes it."""
    return any(set(match.groups()) != {b"+000"} for match in _GAIN.finditer(tags))
