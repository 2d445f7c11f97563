"""ID3v2's own frames about ownership, terms and sale (ID3v2.4.0 Native Frames 4.2.4, 4.3.1, 4.22 to 4.24)."""

from __future__ import annotations

from collections.abc import Iterator

from archiver.audio.evidence.fields import Field
from archiver.audio.evidence.observe import observe
from archiver.model.evidence import Evidence

_CODES = {
    "OWNE": "ownership-frame",
    "TOWN": "file-owner",
    "COMR": "commercial-frame",
    "WPAY": "payment-url",
    "WORS": "radio-url",
}
_BY_NAME = {"USERTERMS": "terms-of-use", "WEBSTATEMENT": "audio-file-url"}


def id3_evidence(field: Field) -> Iterator[Evidence]:
    """What one frame says of owner, terms or sale."""
    code = _CODES.get(field.frame.id) if field.kind.startswith("id3v2") else None
    code = code or _BY_NAME.get(field.name)
    if code is not None and field.text.strip():
        yield observe(
            code, field.locator, " / ".join(part for part in field.text.split("\n") if part.strip())
        )
