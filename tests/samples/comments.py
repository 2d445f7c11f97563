"""Vorbis comments, which FLAC, Ogg Vorbis and Opus share, and FLAC's picture block."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

from tests.samples.images import Picture

Tags = Mapping[str, str | Sequence[str]]
"""Tag name to one value or several."""

VENDOR = "archiver samples"
_FIELD_NAMES = {"track": "TRACKNUMBER", "disc": "DISCNUMBER", "album_artist": "ALBUMARTIST"}


def tag_pairs(tags: Tags) -> list[tuple[str, str]]:
    """Return one pair for each value, in the order given."""
    pairs = []
    for name, value in tags.items():
        pairs += [(name, one) for one in ([value] if isinstance(value, str) else value)]
    return pairs


def comment_pairs(tags: Tags, fields: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return ``tags`` and the keyword ``fields``, these named as Vorbis comments are (``track``: TRACKNUMBER)."""
    return tag_pairs(tags) + [(_FIELD_NAMES.get(name, name.upper()), value) for name, value in fields.items()]


def comment_block(pairs: Sequence[tuple[str, str]], *, vendor: str = VENDOR) -> bytes:
    """Return a Vorbis comment header without its framing bit: vendor, count, ``NAME=value`` each with its length."""
    texts = [f"{name}={value}".encode("utf-8", "surrogateescape") for name, value in pairs]
    head = struct.pack("<I", len(vendor.encode())) + vendor.encode()
    return (
        head + struct.pack("<I", len(texts)) + b"".join(struct.pack("<I", len(text)) + text for text in texts)
    )


def picture_block(picture: Picture) -> bytes:
    """Return the body of a FLAC PICTURE block (RFC 9639 §8.8); its shape is left unsaid, as zeros."""
    mime, description = picture.mime_type.encode("ascii"), picture.description.encode()
    return b"".join(
        (
            struct.pack(">II", picture.kind, len(mime)),
            mime,
            struct.pack(">I", len(description)),
            description,
            struct.pack(">IIIII", 0, 0, 0, 0, len(picture.data)),
            picture.data,
        )
    )
