"""JSON on one line that every reader gives back, whatever the text, and times as RFC 3339 has them."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from archiver.records.jsontext import json_bytes, rfc3339, rfc3339_ns
from hypothesis import given
from hypothesis import strategies as st

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.text(st.characters(categories=["Cs", "Cc", "Zl"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_every_value_comes_back_from_one_line_of_utf_8(value: object) -> None:
    line = json_bytes(value)
    assert b"\n" not in line
    assert b"\r" not in line
    # the standard's own escapes; two surrogates that make a pair are one character in any JSON
    assert json.loads(line.decode("utf-8")) == json.loads(json.dumps(value))


def test_backslashes_in_text_are_not_taken_for_escapes() -> None:
    assert json.loads(json_bytes("\\ud800 \ud800 \\")) == "\\ud800 \ud800 \\"
    assert json_bytes("é東") == '"é東"'.encode()


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
