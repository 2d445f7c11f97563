from __future__ import annotations

from datetime import date

import pytest

from archiver.model.terms import Span
from archiver.rights.terms.rules import EVENTS, parse_condition, parse_ends
from archiver.rights.terms.spans import year_span

UNKNOWN = dict.fromkeys(EVENTS, Span())


@pytest.mark.parametrize(
    ("condition", "event", "span", "expected"),
    [
        ("published before 1923-01-01", "published", year_span(1922), year_span(1922)),
        ("published before 1923-01-01", "published", year_span(1923), None),
        ("published before 1923-01-01", "published", Span(), Span(None, date(1922, 12, 31))),
        ("published before 1923-01-01", "published", Span(never=True), None),
        ("fixed from 1972-02-15", "fixed", year_span(1972), Span(date(1972, 2, 15), date(1972, 12, 31))),
        ("fixed from 1972-02-15", "fixed", Span(None, date(1972, 2, 14)), None),
        ("published never", "published", Span(never=True), Span(never=True)),
        ("published never", "published", Span(), None),
        ("published happened", "published", Span(never=True), None),
        ("published happened", "published", Span(), Span()),
        ("published within 50 of fixed", "published", Span(never=True), None),
        ("published not within 50 of fixed", "published", Span(never=True), Span(never=True)),
    ],
)
def test_conditions(condition: str, event: str, span: Span, expected: Span | None) -> None:
    narrowed = parse_condition(condition).narrowed({**UNKNOWN, event: span})
    assert (narrowed and narrowed[event]) == expected


def test_within_counts_to_the_end_of_the_last_year() -> None:
    events = {**UNKNOWN, "fixed": year_span(1950), "published": Span(date(2000, 12, 31), date(2001, 1, 1))}
    within = parse_condition("published within 50 of fixed").narrowed(events)
    beyond = parse_condition("published not within 50 of fixed").narrowed(events)
    assert within is not None
    assert beyond is not None
    assert within["published"] == Span(date(2000, 12, 31), date(2000, 12, 31))
    assert beyond["published"] == Span(date(2001, 1, 1), date(2001, 1, 1))


@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        (date(2067, 2, 15), Span(date(2067, 2, 15), date(2067, 2, 15))),
        ("published + 70", year_span(2020).__class__(date(2020, 12, 31), date(2020, 12, 31))),
        ({"min": ["published + 75", "fixed + 70"]}, Span(date(2019, 12, 31), date(2019, 12, 31))),
        ({"max": ["published + 75", "fixed + 70"]}, Span(date(2025, 12, 31), date(2025, 12, 31))),
        ({"between": ["fixed + 50", "published + 70"]}, Span(date(1999, 12, 31), date(2020, 12, 31))),
        ({"between": [date(2048, 12, 31), "unknown"]}, Span(date(2048, 12, 31), None)),
        ("composer_died + 70", Span()),
        ("lyricist_died + 70", Span()),
        ("unknown", Span()),
    ],
)
def test_ends(ends: object, expected: Span) -> None:
    events = {
        **UNKNOWN,
        "fixed": year_span(1949),
        "published": year_span(1950),
        "lyricist_died": Span(never=True),
    }
    assert parse_ends(ends).span(events) == expected


@pytest.mark.parametrize(
    "text", ["", "published", "published before 1923", "released never", "fixed within 5", "fixed + 1"]
)
def test_no_condition(text: str) -> None:
    with pytest.raises(ValueError, match="is no condition"):
        parse_condition(text)


@pytest.mark.parametrize(
    "value", ["", 7, "published", "published + x", {"min": []}, {"between": ["unknown"]}, {"or": ["unknown"]}]
)
def test_no_end(value: object) -> None:
    with pytest.raises(ValueError, match="says no end of a term"):
        parse_ends(value)
