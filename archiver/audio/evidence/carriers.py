"""Signs of a disc in tags: tables of contents, disc identifiers, AccurateRip, media, sides. Most narrow down at best."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from archiver.audio.evidence.fields import Field
from archiver.audio.evidence.observe import observe
from archiver.model.evidence import Evidence

_DISC_IDS = frozenset(
    {"DISCID", "MUSICBRAINZ_DISCID", "MUSICBRAINZ DISC ID", "CDDB", "FREEDB_DISCID", "CDDB DISC ID"}
)
_MEDIA = frozenset(
    {"MEDIA", "MEDIATYPE", "SOURCEMEDIA", "SOURCE MEDIA", "SOURCE", "SOURCE FORM", "SOURCE SUPPLIER"}
)
_VINYL = re.compile(
    r"\bvinyl|\b(?:7|10|12)\s?(?:\"|″|''|inch)|^(?:lp|ep|tt(?:/|$))|\bshellac|\bgramophone|\bphonograph|^ana$",
    re.IGNORECASE,
)
_CD = re.compile(
    r"^(?:cd(?:[ /(-].*)?|compact disc.*|(?:shm-|hd|blu-spec |enhanced |copy control |mixed mode )cd2?|sacd.*)$",
    re.IGNORECASE,
)
_SIDE = re.compile(r"^[A-H][0-9]{1,2}[a-z]?$")


def carrier_evidence(fields: Sequence[Field]) -> Iterator[Evidence]:
    """What the tag frames say of CDs and records."""
    for field in fields:
        name, text = field.name, field.text.strip()
        if name == "CDTOC":
            yield observe("cd-toc", field.locator, text or f"{field.frame.length} bytes")
        elif name in _DISC_IDS and text:
            yield observe("disc-id", field.locator, text)
        elif name.startswith("ACCURATERIP") and text:
            yield observe("accuraterip", field.locator, f"{name}: {text}")
        elif name in _MEDIA and text:
            yield from _medium(field, text)
        elif name == "TRACKNUMBER" and _SIDE.match(text):
            yield observe("vinyl-sides", field.locator, text)


def _medium(field: Field, text: str) -> Iterator[Evidence]:
    if is_vinyl(text):
        yield observe("vinyl-media", field.locator, text)
    elif is_cd(text):
        yield observe("cd-media", field.locator, text)


def is_vinyl(text: str) -> bool:
    """Whether a medium's name is a record's (ID3v2.4.0 TMED: TT, ANA)."""
    return _VINYL.search(text.strip()) is not None


def is_cd(text: str) -> bool:
    """Whether a medium's name is a CD's (ID3v2.4.0 TMED: CD, DIG)."""
    return _CD.match(text.strip()) is not None
