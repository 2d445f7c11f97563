"""Tags of Matroska and WebM files: the segment's information and its tags (RFC 9559, RFC 8794).

The audio is skipped cluster by cluster. Where a cluster states no size, as in a live recording, the walk ends there,
and what the segment's index names is still read.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from archiver.audio.blocks.reading import MAX_TEXT, BlockDraft, Draft
from archiver.audio.blocks.text import key_part, utf8_or_latin1
from archiver.audio.containers.ebml import SEGMENT, element_at
from archiver.audio.containers.element import Element
from archiver.audio.containers.window import Window

_SEEK_HEAD, _SEEK, _SEEK_ID, _SEEK_POSITION = map(bytes.fromhex, ("114D9B74", "4DBB", "53AB", "53AC"))
_INFORMATION, _TAGS, _TAG, _SIMPLE_TAG = map(bytes.fromhex, ("1549A966", "1254C367", "7373", "67C8"))
_TARGETS, _NAME, _STRING = map(bytes.fromhex, ("63C0", "45A3", "4487"))
_LISTED = frozenset(int.from_bytes(name, "big") for name in (_INFORMATION, _TAGS))
_PART_TARGETS = frozenset(map(bytes.fromhex, ("63C5", "63C9", "63C4", "63C6")))
"""Targets by number: of a track, an edition, a chapter, an attachment."""

_INFORMATION_TEXTS = {
    bytes.fromhex(name): key
    for name, key in (("7BA9", "Title"), ("4D80", "MuxingApp"), ("5741", "WritingApp"))
}
_CUES, _CHAPTERS, _ATTACHMENTS, _TRACKS, _CLUSTER, _VOID, _CRC = map(
    bytes.fromhex, ("1C53BB6B", "1043A770", "1941A469", "1654AE6B", "1F43B675", "EC", "BF")
)
_TOP_LEVEL = frozenset(
    {_SEEK_HEAD, _INFORMATION, _TAGS, _CUES, _CHAPTERS, _ATTACHMENTS, _TRACKS, _CLUSTER, _VOID, _CRC}
)
_MAX_ELEMENTS = 50_000
_MAX_INDEXED = 64
_MAX_DEPTH = 8
_LONGEST_KEY = 1024


def read_matroska(draft: Draft, offset: int) -> None:
    """Index the tags of the EBML document at ``offset``."""
    window = draft.window
    for element in _elements(window, offset, window.size):
        if element.id == SEGMENT:
            _read_segment(draft, element)
            return


def _read_segment(draft: Draft, segment: Element) -> None:
    window, indexed, seen = draft.window, list[int](), set[int]()
    for element in _elements(window, segment.payload, segment.end):
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
            for element in islice(_elements(window, at, segment.end), 1):
                _read_top(draft, element)


def _read_top(draft: Draft, element: Element) -> bool:
    if element.id == _INFORMATION and element.sized:
        _read_information(draft, element)
    elif element.id == _TAGS and element.sized:
        for tag in _elements(draft.window, element.payload, element.end):
            if tag.id == _TAG:
                _read_tag(draft, tag)
    else:
        return False
    if not element.whole:
        draft.malformed(f"the Matroska element at byte {element.offset} runs past its segment")
    return True


def _indexed(window: Window, seek_head: Element, base: int) -> Iterator[int]:
    """Where the segment's index says that its information and its tags begin."""
    for seek in _elements(window, seek_head.payload, seek_head.end):
        if seek.id != _SEEK:
            continue
        parts = {part.id: part for part in _elements(window, seek.payload, seek.end)}
        if not {_SEEK_ID, _SEEK_POSITION}.issubset(parts):
            continue
        if _number(window, parts[_SEEK_ID]) in _LISTED:
            yield base + _number(window, parts[_SEEK_POSITION])


def _number(window: Window, element: Element) -> int:
    return int.from_bytes(window.read(element.payload, min(element.size, 8)), "big")


def _read_information(draft: Draft, information: Element) -> None:
    block = draft.block("matroska-info", information.offset, information.length)
    for part in _elements(draft.window, information.payload, information.end):
        key = _INFORMATION_TEXTS.get(part.id)
        if key is not None:
            block.add_payload(key, part.offset, part.payload, part.end, _text(draft.window, part))


def _read_tag(draft: Draft, tag: Element) -> None:
    parts = list(_elements(draft.window, tag.payload, tag.end))
    of_part = any(
        target.id in _PART_TARGETS and _number(draft.window, target)
        for part in parts
        if part.id == _TARGETS
        for target in _elements(draft.window, part.payload, part.end)
    )
    kind = "matroska-tags-part" if of_part else "matroska-tags"
    block = draft.block(kind, tag.offset, tag.length)
    for part in parts:
        if part.id == _SIMPLE_TAG:
            _read_simple_tag(draft, block, part, 1)


def _read_simple_tag(draft: Draft, block: BlockDraft, simple: Element, depth: int) -> None:
    name, held, nested = "", None, list[Element]()
    for part in _elements(draft.window, simple.payload, simple.end):
        if part.id == _NAME and part.size <= _LONGEST_KEY:
            name = key_part(_text(draft.window, part) or "")
        elif part.id == _STRING:
            held = part
        elif part.id == _SIMPLE_TAG:
            nested.append(part)
    if held is not None:
        block.add_payload(name, simple.offset, held.payload, held.end, _text(draft.window, held))
    if depth < _MAX_DEPTH:
        for part in nested:
            _read_simple_tag(draft, block, part, depth + 1)


def _text(window: Window, element: Element) -> str | None:
    size = element.size
    return utf8_or_latin1(window.read(element.payload, size)) if size <= MAX_TEXT else None


def _elements(window: Window, start: int, end: int) -> Iterator[Element]:
    """The elements from ``start`` to ``end`` in order, until what follows is none; one without a size runs to ``end``."""
    for _ in range(_MAX_ELEMENTS):
        element = element_at(window, start, end)
        if element is None:
            return
        yield element
        start = element.claimed
        if start >= end:
            return
