"""Tags of Matroska and WebM files: the segment's information and its tags (RFC 9559, RFC 8794).

The audio is skipped cluster by cluster. Where a cluster states no size, as in a live recording, the walk ends there,
and what the segment's index names is still read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice

from archiver.audio.blocks.matroska_parts import (
    element_number,
    element_text,
    read_attachments,
    read_chapters,
    read_tracks,
)
from archiver.audio.blocks.reading import BlockDraft, Draft
from archiver.audio.blocks.text import key_part
from archiver.audio.containers.ebml import SEGMENT, sized_elements
from archiver.audio.containers.element import Element
from archiver.audio.containers.window import Window

_SEEK_HEAD, _SEEK, _SEEK_ID, _SEEK_POSITION = map(bytes.fromhex, ("114D9B74", "4DBB", "53AB", "53AC"))
_INFORMATION, _TAGS, _TAG, _SIMPLE_TAG = map(bytes.fromhex, ("1549A966", "1254C367", "7373", "67C8"))
_TARGETS, _LEVEL, _NAME = map(bytes.fromhex, ("63C0", "68CA", "45A3"))
_STRING, _BINARY = map(bytes.fromhex, ("4487", "4485"))
_LANGUAGES = frozenset(map(bytes.fromhex, ("447A", "447B")))
_NO_LANGUAGE = ("", "und")
_WITHIN = ">"
_LANGUAGE_AT_END = re.compile(r":[A-Za-z]{2,8}(?:-[0-9A-Za-z-]{1,30})?\Z")
_PART_TARGETS = frozenset(map(bytes.fromhex, ("63C5", "63C9", "63C4", "63C6")))
"""Targets by number: of a track, an edition, a chapter, an attachment."""

_INFORMATION_TEXTS = {
    bytes.fromhex(name): key
    for name, key in (
        ("7BA9", "Title"),
        ("4D80", "MuxingApp"),
        ("5741", "WritingApp"),
        ("7384", "SegmentFilename"),
        ("3C83AB", "PrevFilename"),
        ("3E83BB", "NextFilename"),
    )
}
_CUES, _CHAPTERS, _ATTACHMENTS, _TRACKS, _CLUSTER, _VOID, _CRC = map(
    bytes.fromhex, ("1C53BB6B", "1043A770", "1941A469", "1654AE6B", "1F43B675", "EC", "BF")
)
_TOP_LEVEL = frozenset(
    {_SEEK_HEAD, _INFORMATION, _TAGS, _CUES, _CHAPTERS, _ATTACHMENTS, _TRACKS, _CLUSTER, _VOID, _CRC}
)
_LISTED = frozenset(
    int.from_bytes(name, "big") for name in (_INFORMATION, _TAGS, _CHAPTERS, _ATTACHMENTS, _TRACKS)
)
_DATE = bytes.fromhex("4461")
_EPOCH = datetime(2001, 1, 1, tzinfo=UTC)
_PARTS = {_CHAPTERS: read_chapters, _ATTACHMENTS: read_attachments, _TRACKS: read_tracks}
_MAX_INDEXED = 64
_MAX_DEPTH = 8
_LONGEST_KEY, _LONGEST_LANGUAGE = 1024, 64


def tag_name(key: str) -> str:
    """The name of a tag in its key, without those that it stands within and without its language."""
    return _LANGUAGE_AT_END.sub("", key.rpartition(_WITHIN)[2])


def is_nested(key: str) -> bool:
    """Whether a tag with this key stands within another, of which it says something."""
    return _WITHIN in key


def read_matroska(draft: Draft, offset: int) -> None:
    """Index the tags of the EBML document at ``offset``."""
    window = draft.window
    for element in sized_elements(window, offset, window.size):
        if element.id == SEGMENT:
            _read_segment(draft, element)
            return


def _read_segment(draft: Draft, segment: Element) -> None:
    window, indexed, seen = draft.window, list[int](), set[int]()
    for element in sized_elements(window, segment.payload, segment.end):
        if element.id not in _TOP_LEVEL:
            break
        if element.id == _SEEK_HEAD:
            indexed += _indexed(window, element, segment.payload)
        elif _read_top(draft, element):
            seen.add(element.offset)
        if not element.sized:
            break
    for at in dict.fromkeys(indexed[:_MAX_INDEXED]):
        if at not in seen:
            for element in islice(sized_elements(window, at, segment.end), 1):
                _read_top(draft, element)


def _read_top(draft: Draft, element: Element) -> bool:
    if element.id == _INFORMATION and element.sized:
        _read_information(draft, element)
    elif element.id in _PARTS and element.sized:
        _PARTS[element.id](draft, element)
    elif element.id == _TAGS and element.sized:
        for tag in sized_elements(draft.window, element.payload, element.end):
            if tag.id == _TAG:
                _read_tag(draft, tag)
    else:
        return False
    if not element.whole:
        draft.malformed(f"the Matroska element at byte {element.offset} runs past its segment")
    return True


def _indexed(window: Window, seek_head: Element, base: int) -> Iterator[int]:
    """Where the segment's index says that what is read of it begins."""
    for seek in sized_elements(window, seek_head.payload, seek_head.end):
        if seek.id != _SEEK:
            continue
        parts = {part.id: part for part in sized_elements(window, seek.payload, seek.end)}
        if not {_SEEK_ID, _SEEK_POSITION}.issubset(parts):
            continue
        if element_number(window, parts[_SEEK_ID]) in _LISTED:
            yield base + element_number(window, parts[_SEEK_POSITION])


def _read_information(draft: Draft, information: Element) -> None:
    block = draft.block("matroska-info", information.offset, information.length)
    for part in sized_elements(draft.window, information.payload, information.end):
        key = _INFORMATION_TEXTS.get(part.id)
        if key is not None:
            block.add_payload(key, part.offset, part.payload, part.end, element_text(draft.window, part))
        elif part.id == _DATE and part.size == 8:
            ticks = int.from_bytes(draft.window.read(part.payload, 8), "big", signed=True)
            block.add_payload("DateUTC", part.offset, part.payload, part.end, _moment(ticks))


def _moment(ticks: int) -> str:
    """A moment in nanoseconds since the year 2001 began, to the second."""
    return (_EPOCH + timedelta(microseconds=ticks // 1000)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _read_tag(draft: Draft, tag: Element) -> None:
    parts = list(sized_elements(draft.window, tag.payload, tag.end))
    targets = [
        target
        for part in parts
        if part.id == _TARGETS
        for target in sized_elements(draft.window, part.payload, part.end)
    ]
    kind = "matroska-tags"
    if any(target.id in _PART_TARGETS and element_number(draft.window, target) for target in targets):
        kind += "-part"
    elif levels := [element_number(draft.window, one) for one in targets if one.id == _LEVEL]:
        kind += f"-{levels[0]}"
    block = draft.block(kind, tag.offset, tag.length)
    for part in parts:
        if part.id == _SIMPLE_TAG:
            _read_simple_tag(draft, block, part, ())


def _read_simple_tag(draft: Draft, block: BlockDraft, simple: Element, above: tuple[str, ...]) -> None:
    name, language, held, nested = "", "", None, list[Element]()
    for part in sized_elements(draft.window, simple.payload, simple.end):
        if part.id == _NAME and part.size <= _LONGEST_KEY:
            name = key_part(element_text(draft.window, part) or "")
        elif part.id in _LANGUAGES and part.size <= _LONGEST_LANGUAGE:
            language = key_part(element_text(draft.window, part) or "")
        elif part.id in (_STRING, _BINARY):
            held = part
        elif part.id == _SIMPLE_TAG:
            nested.append(part)
    if held is not None:
        key = _WITHIN.join((*above, name)) + (f":{language}" if language not in _NO_LANGUAGE else "")
        text = element_text(draft.window, held) if held.id == _STRING else None
        block.add_payload(key, simple.offset, held.payload, held.end, text)
    if len(above) < _MAX_DEPTH - 1:
        for part in nested:
            _read_simple_tag(draft, block, part, (*above, name))
