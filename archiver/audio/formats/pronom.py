"""Asks PRONOM, the register of formats of The National Archives (UK), by way of pygfried (Siegfried in Python).

The signatures are loaded at the first question, which takes a good part of a second and some 150 MB, and pygfried
with them, since it carries the Go runtime: where that finds too little memory it ends the process it is in, and it
does not live through a fork. So ask in a worker process only.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

_BY_BYTES = ("byte match", "container", "xml match", "riff match")


class Ground(IntEnum):
    """What an answer rests on, best first."""

    BYTES = 0
    TEXT = 1
    EXTENSION = 2


@dataclass(frozen=True, slots=True)
class PronomAnswer:
    """One identification.

    Attributes:
        puid: PRONOM identifier, such as ``fmt/279``.
        name: Name and version of the format.
        mime: Media type, or ``None``.
        category: PRONOM's own class, such as ``Audio`` or ``Image (Raster)``; may be empty.
        ground: What it rests on.
        signature_version: The signature files, such as ``DROID_SignatureFile_V125; container-signature-20260119``.
    """

    puid: str
    name: str
    mime: str | None
    category: str
    ground: Ground
    signature_version: str


def load_signatures() -> None:
    """Load PRONOM's signatures now, so that the first question takes no longer than the others.

    Raises:
        MemoryError: where there is not enough memory. With much too little, the Go runtime ends the process.
    """
    ask_pronom(__file__)


def ask_pronom(path: str) -> PronomAnswer | None:
    """Identify the file at ``path``; ``None`` where PRONOM knows nothing that fits, or the file is empty or unreadable.

    Of several answers the one that rests on the best ground counts, and of equals the first. A fault of the
    source is not reported here, for copying the file meets it again.
    """
    import pygfried  # noqa: PLC0415 - with it comes the Go runtime, which no process but a worker should hold

    try:
        result = pygfried.identify(path, detailed=True)
    except (OSError, ValueError):  # the latter where pygfried cannot read its own answer
        return None
    matches = [match for found in result["files"] for match in found["matches"] if match["ns"] == "pronom"]
    named = [match for match in matches if match["id"] not in ("", "UNKNOWN")]
    if not named or result["files"][0]["filesize"] == 0:
        return None
    best = min(named, key=lambda match: _ground(match["basis"]))
    details = next((each["details"] for each in result["identifiers"] if each["name"] == "pronom"), "")
    return PronomAnswer(
        puid=best["id"],
        name=" ".join(part for part in (best["format"], best["version"]) if part),
        mime=best["mime"].partition(",")[0].strip() or None,
        category=best["class"],
        ground=_ground(best["basis"]),
        signature_version=details.replace(".xml", ""),
    )


def _ground(basis: str) -> Ground:
    if any(sign in basis for sign in _BY_BYTES):
        return Ground.BYTES
    return Ground.TEXT if "text match" in basis else Ground.EXTENSION
