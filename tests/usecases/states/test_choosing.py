"""The end of what a person types for a date, and the name of a path in bytes."""

from __future__ import annotations

import datetime as dt

import pytest

from archiver.errors import UsageError
from archiver.usecases.states.choosing import end_of
from archiver.usecases.states.description import name_of

ZONE = dt.timezone(dt.timedelta(hours=2))


@pytest.mark.parametrize(
    ("typed", "end"),
    [
        ("2026", "2026-12-31T23:59:59.999999+02:00"),
        ("2026-02", "2026-02-28T23:59:59.999999+02:00"),
        ("2028-02", "2028-02-29T23:59:59.999999+02:00"),
        ("2026-11-28", "2026-11-28T23:59:59.999999+02:00"),
        ("2026-11-28T18:00", "2026-11-28T18:00:00+02:00"),
        ("2026-11-28 18:00:30", "2026-11-28T18:00:30+02:00"),
        ("2026-11-28T18:00:00Z", "2026-11-28T18:00:00+00:00"),
        ("2026-11-28T18:00:00-05:00", "2026-11-28T18:00:00-05:00"),
    ],
)
def test_a_date_means_its_end(typed: str, end: str) -> None:
    assert end_of(typed, ZONE) == dt.datetime.fromisoformat(end)


@pytest.mark.parametrize(
    "typed", ["", "now", "26", "2026-13", "2026-02-30", "2026-1-1", "0000", "٢٠٢٦", "2026-11-28T25:00"]
)
def test_what_is_no_date_is_wrong_usage(typed: str) -> None:
    with pytest.raises(UsageError, match="is no date"):
        end_of(typed, ZONE)


def test_the_name_in_bytes_takes_the_place_of_the_end_of_the_path() -> None:
    assert name_of("a/=FF", None) == b"a/=FF"
    assert name_of("a/=FF", b"a/\xff") == b"a/\xff"
    assert name_of("Source/a/=FF", b"a/\xff") == b"Source/a/\xff"
    with pytest.raises(ValueError, match="another path"):
        name_of("a", b"a/\xff")
