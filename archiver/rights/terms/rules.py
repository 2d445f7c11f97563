"""The small language in which ``terms.toml`` says when a rule applies and when its term ends.

Conditions::

    published before 1923-01-01        the event happened, and before that day
    fixed from 1972-02-15              the event happened, on that day or later
    published within 50 of fixed       ... by the end of the 50th year after the other event
    published not within 50 of fixed   ... later than that, or never
    published never                    the event did not happen
    lyricist_died happened             the event happened

Ends: a day; ``"published + 70"``, the end of the 70th year after the year of the event; ``{min = [...]}`` or
``{max = [...]}``, the earliest or latest of several, those left out whose event did not happen;
``{between = [first, last]}`` where the rule gives no more than two bounds; ``"unknown"`` where no rule was checked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import reduce

from archiver.model.terms import Span, TermFacts
from archiver.rights.terms import spans

Events = Mapping[str, Span]
"""What is known of each event; a span that is ``never`` says that it did not happen."""

EVENTS = tuple(TermFacts.__dataclass_fields__)
"""The events that rules count from."""

_EVENT = f"({'|'.join(EVENTS)})"
_CONDITION = re.compile(
    rf"{_EVENT} (?:(before|from) (\d{{4}}-\d\d-\d\d)|(within|not within) (\d+) of {_EVENT}|(never|happened))"
)
_COUNTED = re.compile(rf"{_EVENT} \+ (\d+)")


class Relation(StrEnum):
    """How a condition bounds an event."""

    BEFORE = "before"
    FROM = "from"
    WITHIN = "within"
    NOT_WITHIN = "not within"
    NEVER = "never"
    HAPPENED = "happened"


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a rule.

    Attributes:
        event: The event it bounds.
        relation: How.
        day: The day of ``before`` and ``from``.
        years: The years of ``within`` and ``not within``.
        other: The event those years are counted from.
    """

    event: str
    relation: Relation
    day: date | None = None
    years: int = 0
    other: str = ""

    def narrowed(self, events: Events) -> dict[str, Span] | None:
        """``events`` as far as they meet the condition, or ``None`` where they cannot."""
        span = events[self.event]
        if self.relation is Relation.NEVER:
            return dict(events) if span.never else None
        if span.never:
            return dict(events) if self.relation is Relation.NOT_WITHIN else None
        left = self._cut(span, events)
        return None if left is None else {**events, self.event: left}

    def _cut(self, span: Span, events: Events) -> Span | None:
        if self.relation is Relation.HAPPENED:
            return span
        if self.relation is Relation.FROM:
            return spans.not_before(span, self.day)
        if self.relation is Relation.BEFORE:
            assert self.day is not None
            return spans.not_after(span, self.day - timedelta(days=1))
        limit = spans.after_years(events[self.other], self.years)
        if self.relation is Relation.WITHIN:
            return spans.not_after(span, limit.latest)
        first_after = None if limit.earliest is None else limit.earliest + timedelta(days=1)
        return spans.not_before(span, first_after)


@dataclass(frozen=True, slots=True)
class OnDay:
    """A term that ends on a fixed day."""

    day: date

    def span(self, _events: Events) -> Span:
        """When it ends."""
        return Span(self.day, self.day)


@dataclass(frozen=True, slots=True)
class Counted:
    """A term of whole years from an event to the end of a year."""

    event: str
    years: int

    def span(self, events: Events) -> Span:
        """When it ends; unbounded where the event did not happen, for then nothing starts the count."""
        event = events[self.event]
        return Span() if event.never else spans.after_years(event, self.years)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The earliest (``min``) or latest (``max``) of several terms; one that nothing starts is none of them."""

    choose: str
    ends: tuple[Ends, ...]

    def span(self, events: Events) -> Span:
        """When it ends; unbounded where nothing starts any of them."""
        started = [
            end.span(events)
            for end in self.ends
            if not (isinstance(end, Counted) and events[end.event].never)
        ]
        choose = spans.smaller if self.choose == "min" else spans.larger
        return reduce(choose, started) if started else Span()


@dataclass(frozen=True, slots=True)
class Between:
    """A term of which no more than two bounds are known."""

    first: Ends
    last: Ends

    def span(self, events: Events) -> Span:
        """When it ends."""
        return Span(self.first.span(events).earliest, self.last.span(events).latest)


@dataclass(frozen=True, slots=True)
class Unchecked:
    """A term whose rule was not checked."""

    def span(self, _events: Events) -> Span:
        """Unbounded."""
        return Span()


Ends = OnDay | Counted | Chosen | Between | Unchecked


def parse_condition(text: str) -> Condition:
    """Read one condition.

    Raises:
        ValueError: If it is none.
    """
    match = _CONDITION.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no condition")
    event, day_relation, day, year_relation, years, other, plain = match.groups()
    if day_relation:
        return Condition(event, Relation(day_relation), day=date.fromisoformat(day))
    if year_relation:
        return Condition(event, Relation(year_relation), years=int(years), other=other)
    return Condition(event, Relation(plain))


def parse_ends(value: object) -> Ends:
    """Read when a term ends.

    Raises:
        ValueError: If it does not say so.
    """
    if isinstance(value, date):
        return OnDay(value)
    if value == "unknown":
        return Unchecked()
    if isinstance(value, str) and (match := _COUNTED.fullmatch(value)):
        return Counted(match.group(1), int(match.group(2)))
    if isinstance(value, dict) and len(value) == 1:
        choose, parts = next(iter(value.items()))
        ends = tuple(parse_ends(part) for part in parts)
        if choose in ("min", "max") and ends:
            return Chosen(choose, ends)
        if choose == "between" and len(ends) == 2:
            return Between(*ends)
    raise ValueError(f"{value!r} says no end of a term")
