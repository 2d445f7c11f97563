"""Encrypted streams of RealMedia files, told by their media types (Helix DNA, ``hxmime.h``)."""

from __future__ import annotations

from archiver.audio.containers.window import Window
from archiver.model.evidence import Protection, unseen

_MAX_CHUNKS = 1000
_SMALLEST = 10
_STREAM_FIXED = 40


def real_protection(window: Window, offset: int) -> Protection | None:
    """The protection of any stream of the ``.RMF`` file at ``offset``. The headers end where the data begins."""
    if window.read(offset, 4) != b".RMF":
        return None  # RealAudio 3 and 4 have no media types
    for _ in range(_MAX_CHUNKS):
        head = window.read(offset, 8)
        if head[:4] == b"DATA":
            return None
        size = int.from_bytes(head[4:], "big")
        if len(head) < 8 or size < _SMALLEST:
            break
        if head[:4] == b"MDPR" and _media_type(window, offset).lower().endswith(b"-encrypted"):
            return Protection("realmedia", "encrypted RealAudio or RealVideo", f"MDPR@{offset}")
        offset += size
    return unseen(f"RMF@{min(offset, window.size)}")


def _media_type(window: Window, offset: int) -> bytes:
    """The type of the stream whose properties begin at ``offset``: after its numbers and its name."""
    at = offset + _STREAM_FIXED
    at += 1 + sum(window.read(at, 1))
    return window.read(at + 1, sum(window.read(at, 1)))
