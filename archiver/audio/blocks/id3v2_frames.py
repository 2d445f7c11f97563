"""From the payload of an ID3v2 frame to its key and text (ID3v2.4.0 Native Frames, and 2.3.0 and 2.2.0 alike).

A frame names one encoding for all its strings, and all of them share one byte order (ID3v2.4.0 structure, section 4).
Many writers mark only the first one, or none, or name an encoding in which the bytes are not. Then the bytes decide,
and the reading says so.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Sequence
from typing import NamedTuple

from archiver.audio.blocks.pictures import LINK
from archiver.audio.blocks.text import (
    MAX_KEY,
    ByteOrder,
    first_value,
    is_utf8_beyond_ascii,
    joined_values,
    key_part,
    likely_order,
    marked_order,
    printable_text,
    utf16,
)

_LATIN1, _UTF16, _UTF16BE, _UTF8 = 0, 1, 2, 3
_WIDE = (_UTF16, _UTF16BE)
_MARK_AFTER_ONE_ZERO = re.compile(rb"\0(?=\xff\xfe|\xfe\xff)")
_MARK = "\ufeff"


class Strings(NamedTuple):
    """What the text part of a frame holds.

    Attributes:
        values: The strings asked for, or all of them; one at the least.
        rest: The bytes after the last string asked for; empty where all were.
        note: What the bytes showed against the frame's own word, or empty.
    """

    values: tuple[str, ...]
    rest: bytes = b""
    note: str = ""


def strings(data: bytes, encoding: int, count: int | None = None) -> Strings:
    """The strings in ``data``, each ending in the encoding's terminator or with the data.

    Args:
        data: The frame from its first string on.
        encoding: The frame's encoding byte.
        count: How many strings to take; all, if ``None``. Where there are fewer, the others are empty.
    """
    chosen, note = _encoding_of(data, encoding)
    pieces, rest = _split(data, wide=chosen in _WIDE, count=count)
    if chosen in _WIDE:
        order, doubt = _order(pieces, chosen)
        values, ended = _wide(pieces, order)
        note = note or doubt or ended
    elif chosen == _UTF8:
        values, doubt = _utf8(pieces)
        note = note or doubt
    else:
        values, note = _latin1(pieces, note)
    values += [""] * ((count or 0) - len(values))
    return Strings(tuple(values), rest, note)


def _encoding_of(data: bytes, encoding: int) -> tuple[int, str]:
    if encoding == _LATIN1 and marked_order(data) is not None:
        return _UTF16, "says Latin-1 and begins with the byte-order mark of UTF-16; it is read as UTF-16"
    if encoding > _UTF8:
        return _LATIN1, "names no encoding that ID3v2 has; it is read as Latin-1"
    return encoding, ""


def _split(data: bytes, *, wide: bool, count: int | None) -> tuple[list[bytes], bytes]:
    pieces: list[bytes] = []
    position = 0
    while count is None or len(pieces) < count:
        end, after = _terminator(data, position, wide=wide)
        pieces.append(data[position:end])
        position = after
        if end == after:
            return pieces, b""
    return pieces, data[position:]


def _terminator(data: bytes, start: int, *, wide: bool) -> tuple[int, int]:
    """Where the string at ``start`` ends and the next begins; both are the end of the data for the last."""
    if not wide:
        end = data.find(b"\0", start)
        return (len(data), len(data)) if end < 0 else (end, end + 1)
    end = data.find(b"\0\0", start)
    while end >= 0 and (end - start) % 2:
        end = data.find(b"\0\0", end + 1)
    if end >= 0:
        return end, end + 2
    # some writers end an empty wide string with one zero byte
    narrow = _MARK_AFTER_ONE_ZERO.search(data, start)
    if narrow is not None and narrow.start() - start in (0, 2):
        return narrow.start(), narrow.end()
    return len(data), len(data)


def _order(pieces: list[bytes], encoding: int) -> tuple[ByteOrder, str]:
    """The byte order of the frame's unmarked strings before any mark, and what is said of it."""
    for piece in pieces:
        marked = marked_order(piece)
        if marked is not None:
            return marked, ""
    declared: ByteOrder = "big" if encoding == _UTF16BE else "little"
    likely = likely_order(b"".join(piece[: len(piece) // 2 * 2] for piece in pieces))
    if likely is None or likely == declared:
        return declared, ""
    return likely, f"has no byte-order mark; its UTF-16 is read as {likely}-endian"


def _wide(pieces: list[bytes], order: ByteOrder) -> tuple[list[str], str]:
    values = []
    note = ""
    for piece in pieces:
        order = marked_order(piece) or order
        values.append(utf16(piece, order).replace(_MARK, ""))
        if len(piece) % 2 and piece[-1]:
            note = "ends in half a character of UTF-16, which is left out"
    return values, note


def _utf8(pieces: list[bytes]) -> tuple[list[str], str]:
    try:
        return [piece.decode("utf-8").removeprefix(_MARK) for piece in pieces], ""
    except UnicodeDecodeError:
        return (
            [piece.decode("latin-1") for piece in pieces],
            "says UTF-8 and is not; it is read as Latin-1",
        )


def _latin1(pieces: list[bytes], note: str) -> tuple[list[str], str]:
    if is_utf8_beyond_ascii(b"\0".join(pieces)):
        return (
            [piece.decode("utf-8").removeprefix(_MARK) for piece in pieces],
            "says Latin-1 and holds UTF-8; it is read as UTF-8",
        )
    return [piece.decode("latin-1") for piece in pieces], note


MAX_EXPANDED = 1 << 20
"""Bytes that a compressed frame may expand to and still be read."""

_MAX_SYNCHRONISED, _TIME = 10_000, 4
_MARKS = {"little": b"\xff\xfe", "big": b"\xfe\xff"}

_FIRST_LETTER = 0x20


class InMemory(NamedTuple):
    """A picture at the end of a frame's data: where it begins there, and what it shows, if the frame says."""

    start: int
    type: int | None


class Parsed(NamedTuple):
    """What a frame holds.

    Attributes:
        key: The frame's id with what tells it from others of its kind.
        text: Its text, several values parted by NUL; ``None`` where it is binary.
        note: What its bytes showed against its own word, as the end of a sentence about the frame, or empty.
        picture: The picture that its data end with.
    """

    key: str
    text: str | None
    note: str = ""
    picture: InMemory | None = None


def _encoding(data: bytes) -> int:
    return data[0] if data else 0


def _listed(values: Sequence[str]) -> str:
    return joined_values("\0".join(values))


def _text(key: str, data: bytes) -> Parsed:
    if data and data[0] >= _FIRST_LETTER:
        bare = strings(data, 0)
        return Parsed(key, _listed(bare.values), bare.note or "has no encoding byte; it is read as Latin-1")
    found = strings(data[1:], _encoding(data))
    return Parsed(key, _listed(found.values), found.note)


def _described_text(key: str, data: bytes) -> Parsed:
    found = strings(data[1:], _encoding(data))
    return Parsed(f"{key}:{key_part(found.values[0])}", _listed(found.values[1:]), found.note)


def _link(key: str, data: bytes) -> Parsed:
    return Parsed(key, data.partition(b"\0")[0].decode("latin-1"))


def _described_link(key: str, data: bytes) -> Parsed:
    found = strings(data[1:], _encoding(data), 1)
    link = found.rest.partition(b"\0")[0]
    # some writers give the link the encoding of its description
    marked = marked_order(found.rest)
    text = first_value(utf16(found.rest, marked)) if marked else link.decode("latin-1")
    return Parsed(f"{key}:{key_part(found.values[0])}", text, found.note)


def _comment(key: str, data: bytes) -> Parsed:
    found = strings(data[4:], _encoding(data))
    language = data[1:4].decode("latin-1").rstrip("\0 ")
    key = f"{key}:{key_part(found.values[0])}:{key_part(language)}"
    return Parsed(key, _listed(found.values[1:]), found.note)


def _terms_of_use(key: str, data: bytes) -> Parsed:
    language = key_part(data[1:4].decode("latin-1").rstrip("\0 "))
    found = strings(data[4:], _encoding(data))
    return Parsed(f"{key}:{language}", _listed(found.values), found.note)


def _owned(key: str, data: bytes) -> Parsed:
    owner, _, value = data.partition(b"\0")
    return Parsed(f"{key}:{key_part(owner.decode('latin-1'))}", printable_text(value))


def _owned_binary(key: str, data: bytes) -> Parsed:
    owner, _, _ = data.partition(b"\0")
    return Parsed(f"{key}:{key_part(owner.decode('latin-1'))}", None)


def _rating(key: str, data: bytes) -> Parsed:
    owner, _, value = data.partition(b"\0")
    return Parsed(f"{key}:{key_part(owner.decode('latin-1'))}", str(value[0]) if value else None)


def _ownership(key: str, data: bytes) -> Parsed:
    price, _, rest = data[1:].partition(b"\0")
    seller = strings(rest[8:], _encoding(data))
    parts = [price.decode("latin-1"), rest[:8].decode("latin-1"), seller.values[0]]
    return Parsed(key, "\n".join(parts), seller.note)


def _commercial(key: str, data: bytes) -> Parsed:
    price, _, rest = data[1:].partition(b"\0")
    valid_until, (contact, _, rest) = rest[:8], rest[8:].partition(b"\0")
    found = strings(rest[1:], _encoding(data), 2)
    parts = [price.decode("latin-1"), valid_until.decode("latin-1"), contact.decode("latin-1")]
    return Parsed(key, "\n".join([*parts, *found.values]), found.note)


def _object(key: str, data: bytes) -> Parsed:
    mime, _, rest = data[1:].partition(b"\0")
    found = strings(rest, _encoding(data), 2)
    file_name, description = found.values
    key = f"{key}:{key_part(mime.decode('latin-1'))}:{key_part(description)}"
    return Parsed(key, file_name[:MAX_KEY] or None, found.note)


def _picture(key: str, data: bytes) -> Parsed:
    """An attached picture; of one that is only named, the text is its address (ID3v2.4.0 frames, section 4.14)."""
    mime, rest = (data[1:4], data[4:]) if key == "PIC" else data[1:].partition(b"\0")[::2]
    found = strings(rest[1:], _encoding(data), 1)
    key = f"{key}:{key_part(found.values[0])}"
    if mime == LINK.encode():
        return Parsed(key, first_value(found.rest.decode("latin-1")) or None, found.note)
    picture = InMemory(len(data) - len(found.rest), rest[0]) if found.rest else None
    return Parsed(key, None, found.note, picture)


def _synchronised_lyrics(key: str, data: bytes) -> Parsed:
    """Words with a time after each (ID3v2.4.0 frames, section 4.9); where they are a line each, so is the text."""
    encoding, language = _encoding(data), data[1:4].decode("latin-1").rstrip("\0 ")
    head = strings(data[6:], encoding, 1)
    order = marked_order(data[6:])
    at, words = len(data) - len(head.rest), list[str]()
    while at < len(data) and len(words) < _MAX_SYNCHRONISED:
        end, after = _terminator(data, at, wide=encoding in _WIDE)
        if end == after:
            break
        piece = data[at:end]
        mark = b"" if order is None or marked_order(piece) else _MARKS[order]
        words.append(strings(mark + piece, encoding).values[0])
        at = after + _TIME
    text = "".join(words).strip("\n") if any("\n" in word for word in words) else "\n".join(words)
    return Parsed(f"{key}:{key_part(head.values[0])}:{key_part(language)}", text or None, head.note)


def _linked(key: str, data: bytes) -> Parsed:
    """Another file's frame: its name, then the file's address and what tells the frame (ID3v2.4.0 frames, section 4.20)."""
    width = 3 if key == "LNK" else 4
    address, _, told = data[width:].partition(b"\0")
    name = key_part(data[:width].decode("latin-1"))
    values = (address.decode("latin-1"), *(told.decode("latin-1").split("\0")))
    return Parsed(f"{key}:{name}", _listed([value for value in values if value]) or None)


def _identified(key: str, data: bytes) -> Parsed:
    """A frame for the ear, such as a loudness, which an identification tells from others."""
    start = 1 if key == "EQU2" else 0
    return Parsed(f"{key}:{key_part(data[start:].partition(bytes(1))[0].decode('latin-1'))}", None)


def _counter(key: str, data: bytes) -> Parsed:
    return Parsed(key, str(int.from_bytes(data[:16], "big")))


_PARSERS: dict[str, Callable[[str, bytes], Parsed]] = {
    **dict.fromkeys(("TXXX", "TXX"), _described_text),
    **dict.fromkeys(("WXXX", "WXX"), _described_link),
    **dict.fromkeys(("COMM", "COM", "USLT", "ULT"), _comment),
    **dict.fromkeys(("IPLS", "IPL", "MVNM", "MVIN", "GRP1"), _text),
    "USER": _terms_of_use,
    **dict.fromkeys(("UFID", "UFI", "PRIV"), _owned),
    **dict.fromkeys(("AENC", "CRA", "CRM", "ENCR", "GRID", "CHAP", "CTOC"), _owned_binary),
    **dict.fromkeys(("SYLT", "SLT"), _synchronised_lyrics),
    **dict.fromkeys(("LINK", "LNK"), _linked),
    **dict.fromkeys(("RVA2", "EQU2"), _identified),
    **dict.fromkeys(("POPM", "POP"), _rating),
    "OWNE": _ownership,
    "COMR": _commercial,
    **dict.fromkeys(("GEOB", "GEO"), _object),
    **dict.fromkeys(("APIC", "PIC"), _picture),
    **dict.fromkeys(("PCNT", "CNT", "SEEK"), _counter),
}


def parsed(frame_id: str, payload: bytes) -> Parsed:
    """The key of a frame such as ``TXXX:LICENSE``, ``COMM:desc:eng``, ``GEOB:mime:desc``, and its text.

    The text of an encapsulated object (GEOB) is its file name; other binary frames have none.

    Args:
        frame_id: Three letters (2.2) or four.
        payload: The frame's data, uncompressed and synchronised; the first few KiB suffice where it is binary.
    """
    parser = _PARSERS.get(frame_id)
    if parser is None:
        parser = {"T": _text, "W": _link}.get(frame_id[0])
    return Parsed(frame_id, None) if parser is None else parser(frame_id, payload)


def expanded(data: bytes) -> bytes | None:
    """A zlib stream expanded to at most :data:`MAX_EXPANDED` bytes; ``None`` if it is longer or broken."""
    stream = zlib.decompressobj()
    try:
        result = stream.decompress(data, MAX_EXPANDED)
    except zlib.error:
        return None
    return result if stream.eof else None
