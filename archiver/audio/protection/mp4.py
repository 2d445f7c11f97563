"""Protected MP4 files, told by the four characters of their sample entries, and where they have none by other boxes.

``drms`` and ``drmi`` are FairPlay; ``enca`` and ``encv`` are Common Encryption (ISO/IEC 23001-7) with the scheme
in ``sinf.schm``; ``aavd`` is Audible AAX. An ``mp4a`` entry with a ``pinf`` box is a purchase without protection.
"""

from __future__ import annotations

import io
import zlib

from archiver.audio.containers.boxes import boxes, child, entry_children
from archiver.audio.containers.element import Element
from archiver.audio.containers.window import MAX_READ, Window
from archiver.audio.protection.box_walk import BoxWalk
from archiver.audio.protection.fragments import fragment_protection
from archiver.audio.protection.marlin import descriptor_protection, marlin_brand
from archiver.audio.protection.oma_drm import content_2_protection
from archiver.model.evidence import Protection, unseen

_PATH = "moov.trak.mdia.minf.stbl.stsd"
_FAIRPLAY = ("fairplay", "Apple FairPlay")
_MARLIN = ("marlin", "Marlin DRM")
_ENTRIES = {b"drms": _FAIRPLAY, b"drmi": _FAIRPLAY, b"aavd": ("audible-aax", "Audible AAX")}
_COMMON = frozenset({b"enca", b"encv", b"enct", b"encs"})
_SCHEMES = {
    b"cenc": ("cenc", "MPEG Common Encryption (cenc)"),
    b"cbc1": ("cenc", "MPEG Common Encryption (cbc1)"),
    b"cens": ("cenc", "MPEG Common Encryption (cens)"),
    b"cbcs": ("cenc", "MPEG Common Encryption (cbcs)"),
    b"itun": _FAIRPLAY,
    b"odkm": ("oma-drm", "OMA DRM 2"),
    b"piff": ("playready", "Microsoft PlayReady (PIFF)"),
    b"ACBC": _MARLIN,
    b"ACGK": _MARLIN,
}
_UNNAMED = ("cenc", "MPEG Common Encryption (scheme not named)")
_MAX_EXPANDED = 16 << 20


def mp4_protection(window: Window, offset: int) -> Protection | None:
    """The protection of any track of the file whose boxes begin at ``offset``.

    Not seen, where the movie header could not be walked to its end or is not there.
    """
    walk = BoxWalk(window)
    looked, doubtful = False, None
    for box in walk.boxes(offset, window.size):
        found = None
        if box.id == b"ftyp":
            found = marlin_brand(window, box)
        elif box.id == b"moov":
            found = _movie_protection(window, box)
        elif box.id == b"odrm":
            found = content_2_protection(BoxWalk(window), box)
        elif box.id == b"moof" and not looked:
            found = fragment_protection(BoxWalk(window), box)
        if found is not None and found.certain:
            return found
        looked = looked or box.id in (b"moov", b"odrm")
        doubtful = doubtful or found
    return doubtful if looked or doubtful is not None else unseen(f"moov@{window.size}")


def _movie_protection(window: Window, moov: Element) -> Protection | None:
    packed = child(window, moov.payload, moov.end, b"cmov")
    if packed is None:
        return _track_protection(window, moov)
    expanded = _expanded(window, packed)
    inner = None if expanded is None else child(expanded, 0, expanded.size, b"moov")
    if expanded is None or inner is None or child(expanded, inner.payload, inner.end, b"cmov") is not None:
        return unseen(f"moov.cmov@{packed.offset}")
    found = _track_protection(expanded, inner)
    return found and Protection(found.scheme, found.name, f"moov.cmov@{packed.offset}", found.certain)


def _expanded(window: Window, packed: Element) -> Window | None:
    """A movie header that QuickTime compressed (QuickTime File Format, compressed movie resources)."""
    method = child(window, packed.payload, packed.end, b"dcom")
    data = child(window, packed.payload, packed.end, b"cmvd")
    if method is None or data is None or window.read(method.payload, 4) != b"zlib":
        return None
    if data.size > MAX_READ:
        return None
    inflater = zlib.decompressobj()
    try:
        movie = inflater.decompress(window.read(data.payload + 4, data.size - 4), _MAX_EXPANDED)
    except zlib.error:
        return None
    return Window(io.BytesIO(movie), len(movie)) if inflater.eof else None


def _track_protection(window: Window, moov: Element) -> Protection | None:
    walk = BoxWalk(window)
    for trak in walk.boxes(moov.payload, moov.end):
        if trak.id == b"trak":
            found = _entries_protection(walk, trak)
            if found is not None:
                return found
    return None if walk.broken is None else unseen(f"moov@{walk.broken}")


def _entries_protection(walk: BoxWalk, trak: Element) -> Protection | None:
    """The protection of one track. Where its entries are not all seen, the walk is broken."""
    window = walk.window
    media = walk.child(trak.payload, trak.end, b"mdia")
    table = None if media is None else walk.child(media.payload, media.end, b"minf", b"stbl", b"stsd")
    if media is None or table is None:
        walk.broken = trak.offset
        return None
    left = int.from_bytes(window.read(table.payload + 4, 4), "big")
    for entry in boxes(window, table.payload + 8, table.end):
        left -= 1
        found = _entry_protection(window, entry)
        if found is not None:
            return found
    if left > 0:
        walk.broken = table.offset
    return descriptor_protection(walk, media)


def _entry_protection(window: Window, entry: Element) -> Protection | None:
    scheme = _ENTRIES.get(entry.id)
    if scheme is None and entry.id in _COMMON:
        scheme = _common_scheme(window, entry)
    if scheme is None:
        return None
    return Protection(*scheme, f"{_PATH}.{entry.name}@{entry.offset}")


def _common_scheme(window: Window, entry: Element) -> tuple[str, str]:
    for box in entry_children(window, entry):
        if box.id == b"sinf":
            schm = child(window, box.payload, box.end, b"schm")
            if schm is not None:
                return _SCHEMES.get(window.read(schm.payload + 4, 4), _UNNAMED)
    return _UNNAMED
