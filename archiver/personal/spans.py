"""Stretches of a text that identify a person, and the text without them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WITHHELD = "[personal data withheld]"
"""What stands in records where personal data stood."""


@dataclass(frozen=True, slots=True)
class PersonalSpan:
    """A stretch of a text that identifies a person.

    Attributes:
        code: The evidence code, such as ``email-address``, ``home-path`` or ``ripped-by``.
        start: Index of its first character.
        end: Index after its last.
        sure: Whether its form alone tells it. What is not sure may be words of a song or the name of a band, and is
            left alone where such words belong: in titles, artists' names, lyrics and the names of files.
    """

    code: str
    start: int
    end: int
    sure: bool = True


def merged(spans: Iterable[PersonalSpan]) -> list[PersonalSpan]:
    """In order, overlapping ones joined under the first one's code."""
    joined: list[PersonalSpan] = []
    for span in sorted(spans, key=lambda item: (item.start, -item.end)):
        if joined and span.start < joined[-1].end:
            last = joined[-1]
            joined[-1] = PersonalSpan(last.code, last.start, max(last.end, span.end), last.sure or span.sure)
        else:
            joined.append(span)
    return joined


def without(text: str, spans: Sequence[PersonalSpan]) -> str:
    """``text`` with :data:`WITHHELD` in the place of each span; they are in order and do not overlap."""
    if not spans:
        return text
    kept, at = [], 0
    for span in spans:
        kept.append(text[at : span.start])
        at = span.end
    return WITHHELD.join([*kept, text[at:]])
