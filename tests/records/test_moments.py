"""Moments in the records: RFC 3339, and back."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.records.moments import ns_from_rfc3339, rfc3339, rfc3339_ns


@given(st.datetimes(dt.datetime(1, 1, 2), dt.datetime(9999, 12, 30), timezones=st.just(dt.UTC)))  # noqa: DTZ001 - hypothesis adds the zone
def test_moments_come_back(moment: dt.datetime) -> None:
    assert dt.datetime.fromisoformat(rfc3339(moment)) == moment
    assert rfc3339(moment).endswith("Z")
    assert rfc3339(moment.astimezone(dt.timezone(dt.timedelta(hours=9)))) == rfc3339(moment)


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (1, "1970-01-01T00:00:00.000000001Z"),
        (-1, "1969-12-31T23:59:59.999999999Z"),
        (2_147_483_648_000_000_000, "2038-01-19T03:14:08Z"),
        (1_577_934_245_123_456_789, "2020-01-02T03:04:05.123456789Z"),
        (10**21, "9999-12-31T23:59:59Z"),
        (-(10**21), "0001-01-01T00:00:00Z"),
    ],
)
def test_nanoseconds(nanoseconds: int, text: str) -> None:
    assert rfc3339_ns(nanoseconds) == text


@given(st.integers(-(2**63), 2**63 - 1))
def test_whatever_a_file_system_holds_is_a_time(nanoseconds: int) -> None:
    text = rfc3339_ns(nanoseconds)
    assert text.endswith("Z")
    assert dt.datetime.fromisoformat(text[:19] + "Z")


@given(st.integers(-(10**18) * 62, 10**18 * 250))
def test_nanoseconds_come_back(nanoseconds: int) -> None:
    assert ns_from_rfc3339(rfc3339_ns(nanoseconds)) == nanoseconds


@pytest.mark.parametrize(
    "text", ["", "2020-01-02", "2020-01-02T03:04:05", "2020-13-02T03:04:05Z", "2020-01-02T03:04:05.1Z"]
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"moment|month"):
        ns_from_rfc3339(text)
