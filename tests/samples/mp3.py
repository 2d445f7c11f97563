"""MPEG-1 layer III: silent frames, the Xing/Info header with LAME's extension, and the tags around them."""

from __future__ import annotations

import functools
import struct
from collections.abc import Sequence

from tests.samples.bits import crc16_lame
from tests.samples.comments import Tags
from tests.samples.id3 import Frame, id3v1, picture_frame, text_frames
from tests.samples.id3 import id3v2 as id3v2_tag
from tests.samples.images import Picture, as_picture

_BITRATES_KBPS = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_RATE_HZ = 44100
_SIDE_INFO = 32


def mp3_frame(bitrate_kbps: int = 32, content: bytes = b"") -> bytes:
    """Return one stereo frame at 44.1 kHz without CRC: silence, or ``content`` after the side information."""
    header = bytes((0xFF, 0xFB, _BITRATES_KBPS.index(bitrate_kbps) << 4, 0x00))
    length = 144 * bitrate_kbps * 1000 // _RATE_HZ
    return (header + bytes(_SIDE_INFO) + content).ljust(length, b"\0")


def info_frame(music: bytes, count: int, *, kind: str = "Info", encoder: str = "LAME3.100") -> bytes:
    """Return the frame that describes ``music`` of ``count`` frames: Xing/Info, then LAME's 36 bytes with both CRCs."""
    size = len(mp3_frame(64))
    total = size + len(music)
    table = bytes(step * 256 // 100 for step in range(100))
    xing = kind.encode("ascii") + struct.pack(">III", 0x0F, count, total) + table + struct.pack(">I", 0)
    lame = b"".join(
        (
            encoder.encode("ascii").ljust(9)[:9],
            bytes((0x01, 160)),  # constant bitrate, low pass in 100 Hz
            bytes(8),  # peak and gains: not measured
            bytes((0, 32)),  # flags, bitrate
            (576 << 12 | 576).to_bytes(3, "big"),  # encoder delay and padding
            bytes(4),
            struct.pack(">IH", total, crc16_lame(music)),
        )
    )
    frame = mp3_frame(64, xing + lame)
    end = 4 + _SIDE_INFO + len(xing) + len(lame)
    return frame[:end] + struct.pack(">H", crc16_lame(frame[:end])) + frame[end + 2 :]


@functools.cache
def mp3_audio(count: int = 40, *, header: str | None = "Info") -> bytes:
    """Return ``count`` silent frames (26 ms each), after an ``Info`` or ``Xing`` frame unless ``header`` is None."""
    music = mp3_frame() * count
    return (info_frame(music, count, kind=header) if header else b"") + music


def mp3(
    tags: Tags | None = None,
    *,
    id3v2: int = 4,
    v1: bool = False,
    frames: Sequence[Frame] = (),
    pictures: Sequence[Picture | bytes] = (),
    audio: bytes | None = None,
    header: str | None = "Info",
    padding: int = 0,
    trailing: bytes = b"",
    **fields: str,
) -> bytes:
    """Return an MP3 file.

    Args:
        tags: Text frames by id (``{"TIT2": "…"}``).
        id3v2: Minor version of the tag, 3 or 4; 0 for none.
        v1: Whether an ID3v1.1 tag made of ``fields`` ends the file.
        frames: Further frames, from the builders of :mod:`tests.samples.id3`.
        pictures: Covers; bare bytes are a front cover.
        audio: Frames in place of a second of silence.
        header: "Info", "Xing" or None, where ``audio`` is not given.
        padding: Zeros at the end of the ID3v2 tag.
        trailing: What stands between the audio and ID3v1, such as an APEv2 or Lyrics3 tag.
        fields: ``title``, ``artist``, ``album``, ``date``, ``track``, ``comment``, …
    """
    listed = [*text_frames(tags or {}, fields, version=id3v2 or 4), *frames]
    listed += [picture_frame(as_picture(picture)) for picture in pictures]
    head = id3v2_tag(listed, version=id3v2, padding=padding) if id3v2 else b""
    body = mp3_audio(header=header) if audio is None else audio
    return head + body + trailing + (id3v1(fields) if v1 else b"")
