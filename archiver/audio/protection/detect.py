"""The way in: whether a file is protected, by its headers alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO

from archiver.audio.containers.asf_objects import HEADER
from archiver.audio.containers.id3v2_walk import id3v2_header
from archiver.audio.containers.window import Window
from archiver.audio.formats.kinds import Kind, extension_of
from archiver.audio.formats.magic import sniff
from archiver.audio.protection.asf import asf_protection
from archiver.audio.protection.carriers import carrier_protection
from archiver.audio.protection.id3 import id3_protection
from archiver.audio.protection.magic import magic_protection
from archiver.audio.protection.matroska import matroska_protection
from archiver.audio.protection.mp4 import mp4_protection
from archiver.audio.protection.oma import oma_protection
from archiver.audio.protection.oma_drm import content_1_protection, message_protection
from archiver.audio.protection.real import real_protection
from archiver.audio.protection.suffixes import suffix_protection
from archiver.audio.protection.wave import WAVE_64, wave_protection
from archiver.model.evidence import Protection, unseen

UNSEEN = unseen("file")
"""What is said of a file that could not be looked into at all."""

_BOXES = frozenset(
    (b"ftyp", b"moov", b"mdat", b"free", b"wide", b"skip", b"pnot", b"styp", b"sidx", b"moof", b"uuid")
)
_WAVES = (b"RIFF", b"RIFX", b"RF64", b"BW64")
_CONTAINERS: tuple[tuple[bytes, Callable[[Window, int], Protection | None]], ...] = (
    (HEADER, asf_protection),
    (b"ea3", oma_protection),
    (b"EA3", oma_protection),
    (b"\x1aE\xdf\xa3", matroska_protection),
    (b".RMF", real_protection),
    (WAVE_64, wave_protection),
    *((mark, wave_protection) for mark in _WAVES),
    (b"--", message_protection),
)
_MAX_LEADING_TAGS = 16


def detect(file: BinaryIO, size: int, name: str) -> Protection | None:
    """The technical protection measure seen in a file, or ``None`` if none was detected.

    Where a walk through the headers ended early, by damage, a limit, or the end of the file, and nothing was seen, what
    comes back is :attr:`~archiver.model.evidence.Protection.unseen`. Reads headers and the last bytes, a few KiB in
    all; never raises for what the file says.

    Args:
        file: Open for reading in binary mode and seekable.
        size: The file's size in bytes.
        name: The file's name or record path; its suffix counts only where the bytes are no known format.

    Raises:
        OSError: where the disk fails.
    """
    window = Window(file, size)
    unread = None
    for found in _looks(file, window, name):
        if found is not None and not found.unseen:
            return found
        unread = unread or found
    return unread


def _looks(file: BinaryIO, window: Window, name: str) -> Iterator[Protection | None]:
    start = _after_tags(window)
    yield magic_protection(window, name)
    yield _container_protection(file, window, start, name)
    if start:
        yield id3_protection(window)
    yield suffix_protection(file, window, name)
    yield carrier_protection(window, name)


def _container_protection(file: BinaryIO, window: Window, start: int, name: str) -> Protection | None:
    head = window.read(start, 16)
    if head[4:8] in _BOXES:
        found = mp4_protection(window, start)
        # a text may begin with "The free", and a picture has no movie header
        is_movie = found is None or not found.unseen or _kind(file, window, name) is Kind.MP4
        return found if is_movie else None
    if head[:4] in _WAVES and head[8:12] != b"WAVE":
        return None
    look = next((look for mark, look in _CONTAINERS if head.startswith(mark)), content_1_protection)
    return look(window, start)


def _kind(file: BinaryIO, window: Window, name: str) -> Kind | None:
    return sniff(file, window.size, extension_of(name)).kind


def _after_tags(window: Window) -> int:
    offset = 0
    for _ in range(_MAX_LEADING_TAGS):
        header = id3v2_header(window, offset)
        if header is None:
            break
        offset = header.end
    return offset
