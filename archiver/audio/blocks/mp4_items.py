"""The items of an ``ilst`` box, as iTunes and QuickTime write them: values in ``data`` boxes, pictures among them.

The types of values are those of Apple's QuickTime File Format, "Well-Known Types".
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from archiver.audio.blocks.pictures import InnerPicture
from archiver.audio.blocks.reading import MAX_TEXT, Draft
from archiver.audio.blocks.text import key_part, printable_text, utf8_or_latin1, utf16
from archiver.audio.containers.boxes import boxes
from archiver.audio.containers.element import Element
from archiver.audio.containers.inner import InnerDigest
from archiver.audio.containers.window import Window

_IMPLICIT, _SHIFT_JIS = 0, 3
_UTF8, _UTF16 = frozenset((1, 4)), frozenset((2, 5))
_SIGNED, _UNSIGNED = frozenset((21, 65, 66, 67, 74)), frozenset((22, 75, 76, 77, 78))
_UNSIGNED_AS_LONG = 22
_FLOATS = {(23, 4): ">f", (24, 8): ">d"}
_PICTURES = frozenset((12, 13, 14, 27))
_PAIRS = frozenset({b"trkn", b"disk"})
_COVER, _FREEFORM = b"covr", b"----"
_VALUE = 8
"""Bytes of a ``data`` box before its value: type and locale."""

_MAX_VALUES = 1000


class _Item(NamedTuple):
    """What an item holds."""

    key: str
    text: str | None
    inner: list[InnerPicture]


def read_ilst(draft: Draft, ilst: Element, keys: list[str], family: str = "mp4-") -> None:
    """Index the items of an ``ilst`` box.

    Args:
        draft: The reading.
        ilst: The box.
        keys: The names that a sibling ``keys`` box gives to items numbered from one; empty for iTunes.
        family: What the block's kind begins with.
    """
    block = draft.block(family + ("keys" if keys else "ilst"), ilst.offset, ilst.length)
    for item in boxes(draft.window, ilst.payload, ilst.end):
        if not item.whole:
            if ilst.whole:
                draft.malformed(f"the MP4 item at byte {item.offset} runs past its parent")
            return
        if item.id == b"free":
            continue
        key, text, inner = _item(draft.window, item)
        number = int.from_bytes(item.id, "big")
        if 0 < number <= len(keys):
            key = keys[number - 1]
        block.add_payload(key, item.offset, item.payload, item.end, text, inner=inner)


def read_keys(window: Window, box: Element) -> list[str]:
    """The names in a QuickTime ``keys`` box, in order."""
    count = int.from_bytes(window.read(box.payload + 4, 4), "big")
    entries = list(boxes(window, box.payload + 8, box.end))[:count]
    return [key_part(utf8_or_latin1(window.read(entry.payload, min(entry.size, 1024)))) for entry in entries]


def _item(window: Window, item: Element) -> _Item:
    mean = name = ""
    values: list[str] = []
    inner: list[InnerPicture] = []
    seen = 0
    for part in boxes(window, item.payload, item.end):
        if part.id == b"mean":
            mean = _full_box_text(window, part)
        elif part.id == b"name":
            name = _full_box_text(window, part)
        elif part.id == b"data" and seen < _MAX_VALUES:
            seen += 1
            kind = int.from_bytes(window.read(part.payload + 1, 3), "big")
            if item.id == _COVER or kind in _PICTURES:
                inner += _picture(item, part)
            elif (value := _value(window, item, part, kind)) is not None:
                values.append(value)
    key = f"----:{mean}:{name}" if item.id == _FREEFORM else item.name
    if inner and not values:
        return _Item(key, name if item.id != _FREEFORM and name else None, inner)
    if not seen and item.size <= MAX_TEXT and item.id != _FREEFORM:
        return _Item(key, printable_text(window.read(item.payload, item.size)), inner)
    return _Item(key, "\0".join(values) if values else None, inner)


def _picture(item: Element, part: Element) -> list[InnerPicture]:
    size = part.size - _VALUE
    if size <= 0 or not part.whole:
        return []
    return [InnerPicture(InnerDigest(part.payload + _VALUE - item.payload, size), None)]


def _full_box_text(window: Window, box: Element) -> str:
    return key_part(utf8_or_latin1(window.read(box.payload + 4, min(box.size - 4, 1024))))


def _value(window: Window, item: Element, part: Element, kind: int) -> str | None:
    size = part.size - _VALUE
    if size < 0 or size > MAX_TEXT:
        return None
    return _decoded(item.id, kind, window.read(part.payload + _VALUE, size))


def _decoded(item: bytes, kind: int, data: bytes) -> str | None:
    if item in _PAIRS and len(data) >= 6:
        number, total = int.from_bytes(data[2:4], "big"), int.from_bytes(data[4:6], "big")
        return f"{number}/{total}" if total else str(number)
    if kind in _UTF8:
        return utf8_or_latin1(data)
    if kind in _UTF16:
        return utf16(data, "big")
    if kind == _SHIFT_JIS:
        return data.decode("shift_jis", "replace")
    if kind == _IMPLICIT:
        text = printable_text(data)
        return _number(_UNSIGNED_AS_LONG, data) if text is None and item != _FREEFORM else text
    return _number(kind, data)


def _number(kind: int, data: bytes) -> str | None:
    if (kind, len(data)) in _FLOATS:
        return repr(struct.unpack(_FLOATS[kind, len(data)], data)[0])
    if (kind in _SIGNED or kind in _UNSIGNED) and 0 < len(data) <= 8:
        return str(int.from_bytes(data, "big", signed=kind in _SIGNED))
    return None
