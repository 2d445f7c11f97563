"""The one way to make evidence: by its code, with the strength and privacy that the registry gives it."""

from __future__ import annotations

from archiver.model.evidence import Evidence
from archiver.model.evidence_kinds import EVIDENCE_KINDS
from archiver.personal.find import withheld

MAX_VALUE = 500
"""Characters of a value that are recorded; what is longer ends in an ellipsis."""


def observe(code: str, locator: str, value: str | None = None) -> Evidence:
    """Evidence with this code. A personal one has no value; any other has personal data taken out of it."""
    kind = EVIDENCE_KINDS[code]
    if kind.personal or value is None:
        return Evidence(code, locator, None, kind.strength, kind.personal)
    text = withheld(value.strip())
    if len(text) > MAX_VALUE:
        text = text[: MAX_VALUE - 1] + "…"
    return Evidence(code, locator, text, kind.strength)
