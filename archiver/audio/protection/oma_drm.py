"""Files of the Open Mobile Alliance's DRM: content formats 1 and 2, and messages that are locked to one telephone.

OMA-Download-DRMCF-V1_0 section 5, OMA-TS-DRM-DCF-V2_1 section 5, OMA-Download-DRM-V1_0 section 5.
"""

from __future__ import annotations

import re

from archiver.audio.containers.element import Element
from archiver.audio.containers.window import Window
from archiver.audio.protection.box_walk import BoxWalk
from archiver.model.evidence import Protection, unseen

_SCHEME = "oma-drm"
_VERSION_1 = 1
_MEDIA_TYPE = re.compile(rb"[a-z0-9.+-]{1,127}/[a-z0-9.+-]{1,127}", re.IGNORECASE)
_MESSAGE = re.compile(
    rb"\A--[^\r\n]{1,72}\r?\n(?:[a-z-]{1,40}:[^\r\n]{0,500}\r?\n){0,8}?"
    rb"content-type:[ \t]*(?:audio/|application/vnd\.oma\.drm\.)[a-z0-9.+-]{1,60}[ \t]*(?:;[^\r\n]{0,200})?\r?\n"
    rb"(?:[a-z-]{1,40}:[^\r\n]{0,500}\r?\n){0,8}?\r?\n",
    re.IGNORECASE,
)
_MESSAGE_BYTES = 4096


def content_1_protection(window: Window, offset: int) -> Protection | None:
    """The protection of an OMA DRM 1 file: two lengths, a media type and a ``cid:`` address of these lengths."""
    head = window.read(offset, 3)
    if len(head) < 3 or head[0] != _VERSION_1:
        return None
    kind = window.read(offset + 3, head[1])
    address = window.read(offset + 3 + head[1], head[2])
    if _MEDIA_TYPE.fullmatch(kind) is None or len(address) < head[2] or address[:4].lower() != b"cid:":
        return None
    return Protection(_SCHEME, "OMA DRM 1", f"magic@{offset}")


def message_protection(window: Window, offset: int) -> Protection | None:
    """A message that may be used on one device only. It is not encrypted, so a person has to look at it."""
    if _MESSAGE.match(window.read(offset, _MESSAGE_BYTES)) is None:
        return None
    return Protection("oma-forward-lock", "OMA DRM forward lock", f"Content-Type@{offset}", certain=False)


def content_2_protection(walk: BoxWalk, container: Element) -> Protection | None:
    """The protection of an ``odrm`` box: its common headers say how the content is encrypted, 0 is not at all."""
    headers = walk.child(container.payload + 4, container.end, b"odhe")
    common = None
    if headers is not None:
        kind = sum(walk.window.read(headers.payload + 4, 1))
        common = walk.child(headers.payload + 5 + kind, headers.end, b"ohdr")
    method = b"" if common is None else walk.window.read(common.payload + 4, 1)
    if common is None or not method:
        return unseen(f"odrm@{container.offset}")
    return Protection(_SCHEME, "OMA DRM 2", f"odrm.odhe.ohdr@{common.offset}") if sum(method) else None
