"""Tells films from songs in the containers that hold either."""

from __future__ import annotations

import re
from typing import BinaryIO

from archiver.audio.containers.boxes import boxes, child
from archiver.audio.containers.window import Window
from archiver.audio.formats.kinds import Kind
from archiver.audio.properties.asf import VIDEO_MEDIA, stream_types

_AUDIO_BRANDS = frozenset({b"M4A ", b"M4B ", b"M4P ", b"F4A ", b"F4B ", b"aax ", b"aaxc"})
_AUDIO_EXTENSIONS = frozenset({"m4a", "m4b", "m4p", "m4r", "3ga", "aax", "aaxc", "f4a", "f4b", "mka", "weba"})
_VIDEO_EXTENSIONS = frozenset({"rv", "rmvb", "ogv", "ogm", "ogx", "axv"})
_TOLD_BY_NAME = frozenset({Kind.REALMEDIA, Kind.OGG})
_MATROSKA_VIDEO = re.compile(rb"\x86[\x80-\xff]V_")
_MATROSKA_BYTES = 64 << 10


def has_moving_picture(file: BinaryIO, size: int, kind: Kind | None, extension: str) -> bool:
    """Whether a file of a kind that may be a film holds a video track.

    A picture track in a file that calls itself audio is chapter art and does not count.

    Args:
        file: Open for reading in binary mode, seekable.
        size: The file's size in bytes.
        kind: What the bytes are.
        extension: In lower case without the dot.

    Raises:
        OSError: where the disk fails.
    """
    if extension in _AUDIO_EXTENSIONS:
        return False
    window = Window(file, size)
    if kind is Kind.MP4:
        return _mp4_video(window)
    if kind is Kind.ASF:
        return VIDEO_MEDIA in stream_types(window, 0)
    if kind is Kind.MATROSKA:
        return _MATROSKA_VIDEO.search(window.read(0, _MATROSKA_BYTES)) is not None
    return kind in _TOLD_BY_NAME and extension in _VIDEO_EXTENSIONS


def _mp4_video(window: Window) -> bool:
    if window.read(8, 4) in _AUDIO_BRANDS:
        return False
    moov = child(window, 0, window.size, b"moov")
    if moov is None:
        return False
    tracks = [box for box in boxes(window, moov.payload, moov.end) if box.id == b"trak"]
    handlers = [child(window, trak.payload, trak.end, b"mdia", b"hdlr") for trak in tracks[:64]]
    return any(box is not None and window.read(box.payload + 8, 4) == b"vide" for box in handlers)
