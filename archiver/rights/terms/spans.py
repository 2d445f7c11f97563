"""Interval arithmetic on days: what happened between two dates, and what ends between two dates."""

from __future__ import annotations

from datetime import date

from archiver.model.terms import Span

LAST_YEAR = 9999
"""The last year that a date can hold; a term beyond it is unbounded."""


def year_span(year: int) -> Span:
    """All of one year."""
    return Span(date(year, 1, 1), date(year, 12, 31))


def after_years(span: Span, years: int) -> Span:
    """The last day of the calendar year that lies ``years`` after an event.

    Terms are counted from 1 January after the event and end with a year (17 USC 305; Directive 2006/116 Art. 8).
    """
    return Span(_year_end(span.earliest, years), _year_end(span.latest, years))


def _year_end(day: date | None, years: int) -> date | None:
    if day is None or day.year + years > LAST_YEAR:
        return None
    return date(day.year + years, 12, 31)


def hull(spans: list[Span]) -> Span:
    """The smallest span that holds all of ``spans``; unbounded where there are none."""
    earliest = [span.earliest for span in spans]
    latest = [span.latest for span in spans]
    return Span(
        min((day for day in earliest if day), default=None) if all(earliest) else None,
        max((day for day in latest if day), default=None) if all(latest) else None,
    )


def smaller(first: Span, second: Span) -> Span:
    """The span of whichever of two events is the earlier."""
    return Span(
        None if first.earliest is None or second.earliest is None else min(first.earliest, second.earliest),
        _earlier(first.latest, second.latest),
    )


def larger(first: Span, second: Span) -> Span:
    """The span of whichever of two events is the later."""
    return Span(
        _later(first.earliest, second.earliest),
        None if first.latest is None or second.latest is None else max(first.latest, second.latest),
    )


def not_after(span: Span, day: date | None) -> Span | None:
    """``span`` cut at a last day, or ``None`` where nothing of it is left."""
    return _cut(span.earliest, _earlier(span.latest, day))


def not_before(span: Span, day: date | None) -> Span | None:
    """``span`` cut at a first day, or ``None`` where nothing of it is left."""
    return _cut(_later(span.earliest, day), span.latest)


def _cut(earliest: date | None, latest: date | None) -> Span | None:
    if earliest is not None and latest is not None and earliest > latest:
        return None
    return Span(earliest, latest)


def _earlier(first: date | None, second: date | None) -> date | None:
    if first is None or second is None:
        return first or second
    return min(first, second)


def _later(first: date | None, second: date | None) -> date | None:
    if first is None or second is None:
        return first or second
    return max(first, second)
