"""Marlin files: MP4 whose sample entries look clear, for the scheme stands in the track of object descriptors.

Told by the brand ``MGSV``, or by a protection scheme box in an IPMP descriptor (ISO/IEC 14496-1, section 7.2.6.14).
"""

from __future__ import annotations

from archiver.audio.containers.element import Element
from archiver.audio.containers.window import Window
from archiver.audio.protection.box_walk import BoxWalk
from archiver.model.evidence import Protection

_BRAND = b"MGSV"
_MAX_BRANDS = 4096
_MARLIN = frozenset({b"ACBC", b"ACGK"})
_SAMPLE_BYTES = 1 << 16
_TABLE = (b"minf", b"stbl")


def marlin_brand(window: Window, ftyp: Element) -> Protection | None:
    """The protection that the brands of a file declare."""
    brands = window.read(ftyp.payload, min(ftyp.size, _MAX_BRANDS))
    listed = [brands[:4], *(brands[at : at + 4] for at in range(8, len(brands), 4))]
    return Protection("marlin", "Marlin DRM", f"ftyp@{ftyp.offset}") if _BRAND in listed else None


def descriptor_protection(walk: BoxWalk, media: Element) -> Protection | None:
    """The protection that the first samples of a track declare, where it is one of object descriptors.

    Args:
        walk: Of the file.
        media: The track's ``mdia`` box.
    """
    handler = walk.child(media.payload, media.end, b"hdlr")
    if handler is None or walk.window.read(handler.payload + 8, 4) != b"odsm":
        return None
    start = _first_chunk(walk, media)
    if start is None:
        return None
    samples = walk.window.read(start, _SAMPLE_BYTES)
    at = samples.find(b"sinf")
    named = samples.find(b"schm", at)
    if at < 0 or named < 0:
        return None
    marlin = samples[named + 8 : named + 12] in _MARLIN
    scheme, name = ("marlin", "Marlin DRM") if marlin else ("ipmp", "MPEG-4 IPMP (scheme not known)")
    return Protection(scheme, name, f"IPMP.sinf.schm@{start + named - 4}")


def _first_chunk(walk: BoxWalk, media: Element) -> int | None:
    for name, width in ((b"stco", 4), (b"co64", 8)):
        table = walk.child(media.payload, media.end, *_TABLE, name)
        if table is not None:
            entry = walk.window.read(table.payload + 8, width)
            return int.from_bytes(entry, "big") if len(entry) == width else None
    return None
