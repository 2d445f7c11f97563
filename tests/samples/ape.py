"""APEv2 tags and Lyrics3, which stand behind the audio of MP3, WavPack, Musepack and Monkey's Audio."""

from __future__ import annotations

import struct
from collections.abc import Mapping

from tests.samples.comments import Tags, tag_pairs

_FIELD_KEYS = {"date": "Year", "album_artist": "Album Artist", "isrc": "ISRC"}
_HAS_HEADER, _IS_HEADER, _BINARY = 0x80000000, 0x20000000, 2


def _item(key: str, value: bytes, flags: int) -> bytes:
    return struct.pack("<II", len(value), flags) + key.encode("ascii") + b"\0" + value


def ape_items(tags: Tags, fields: Mapping[str, str]) -> dict[str, list[str]]:
    """Return ``tags`` and keyword ``fields`` as APEv2 items: one list of values for each key."""
    items: dict[str, list[str]] = {}
    named = [(_FIELD_KEYS.get(name, name.capitalize()), value) for name, value in fields.items()]
    for key, value in tag_pairs(tags) + named:
        items.setdefault(key, []).append(value)
    return items


def apev2(
    tags: Tags | None = None,
    *,
    binary: Mapping[str, bytes] | None = None,
    header: bool = True,
    **fields: str,
) -> bytes:
    """Return an APEv2 tag.

    Args:
        tags: Text items by key; several values become one item, separated by NUL.
        binary: Binary items by key, such as ``Cover Art (Front)``: a file name, NUL, the picture.
        header: Whether the tag has a header as well as a footer.
        fields: Text items by keyword: ``title``, ``artist``, ``date`` (Year), …
    """
    items = [
        _item(key, "\0".join(values).encode(), 0) for key, values in ape_items(tags or {}, fields).items()
    ]
    items += [_item(key, value, _BINARY) for key, value in (binary or {}).items()]
    body = b"".join(items)
    shape = (2000, len(body) + 32, len(items))
    flags = _HAS_HEADER if header else 0
    head = b"APETAGEX" + struct.pack("<IIII8x", *shape, flags | _IS_HEADER) if header else b""
    return head + body + b"APETAGEX" + struct.pack("<IIII8x", *shape, flags)


def lyrics3(text: str) -> bytes:
    """Return a Lyrics3 v2 tag with one lyrics field; it stands between the audio and an ID3v1 tag."""
    words = text.encode("latin-1")
    body = b"LYRICSBEGIN" + b"LYR%05d" % len(words) + words
    return body + b"%06dLYRICS200" % len(body)
