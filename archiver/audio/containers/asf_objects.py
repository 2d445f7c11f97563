"""Objects of ASF (Advanced Systems Format Specification 01.20.06, section 2), which Windows Media files are made of."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from archiver.audio.containers.element import Element
from archiver.audio.containers.window import Window

MAX_OBJECTS = 4096
"""Objects looked at in one parent."""

HEADER = uuid.UUID("75B22630-668E-11CF-A6D9-00AA0062CE6C").bytes_le
STREAM_PROPERTIES = uuid.UUID("B7DC0791-A9B7-11CF-8EE6-00C00C205365").bytes_le
EXTENDED_STREAM_PROPERTIES = uuid.UUID("14E6A5CB-C672-4332-8399-A96952065B5A").bytes_le
HEADER_EXTENSION = uuid.UUID("5FBF03B5-A92E-11CF-8EE3-00C00C205365").bytes_le
_EXTENSION_FIXED = 22


def header_objects(window: Window, offset: int) -> Iterator[Element]:
    """The objects in the header at ``offset``, and after the Header Extension those inside it.

    One without a type says where a walk broke off, if one did.
    """
    head = window.read(offset, 30)
    if len(head) < 30 or head[:16] != HEADER:
        return
    end = min(offset + int.from_bytes(head[16:24], "little"), window.size)
    for found in _objects(window, offset + 30, end):
        yield found
        if found.id == HEADER_EXTENSION:
            yield from _objects(window, found.payload + _EXTENSION_FIXED, found.end)


def _objects(window: Window, start: int, end: int) -> Iterator[Element]:
    for _ in range(MAX_OBJECTS):
        head = window.read(start, min(24, end - start))
        size = int.from_bytes(head[16:24], "little")
        if len(head) < 24 or size < 24:
            if end - start >= 24:
                yield Element(b"", start, start, start, start)
            return
        stop = start + size
        yield Element(head[:16], start, start + 24, min(stop, end), stop)
        if stop >= end:
            return
        start = stop
    yield Element(b"", start, start, start, start)
