"""Protected tracks of MP4 files, told by the four characters of their sample entries.

``drms`` and ``drmi`` are FairPlay; ``enca`` and ``encv`` are Common Encryption (ISO/IEC 23001-7) with the scheme
in ``sinf.schm``; ``aavd`` is Audible AAX. An ``mp4a`` entry with a ``pinf`` box is a purchase without protection.
"""

from __future__ import annotations

from archiver.audio.blocks.boxes import Box, boxes, child, entry_children, sample_entries
from archiver.audio.blocks.window import Window
from archiver.model.evidence import Protection

_PATH = "moov.trak.mdia.minf.stbl.stsd"
_FAIRPLAY = ("fairplay", "Apple FairPlay")
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
}
_UNNAMED = ("cenc", "MPEG Common Encryption (scheme not named)")


def mp4_protection(window: Window, offset: int) -> Protection | None:
    """The protection of any track of the file whose boxes begin at ``offset``."""
    for moov in boxes(window, offset, window.size):
        if moov.type != b"moov":
            continue
        for trak in boxes(window, moov.payload, moov.end):
            if trak.type != b"trak":
                continue
            for entry in sample_entries(window, trak):
                found = _entry_protection(window, entry)
                if found is not None:
                    return found
    return None


def _entry_protection(window: Window, entry: Box) -> Protection | None:
    scheme = _ENTRIES.get(entry.type)
    if scheme is None and entry.type in _COMMON:
        scheme = _common_scheme(window, entry)
    if scheme is None:
        return None
    return Protection(*scheme, f"{_PATH}.{entry.name}@{entry.offset}")


def _common_scheme(window: Window, entry: Box) -> tuple[str, str]:
    for box in entry_children(window, entry):
        if box.type == b"sinf":
            schm = child(window, box.payload, box.end, b"schm")
            if schm is not None:
                return _SCHEMES.get(window.read(schm.payload + 4, 4), _UNNAMED)
    return _UNNAMED
