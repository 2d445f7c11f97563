"""Takes personal data out of what is recorded of a file: its tag blocks and its canonical tags.

The file itself is never touched. Where a text is withheld its digest goes too, for a short value could be found
again from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from archiver.audio.evidence.fields import Field
from archiver.audio.evidence.private_frames import (
    PersonalFrames,
    is_catalogue,
    is_fixed_size,
)
from archiver.model.audio import TagBlock, TagFrame
from archiver.personal.addresses import cut_address
from archiver.personal.spans import PersonalSpan, merged, without

_SHORTEST_CUT = 6


def redacted(
    blocks: Sequence[TagBlock], fields: Sequence[Field], personal: PersonalFrames | None
) -> tuple[TagBlock, ...]:
    """The blocks, of which ``fields`` are the frames in order, without what is personal in them."""
    if personal is None:
        return tuple(blocks)
    remaining = iter(_frames(fields, personal))
    shown = []
    for block in blocks:
        frames = tuple(next(remaining) for _ in block.frames)
        changed = any(new is not old for new, old in zip(frames, block.frames, strict=True))
        shown.append(replace(block, frames=frames) if changed else block)
    return tuple(shown)


def spans_of(field: Field, spans: Sequence[PersonalSpan], values: Sequence[str]) -> list[PersonalSpan]:
    """Personal data in a frame's text: ``spans``, by its form, and every one of ``values`` that stands there.

    Args:
        field: The frame.
        spans: What its text holds by its form.
        values: Known names and addresses, longest first. In titles and artists' names they are not looked for.
    """
    text, found = field.text, list(spans)
    if not text:
        return found
    known = () if is_catalogue(field) or field.kind == "id3v1-enhanced" else values
    if is_fixed_size(field):
        cut = cut_address(text) or _cut_value(text, known)
        found += [cut] if cut is not None else []
    found += occurrences(text, known)
    return merged(found)


def occurrences(text: str, values: Sequence[str]) -> list[PersonalSpan]:
    """Where one of ``values`` stands in ``text``, whatever its capitals, as a word or words of its own."""
    if not values:
        return []
    folded = text.casefold()
    if len(folded) != len(text):
        folded = text.lower()
    if len(folded) != len(text):
        folded = text
    return merged(span for value in values for span in _occurrences(folded, value.casefold()))


def _frames(fields: Sequence[Field], personal: PersonalFrames) -> Iterator[TagFrame]:
    for field, code, text_spans, key_spans in zip(
        fields, personal.codes, personal.texts, personal.keys, strict=True
    ):
        frame = field.frame
        keys = merged([*key_spans, *occurrences(frame.id, personal.values)])
        if code is not None:
            yield replace(frame, id=without(frame.id, keys), sha256=None, text=None, pictures=())
            continue
        spans = spans_of(field, text_spans, personal.values)
        if not spans and not keys:
            yield frame
            continue
        text = without(frame.text, spans) if spans and frame.text else frame.text
        yield replace(frame, id=without(frame.id, keys), sha256=None, text=text)


def _occurrences(folded: str, value: str) -> Iterator[PersonalSpan]:
    at = folded.find(value)
    while at >= 0:
        end = at + len(value)
        if not (_runs_on(folded, at - 1, value[0]) or _runs_on(folded, end, value[-1])):
            yield PersonalSpan("personal-repeat", at, end)
        at = folded.find(value, end)


def _runs_on(text: str, at: int, edge: str) -> bool:
    """Whether the character at ``at`` makes one word with ``edge`` beside it."""
    return 0 <= at < len(text) and text[at].isalnum() and edge.isalnum()


def _cut_value(text: str, values: Sequence[str]) -> PersonalSpan | None:
    """A known value of which the field of fixed size holds only the beginning."""
    folded = text.casefold()
    for value in values:
        for length in range(len(value) - 1, _SHORTEST_CUT - 1, -1):
            if folded.endswith(value[:length].casefold()):
                return PersonalSpan("personal-repeat", len(text) - length, len(text))
    return None
