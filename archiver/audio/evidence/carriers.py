"""Signs of a disc in tags: tables of contents, disc identifiers, AccurateRip, media, sides. Most narrow down at best."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from archiver.audio.evidence.asides import taken_back
from archiver.audio.evidence.fields import Field
from archiver.audio.evidence.observe import observe
from archiver.audio.evidence.stores import store_named
from archiver.audio.evidence.streams import online_source
from archiver.model.evidence import Evidence

_DISC_IDS = frozenset(
    {"DISCID", "MUSICBRAINZ_DISCID", "MUSICBRAINZ DISC ID", "CDDB", "FREEDB_DISCID", "CDDB DISC ID"}
)
_MEDIA = frozenset(
    {"MEDIA", "MEDIATYPE", "SOURCEMEDIA", "SOURCE MEDIA", "SOURCE", "SOURCE FORM", "SOURCE SUPPLIER"}
)
_LINEAGE = _MEDIA - {"SOURCE SUPPLIER"} | {"LINEAGE"}
_VINYL = re.compile(
    r"\bvinyl|\b(?:7|10|12)\s?(?:\"|″|''|inch)|^(?:[0-9]{1,2} ?x? ?)?(?:lp|ep)s?(?![\w-])|^tt(?:/|$)"
    r"|\bshellac|\bgramophone|\bphonograph",
    re.IGNORECASE,
)
_CD = re.compile(
    r"^(?:cd(?:[ /(-].*)?|compact disc.*|(?:shm-|hd|blu-spec |enhanced |copy control |mixed mode )cd2?|sacd.*)$",
    re.IGNORECASE,
)
_NO_CARRIER = re.compile(
    r"dig(?:/.{0,9})?|digital(?: (?:media|audio|files?|downloads?))?|web|files?|(?:web |internet )?(?:downloads?|streams?)"
    r"|streaming|internet|online|none|unknown|n/a",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"\(([^()]{1,20})\)(.{0,200})", re.DOTALL)
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
        elif name in _MEDIA | _LINEAGE and text:
            yield from _medium(field, text)
        elif name == "TRACKNUMBER" and _SIDE.match(text):
            yield observe("vinyl-sides", field.locator, text)


def _medium(field: Field, text: str) -> Iterator[Evidence]:
    if is_vinyl(text):
        yield observe("vinyl-media", field.locator, text)
    elif is_cd(text):
        yield observe("cd-media", field.locator, text)
    elif field.name in _LINEAGE and not _names_no_carrier(text):
        yield observe("source-media", field.locator, text)


def _names_no_carrier(text: str) -> bool:
    if _NO_CARRIER.fullmatch(_medium_name(text)) or online_source(text) or store_named(text):
        return True
    return "://" in text or text.isdigit()


def is_vinyl(text: str) -> bool:
    """Whether a medium's name is a record's (ID3v2.4.0 TMED: TT; in ID3v2.3.0 within brackets)."""
    name = _medium_name(text)
    match = _VINYL.search(name)
    return match is not None and not taken_back(name, *match.span())


def is_cd(text: str) -> bool:
    """Whether a medium's name is a CD's (ID3v2.4.0 TMED: CD; in ID3v2.3.0 within brackets)."""
    return _CD.match(_medium_name(text)) is not None


def _medium_name(text: str) -> str:
    """A medium's name out of the brackets in which ID3v2.3 puts its predefined ones, before any words of refinement."""
    match = _BRACKETED.match(text.strip())
    return text.strip() if match is None else f"{match.group(1)} {match.group(2)}".strip()
