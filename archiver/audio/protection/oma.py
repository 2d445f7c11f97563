"""Sony OpenMG files: an optional ``ea3`` tag built like ID3v2, then a 96-byte ``EA3`` header."""

from __future__ import annotations

from archiver.audio.containers.id3v2_walk import id3v2_header
from archiver.audio.containers.window import Window
from archiver.model.evidence import Protection

_CLEAR = frozenset({0xFFFF, 0xFF80})


def oma_protection(window: Window, offset: int) -> Protection | None:
    """The protection of the file at ``offset``: the number at byte 6 of ``EA3`` is not one that means clear."""
    tag = id3v2_header(window, offset)
    offset = offset if tag is None else tag.end
    head = window.read(offset, 8)
    if len(head) < 8 or head[:3] != b"EA3" or head[4] != 0 or head[5] != 0x60:
        return None
    if int.from_bytes(head[6:8], "big") in _CLEAR:
        return None
    return Protection("oma", "Sony OpenMG", f"EA3@{offset}")
