"""Protected ASF files, told by the encryption objects of their header, wherever in it they stand.

A Digital Signature object is no protection.
"""

from __future__ import annotations

import uuid

from archiver.audio.blocks.asf_objects import header_objects
from archiver.audio.blocks.window import Window
from archiver.model.evidence import Protection

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


def asf_protection(window: Window, offset: int) -> Protection | None:
    """The protection that the header object at ``offset`` declares."""
    for found in header_objects(window, offset):
        if found.guid in _OBJECTS:
            scheme, name, place = _OBJECTS[found.guid]
            return Protection(scheme, name, f"asf.header.{place}@{found.offset}")
    return None
