"""What is known of a recording's dates, and what a term of protection appears to be on a given day.

Four layers are assessed apart and never merged: the recording, the performance, the musical work and the
lyrics. A finding names one layer, one jurisdiction and the rules it was reached by.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from archiver.model.pickling import by_fields


class Layer(StrEnum):
    """One of the four things in a piece of recorded music that are protected apart from each other."""

    RECORDING = "recording"
    PERFORMANCE = "performance"
    WORK = "work"
    LYRICS = "lyrics"


class TermState(StrEnum):
    """What can be said of one layer's term in one jurisdiction; never more than the dates carry."""

    RUNS = "runs"
    ENDED = "appears-to-have-ended"
    UNDETERMINED = "undetermined"
    ABSENT = "declared-absent"


class Grade(StrEnum):
    """How well a rule was checked: official text read, reputable secondary source, or other."""

    A = "A"
    B = "B"
    C = "C"


@dataclass(frozen=True, slots=True)
class Span:
    """The days between which something happened.

    Attributes:
        earliest: First possible day; ``None`` where nothing bounds it from below.
        latest: Last possible day; ``None`` where nothing bounds it from above.
        never: It did not happen at all (never published, no lyricist); both bounds are then ``None``.
    """

    earliest: date | None = None
    latest: date | None = None
    never: bool = False


@dataclass(frozen=True, slots=True)
class TermFacts:
    """The declared dates that terms of protection are counted from; ``None`` where nothing was declared.

    Attributes:
        fixed: When the recording was made.
        published: When the recording was first lawfully published; a reissue's date is none.
        work_published: When the composition was first published, as a score; a record released before 1978
            is no publication of the song in the United States (17 USC 303(b)).
        composer_died: When the last surviving composer died.
        lyricist_died: When the last surviving lyricist died; ``Span(never=True)`` for instrumental music.
    """

    fixed: Span | None = None
    published: Span | None = None
    work_published: Span | None = None
    composer_died: Span | None = None
    lyricist_died: Span | None = None


@by_fields
@dataclass(frozen=True, slots=True)
class TermFinding:
    """What the rules of one jurisdiction give for one layer.

    Attributes:
        layer: The layer that is spoken of.
        jurisdiction: ISO 3166 country code, or ``EU``.
        state: What can be said on the day asked for.
        ends_earliest: The earliest day the term can end on; ``None`` where nothing bounds it.
        ends_latest: The latest day the term can end on; ``None`` where nothing bounds it.
        rules: Identifiers of the rows of the table that bear on it, in the table's order.
        text: One plain sentence: which layer, where, when, by which rule.
    """

    layer: Layer
    jurisdiction: str
    state: TermState
    ends_earliest: date | None
    ends_latest: date | None
    rules: tuple[str, ...]
    text: str


@by_fields
@dataclass(frozen=True, slots=True)
class LayerAssessment:
    """One layer of one file: its findings by jurisdiction, or why there are none.

    Attributes:
        layer: The layer.
        findings: One per jurisdiction, by code; empty where nothing was declared to count from.
        text: One plain sentence on the whole.
    """

    layer: Layer
    findings: tuple[TermFinding, ...]
    text: str

    def state(self, jurisdiction: str) -> TermState:
        """The state in one jurisdiction; undetermined where there is no finding."""
        for finding in self.findings:
            if finding.jurisdiction == jurisdiction:
                return finding.state
        return TermState.UNDETERMINED
