"""JSON on one line that every reader gives back, whatever the text."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.records.codec import LineLimits, Record, from_line, in_full, json_bytes, to_line

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


class Example(Record, frozen=True, kw_only=True):
    name: str
    number: int | None = None
    below: tuple[Example, ...] = ()


LIMITS = LineLimits(bytes=10_000, brackets=100, commas=100)
examples = st.recursive(
    st.builds(
        Example, name=st.text(st.characters(exclude_categories=())), number=st.none() | st.integers(0, 2**53)
    ),
    lambda inner: st.builds(Example, name=st.text(), below=st.lists(inner, max_size=2).map(tuple)),
    max_leaves=4,
)


@given(examples)
def test_every_record_comes_back_from_its_line(example: Example) -> None:
    line = to_line(example)
    assert line.count(b"\n") == 1
    # two surrogates that make a pair are one character in any JSON
    assert json_bytes(in_full(from_line(line, Example, LIMITS))) == json_bytes(
        json.loads(json.dumps(in_full(example)))
    )


@pytest.mark.parametrize(
    "line",
    [
        *(b"", b"{}", b"null", b"[]", b'{"name":1}', b'{"name":"a","number":"1"}', b'{"name":"a"', b"\xff"),
        *(b'{"name":"a"} x', b'{"name":"a","below":[' + b"[" * 90 + b"]" * 90 + b"]}"),
        *(b'{"name":"' + b"x" * 10_000 + b'"}', b'{"name":"a","x":[' + b"1," * 101 + b"1]}"),
        b'{"name":"\\ud800","number":[]}',
    ],
)
def test_what_is_no_such_record_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        from_line(line, Example, LIMITS)
