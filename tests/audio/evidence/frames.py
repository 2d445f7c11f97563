"""Tag blocks without a file around them, for rules that look at frames alone."""

from __future__ import annotations

from collections.abc import Sequence

from archiver.audio.evidence.find import find_evidence
from archiver.model.audio import TagBlock, TagFrame
from archiver.model.evidence import Evidence

DIGEST = "0" * 64


def block(kind: str, *pairs: tuple[str, str | None], offset: int = 100) -> TagBlock:
    """A block with these keys and texts, ten bytes each."""
    frames = tuple(
        TagFrame(key, offset + 10 * index, 10, DIGEST, text) for index, (key, text) in enumerate(pairs, 1)
    )
    return TagBlock(kind, offset, 10 * len(pairs) + 10, frames)


def found(kind: str, *pairs: tuple[str, str | None]) -> list[tuple[str, str | None]]:
    """Code and value of everything found in one such block."""
    return told(find_evidence([block(kind, *pairs)]))


def told(evidence: Sequence[Evidence]) -> list[tuple[str, str | None]]:
    """Code and value of each."""
    return [(item.code, item.value) for item in evidence]
