"""Chapters of MP4 and QuickTime files that are a track of texts (QuickTime File Format, "Chapter Lists").

A track of sound refers to it by its number; each of its samples is a title.
"""

from __future__ import annotations

from collections.abc import Sequence

from archiver.audio.blocks.reading import Draft
from archiver.audio.blocks.text import marked_order, utf8_or_latin1, utf16
from archiver.audio.containers.boxes import child, sample_places
from archiver.audio.containers.element import Element
from archiver.audio.containers.window import Window

KIND = "mp4-track-chapter"

_MAX_CHAPTERS = 1000
_LONGEST_TITLE = 1 << 17
"""Bytes of a sample: a title of at most 64 KiB, and what may be said of its encoding."""

_TEXT_HANDLERS = frozenset((b"text", b"sbtl", b"subt"))


def read_chapter_tracks(draft: Draft, tracks: Sequence[Element]) -> None:
    """Index the titles in those of a movie's tracks that other tracks name as their chapters."""
    window = draft.window
    named = {number for trak in tracks for number in _chapter_tracks(window, trak)}
    if not named:
        return
    for trak in tracks:
        if _track_number(window, trak) in named and _handler(window, trak) in _TEXT_HANDLERS:
            _read_titles(draft, trak)


def _read_titles(draft: Draft, trak: Element) -> None:
    window = draft.window
    places = [
        (offset, offset + size)
        for offset, size in sample_places(window, trak, _MAX_CHAPTERS)
        if 2 <= size <= _LONGEST_TITLE and offset + size <= window.size
    ]
    if not places:
        return
    start, end = min(begin for begin, _ in places), max(stop for _, stop in places)
    block = draft.block(KIND, start, end - start)
    for begin, stop in places:
        length = int.from_bytes(window.read(begin, 2), "big")
        data = window.read(begin + 2, min(length, stop - begin - 2))
        order = marked_order(data)
        block.add_payload(
            "chapter", begin, begin + 2, stop, utf16(data, order) if order else utf8_or_latin1(data)
        )


def _chapter_tracks(window: Window, trak: Element) -> list[int]:
    box = child(window, trak.payload, trak.end, b"tref", b"chap")
    if box is None:
        return []
    data = window.read(box.payload, min(box.size, 64))
    return [int.from_bytes(data[at : at + 4], "big") for at in range(0, len(data) - 3, 4)]


def _track_number(window: Window, trak: Element) -> int:
    box = child(window, trak.payload, trak.end, b"tkhd")
    if box is None:
        return 0
    at = 20 if window.read(box.payload, 1) == b"\1" else 12
    return int.from_bytes(window.read(box.payload + at, 4), "big")


def _handler(window: Window, trak: Element) -> bytes:
    box = child(window, trak.payload, trak.end, b"mdia", b"hdlr")
    return b"" if box is None else window.read(box.payload + 8, 4)
