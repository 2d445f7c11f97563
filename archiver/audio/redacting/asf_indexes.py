"""Indexes behind the packets of Windows Media: whether one is its entries, to the last byte.

Nothing plays by an index alone; one that holds more can go. Source: Advanced Systems Format Specification 01.20.06, section 6.
"""

from __future__ import annotations

import uuid

from archiver.audio.containers.window import Window

SIMPLE_INDEX = uuid.UUID("33000890-E5B1-11CF-89F4-00A0C90349CB").bytes_le
_INDEX = uuid.UUID("D6E229D3-35DA-11D1-9034-00A0C90349BE").bytes_le
_INDEX_OF_OBJECTS = uuid.UUID("FEB103F8-12AD-4C64-840F-2A1D2F7AD48C").bytes_le
INDEXES = frozenset((SIMPLE_INDEX, _INDEX, _INDEX_OF_OBJECTS))

_SIMPLE_FIXED, _SIMPLE_ENTRY = 56, 6
_FIXED, _SPECIFIER, _POSITION, _OFFSET = 34, 4, 8, 4


def holds_entries_alone(window: Window, start: int, end: int) -> bool:
    """Whether the index from ``start`` to ``end`` is as long as the entries that it counts, and is one at all."""
    head = window.read(start, min(_SIMPLE_FIXED, end - start))
    if head[:16] == SIMPLE_INDEX:
        entries = int.from_bytes(head[52:], "little")
        return len(head) == _SIMPLE_FIXED and end == start + _SIMPLE_FIXED + _SIMPLE_ENTRY * entries
    if head[:16] not in INDEXES or len(head) < _FIXED:
        return False
    specifiers, blocks = int.from_bytes(head[28:30], "little"), int.from_bytes(head[30:34], "little")
    at = start + _FIXED + _SPECIFIER * specifiers
    for _ in range(blocks):
        count = window.read(at, 4)
        if at + 4 > end or len(count) < 4:
            return False
        at += 4 + specifiers * (_POSITION + _OFFSET * int.from_bytes(count, "little"))
    return at == end
