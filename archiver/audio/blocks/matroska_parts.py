"""Attachments, chapters and the names of tracks in Matroska and WebM files (RFC 9559, section 5.1)."""

from __future__ import annotations

from archiver.audio.blocks.pictures import InnerPicture
from archiver.audio.blocks.reading import MAX_TEXT, BlockDraft, Draft
from archiver.audio.blocks.text import MAX_KEY, key_part, utf8_or_latin1
from archiver.audio.containers.ebml import sized_elements
from archiver.audio.containers.element import Element
from archiver.audio.containers.inner import InnerDigest
from archiver.audio.containers.window import Window

_ATTACHED = bytes.fromhex("61A7")
_DESCRIPTION, _FILE_NAME, _MEDIA_TYPE, _FILE_DATA = map(bytes.fromhex, ("467E", "466E", "4660", "465C"))
_EDITION, _ATOM, _DISPLAY, _TITLE = map(bytes.fromhex, ("45B9", "B6", "80", "85"))
_EDITION_DISPLAY, _EDITION_TITLE = map(bytes.fromhex, ("4520", "4521"))
_LANGUAGE, _LANGUAGE_TAG = map(bytes.fromhex, ("437C", "437D"))
_TRACK, _NUMBER = map(bytes.fromhex, ("AE", "D7"))
_TRACK_TEXTS = {bytes.fromhex("536E"): "Name", bytes.fromhex("258688"): "CodecName"}
_MAX_DEPTH = 8


def element_text(window: Window, element: Element) -> str | None:
    """The text that an element is; ``None`` for one that is too long."""
    size = element.size
    return utf8_or_latin1(window.read(element.payload, size)) if size <= MAX_TEXT else None


def element_number(window: Window, element: Element) -> int:
    """The number that an element is."""
    return int.from_bytes(window.read(element.payload, min(element.size, 8)), "big")


def read_attachments(draft: Draft, attachments: Element) -> None:
    """Index each attached file by its name, with its description; pictures have their own digest as well."""
    window = draft.window
    block = draft.block("matroska-attachments", attachments.offset, attachments.length)
    for attached in sized_elements(window, attachments.payload, attachments.end):
        if attached.id != _ATTACHED:
            continue
        parts = {part.id: part for part in sized_elements(window, attached.payload, attached.end)}
        told = {
            name: (element_text(window, parts[name]) or "")[:MAX_KEY]
            for name in (_FILE_NAME, _MEDIA_TYPE, _DESCRIPTION)
            if name in parts
        }
        data = parts.get(_FILE_DATA)
        if data is None:
            continue
        is_picture = told.get(_MEDIA_TYPE, "").lower().startswith("image/") and data.size > 0
        inner = [InnerPicture(InnerDigest(0), None)] if is_picture else []
        key = f"ATTACHMENT:{key_part(told.get(_FILE_NAME, ''))}"
        block.add_payload(
            key, attached.offset, data.payload, data.end, told.get(_DESCRIPTION) or None, inner=inner
        )


def read_chapters(draft: Draft, chapters: Element) -> None:
    """Index the titles of the editions and of their chapters, by language."""
    block = draft.block("matroska-chapter", chapters.offset, chapters.length)
    for edition in sized_elements(draft.window, chapters.payload, chapters.end):
        if edition.id == _EDITION:
            _read_atoms(draft, block, edition, 0)


def _read_atoms(draft: Draft, block: BlockDraft, parent: Element, depth: int) -> None:
    for part in sized_elements(draft.window, parent.payload, parent.end):
        if part.id == _ATOM and depth < _MAX_DEPTH:
            _read_atoms(draft, block, part, depth + 1)
        elif part.id in (_DISPLAY, _EDITION_DISPLAY):
            _read_display(draft, block, part)


def _read_display(draft: Draft, block: BlockDraft, display: Element) -> None:
    window = draft.window
    parts = {part.id: part for part in sized_elements(window, display.payload, display.end)}
    title = parts.get(_TITLE) or parts.get(_EDITION_TITLE)
    if title is None:
        return
    language = parts.get(_LANGUAGE_TAG) or parts.get(_LANGUAGE)
    tag = "" if language is None else (element_text(window, language) or "")[:MAX_KEY]
    key = f"ChapString:{key_part(tag)}" if tag else "ChapString"
    block.add_payload(key, display.offset, title.payload, title.end, element_text(window, title))


def read_tracks(draft: Draft, tracks: Element) -> None:
    """Index what the tracks and their codecs are called."""
    window = draft.window
    named: list[tuple[str, Element]] = []
    for track in sized_elements(window, tracks.payload, tracks.end):
        if track.id == _TRACK:
            parts = {part.id: part for part in sized_elements(window, track.payload, track.end)}
            number = element_number(window, parts[_NUMBER]) if _NUMBER in parts else 0
            named += [(f"{key}:{number}", parts[name]) for name, key in _TRACK_TEXTS.items() if name in parts]
    if named:
        block = draft.block("matroska-tracks", tracks.offset, tracks.length)
        for key, part in named:
            block.add_payload(key, part.offset, part.payload, part.end, element_text(window, part))
