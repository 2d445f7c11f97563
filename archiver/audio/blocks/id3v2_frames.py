"""From the payload of an ID3v2 frame to its key and text (ID3v2.4.0 Native Frames, and 2.3.0 and 2.2.0 alike)."""

from __future__ import annotations

import zlib
from collections.abc import Callable

from archiver.audio.blocks.text import MAX_KEY, joined_values, key_part, printable_text

MAX_EXPANDED = 256 << 10
"""Bytes that a compressed frame may expand to and still be read."""

_CODECS = {0: "latin-1", 1: "utf-16", 2: "utf-16-be", 3: "utf-8"}
_Parsed = tuple[str, str | None]


def decoded(data: bytes, encoding: int) -> str:
    """Text in one of the four ID3v2 encodings; UTF-16 without a byte-order mark is little-endian."""
    if encoding == 1:
        if data[:2] == b"\xfe\xff":
            return data[2:].decode("utf-16-be", "replace").replace("\ufeff", "")
        return data.decode("utf-16-le", "replace").replace("\ufeff", "")
    return data.decode(_CODECS.get(encoding, "latin-1"), "replace")


def split_terminated(data: bytes, encoding: int) -> tuple[bytes, bytes]:
    """The bytes before the encoding's terminator, and those after it; all and nothing if there is none."""
    if encoding not in (1, 2):
        head, _, rest = data.partition(b"\0")
        return head, rest
    position = data.find(b"\0\0")
    while position >= 0 and position % 2:
        position = data.find(b"\0\0", position + 1)
    return (data, b"") if position < 0 else (data[:position], data[position + 2 :])


def _text(key: str, data: bytes) -> _Parsed:
    return key, joined_values(decoded(data[1:], data[0] if data else 0))


def _described_text(key: str, data: bytes) -> _Parsed:
    encoding = data[0] if data else 0
    description, value = split_terminated(data[1:], encoding)
    return f"{key}:{key_part(decoded(description, encoding))}", joined_values(decoded(value, encoding))


def _link(key: str, data: bytes) -> _Parsed:
    return key, data.partition(b"\0")[0].decode("latin-1")


def _described_link(key: str, data: bytes) -> _Parsed:
    encoding = data[0] if data else 0
    description, value = split_terminated(data[1:], encoding)
    return f"{key}:{key_part(decoded(description, encoding))}", value.partition(b"\0")[0].decode("latin-1")


def _comment(key: str, data: bytes) -> _Parsed:
    encoding = data[0] if data else 0
    description, value = split_terminated(data[4:], encoding)
    language = data[1:4].decode("latin-1").rstrip("\0 ")
    key = f"{key}:{key_part(decoded(description, encoding))}:{key_part(language)}"
    return key, joined_values(decoded(value, encoding))


def _terms_of_use(key: str, data: bytes) -> _Parsed:
    language = key_part(data[1:4].decode("latin-1").rstrip("\0 "))
    return f"{key}:{language}", joined_values(decoded(data[4:], data[0] if data else 0))


def _owned(key: str, data: bytes) -> _Parsed:
    owner, _, value = data.partition(b"\0")
    return f"{key}:{key_part(owner.decode('latin-1'))}", printable_text(value)


def _owned_binary(key: str, data: bytes) -> _Parsed:
    owner, _, _ = data.partition(b"\0")
    return f"{key}:{key_part(owner.decode('latin-1'))}", None


def _rating(key: str, data: bytes) -> _Parsed:
    owner, _, value = data.partition(b"\0")
    return f"{key}:{key_part(owner.decode('latin-1'))}", str(value[0]) if value else None


def _ownership(key: str, data: bytes) -> _Parsed:
    price, _, rest = data[1:].partition(b"\0")
    seller = decoded(rest[8:], data[0] if data else 0).rstrip("\0")
    return key, "\n".join([price.decode("latin-1"), rest[:8].decode("latin-1"), seller])


def _commercial(key: str, data: bytes) -> _Parsed:
    encoding = data[0] if data else 0
    price, _, rest = data[1:].partition(b"\0")
    valid_until, (contact, _, rest) = rest[:8], rest[8:].partition(b"\0")
    seller, rest = split_terminated(rest[1:], encoding)
    description, _ = split_terminated(rest, encoding)
    parts = [price.decode("latin-1"), valid_until.decode("latin-1"), contact.decode("latin-1")]
    return key, "\n".join([*parts, decoded(seller, encoding), decoded(description, encoding)])


def _object(key: str, data: bytes) -> _Parsed:
    encoding = data[0] if data else 0
    mime, _, rest = data[1:].partition(b"\0")
    file_name, rest = split_terminated(rest, encoding)
    description, _ = split_terminated(rest, encoding)
    key = f"{key}:{key_part(mime.decode('latin-1'))}:{key_part(decoded(description, encoding))}"
    return key, decoded(file_name, encoding)[:MAX_KEY] or None


def _picture(key: str, data: bytes) -> _Parsed:
    encoding = data[0] if data else 0
    rest = data[4:] if key == "PIC" else data[1:].partition(b"\0")[2]
    description, _ = split_terminated(rest[1:], encoding)
    return f"{key}:{key_part(decoded(description, encoding))}", None


def _counter(key: str, data: bytes) -> _Parsed:
    return key, str(int.from_bytes(data[:16], "big"))


_PARSERS: dict[str, Callable[[str, bytes], _Parsed]] = {
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


def key_and_text(frame_id: str, payload: bytes) -> tuple[str, str | None]:
    """The key of a frame such as ``TXXX:LICENSE``, ``COMM:desc:eng``, ``GEOB:mime:desc``, and its text.

    The text of an encapsulated object (GEOB) is its file name; other binary frames have none.

    Args:
        frame_id: Three letters (2.2) or four.
        payload: The frame's data, uncompressed and synchronised; the first few KiB suffice where it is binary.
    """
    parser = _PARSERS.get(frame_id)
    if parser is None:
        parser = {"T": _text, "W": _link}.get(frame_id[0])
    return (frame_id, None) if parser is None else parser(frame_id, payload)


def expanded(data: bytes) -> bytes | None:
    """A zlib stream expanded to at most :data:`MAX_EXPANDED` bytes; ``None`` if it is longer or broken."""
    stream = zlib.decompressobj()
    try:
        result = stream.decompress(data, MAX_EXPANDED)
    except zlib.error:
        return None
    return result if stream.eof else None
