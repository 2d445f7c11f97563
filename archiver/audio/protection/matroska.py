"""Encrypted tracks of Matroska and WebM files, told by the content encodings of a track (RFC 9559, section 5.1.4.1.31).

Compression and header stripping are encodings too, and no protection; nor is a signature.
"""

from __future__ import annotations

from collections.abc import Iterator

from archiver.audio.containers.ebml import SEGMENT, elements
from archiver.audio.containers.element import Element
from archiver.audio.containers.window import Window
from archiver.model.evidence import Protection, unseen

_TRACKS, _TRACK, _ENCODINGS, _ENCODING = map(bytes.fromhex, ("1654AE6B", "AE", "6D80", "6240"))
_TYPE, _ENCRYPTION, _ALGORITHM = map(bytes.fromhex, ("5033", "5035", "47E1"))
_ENCRYPTED = 1


def matroska_protection(window: Window, offset: int) -> Protection | None:
    """The protection of any track of the file that begins at ``offset``."""
    walk = _Walk(window)
    for found in elements(window, offset, window.size, entered=SEGMENT):
        if found.id == _TRACKS:
            return _of_tracks(walk, found)
        if not found.id:
            return unseen(f"EBML@{found.offset}")
    return unseen(f"EBML@{window.size}")


class _Walk:
    """Walks elements, and keeps where one walk broke off."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self.broken: int | None = None

    def inside(self, parent: Element, wanted: bytes) -> Iterator[Element]:
        """The elements of one kind in another."""
        if not parent.whole:
            self.broken = parent.end
        for found in elements(self.window, parent.payload, parent.end):
            if not found.id or not found.whole:
                self.broken = found.offset
            if found.id == wanted:
                yield found


def _of_tracks(walk: _Walk, tracks: Element) -> Protection | None:
    doubtful = None
    for track in walk.inside(tracks, _TRACK):
        for listed in walk.inside(track, _ENCODINGS):
            for encoding in walk.inside(listed, _ENCODING):
                found = _of_encoding(walk, encoding)
                if found is not None and found.certain:
                    return found
                doubtful = doubtful or found
    if doubtful is None and walk.broken is not None:
        return unseen(f"Tracks@{walk.broken}")
    return doubtful


def _of_encoding(walk: _Walk, encoding: Element) -> Protection | None:
    """What one step says: that it encrypts, or that it may, where it names no algorithm (0 is only a signature)."""
    encrypted = any(_number(walk, one) == _ENCRYPTED for one in walk.inside(encoding, _TYPE))
    settings = next(walk.inside(encoding, _ENCRYPTION), None)
    if settings is None and not encrypted:
        return None
    algorithm = None if settings is None else next(walk.inside(settings, _ALGORITHM), None)
    if algorithm is not None and not _number(walk, algorithm):
        return None
    certain = encoding.whole and (settings is None or algorithm is not None)
    name = "encrypted Matroska or WebM track"
    return Protection("matroska", name, f"ContentEncoding@{encoding.offset}", certain)


def _number(walk: _Walk, element: Element) -> int:
    return int.from_bytes(walk.window.read(element.payload, min(element.size, 8)), "big")
