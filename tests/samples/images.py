"""Covers: a small PNG written here, and a small JPEG made for this project."""

from __future__ import annotations

import base64
import struct
import zlib
from dataclasses import dataclass

_JPEG = (
    "/9j/4AAQSkZJRgABAgAAAQABAAD/2wBDAAgKCgsKCw0NDQ0NDRAPEBAQEBAQEBAQEBASEhIVFRUSEhIQEBISFBQVFRcXFxUV"
    "FRUXFxkZGR4eHBwjIyQrKzP/xABlAAEBAAAAAAAAAAAAAAAAAAAGBwEBAAAAAAAAAAAAAAAAAAAABhAAAAUEAQUBAAAAAAAA"
    "AAAAAFEEIQECAzERQaGxIhLwkREBAAEEAgMBAAAAAAAAAAAAAQIAEQUDcUEjElEE/8AAEQgAEAAQAwEiAAIRAAMRAP/aAAwD"
    "AQACEQMRAD8ARI6vbQVprlJMct057ieJL3jS7Zk2x+hSmvTvPxQURzINOP1R1a/FFUGUkjJfaI9jYB5W/wAo1g/ztyv/2Q=="
)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as a tag carries it; ``kind`` is the ID3 picture type, 3 the front cover."""

    data: bytes
    kind: int = 3
    description: str = ""
    mime: str = ""

    @property
    def mime_type(self) -> str:
        """The MIME type asked for, else the one that the first bytes say."""
        if self.mime:
            return self.mime
        return "image/png" if self.data.startswith(b"\x89PNG") else "image/jpeg"


def as_picture(picture: Picture | bytes) -> Picture:
    """Return ``picture`` as a front cover where it is only bytes."""
    return picture if isinstance(picture, Picture) else Picture(picture)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(colour: tuple[int, int, int] = (40, 90, 140), *, size: int = 8) -> bytes:
    """Return a square PNG of ``size`` pixels: the colour above, half of it below (a stored zlib stream)."""
    rows = []
    for row in range(size):
        shade = colour if row < (size + 1) // 2 else tuple(part // 2 for part in colour)
        rows.append(b"\0" + bytes(shade) * size)
    header = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    # level 0 stores: the bytes do not depend on the version of zlib
    body = zlib.compress(b"".join(rows), 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def jpeg() -> bytes:
    """Return a JPEG of 16 by 16 pixels, made for this project."""
    return base64.b64decode(_JPEG)
