"""Encrypted fragments of MP4 files whose movie header, and with it the sample entries, stands in another file.

Common Encryption in ISO base media files: ISO/IEC 23001-7, sections 6, 7 and 8.
"""

from __future__ import annotations

from archiver.audio.containers.element import Element
from archiver.audio.protection.box_walk import BoxWalk
from archiver.model.evidence import Protection

_SCHEMES = frozenset({b"cenc", b"cens", b"cbc1", b"cbcs"})
_PIFF = bytes.fromhex("a2394f525a9b4f14a2446c427c648df4")
_GROUP = b"seig"
_GROUP_BYTES = 20
_MAX_GROUPS = 1000


def fragment_protection(walk: BoxWalk, fragment: Element) -> Protection | None:
    """The protection of the samples that a ``moof`` box describes.

    A reference to a group of samples that is described elsewhere is not certain.
    """
    for traf in walk.boxes(fragment.payload, fragment.end):
        if traf.id == b"traf":
            found = _of_track(walk, traf)
            if found is not None:
                return found
    return None


def _of_track(walk: BoxWalk, traf: Element) -> Protection | None:
    elsewhere: Element | None = None
    described = False
    for box in walk.boxes(traf.payload, traf.end):
        head = walk.window.read(box.payload, 16)
        if box.id == b"senc" or (box.id == b"saiz" and head[3:4] == b"\1" and head[4:8] in _SCHEMES):
            return _cenc(box)
        if box.id == b"uuid" and head == _PIFF:
            return Protection("playready", "Microsoft PlayReady (PIFF)", f"moof.traf.uuid@{box.offset}")
        if head[4:8] == _GROUP and box.id == b"sgpd":
            described = True
            if _has_encrypted_group(walk, box):
                return _cenc(box)
        elif head[4:8] == _GROUP and box.id == b"sbgp":
            elsewhere = elsewhere or box
    return None if elsewhere is None or described else _cenc(elsewhere, certain=False)


def _cenc(box: Element, *, certain: bool = True) -> Protection:
    name = "MPEG Common Encryption (media segment)"
    return Protection("cenc", name, f"moof.traf.{box.name}@{box.offset}", certain)


def _has_encrypted_group(walk: BoxWalk, box: Element) -> bool:
    """Whether any group of samples says that its samples are encrypted."""
    head = walk.window.read(box.payload, 16)
    version = head[0]
    at = box.payload + (12 if version == 0 else 16)
    lengths_follow = version == 1 and not any(head[8:12])
    count = int.from_bytes(head[8:12] if version == 0 else head[12:16], "big")
    for _ in range(min(count, _MAX_GROUPS)):
        at += 4 if lengths_follow else 0
        group = walk.window.read(at, _GROUP_BYTES)
        if len(group) < _GROUP_BYTES or at + _GROUP_BYTES > box.end:
            return False
        if group[2]:
            return True
        at += _GROUP_BYTES
    return False
