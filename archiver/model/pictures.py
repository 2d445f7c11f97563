"""Which frames of a tag hold a picture."""

from __future__ import annotations

from collections.abc import Sequence

from archiver.model.audio import TagBlock

_KEYS = frozenset({"PICTURE", "COVR", "METADATA_BLOCK_PICTURE", "COVERART", "WM/PICTURE"})


def has_picture(blocks: Sequence[TagBlock]) -> bool:
    """Whether any tag of a file holds a picture, whatever it shows."""
    return any(_is_picture(block.kind, frame.id) for block in blocks for frame in block.frames)


def _is_picture(kind: str, key: str) -> bool:
    if kind.startswith("id3v2"):
        return key.startswith(("APIC", "PIC"))
    upper = key.upper()
    return upper in _KEYS or upper.startswith("COVER ART")
