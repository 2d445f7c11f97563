"""Lyrics3 version 1 and 2 (https://id3.org/Lyrics3v2), which stand before an ID3v1 tag."""

from __future__ import annotations

from archiver.audio.blocks.reading import Draft
from archiver.audio.blocks.text import key_part

_BEGIN = b"LYRICSBEGIN"
_LONGEST_V1 = 5100


def read_lyrics3(draft: Draft, end: int) -> int:
    """Index the block that ends at ``end`` and return where it begins; ``end`` itself if there is none."""
    tail = draft.window.read(end - 15, 15) if end >= 26 else b""
    if tail[6:] == b"LYRICS200":
        return _read_version_2(draft, end, tail[:6])
    if tail[6:] == b"LYRICSEND":
        return _read_version_1(draft, end)
    return end


def _read_version_2(draft: Draft, end: int, digits: bytes) -> int:
    start = end - 15 - int(digits) if digits.isdigit() else -1
    if start < 0 or draft.window.read(start, 11) != _BEGIN:
        draft.malformed(f"the Lyrics3 block that ends at byte {end} does not begin where it says")
        return end
    block = draft.block("lyrics3v2", start, end - start)
    position, fields_end = start + 11, end - 15
    while position < fields_end:
        head = draft.window.read(position, 8)
        payload = position + 8
        after = payload + int(head[3:8]) if head[3:8].isdigit() else -1
        if len(head) < 8 or not payload <= after <= fields_end:
            draft.malformed(
                f"the Lyrics3 field at byte {position} is malformed; those after it are not listed"
            )
            break
        text = draft.window.read(payload, after - payload).decode("latin-1").rstrip("\0")
        block.add_payload(key_part(head[:3].decode("latin-1")), position, payload, after, text)
        position = after
    return start


def _read_version_1(draft: Draft, end: int) -> int:
    reach = max(end - 9 - _LONGEST_V1 - len(_BEGIN), 0)
    found = draft.window.read(reach, end - 9 - reach).rfind(_BEGIN)
    if found < 0:
        draft.malformed(f"the Lyrics3 block that ends at byte {end} has no beginning")
        return end
    start = reach + found
    block = draft.block("lyrics3v1", start, end - start)
    text = draft.window.read(start + 11, end - 9 - start - 11).decode("latin-1").rstrip("\0")
    block.add_payload("lyrics", start, start + 11, end - 9, text)
    return start
