"""Tells films from songs in the containers that hold either."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

from archiver.audio.containers.asf_objects import STREAM_PROPERTIES, header_objects
from archiver.audio.containers.boxes import boxes, child
from archiver.audio.containers.window import Window
from archiver.audio.formats.kinds import Kind, fetched

_AUDIO_BRANDS = frozenset({b"M4A ", b"M4B ", b"M4P ", b"F4A ", b"F4B ", b"aax ", b"aaxc"})
_AUDIO_EXTENSIONS = frozenset({"m4a", "m4b", "m4p", "m4r", "3ga", "aax", "aaxc", "f4a", "f4b", "mka", "weba"})
_VIDEO_EXTENSIONS = frozenset({"rv", "rmvb", "ogv", "ogm", "ogx", "axv"})
_TOLD_BY_NAME = frozenset({Kind.REALMEDIA, Kind.OGG})
_MATROSKA_VIDEO = re.compile(rb"\x86[\x80-\xff]V_")
_MATROSKA_BYTES = 64 << 10
_VIDEO_MEDIA = uuid.UUID("BC19EFC0-5B4D-11CF-A8FD-00805F5C442B").bytes_le


def has_moving_picture(window: Window, kind: Kind | None, extension: str) -> bool:
    """Whether a file of a kind that may be a film holds a video track.

    A picture track in a file that calls itself audio is chapter art and does not count.

    Args:
        window: The file.
        kind: What the bytes are.
        extension: In lower case without the dot.

    Raises:
        OSError: where the disk fails.
    """
    if kind is None or extension in _AUDIO_EXTENSIONS:
        return False
    if kind.row.film is not None:
        is_film: Callable[[Window], bool] = fetched(kind.row.film)
        return is_film(window.again())
    return kind in _TOLD_BY_NAME and extension in _VIDEO_EXTENSIONS


def mp4_video(window: Window) -> bool:
    """Whether a movie's first tracks show a picture."""
    if window.read(8, 4) in _AUDIO_BRANDS:
        return False
    moov = child(window, 0, window.size, b"moov")
    if moov is None:
        return False
    tracks = [box for box in boxes(window, moov.payload, moov.end) if box.id == b"trak"]
    handlers = [child(window, trak.payload, trak.end, b"mdia", b"hdlr") for trak in tracks[:64]]
    return any(box is not None and window.read(box.payload + 8, 4) == b"vide" for box in handlers)


def asf_video(window: Window) -> bool:
    """Whether any stream of the header is one of video."""
    streams = (found for found in header_objects(window, 0) if found.id == STREAM_PROPERTIES)
    return any(window.read(found.payload, 16) == _VIDEO_MEDIA for found in streams)


def matroska_video(window: Window) -> bool:
    """Whether a codec of video is named near the file's beginning."""
    return _MATROSKA_VIDEO.search(window.read(0, _MATROSKA_BYTES)) is not None
