"""From the payload of an ID3v2 frame to its key and text (ID3v2.4.0 Native Frames, and 2.3.0 and 2.2.0 alike)."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from typing import NamedTuple

from archiver.audio.blocks.id3v2_text import strings
from archiver.audio.blocks.text import (
    MAX_KEY,
    first_value,
    joined_values,
    key_part,
    marked_order,
    printable_text,
    utf16,
)

MAX_EXPANDED = 256 << 10
"""Bytes that a compressed frame may expand to and still be read."""

_FIRST_LETTER = 0x20


class Parsed(NamedTuple):
    """What a frame holds.

    Attributes:
        key: The frame's id with what tells it from others of its kind.
        text: Its text, several values parted by NUL; ``None`` where it is binary.
        note: What its bytes showed against its own word, as the end of a sentence about the frame, or empty.
    """

    key: str
    text: str | None
    note: str = ""


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
    rest = data[4:] if key == "PIC" else data[1:].partition(b"\0")[2]
    found = strings(rest[1:], _encoding(data), 1)
    return Parsed(f"{key}:{key_part(found.values[0])}", None, found.note)


def _counter(key: str, data: bytes) -> Parsed:
    return Parsed(key, str(int.from_bytes(data[:16], "big")))


_PARSERS: dict[str, Callable[[str, bytes], Parsed]] = {
    **dict.fromkeys(("TXXX", "TXX"), _described_text),
    **dict.fromkeys(("WXXX", "WXX"), _described_link),
    **dict.fromkeys(("COMM", "COM", "USLT", "ULT"), _comment),
    **dict.fromkeys(("IPLS", "IPL", "MVNM", "MVIN", "GRP1"), _text),
    "USER": _terms_of_use,
    **dict.fromkeys(("UFID", "UFI", "PRIV"), _owned),
    **dict.fromkeys(("AENC", "CRA", "ENCR", "GRID", "CHAP", "CTOC"), _owned_binary),
    **dict.fromkeys(("POPM", "POP"), _rating),
    "OWNE": _ownership,
    "COMR": _commercial,
    **dict.fromkeys(("GEOB", "GEO"), _object),
    **dict.fromkeys(("APIC", "PIC"), _picture),
    **dict.fromkeys(("PCNT", "CNT"), _counter),
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
