"""Tags of Matroska and WebM files: the segment's information and its tags (RFC 9559, RFC 8794).

The audio is skipped cluster by cluster. Where a cluster states no size, as in a live recording, the walk ends there,
and what the segment's index names is still read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from archiver.audio.blocks.reading import MAX_TEXT, BlockDraft, Draft
from archiver.audio.blocks.text import key_part, utf8_or_latin1
from archiver.audio.blocks.window import Window

_SEGMENT = 0x18538067
_SEEK_HEAD, _SEEK, _SEEK_ID, _SEEK_POSITION = 0x114D9B74, 0x4DBB, 0x53AB, 0x53AC
_INFORMATION, _TAGS, _TAG, _SIMPLE_TAG = 0x1549A966, 0x1254C367, 0x7373, 0x67C8
_TARGETS, _NAME, _STRING = 0x63C0, 0x45A3, 0x4487
_PART_TARGETS = frozenset({0x63C5, 0x63C9, 0x63C4, 0x63C6})
"""Targets by number: of a track, an edition, a chapter, an attachment."""

_INFORMATION_TEXTS = {0x7BA9: "Title", 0x4D80: "MuxingApp", 0x5741: "WritingApp"}
_TOP_LEVEL = frozenset(
    {0x1F43B675, 0x1C53BB6B, 0x1941A469, 0x1043A770, _SEEK_HEAD, _INFORMATION, _TAGS, 0x1654AE6B}
)
_MAX_ELEMENTS = 50_000
_MAX_INDEXED = 64
_MAX_DEPTH = 8
_LONGEST_KEY = 1024


@dataclass(frozen=True, slots=True)
class _Element:
    """One element: its number, where it, its payload and its end stand, and whether it ends within its parent."""

    id: int
    offset: int
    payload: int
    end: int
    sized: bool
    whole: bool


def read_matroska(draft: Draft, offset: int) -> None:
    """Index the tags of the EBML document at ``offset``."""
    window = draft.window
    for element in _elements(window, offset, window.size):
        if element.id == _SEGMENT:
            _read_segment(draft, element)
            return


def _read_segment(draft: Draft, segment: _Element) -> None:
    window, indexed, seen = draft.window, list[int](), set[int]()
    for element in _elements(window, segment.payload, segment.end):
        if element.id not in _TOP_LEVEL and element.id not in (0xEC, 0xBF):
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


def _read_top(draft: Draft, element: _Element) -> bool:
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


def _indexed(window: Window, seek_head: _Element, base: int) -> Iterator[int]:
    """Where the segment's index says that its information and its tags begin."""
    for seek in _elements(window, seek_head.payload, seek_head.end):
        if seek.id != _SEEK:
            continue
        parts = {part.id: part for part in _elements(window, seek.payload, seek.end)}
        if not {_SEEK_ID, _SEEK_POSITION}.issubset(parts):
            continue
        if _number(window, parts[_SEEK_ID]) in (_INFORMATION, _TAGS):
            yield base + _number(window, parts[_SEEK_POSITION])


def _number(window: Window, element: _Element) -> int:
    return int.from_bytes(window.read(element.payload, min(element.end - element.payload, 8)), "big")


def _read_information(draft: Draft, information: _Element) -> None:
    block = draft.block("matroska-info", information.offset, information.end - information.offset)
    for part in _elements(draft.window, information.payload, information.end):
        key = _INFORMATION_TEXTS.get(part.id)
        if key is not None:
            block.add_payload(key, part.offset, part.payload, part.end, _text(draft.window, part))


def _read_tag(draft: Draft, tag: _Element) -> None:
    parts = list(_elements(draft.window, tag.payload, tag.end))
    of_part = any(
        target.id in _PART_TARGETS and _number(draft.window, target)
        for part in parts
        if part.id == _TARGETS
        for target in _elements(draft.window, part.payload, part.end)
    )
    kind = "matroska-tags-part" if of_part else "matroska-tags"
    block = draft.block(kind, tag.offset, tag.end - tag.offset)
    for part in parts:
        if part.id == _SIMPLE_TAG:
            _read_simple_tag(draft, block, part, 1)


def _read_simple_tag(draft: Draft, block: BlockDraft, simple: _Element, depth: int) -> None:
    name, held, nested = "", None, list[_Element]()
    for part in _elements(draft.window, simple.payload, simple.end):
        if part.id == _NAME and part.end - part.payload <= _LONGEST_KEY:
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


def _text(window: Window, element: _Element) -> str | None:
    size = element.end - element.payload
    return utf8_or_latin1(window.read(element.payload, size)) if size <= MAX_TEXT else None


def _elements(window: Window, start: int, end: int) -> Iterator[_Element]:
    """The elements from ``start`` to ``end`` in order, until what follows is none; one without a size runs to ``end``."""
    for _ in range(_MAX_ELEMENTS):
        head = window.read(start, min(12, end - start))
        width = 9 - head[0].bit_length() if head else 9
        if width > 4 or len(head) <= width:
            return
        number = int.from_bytes(head[:width], "big")
        length = 9 - head[width].bit_length()
        if length > 8 or len(head) < width + length:
            return
        size = int.from_bytes(head[width : width + length], "big") & ((1 << 7 * length) - 1)
        sized = size != (1 << 7 * length) - 1
        payload = start + width + length
        claimed = payload + size if sized else end
        yield _Element(number, start, payload, min(claimed, end), sized, claimed <= end)
        start = claimed
        if start >= end:
            return
