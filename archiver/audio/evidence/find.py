"""The way in: evidence from a file's tag blocks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from archiver.audio.evidence.carriers import carrier_evidence
from archiver.audio.evidence.claims import claim_evidence
from archiver.audio.evidence.fields import Field, fields_of
from archiver.audio.evidence.id3_frames import id3_evidence
from archiver.audio.evidence.itunes import itunes_evidence
from archiver.audio.evidence.licences import licence_evidence
from archiver.audio.evidence.machine_use import machine_evidence
from archiver.audio.evidence.observe import observe
from archiver.audio.evidence.private_frames import TOLD_ELSEWHERE, PersonalFrames, personal_frames
from archiver.audio.evidence.redaction import occurrences, redacted, spans_of
from archiver.audio.evidence.stores import store_evidence
from archiver.audio.evidence.streams import stream_evidence
from archiver.audio.evidence.terms import terms_evidence
from archiver.audio.evidence.uits import receipt_evidence
from archiver.model.audio import TagBlock
from archiver.model.evidence import Evidence
from archiver.personal.spans import without

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
    terms_evidence,
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


@dataclass(frozen=True, slots=True)
class Observed:
    """What may be recorded of a file's tags. Nothing else of them may: every value passes here.

    Attributes:
        evidence: What bears on origin and licence first, then personal data, each in the order of the file.
        blocks: The blocks without personal data.
    """

    evidence: tuple[Evidence, ...]
    blocks: tuple[TagBlock, ...]


def observed(blocks: Sequence[TagBlock]) -> Observed:
    """Everything in a file's tags that bears on origin, licence or a person, and the tags without personal data.

    Args:
        blocks: As :func:`archiver.audio.blocks.read.read_blocks` gave them, *not* redacted.
    """
    fields = fields_of(blocks)
    personal = personal_frames(fields)
    return Observed(_evidence(fields, personal), redacted(blocks, fields, personal))


def find_evidence(blocks: Sequence[TagBlock]) -> tuple[Evidence, ...]:
    """The evidence of :func:`observed` alone; the same for the same blocks. No personal value is in any of it."""
    fields = fields_of(blocks)
    return _evidence(fields, personal_frames(fields))


def _evidence(fields: Sequence[Field], personal: PersonalFrames | None) -> tuple[Evidence, ...]:
    telling = [field for field in fields if field.name not in _SILENT]
    found = [*itunes_evidence(telling), *carrier_evidence(telling)]
    for field in telling:
        for look in _BY_FIELD:
            found.extend(look(field))
    if personal is None:
        return limited(tuple(dict.fromkeys(found)))
    found.extend(_personal(fields, personal))
    return limited(tuple(_clean(item, personal.values) for item in dict.fromkeys(found)))


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


def _personal(fields: Sequence[Field], personal: PersonalFrames) -> Iterator[Evidence]:
    """Personal data, by the names of frames and by the form of their texts."""
    for field, whole, text_spans, key_spans in zip(
        fields, personal.codes, personal.texts, personal.keys, strict=True
    ):
        if whole is not None:
            if whole != TOLD_ELSEWHERE:
                yield observe(whole, field.locator)
            continue
        spans = spans_of(field, text_spans, personal.values)
        spans += [*key_spans, *occurrences(field.frame.id, personal.values)]
        for code in dict.fromkeys(span.code for span in spans):
            yield observe(code, field.locator)


def _clean(item: Evidence, values: Sequence[str]) -> Evidence:
    """Evidence whose value and locator hold none of the file's known personal values."""
    if not values:
        return item
    locator = without(item.locator, occurrences(item.locator, values))
    value = item.value if item.value is None else without(item.value, occurrences(item.value, values))
    return (
        item
        if (locator, value) == (item.locator, item.value)
        else replace(item, locator=locator, value=value)
    )
