from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from archiver.model.terms import Span
from archiver.rights.terms import spans
from tests.rights import builders


def holds(span: Span, day: date) -> bool:
    return (span.earliest is None or span.earliest <= day) and (span.latest is None or day <= span.latest)


@st.composite
def days_in(draw: st.DrawFn, span: Span) -> date:
    first = span.earliest or date(1800, 1, 1)
    last = span.latest or date(2200, 12, 31)
    return draw(st.dates(first, last))


@given(st.data(), builders.spans(), builders.spans())
def test_the_earlier_and_later_of_two_events_lie_in_their_spans(
    data: st.DataObject, one: Span, two: Span
) -> None:
    first, second = data.draw(days_in(one)), data.draw(days_in(two))
    assert holds(spans.smaller(one, two), min(first, second))
    assert holds(spans.larger(one, two), max(first, second))
    assert holds(spans.hull([one, two]), first)
    assert holds(spans.hull([one, two]), second)


@given(st.data(), builders.spans(), st.integers(0, 120))
def test_a_term_of_years_ends_with_a_year(data: st.DataObject, span: Span, years: int) -> None:
    day = data.draw(days_in(span))
    assert holds(spans.after_years(span, years), date(day.year + years, 12, 31))


@given(st.data(), builders.spans(), builders.days)
def test_cutting_keeps_exactly_what_is_on_its_side(data: st.DataObject, span: Span, edge: date) -> None:
    day = data.draw(days_in(span))
    before, after = spans.not_after(span, edge), spans.not_before(span, edge + timedelta(days=1))
    assert (before is not None and holds(before, day)) == (day <= edge)
    assert (after is not None and holds(after, day)) == (day > edge)


def test_the_edges_of_the_calendar_are_unbounded() -> None:
    assert spans.after_years(Span(date(9990, 1, 1), date(9999, 1, 1)), 20) == Span()
    assert spans.hull([]) == Span()
    assert spans.year_span(1921) == Span(date(1921, 1, 1), date(1921, 12, 31))
