"""Which fields a Broadcast Wave file lacks that FADGI's guideline recommends.

"Embedding Metadata in Digital Audio Files" of the Federal Agencies Digitization Guidelines Initiative (version 2, 2012)
strongly recommends Description, Originator, OriginatorReference, OriginationDate, Version and UMID of the ``bext``
chunk and recommends TimeReference and the archival location ``IARL`` of the INFO list. Looked at are those that the
index of tags holds: the texts.
"""

from __future__ import annotations

from collections.abc import Sequence

from archiver.model.audio import TagBlock

_TEXTS = ("Description", "Originator", "OriginatorReference", "OriginationDate")
_LOCATION = "IARL"


def missing_fields(blocks: Sequence[TagBlock]) -> tuple[str, ...] | None:
    """Return the recommended fields that are not there or empty; ``None`` where the file has no ``bext`` chunk."""
    if not any(block.kind == "bext" for block in blocks):
        return None
    there = {frame.id for block in blocks if block.kind in ("bext", "riff-info") for frame in block.frames}
    return tuple(name for name in (*_TEXTS, _LOCATION) if name not in there)
