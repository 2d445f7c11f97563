"""The texts of ``udta`` boxes: QuickTime's, 3GPP's (TS 26.244, section 8), Nero's chapters and what Windows adds."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator

from archiver.audio.blocks.reading import MAX_TEXT, BlockDraft, Draft
from archiver.audio.blocks.text import (
    first_value,
    key_part,
    marked_order,
    printable_text,
    utf8_or_latin1,
    utf16,
)
from archiver.audio.containers.element import Element

WINDOWS = b"Xtra"
"""The box in which Windows keeps attributes as it does in its own format."""

_INTERNATIONAL = 0xA9
_MACINTOSH = 0x400
"""Languages below this number are Macintosh ones, with its encodings (QuickTime File Format, "Language Code Values")."""

_3GPP_FIXED = 6
_MAX_LISTED = 10_000
_STRING, _INTEGER, _TIME, _GUID = 8, 19, 21, 72


def add_user_data(draft: Draft, block: BlockDraft, box: Element) -> None:
    """Index one box of user data."""
    text = None
    if box.size <= MAX_TEXT:
        data = draft.window.read(box.payload, box.size)
        text = _text(box.id, data)
    block.add_payload(box.name, box.offset, box.payload, box.end, text)
    if box.id == b"albm" and box.size <= MAX_TEXT and (number := _album_track(data)):
        block.add_payload("albm:track", box.end - 1, box.end - 1, box.end, str(number))


def _text(name: bytes, data: bytes) -> str | None:
    reader = _READERS.get(name)
    if reader is not None:
        return reader(data)
    return _international(data) if name[0] == _INTERNATIONAL else printable_text(data)


def _international(data: bytes) -> str:
    """QuickTime user data: runs of length, language and text."""
    texts = []
    while len(data) >= 4:
        length, language = int.from_bytes(data[:2], "big"), int.from_bytes(data[2:4], "big")
        texts.append(_of_language(data[4 : 4 + length], language))
        data = data[4 + length :]
    return "\0".join(texts)


def _of_language(data: bytes, language: int) -> str:
    data = data.rstrip(b"\0")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("mac-roman" if language < _MACINTOSH else "latin-1")


def _3gpp_string(data: bytes) -> str:
    """A string up to its NUL: UTF-16 where a mark says so, else UTF-8."""
    order = marked_order(data)
    return first_value(utf16(data, order)) if order else utf8_or_latin1(data.partition(b"\0")[0])


def _asset(data: bytes) -> str:
    return _3gpp_string(data[_3GPP_FIXED:])


def _album_track(data: bytes) -> int:
    """The number that may stand behind an album's name; 0 where none does."""
    name = data[_3GPP_FIXED:]
    if marked_order(name):
        end = next((at for at in range(0, len(name) - 1, 2) if name[at : at + 2] == b"\0\0"), len(name)) + 2
    else:
        end = name.find(b"\0") + 1 or len(name)
    return name[end] if len(name) == end + 1 else 0


def _year(data: bytes) -> str | None:
    return str(int.from_bytes(data[4:6], "big")) if len(data) >= 6 else None


def _keywords(data: bytes) -> str | None:
    found, at = list[str](), 7
    for _ in range(int.from_bytes(data[6:7], "big")):
        size = int.from_bytes(data[at : at + 1], "big")
        found.append(_3gpp_string(data[at + 1 : at + 1 + size]))
        at += 1 + size
    return "\0".join(found) or None


def _rating(data: bytes) -> str | None:
    """Who rates by which criteria, and what."""
    return _values(data[4:8].decode("latin-1"), data[8:12].decode("latin-1"), _3gpp_string(data[14:]))


def _classification(data: bytes) -> str | None:
    """Who classifies by which table, and how."""
    return _values(
        data[4:8].decode("latin-1"), str(int.from_bytes(data[8:10], "big")), _3gpp_string(data[12:])
    )


def _place(data: bytes) -> str | None:
    """The names of a place, without where it lies: its name, its heavenly body, notes."""
    name, _, rest = data[_3GPP_FIXED:].partition(b"\0")
    body, _, notes = rest[13:].partition(b"\0")
    return _values(*(utf8_or_latin1(part) for part in (name, body, notes)))


def _values(*parts: str) -> str | None:
    return "\0".join(part for part in (one.strip("\0") for one in parts) if part) or None


def _chapters(data: bytes) -> str | None:
    """Titles of the chapters in Nero's list, each after its time and its length."""
    at = 8 if data[:1] == b"\1" else 4
    found, position = list[str](), at + 1
    for _ in range(int.from_bytes(data[at : at + 1], "big")):
        size = int.from_bytes(data[position + 8 : position + 9], "big")
        title = data[position + 9 : position + 9 + size]
        if len(title) < size:
            break
        found.append(utf8_or_latin1(title))
        position += 9 + size
    return "\0".join(found) or None


_READERS: dict[bytes, Callable[[bytes], str | None]] = {
    **dict.fromkeys((b"titl", b"auth", b"perf", b"gnre", b"dscp", b"cprt", b"albm"), _asset),
    b"yrrc": _year,
    b"kywd": _keywords,
    b"rtng": _rating,
    b"clsf": _classification,
    b"loci": _place,
    b"chpl": _chapters,
}


def read_windows_attributes(draft: Draft, box: Element, family: str) -> None:
    """Index the attributes of an ``Xtra`` box: size, name, count, and values with size and type each."""
    block = draft.block(f"{family}xtra", box.offset, box.length)
    if box.size > MAX_TEXT:
        block.add_payload(box.name, box.offset, box.payload, box.end, None)
        return
    data = draft.window.read(box.payload, box.size)
    position = 0
    while position + 8 <= len(data):
        size, named = (int.from_bytes(data[at : at + 4], "big") for at in (position, position + 4))
        end, values = position + size, position + 8 + named
        if end > len(data) or values + 4 > end:
            draft.malformed(f"the Xtra attribute at byte {box.payload + position} is malformed")
            return
        key = key_part(utf8_or_latin1(data[position + 8 : values]))
        text = "\0".join(_windows_values(data, values + 4, end)) or None
        start = box.payload + position
        block.add_payload(key, start, box.payload + values, box.payload + end, text)
        position = end


def _windows_values(data: bytes, position: int, end: int) -> Iterator[str]:
    for _ in range(_MAX_LISTED):
        size, kind = (
            int.from_bytes(data[position : position + 4], "big"),
            int.from_bytes(data[position + 4 : position + 6], "big"),
        )
        if position + 6 > end or size < 6 or position + size > end:
            return
        value = data[position + 6 : position + size]
        if kind == _STRING:
            yield utf16(value, "little").rstrip("\0")
        elif kind in (_INTEGER, _TIME) and len(value) == 8:
            yield str(int.from_bytes(value, "little"))
        elif kind == _GUID and len(value) == 16:
            yield str(uuid.UUID(bytes_le=value))
        position += size
