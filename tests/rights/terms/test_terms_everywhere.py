"""What the table must not say: that a term has ended where it runs somewhere, or runs where it may have ended."""

from __future__ import annotations

from datetime import date

import pytest

from archiver.model.terms import Layer, Span, TermFacts, TermState
from archiver.rights.terms.spans import year_span
from archiver.rights.terms.terms import MEMBER_STATES, assess, load_terms

TABLE = load_terms()
NEVER = Span(never=True)
TODAY = date(2026, 11, 28)

When = dict[str, int | date | str]
"""Events by name, as a test writes them: a year, a day or ``"never"``."""


def dated(**events: int | date | str) -> TermFacts:
    """Facts from years, days and ``"never"``."""
    return TermFacts(
        **{
            event: NEVER
            if value == "never"
            else year_span(value)
            if isinstance(value, int)
            else Span(value, value)  # type: ignore[arg-type]
            for event, value in events.items()
        }
    )


def state(layer: Layer, place: str, on: date = TODAY, /, **events: int | date | str) -> TermState:
    """What the table says of one layer in one place."""
    assessed = {one.layer: one for one in assess(dated(**events), [place], on, TABLE)}
    return assessed[layer].state(place)


def work(place: str, on: date = TODAY, /, **events: int | date | str) -> TermState:
    """What the table says of instrumental music."""
    return state(Layer.WORK, place, on, lyricist_died="never", **events)


def recording(place: str, on: date = TODAY, /, **events: int | date | str) -> TermState:
    """What the table says of a recording."""
    return state(Layer.RECORDING, place, on, **events)


# --- terms that were said to have ended


def test_a_work_has_not_ended_in_the_union_while_it_runs_in_spain() -> None:
    facts: When = {"composer_died": 1950, "work_published": 1949}
    assert work("EU", **facts) is TermState.UNDETERMINED
    assert work("ES", **facts) is TermState.UNDETERMINED
    assert work("ES", date(2030, 12, 31), **facts) is TermState.UNDETERMINED
    assert work("ES", date(2031, 1, 1), **facts) is TermState.ENDED


def test_a_work_has_not_ended_in_the_union_while_war_extensions_run_in_france() -> None:
    facts: When = {"composer_died": 1952, "work_published": 1930}
    assert work("EU", **facts) is TermState.UNDETERMINED
    assert work("FR", **facts) is TermState.UNDETERMINED
    assert work("FR", date(2067, 12, 31), **facts) is TermState.UNDETERMINED
    assert work("FR", date(2068, 1, 1), **facts) is TermState.ENDED
    assert work("EU", date(2068, 1, 1), **facts) is TermState.ENDED


def test_a_work_first_published_after_death_runs_fifty_years_more_in_canada() -> None:
    facts: When = {"composer_died": 1950, "work_published": 1990}
    assert work("CA", **facts) is TermState.UNDETERMINED
    assert work("CA", date(2040, 12, 31), **facts) is TermState.UNDETERMINED
    assert work("CA", date(2041, 1, 1), **facts) is TermState.ENDED


def test_a_work_unpublished_in_1998_runs_to_2048_in_canada() -> None:
    for published in ("never", 1999):
        facts: When = {"composer_died": 1950, "work_published": published}
        assert work("CA", date(2048, 12, 31), **facts) is TermState.UNDETERMINED
        assert work("CA", date(2049, 1, 1), **facts) is TermState.ENDED


def test_a_work_unpublished_in_1989_runs_to_2039_in_britain() -> None:
    for published in ("never", date(1989, 8, 1)):
        facts: When = {"composer_died": 1900, "work_published": published}
        assert work("GB", date(2039, 12, 31), **facts) is TermState.UNDETERMINED
        assert work("GB", date(2040, 1, 1), **facts) is TermState.ENDED
    assert work("GB", composer_died=1900, work_published=date(1976, 7, 31)) is TermState.UNDETERMINED
    assert work("GB", date(2027, 1, 1), composer_died=1900, work_published=1976) is TermState.ENDED


def test_a_work_first_published_long_after_death_is_protected_again_in_the_union() -> None:
    for place in ("EU", "DE"):
        facts: When = {"composer_died": 1800, "work_published": 2010}
        assert work(place, date(2035, 12, 31), **facts) is TermState.UNDETERMINED
    assert work("DE", date(2036, 1, 1), composer_died=1800, work_published=2010) is TermState.ENDED
    assert work("EU", composer_died=1800, work_published="never") is TermState.UNDETERMINED


def test_a_posthumous_work_counts_from_publication_in_india() -> None:
    assert work("IN", composer_died=1940, work_published=2000) is TermState.UNDETERMINED
    assert work("IN", composer_died=1940, work_published=1940) is TermState.ENDED


@pytest.mark.parametrize("place", [place for place in TABLE.jurisdictions if TABLE.rows(place, Layer.WORK)])
@pytest.mark.parametrize("layer", [Layer.WORK, Layer.LYRICS])
def test_no_work_has_ended_whose_publication_is_unknown(place: str, layer: Layer) -> None:
    facts: When = {"composer_died": 1700, "lyricist_died": 1700}
    assert state(layer, place, **facts) is TermState.UNDETERMINED


@pytest.mark.parametrize("place", ["DE", "ES", "FR"])
@pytest.mark.parametrize("died", [1900, 1935, 1950, 1987, 1990])
@pytest.mark.parametrize("after", [-60, -1, 0])
def test_the_union_ends_last_of_all_member_states(place: str, died: int, after: int) -> None:
    facts = dated(composer_died=died, work_published=died + after, lyricist_died="never")
    ends = {
        found.jurisdiction: found.ends_latest
        for one in assess(facts, [place, "EU"], TODAY, TABLE)
        if one.layer is Layer.WORK
        for found in one.findings
    }
    mine, union = ends[place], ends["EU"]
    assert union is not None
    assert mine is None or mine <= union


# --- terms that were said to run


@pytest.mark.parametrize("place", ["EU", "GB", "NZ", "KR"])
def test_a_recording_from_elsewhere_may_have_ended_with_its_shorter_term_at_home(place: str) -> None:
    facts: When = {"fixed": 1970, "published": date(1994, 7, 1)}
    assert recording(place, **facts) is not TermState.RUNS
    assert recording(place, date(2020, 12, 30), **facts) is TermState.RUNS


@pytest.mark.parametrize("place", ["EU", "GB", "DE"])
def test_a_recording_issued_from_the_archive_may_have_ended_before_it_was_published(place: str) -> None:
    facts: When = {"fixed": 1950, "published": 1990}
    assert recording(place, **facts) is TermState.UNDETERMINED
    assert recording(place, date(2060, 12, 31), **facts) is TermState.UNDETERMINED
    assert recording(place, date(2061, 1, 1), **facts) is TermState.ENDED


@pytest.mark.parametrize("place", ["EU", "GB"])
def test_a_work_from_elsewhere_may_have_ended_with_its_shorter_term_at_home(place: str) -> None:
    facts: When = {"composer_died": 1970, "work_published": 1960}
    assert work(place, **facts) is TermState.UNDETERMINED
    assert work(place, date(2020, 12, 30), **facts) is TermState.RUNS


def test_an_australian_recording_made_before_may_1969_may_count_from_its_making() -> None:
    facts: When = {"fixed": date(1955, 1, 1), "published": 1990}
    assert recording("AU", **facts) is TermState.UNDETERMINED
    assert recording("AU", fixed=date(1969, 5, 1), published=1990) is TermState.RUNS


# --- terms that were left open without need


def test_a_recording_published_before_1963_has_ended_in_britain() -> None:
    assert recording("GB", fixed=1960, published=date(1962, 12, 31)) is TermState.ENDED
    assert recording("GB", fixed=1960, published=date(1963, 1, 1)) is TermState.UNDETERMINED


def test_a_recording_made_and_published_before_1965_has_ended_in_canada() -> None:
    assert recording("CA", fixed=1963, published=date(1964, 12, 31)) is TermState.ENDED
    assert recording("CA", fixed=1963, published=date(1965, 1, 1)) is not TermState.ENDED


def test_a_recording_made_before_1955_has_ended_in_australia() -> None:
    assert recording("AU", fixed=date(1954, 12, 31), published=1954) is TermState.ENDED
    assert recording("AU", fixed=date(1955, 1, 1), published=1957) is not TermState.ENDED


def test_an_unpublished_korean_recording_ends_seventy_years_after_its_making() -> None:
    assert recording("KR", date(2020, 12, 31), fixed=1950, published="never") is TermState.UNDETERMINED
    assert recording("KR", date(2021, 1, 1), fixed=1950, published="never") is TermState.ENDED


@pytest.mark.parametrize(
    ("place", "last"),
    [("EU", 2012), ("GB", 2012), ("DE", 2012), ("FR", 2012), ("CA", 2012), ("KR", 2032)],
)
def test_the_performance_ends_by_dates(place: str, last: int) -> None:
    facts: When = {"fixed": 1960, "published": 1962}
    assert state(Layer.PERFORMANCE, place, date(last, 12, 31), **facts) is TermState.UNDETERMINED
    assert state(Layer.PERFORMANCE, place, date(last + 1, 1, 1), **facts) is TermState.ENDED


def test_a_performance_has_no_term_of_its_own_in_the_united_states() -> None:
    assert state(Layer.PERFORMANCE, "US", fixed=1900, published=1900) is TermState.UNDETERMINED


# --- Member States without rows of their own


@pytest.mark.parametrize("place", sorted(MEMBER_STATES))
def test_a_member_state_is_bounded_by_the_union(place: str) -> None:
    assert recording(place, fixed=1960, published=date(1962, 12, 31)) is TermState.ENDED
    assert recording(place, fixed=1960, published=date(1963, 1, 1)) is TermState.UNDETERMINED
    assert TABLE.covers(place)


def test_what_runs_in_the_last_member_state_may_have_ended_in_another() -> None:
    facts: When = {"composer_died": 1990, "work_published": 1980}
    assert work("EU", **facts) is TermState.RUNS
    assert work("IT", **facts) is TermState.UNDETERMINED


@pytest.mark.parametrize("place", ["NO", "CH", "GB", "ZZ"])
def test_the_union_says_nothing_of_places_outside_it(place: str) -> None:
    assert all(not rule.id.startswith("eu-") for layer in Layer for rule in TABLE.rows(place, layer))
