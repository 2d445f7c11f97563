"""iTunes metadata items: ``moov.udta.meta.ilst``, with freeform ``----`` items, and QuickTime's ``mdta`` keys."""

from __future__ import annotations

from archiver.audio.blocks.reading import MAX_TEXT, Draft
from archiver.audio.blocks.text import key_part, printable_text, utf8_or_latin1, utf16
from archiver.audio.containers.boxes import boxes
from archiver.audio.containers.element import Element
from archiver.audio.containers.window import Window

_UTF8, _UTF16, _SIGNED, _UNSIGNED, _IMPLICIT = 1, 2, 21, 22, 0
_PAIRS = frozenset({b"trkn", b"disk"})
_PICTURE, _FREEFORM = b"covr", b"----"
_MAX_VALUES = 256


def read_ilst(draft: Draft, ilst: Element, keys: list[str], family: str = "mp4-") -> None:
    """Index the items of an ``ilst`` box.

    Args:
        draft: The reading.
        ilst: The box.
        keys: The names that a sibling ``keys`` box gives to items numbered from one; empty for iTunes.
        family: What the block's kind begins with.
    """
    block = draft.block(family + ("keys" if keys else "ilst"), ilst.offset, ilst.end - ilst.offset)
    for item in boxes(draft.window, ilst.payload, ilst.end):
        if not item.whole:
            if ilst.whole:
                draft.malformed(f"the MP4 item at byte {item.offset} runs past its parent")
            return
        if item.id == b"free":
            continue
        key, text = (item.name, None) if item.id == _PICTURE else _key_and_text(draft.window, item)
        number = int.from_bytes(item.id, "big")
        if 0 < number <= len(keys):
            key = keys[number - 1]
        block.add_payload(key, item.offset, item.payload, item.end, text)


def read_keys(window: Window, box: Element) -> list[str]:
    """The names in a QuickTime ``keys`` box, in order."""
    count = int.from_bytes(window.read(box.payload + 4, 4), "big")
    entries = list(boxes(window, box.payload + 8, box.end))[:count]
    return [
        key_part(utf8_or_latin1(window.read(entry.payload, min(entry.end - entry.payload, 1024))))
        for entry in entries
    ]


def _key_and_text(window: Window, item: Element) -> tuple[str, str | None]:
    mean = name = ""
    values: list[str | None] = []
    for part in boxes(window, item.payload, item.end):
        if part.id == b"mean":
            mean = _full_box_text(window, part)
        elif part.id == b"name":
            name = _full_box_text(window, part)
        elif part.id == b"data" and len(values) < _MAX_VALUES:
            values.append(_value(window, item, part))
    key = f"----:{mean}:{name}" if item.id == _FREEFORM else item.name
    known = [value for value in values if value is not None]
    return key, "\0".join(known) if values and len(known) == len(values) else None


def _full_box_text(window: Window, box: Element) -> str:
    return key_part(utf8_or_latin1(window.read(box.payload + 4, min(box.end - box.payload - 4, 1024))))


def _value(window: Window, item: Element, part: Element) -> str | None:
    kind = int.from_bytes(window.read(part.payload + 1, 3), "big")
    size = part.end - part.payload - 8
    if size < 0 or size > MAX_TEXT:
        return None
    return _decoded(item.id, kind, window.read(part.payload + 8, size))


def _decoded(item: bytes, kind: int, data: bytes) -> str | None:
    if item in _PAIRS and len(data) >= 6:
        number, total = int.from_bytes(data[2:4], "big"), int.from_bytes(data[4:6], "big")
        return f"{number}/{total}" if total else str(number)
    if kind == _UTF8:
        return utf8_or_latin1(data)
    if kind == _UTF16:
        return utf16(data, "big")
    if kind in (_SIGNED, _UNSIGNED) and 0 < len(data) <= 8:
        return str(int.from_bytes(data, "big", signed=kind == _SIGNED))
    if kind == _IMPLICIT:
        text = printable_text(data)
        is_number = text is None and item != _FREEFORM and 0 < len(data) <= 8
        return str(int.from_bytes(data, "big")) if is_number else text
    return None
