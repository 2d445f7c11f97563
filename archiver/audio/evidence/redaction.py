"""Takes personal data out of what is recorded of a file: its tag blocks and its canonical tags.

The file itself is never touched. Where a text is withheld its digest goes too, for a short value could be found
again from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from archiver.audio.evidence.fields import Field, fields_of
from archiver.audio.evidence.personal import (
    WITHHELD,
    PersonalSpan,
    cut_address,
    personal_spans,
    without,
)
from archiver.audio.evidence.private_frames import holds_personal_data, is_private_frame, personal_values
from archiver.model.audio import TagBlock, TagFrame, Tags

CATALOGUE_FIELDS = frozenset({"title", "artist", "album", "album_artist", "composer", "label"})
"""Canonical tags in which a buyer's name may stand because it is also an artist's."""

_CATALOGUE_KEYS = """
    TIT2 TT2 TPE1 TP1 TALB TAL TPE2 TP2 TCOM TCM TPUB TPB TITLE ARTIST ALBUM ALBUMARTIST COMPOSER LABEL PUBLISHER
    ©NAM ©ART ©ALB AART ©WRT AUTHOR ALBUMTITLE INAM IART IPRD NAME AUTH DIAR DITI
"""
_CATALOGUE_NAMES = frozenset(_CATALOGUE_KEYS.split()) | {"ALBUM ARTIST"}
_PRIVATE_TAGS = frozenset({"ownership"})
_FIXED_SIZE = frozenset({"id3v1", "id3v1-enhanced"})
_SHORTEST_CUT = 6


def redact_blocks(blocks: Sequence[TagBlock]) -> tuple[TagBlock, ...]:
    """The blocks without personal data.

    A frame that is personal as a whole keeps its key, offset and length only. In any other text each name,
    address or path component is replaced by :data:`archiver.audio.evidence.personal.WITHHELD`.
    """
    fields = fields_of(blocks)
    if not holds_personal_data(fields):
        return tuple(blocks)
    values = personal_values(fields)
    remaining = iter(fields)
    redacted = []
    for block in blocks:
        frames = tuple(_redacted(next(remaining), values) for _ in block.frames)
        changed = any(new is not old for new, old in zip(frames, block.frames, strict=True))
        redacted.append(replace(block, frames=frames) if changed else block)
    return tuple(redacted)


def redact_tags(tags: Tags, blocks: Sequence[TagBlock] = ()) -> dict[str, tuple[str, ...]]:
    """Canonical tags without personal data.

    Args:
        tags: Canonical name to values.
        blocks: The blocks that they were made from, *before* redaction, so that a buyer's name is also found
            where nothing else marks it. Tags made from redacted blocks need none.
    """
    values = personal_values(fields_of(blocks))
    redacted = {}
    for name, texts in tags.items():
        if name in _PRIVATE_TAGS:
            redacted[name] = tuple(WITHHELD for _ in texts)
            continue
        known = () if name in CATALOGUE_FIELDS else values
        redacted[name] = tuple(without(text, spans_in(text, known)) for text in texts)
    return redacted


def spans_in(text: str, values: Sequence[str], kind: str = "") -> list[PersonalSpan]:
    """Personal data in ``text``: what looks like it, and every one of ``values``.

    Args:
        text: A tag's text.
        values: Known names and addresses, longest first.
        kind: The block's kind; in one with fields of fixed size an address may be cut short.
    """
    spans = personal_spans(text)
    if kind in _FIXED_SIZE:
        cut = cut_address(text) or _cut_value(text, values)
        spans += [cut] if cut is not None else []
    if values:
        folded = text.casefold()
        if len(folded) == len(text):
            for value in values:
                spans += _occurrences(folded, value.casefold())
    return _merged(spans)


def known_in(field: Field, values: Sequence[str]) -> Sequence[str]:
    """The values to look for in this frame: none in titles and artists' names."""
    return () if field.name in _CATALOGUE_NAMES or field.kind in _FIXED_SIZE - {"id3v1"} else values


def _redacted(field: Field, values: Sequence[str]) -> TagFrame:
    frame = field.frame
    if is_private_frame(field):
        return replace(frame, id=without(frame.id, personal_spans(frame.id)), sha256=None, text=None)
    key_spans = spans_in(frame.id, values)
    known = known_in(field, values)
    spans = spans_in(field.text, known, field.kind)
    if not spans and not key_spans:
        return frame
    text = without(frame.text, spans) if spans and frame.text else frame.text
    return replace(frame, id=without(frame.id, key_spans), sha256=None, text=text)


def _occurrences(folded: str, value: str) -> list[PersonalSpan]:
    spans = []
    at = folded.find(value)
    while at >= 0:
        spans.append(PersonalSpan("personal-repeat", at, at + len(value)))
        at = folded.find(value, at + len(value))
    return spans


def _cut_value(text: str, values: Sequence[str]) -> PersonalSpan | None:
    """A known value of which the field of fixed size holds only the beginning."""
    folded = text.casefold()
    for value in values:
        for length in range(len(value) - 1, _SHORTEST_CUT - 1, -1):
            if folded.endswith(value[:length].casefold()):
                return PersonalSpan("personal-repeat", len(text) - length, len(text))
    return None


def _merged(spans: list[PersonalSpan]) -> list[PersonalSpan]:
    """In order, overlapping ones joined under the first one's code."""
    merged: list[PersonalSpan] = []
    for span in sorted(spans, key=lambda item: (item.start, -item.end)):
        if merged and span.start < merged[-1].end:
            last = merged[-1]
            merged[-1] = PersonalSpan(last.code, last.start, max(last.end, span.end))
        else:
            merged.append(span)
    return merged
