"""Every evidence code: what it says, how far it carries, and whether it identifies a person."""

from __future__ import annotations

from dataclasses import dataclass

from archiver.model.evidence import Strength
from archiver.model.evidence_rows import EVIDENCE_ROWS


@dataclass(frozen=True, slots=True)
class EvidenceKind:
    """What a code means.

    Attributes:
        code: Stable name, such as ``licence-url``.
        title: The same for people, without a full stop.
        strength: How far an observation of this kind carries.
        personal: Whether it identifies a person; its value is then written nowhere.
        says: What follows from it and what does not, in a sentence or two.
        source: Where it stands in files, or who defined it.
    """

    code: str
    title: str
    strength: Strength
    personal: bool
    says: str
    source: str


def _registry() -> dict[str, EvidenceKind]:
    kinds = {}
    for code, title, strength, says, source in EVIDENCE_ROWS:
        kinds[code] = EvidenceKind(
            code, title, Strength(strength.lstrip("*")), strength.startswith("*"), says, source
        )
    return kinds


EVIDENCE_KINDS: dict[str, EvidenceKind] = _registry()
"""Every code, in the order of the reference page ``docs/reference/evidence.md``, which is made from it."""
