"""Protected ASF files, told by the encryption objects of their header, wherever in it they stand, or by a stream's flag.

A Digital Signature object is no protection.
"""

from __future__ import annotations

import uuid

from archiver.audio.containers.asf_objects import (
    EXTENDED_STREAM_PROPERTIES,
    HEADER,
    STREAM_PROPERTIES,
    header_objects,
)
from archiver.audio.containers.element import Element
from archiver.audio.containers.window import Window
from archiver.model.evidence import Protection, unseen

_OBJECTS = {
    uuid.UUID("2211B3FB-BD23-11D2-B4B7-00A0C955FC6E").bytes_le: (
        "wmdrm",
        "Windows Media DRM",
        "content-encryption",
    ),
    uuid.UUID("298AE614-2622-4C17-B935-DAE07EE9289C").bytes_le: (
        "wmdrm",
        "Windows Media DRM",
        "extended-content-encryption",
    ),
    uuid.UUID("43058533-6981-49E6-9B74-AD12CB86D58C").bytes_le: (
        "playready",
        "Microsoft PlayReady",
        "advanced-content-encryption",
    ),
}
_FLAGS = 48
_ENCRYPTED_CONTENT = 0x8000


def asf_protection(window: Window, offset: int) -> Protection | None:
    """The protection that the header object at ``offset`` declares (ASF specification 3.3, 3.14, 4.1)."""
    if window.read(offset, 16) != HEADER:
        return None
    flagged, broken = None, None
    for found in header_objects(window, offset):
        if found.id in _OBJECTS:
            scheme, name, place = _OBJECTS[found.id]
            return Protection(scheme, name, f"asf.header.{place}@{found.offset}")
        if not found.id or not found.whole:
            broken = found.offset
        flagged = flagged or _flagged_stream(window, found)
    if flagged is not None:
        return flagged
    if broken is None and offset + int.from_bytes(window.read(offset + 16, 8), "little") > window.size:
        broken = window.size
    return None if broken is None else unseen(f"asf.header@{broken}")


def _flagged_stream(window: Window, found: Element) -> Protection | None:
    """What the flags of a stream say, where its object names no scheme."""
    at: int | None = None
    if found.id == STREAM_PROPERTIES:
        at = found.payload
    elif found.id == EXTENDED_STREAM_PROPERTIES:
        at = _embedded(window, found)
    if at is None or at + _FLAGS + 2 > found.end:
        return None
    if not int.from_bytes(window.read(at + _FLAGS, 2), "little") & _ENCRYPTED_CONTENT:
        return None
    name = "encrypted Windows Media stream (scheme not named)"
    return Protection("asf-encrypted", name, f"asf.header.stream-properties.flags@{at + _FLAGS}")


def _embedded(window: Window, found: Element) -> int | None:
    """Where the content of the Stream Properties object begins that an extended one may end with."""
    counts = window.read(found.payload + 60, 4)
    at = found.payload + 64
    for count, fixed, width in ((counts[:2], 4, 2), (counts[2:], 22, 4)):
        for _ in range(int.from_bytes(count, "little")):
            head = window.read(at, fixed)
            at += fixed + int.from_bytes(head[-width:], "little")
            if len(head) < fixed or at >= found.end:
                return None
    return at + 24 if window.read(at, 16) == STREAM_PROPERTIES else None
