"""The way in: evidence from a file's tag blocks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from archiver.audio.evidence.carriers import carrier_evidence
from archiver.audio.evidence.claims import claim_evidence
from archiver.audio.evidence.fields import Field, fields_of
from archiver.audio.evidence.id3_frames import id3_evidence
from archiver.audio.evidence.itunes import itunes_evidence
from archiver.audio.evidence.licences import licence_evidence
from archiver.audio.evidence.machine_use import machine_evidence
from archiver.audio.evidence.observe import observe
from archiver.audio.evidence.personal import without
from archiver.audio.evidence.private_frames import (
    holds_personal_data,
    is_private_frame,
    is_ripper,
    personal_values,
)
from archiver.audio.evidence.redaction import known_in, spans_in
from archiver.audio.evidence.stores import store_evidence
from archiver.audio.evidence.streams import stream_evidence
from archiver.audio.evidence.uits import receipt_evidence
from archiver.model.audio import TagBlock
from archiver.model.evidence import Evidence

MAX_PER_CODE = 20
"""Observations listed for one code; the rest are counted in one more."""

_BY_FIELD = (
    receipt_evidence,
    store_evidence,
    id3_evidence,
    licence_evidence,
    claim_evidence,
    machine_evidence,
    stream_evidence,
)

_SILENT_KEYS = """
    TIT1 TIT2 TIT3 TPE1 TPE2 TPE3 TALB TPOS TCON TCOM TDRC TYER TDAT TDOR TORY TLEN TSSE TSOP TSOA TSO2 TBPM TKEY TLAN
    TT2 TP1 TAL TP2 TCO TYE APIC PIC TITLE ARTIST ALBUM ALBUMARTIST DATE GENRE COMPOSER DISCNUMBER DISCTOTAL
    TRACKTOTAL TOTALTRACKS TOTALDISCS ORIGINALDATE BARCODE CATALOGNUMBER VENDOR ENCODER LYRICS YEAR COVR
    ©NAM ©ART ©ALB AART ©WRT ©GEN ©DAY ©TOO DISK CPIL PGAP TMPO GNRE METADATA_BLOCK_PICTURE PICTURE
    MUSICBRAINZ_TRACKID MUSICBRAINZ_ALBUMID MUSICBRAINZ_ARTISTID MUSICBRAINZ_ALBUMARTISTID ACOUSTID_ID
    MUSICBRAINZ_RELEASEGROUPID MUSICBRAINZ_RELEASETRACKID REPLAYGAIN_TRACK_GAIN REPLAYGAIN_TRACK_PEAK
    REPLAYGAIN_ALBUM_GAIN REPLAYGAIN_ALBUM_PEAK INAM IART IPRD IGNR ICRD ITRK ISFT
"""
_SILENT = frozenset(_SILENT_KEYS.split()) | {"ALBUM ARTIST"}


def find_evidence(blocks: Sequence[TagBlock]) -> tuple[Evidence, ...]:
    """Everything in a file's tags that bears on origin, licence or a person.

    Args:
        blocks: As :func:`archiver.audio.blocks.read.read_blocks` gave them, *not* redacted.

    Returns:
        What bears on origin and licence first, then personal data, each in the order of the file; the same for
        the same blocks. No personal value is in any of it.
    """
    fields = fields_of(blocks)
    telling = [field for field in fields if field.name not in _SILENT]
    found = [*itunes_evidence(telling), *carrier_evidence(telling)]
    for field in telling:
        for look in _BY_FIELD:
            found.extend(look(field))
    if not holds_personal_data(fields):
        return limited(tuple(dict.fromkeys(found)))
    values = personal_values(fields)
    for field in fields:
        found.extend(_personal(field, values))
    return limited(tuple(_clean(item, values) for item in dict.fromkeys(found)))


def limited(found: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """At most :data:`MAX_PER_CODE` of each code, then one that says how many more there are."""
    totals = Counter(item.code for item in found)
    seen: Counter[str] = Counter()
    kept = []
    for item in found:
        seen[item.code] += 1
        if seen[item.code] <= MAX_PER_CODE:
            kept.append(item)
        elif seen[item.code] == MAX_PER_CODE + 1:
            more = totals[item.code] - MAX_PER_CODE
            kept.append(observe(item.code, f"{more} more, the first at {item.locator}"))
    return tuple(kept)


def _personal(field: Field, values: Sequence[str]) -> Iterator[Evidence]:
    """Personal data in a frame that is not personal by its kind."""
    if is_private_frame(field):
        if is_ripper(field):
            yield observe("ripped-by", field.locator)
        return
    spans = spans_in(field.text, known_in(field, values), field.kind) if field.text else []
    spans += spans_in(field.frame.id, values)
    for code in dict.fromkeys(span.code for span in spans):
        yield observe(code, field.locator)


def _clean(item: Evidence, values: Sequence[str]) -> Evidence:
    """Evidence whose value and locator hold none of the file's known personal values."""
    if not values:
        return item
    locator = without(item.locator, spans_in(item.locator, values))
    value = item.value if item.value is None else without(item.value, spans_in(item.value, values))
    return (
        item
        if (locator, value) == (item.locator, item.value)
        else replace(item, locator=locator, value=value)
    )
