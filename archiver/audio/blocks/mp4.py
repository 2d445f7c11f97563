"""Every place in an MP4 or QuickTime file where tags stand: ilst, udta, pinf, ID32 and uuid boxes."""

from __future__ import annotations

from archiver.audio.blocks.id3v2 import read_id3v2
from archiver.audio.blocks.reading import MAX_TEXT, Draft
from archiver.audio.blocks.text import (
    first_value,
    fixed_field,
    key_part,
    marked_order,
    printable_text,
    utf8_or_latin1,
    utf16,
)
from archiver.audio.containers.boxes import boxes, entry_children, meta_children, sample_entries
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
    block = draft.block(family + ("keys" if keys else "ilst"), ilst.offset, ilst.length)
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
    return [key_part(utf8_or_latin1(window.read(entry.payload, min(entry.size, 1024)))) for entry in entries]


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
    return key_part(utf8_or_latin1(window.read(box.payload + 4, min(box.size - 4, 1024))))


def _value(window: Window, item: Element, part: Element) -> str | None:
    kind = int.from_bytes(window.read(part.payload + 1, 3), "big")
    size = part.size - 8
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


_3GPP_TEXT = frozenset({b"titl", b"auth", b"perf", b"gnre", b"dscp", b"cprt", b"albm", b"kywd"})
_UNREAD = frozenset({b"key ", b"iviv", b"priv"})
_PERSONAL = frozenset({b"user", b"name", b"tran", b"righ", b"cert", b"sign"})
_TOP_LEVEL = frozenset(
    (
        b"ftyp",
        b"moov",
        b"mdat",
        b"free",
        b"skip",
        b"wide",
        b"meta",
        b"uuid",
        b"moof",
        b"styp",
        b"sidx",
        b"udta",
    )
)
_TRACK = "mp4-track-"
"""What the kinds of blocks begin with that describe one track, such as the one that holds the chapters."""

_TOP = "mp4-top-"
"""What the kind of a block of user data begins with that stands in no movie box."""

_MAX_TRACKS = 256


def read_mp4(draft: Draft, offset: int) -> None:
    """Index the tags of the file whose boxes begin at ``offset``."""
    window = draft.window
    for box in boxes(window, offset, window.size):
        if not box.whole and box.id in _TOP_LEVEL:
            draft.breaks_off(box.claimed)
        elif not box.whole:
            draft.malformed(f"the MP4 box at byte {box.offset} runs past the end of the file")
        if box.id == b"moov":
            _read_movie(draft, box)
        elif box.id == b"udta":
            _read_user_data(draft, box, place=_TOP)
        elif box.id == b"skip":
            _read_skipped(draft, box)
        elif box.id == b"meta":
            _read_meta(draft, box)
        elif box.id == b"uuid":
            _read_uuid(draft, box)


def _read_skipped(draft: Draft, skip: Element) -> None:
    """Index user data in a box that players skip, where UMG's tool for UITS receipts puts it."""
    if draft.window.read(skip.payload + 4, 4) == b"udta":
        for box in boxes(draft.window, skip.payload, skip.end):
            if box.id == b"udta":
                _read_user_data(draft, box, place=_TOP)


def _read_movie(draft: Draft, moov: Element) -> None:
    tracks = 0
    for box in boxes(draft.window, moov.payload, moov.end):
        _judge_end(draft, box, moov)
        if box.id == b"udta":
            _read_user_data(draft, box)
        elif box.id == b"meta":
            _read_meta(draft, box)
        elif box.id == b"uuid":
            _read_uuid(draft, box)
        elif box.id == b"trak" and tracks < _MAX_TRACKS:
            tracks += 1
            _read_track(draft, box)
        elif box.id == b"skip":
            _read_skipped(draft, box)


def _judge_end(draft: Draft, box: Element, parent: Element) -> None:
    """Say that a box runs past its parent, unless the parent itself is cut short."""
    if not box.whole and parent.whole:
        draft.malformed(f"the MP4 box at byte {box.offset} runs past its parent")


def _read_track(draft: Draft, trak: Element) -> None:
    for box in boxes(draft.window, trak.payload, trak.end):
        if box.id == b"udta":
            _read_user_data(draft, box, _TRACK)
        elif box.id == b"meta":
            _read_meta(draft, box, _TRACK)
    for entry in sample_entries(draft.window, trak):
        for box in entry_children(draft.window, entry):
            if box.id in (b"pinf", b"sinf"):
                _read_purchase_information(draft, box)


def _read_user_data(draft: Draft, udta: Element, family: str = "mp4-", place: str = "") -> None:
    texts: list[Element] = []
    for box in boxes(draft.window, udta.payload, udta.end):
        _judge_end(draft, box, udta)
        if box.id == b"meta":
            _read_meta(draft, box, family)
        elif box.id == b"uuid":
            _read_uuid(draft, box)
        elif box.whole and box.id not in (b"free", b"skip", b"\0\0\0\0"):
            texts.append(box)
    if texts:
        block = draft.block(f"{place or family}udta", udta.offset, udta.length)
        for box in texts:
            block.add_payload(box.name, box.offset, box.payload, box.end, _user_data_text(draft, box))


def _user_data_text(draft: Draft, box: Element) -> str | None:
    size = box.size
    if size > MAX_TEXT:
        return None
    data = draft.window.read(box.payload, size)
    if box.id in _3GPP_TEXT:
        data = data[6:]
        order = marked_order(data)
        return first_value(utf16(data, order)) if order else utf8_or_latin1(data.partition(b"\0")[0])
    if box.id[0] == 0xA9:
        return _international_text(data)
    return printable_text(data)


def _international_text(data: bytes) -> str:
    """QuickTime user data: runs of length, language and text."""
    texts = []
    while len(data) >= 4:
        length = int.from_bytes(data[:2], "big")
        texts.append(utf8_or_latin1(data[4 : 4 + length]))
        data = data[4 + length :]
    return "\0".join(texts)


def _read_meta(draft: Draft, meta: Element, family: str = "mp4-") -> None:
    keys: list[str] = []
    for box in meta_children(draft.window, meta):
        _judge_end(draft, box, meta)
        if box.id == b"keys":
            keys = read_keys(draft.window, box)
        elif box.id == b"ilst":
            read_ilst(draft, box, keys, family)
        elif box.id == b"ID32":
            read_id3v2(draft, box.payload + 6)


def _read_uuid(draft: Draft, box: Element) -> None:
    key = "uuid:" + draft.window.read(box.payload, 16).hex()
    start, size = box.payload + 16, box.size - 16
    if size < 0:
        return
    text = printable_text(draft.window.read(start, size)) if size <= MAX_TEXT else None
    draft.block("mp4-uuid", box.offset, box.length).add_payload(key, box.offset, start, box.end, text)


def _read_purchase_information(draft: Draft, info: Element) -> None:
    """Index what a sample entry says of buyer and protection; what may be a key is not read, not even digested."""
    window = draft.window
    block = draft.block(f"mp4-{info.name}", info.offset, info.length)
    for box in boxes(window, info.payload, info.end):
        if box.id != b"schi":
            text = key_part(window.read(box.payload, min(box.size, 8)).decode("latin-1"))
            block.add_payload(box.name, box.offset, box.payload, box.end, text.replace("\0", "") or None)
            continue
        for part in boxes(window, box.payload, box.end):
            key = f"schi.{part.name}"
            if part.id in _UNREAD or part.id not in _PERSONAL:
                block.add(key, part.offset, part.end, None, None)
                continue
            data = window.read(part.payload, min(part.size, 512))
            text = fixed_field(data, "utf-8") if part.id == b"name" else data.hex()
            block.add(key, part.offset, part.end, None, text)
