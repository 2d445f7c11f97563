"""One piece of evidence as every record and report writes it."""

from __future__ import annotations

from typing import Any

from archiver.model.evidence import Evidence


def evidence_record(found: Evidence) -> dict[str, Any]:
    """Return it as a JSON object; the value of personal data is written nowhere."""
    return {
        "code": found.code,
        "locator": found.locator,
        "personal": found.personal,
        "strength": found.strength.value,
        "value": None if found.personal else found.value,
    }
