"""ID3v1, ID3v1.1 and the extended ``TAG+`` block before it."""

from __future__ import annotations

from archiver.audio.blocks.reading import Draft
from archiver.audio.blocks.text import cut_utf8_or_latin1

_FIELDS = (("title", 3, 30), ("artist", 33, 30), ("album", 63, 30), ("year", 93, 4))
_ENHANCED = (
    ("title", 4, 60),
    ("artist", 64, 60),
    ("album", 124, 60),
    ("genre", 185, 30),
    ("start-time", 215, 6),
    ("end-time", 221, 6),
)
_SPEED = 184
"""Where a byte says how fast the music is: 1 slow, 2 medium, 3 fast, 4 hardcore, 0 nothing."""


def read_id3v1(draft: Draft, end: int) -> int:
    """Index the tag that ends at ``end`` and return where it begins; ``end`` itself if there is none."""
    window, start = draft.window, end - 128
    if start < 0:
        return end
    data = window.read(start, 128)
    if data[:3] != b"TAG" or window.read(start - 3, 8) == b"APETAGEX":
        return end
    block = draft.block("id3v1", start, 128)
    numbered = data[125] == 0 and data[126] != 0
    for key, at, size in (*_FIELDS, ("comment", 97, 28 if numbered else 30)):
        if text := cut_utf8_or_latin1(data[at : at + size]):
            block.add_payload(key, start + at, start + at, start + at + size, text)
    if numbered:
        block.add_payload("track", start + 126, start + 126, start + 127, str(data[126]))
    if data[127] != 255:
        block.add_payload("genre", start + 127, start + 127, start + 128, str(data[127]))
    return _read_enhanced(draft, start)


def _read_enhanced(draft: Draft, end: int) -> int:
    start = end - 227
    data = draft.window.read(start, 227) if start >= 0 else b""
    if data[:4] != b"TAG+":
        return end
    block = draft.block("id3v1-enhanced", start, 227)
    for key, at, size in _ENHANCED:
        if text := cut_utf8_or_latin1(data[at : at + size]):
            block.add_payload(key, start + at, start + at, start + at + size, text)
    if speed := data[_SPEED]:
        at = start + _SPEED
        block.add_payload("speed", at, at, at + 1, str(speed))
    return start
