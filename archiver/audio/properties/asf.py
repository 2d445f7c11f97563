"""Properties of Windows Media files, by the file and stream properties objects (ASF 01.20.06, sections 3.2 and 3.3)."""

from __future__ import annotations

import struct
import uuid

from archiver.audio.containers.asf_objects import STREAM_PROPERTIES, header_objects
from archiver.audio.containers.element import Element
from archiver.audio.containers.window import Window
from archiver.audio.properties.codecs import wave_codec
from archiver.audio.properties.stretch import Stretch, UnparsableError
from archiver.model.audio import AudioProperties

FILE_PROPERTIES = uuid.UUID("8CABDCA1-A947-11CF-8EE4-00C00C205365").bytes_le
AUDIO_MEDIA = uuid.UUID("F8699E40-5B4D-11CF-A8FD-00805F5C442B").bytes_le
BROADCAST = 1
_TICKS = 10_000_000


def read_asf(stretch: Stretch) -> AudioProperties:
    """The first audio stream. A broadcast states no duration."""
    window = stretch.window
    seconds: float | None = None
    sound: bytes | None = None
    for found in header_objects(window, stretch.start):
        if found.id == FILE_PROPERTIES:
            seconds = _play_duration(window, found)
        elif (
            found.id == STREAM_PROPERTIES and sound is None and window.read(found.payload, 16) == AUDIO_MEDIA
        ):
            sound = window.read(found.payload + 54, 18)
    if sound is None or len(sound) < 16:
        raise UnparsableError("there is no audio stream in the header")
    tag, channels, rate, byte_rate, _, bits = struct.unpack("<HHIIHH", sound[:16])
    codec, lossless = wave_codec(tag)
    return AudioProperties(
        codec=codec,
        duration_s=seconds,
        sample_rate_hz=rate or None,
        channels=channels or None,
        bit_depth=bits or None if lossless else None,
        bitrate_bps=byte_rate * 8 or None,
        lossless=lossless,
    )


def _play_duration(window: Window, found: Element) -> float | None:
    data = window.read(found.payload, 80)
    if len(data) < 80:
        return None
    ticks, preroll, flags = (int.from_bytes(data[at : at + 8], "little") for at in (40, 56, 64))
    if flags & BROADCAST:
        return None
    seconds = ticks / _TICKS - preroll / 1000
    return seconds if seconds > 0 else None
