"""Every evidence code: what it says, how far it carries, and whether it identifies a person."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib import resources

from archiver.model.evidence import Strength


@dataclass(frozen=True, slots=True)
class EvidenceKind:
    """What a code means.

    Attributes:
        code: Stable name, such as ``licence-url``.
        title: The same for people, without a full stop.
        strength: How far an observation of this kind carries.
        says: What follows from it and what does not, in a sentence or two.
        source: Where it stands in files, or who defined it.
        personal: Whether it identifies a person; its value is then written nowhere.
        repeated: Whether the value is personal wherever else in the file it stands.
    """

    code: str
    title: str
    strength: Strength
    says: str
    source: str
    personal: bool = False
    repeated: bool = False


def _registry() -> dict[str, EvidenceKind]:
    text = resources.files(__package__).joinpath("evidence_kinds.toml").read_text(encoding="utf-8")
    return {
        code: EvidenceKind(code, strength=Strength(row.pop("strength")), **row)
        for code, row in tomllib.loads(text).items()
    }


EVIDENCE_KINDS: dict[str, EvidenceKind] = _registry()
"""Every code, in the order of the reference page ``docs/reference/evidence.md``, which is made from it."""
