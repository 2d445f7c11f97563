"""Pictures inside tag frames: where one begins, what it shows, and the digest of its own bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

from archiver.audio.blocks.text import MAX_KEY, utf8_or_latin1
from archiver.audio.containers.inner import Decoder, InnerDigest
from archiver.model.audio import EmbeddedPicture

LINK = "-->"
"""The media type of a picture that is not there but named by its address (ID3v2, RFC 9639)."""

_IS_LINK = LINK.encode()

PICTURE_HEAD = 1 << 16
"""Bytes of a picture block in which what stands before the picture must end."""


class InnerPicture(NamedTuple):
    """A picture on the way past.

    Attributes:
        digest: Of its bytes.
        type: What it shows, or ``None``; see :class:`archiver.model.audio.EmbeddedPicture`.
    """

    digest: InnerDigest
    type: int | None


class PictureBlock(NamedTuple):
    """The head of a FLAC picture block (RFC 9639, section 8.8), which Ogg formats carry in Base64.

    Attributes:
        type: What the picture shows.
        text: The words that stand with it; of one that is only named, its address.
        start: Where in the block the picture begins.
        size: Its bytes; 0 where there is none.
    """

    type: int
    text: str | None
    start: int
    size: int


def found_pictures(inner: Iterable[InnerPicture]) -> tuple[EmbeddedPicture, ...]:
    """The pictures that were there in whole."""
    digests = ((part, part.digest.sha256()) for part in inner)
    return tuple(
        EmbeddedPicture(digest, part.digest.size, part.type) for part, digest in digests if digest is not None
    )


def picture_in_memory(data: bytes, kind: int | None) -> tuple[EmbeddedPicture, ...]:
    """The picture that ``data`` is, if there is any."""
    return (EmbeddedPicture(hashlib.sha256(data).hexdigest(), len(data), kind),) if data else ()


def picture_block(head: bytes, size: int | None = None) -> PictureBlock | None:
    """The head of a picture block; ``None`` where it does not end within ``head``.

    Args:
        head: The block, or its beginning.
        size: Bytes of the block, where known: the picture ends with it, whatever its length field says.
    """
    mime_size = int.from_bytes(head[4:8], "big")
    at = 8 + mime_size
    words = int.from_bytes(head[at : at + 4], "big")
    start = at + 4 + words + 20
    if start > len(head):
        return None
    stated = int.from_bytes(head[start - 4 : start], "big")
    if size is not None and start + stated > size:
        stated = size - start  # blocks of more than 16 MiB state a length that cannot be
    text = utf8_or_latin1(head[at + 4 : at + 4 + min(words, 4 * MAX_KEY)])[:MAX_KEY]
    kind = int.from_bytes(head[:4], "big")
    if head[8:at] == _IS_LINK:
        link = utf8_or_latin1(head[start : start + stated])
        return PictureBlock(kind, "\0".join(filter(None, (text, link))) or None, start, 0)
    return PictureBlock(kind, text or None, start, stated)


def inner_of(found: PictureBlock | None, decode: Decoder | None = None, bare: int = 0) -> list[InnerPicture]:
    """The picture of a block, to be digested on the way; none where the block has none."""
    if found is None or found.size <= 0:
        return []
    return [InnerPicture(InnerDigest(found.start, found.size, decode, bare), found.type)]
