"""The way in: whether a file is protected, by its headers alone."""

from __future__ import annotations

from typing import BinaryIO

from archiver.audio.blocks.asf_objects import HEADER
from archiver.audio.blocks.id3v2_walk import id3v2_header
from archiver.audio.blocks.window import Window
from archiver.audio.protection.asf import asf_protection
from archiver.audio.protection.carriers import carrier_protection
from archiver.audio.protection.id3 import id3_protection
from archiver.audio.protection.magic import magic_protection
from archiver.audio.protection.mp4 import mp4_protection
from archiver.audio.protection.oma import oma_protection
from archiver.audio.protection.qqmusic import qq_protection
from archiver.model.evidence import Protection

UNSEEN = Protection("unseen", "headers not readable", "file", certain=False)
"""What is said of a file that could not be looked into: that nothing was seen in it proves nothing."""

_BOXES = frozenset({b"ftyp", b"moov", b"mdat", b"free", b"wide", b"skip", b"pnot", b"styp", b"uuid"})
_MAX_LEADING_TAGS = 16


def detect(file: BinaryIO, size: int, name: str) -> Protection | None:
    """The technical protection measure seen in a file, or ``None`` if none was detected.

    Reads headers and the last bytes, a few KiB in all; never raises for what the file says.

    Args:
        file: Open for reading in binary mode and seekable.
        size: The file's size in bytes.
        name: The file's name or record path; its suffix counts only where the bytes are no known format.

    Raises:
        OSError: where the disk fails.
    """
    window = Window(file, size)
    start = _after_tags(window)
    return (
        magic_protection(window)
        or _container_protection(window, start)
        or (id3_protection(window) if start else None)
        or qq_protection(file, window, name)
        or carrier_protection(window, name)
    )


def _container_protection(window: Window, start: int) -> Protection | None:
    head = window.read(start, 16)
    if head[4:8] in _BOXES:
        return mp4_protection(window, start)
    if head == HEADER:
        return asf_protection(window, start)
    if head[:3] in (b"ea3", b"EA3"):
        return oma_protection(window, start)
    return None


def _after_tags(window: Window) -> int:
    offset = 0
    for _ in range(_MAX_LEADING_TAGS):
        header = id3v2_header(window, offset)
        if header is None:
            break
        offset = header.end
    return offset
