"""Each condition of a query on a file's row: in SQL, and in words of facets where the index of words has them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from archiver.catalogue.query.fields import ACTS, NO, UNKNOWN, YES
from archiver.catalogue.query.names import BagRange, Names
from archiver.catalogue.query.terms import Added, OneOf, Span, Within
from archiver.catalogue.words import (
    format_word,
    integrity_word,
    lossless_word,
    personal_word,
    protected_word,
    role_word,
    year_word,
)

Value = int | str | bytes | None

_MOST_YEARS = 30
"""Years that are asked for a word each; more are looked up in the rows."""

_MOST_STRETCHES = 64
"""Stretches of consecutive bags that are asked for one by one."""

NUMBERS = {
    "year": "file.year",
    "size": "file.size",
    "duration": "file.duration_ms",
    "rate": "file.sample_rate",
    "depth": "file.bit_depth",
    "channels": "file.channels",
    "bitrate": "file.bitrate",
}
"""Fields that are numbers, and the columns that have them."""


@dataclass(frozen=True, slots=True)
class Rows:
    """A condition on rows.

    Attributes:
        condition: In SQL.
        values: What is bound in it.
        is_indexed: Whether SQLite finds the files by it without looking at all of them.
        facets: Words of which a file that fulfils it has one; empty where there are none for it.
    """

    condition: str
    values: tuple[Value, ...] = ()
    is_indexed: bool = False
    facets: tuple[str, ...] = ()


def rows_of(condition: Within | Added | OneOf, names: Names) -> Rows:
    """Return a condition on rows.

    Args:
        condition: What is asked for.
        names: Looks up in the catalogue what names stand for.
    """
    match condition:
        case Within("year", spans):
            return Rows(*_spans("file.year", spans), _closed(spans), _years(spans))
        case Within(name, spans):
            return Rows(*_spans(NUMBERS[name], spans))
        case Added(spans):
            return _in_bags(names.bags_added(spans))
        case OneOf(name, values):
            return _NAMED[name](name, values, names) if name in _NAMED else _choices(name, values)


def _spans(column: str, spans: Iterable[Span]) -> tuple[str, tuple[Value, ...]]:
    tests: list[str] = []
    values: list[Value] = []
    for span in spans:
        if span.low is None:
            tests.append(f"{column} <= ?")
        elif span.high is None:
            tests.append(f"{column} >= ?")
        else:
            tests.append(f"{column} BETWEEN ? AND ?")
        values += [end for end in (span.low, span.high) if end is not None]
    return " OR ".join(tests), tuple(values)


def _closed(spans: Iterable[Span]) -> bool:
    return all(span.low is not None and span.high is not None for span in spans)


def _years(spans: Iterable[Span]) -> tuple[str, ...]:
    """The words of a few years; empty where there are many."""
    years: list[int] = []
    for span in spans:
        if span.low is None or span.high is None or span.high - span.low >= _MOST_YEARS:
            return ()
        years += range(span.low, span.high + 1)
    return tuple(map(year_word, sorted(set(years)))) if len(years) <= _MOST_YEARS else ()


def _in_bags(bags: Sequence[BagRange]) -> Rows:
    """The files of a bag have consecutive numbers, so that no index is needed to find them."""
    stretches = sorted((first, last) for _, first, last in bags if first is not None and last is not None)
    joined: list[list[int]] = []
    for first, last in stretches:
        if joined and first == joined[-1][1] + 1:
            joined[-1][1] = last
        else:
            joined.append([first, last])
    if len(joined) > _MOST_STRETCHES:
        return Rows(f"file.bag_id {_AMONG}", (_json(bag for bag, _, _ in bags),))
    tests = " OR ".join("file.file_id BETWEEN ? AND ?" for _ in joined) or "0"
    return Rows(tests, tuple(end for stretch in joined for end in stretch), is_indexed=True)


def _bags(name: str, values: tuple[str, ...], names: Names) -> Rows:
    return _in_bags(names.bags(name, values))


def _formats(name: str, values: tuple[str, ...], names: Names) -> Rows:
    found = names.formats(name, values)
    words = tuple(map(format_word, found)) or ("none",)
    return Rows(f"file.format_id {_AMONG}", (_json(found),), facets=words)


def _digests(name: str, beginnings: tuple[str, ...], _: Names) -> Rows:
    column = f"file.{name}"
    tests: list[str] = []
    values: list[Value] = []
    for digits in beginnings:
        low, high = bytes.fromhex(digits[: len(digits) // 2 * 2]), digits + "f" * (128 - len(digits))
        tests.append(
            f"substr({column}, 1, 8) BETWEEN ? AND ? AND {column} IS NOT NULL AND hex({column}) LIKE ?"
        )
        values += [low[:8], bytes.fromhex(high)[:8], f"{digits.upper()}%"]
    return Rows(" OR ".join(f"({test})" for test in tests), tuple(values), is_indexed=True)


def _problems(_: str, codes: tuple[str, ...], __: Names) -> Rows:
    bounds = [[code, f"{code}\U0010ffff"] for code in codes]
    return Rows(_HAS_PROBLEM, (json.dumps(bounds),), is_indexed=True)


def _decided(name: str, values: tuple[str, ...], names: Names) -> Rows:
    """By the latest decision on what a collection holds now; by the one of its packing where no collection does."""
    found = names.decisions(name, values)
    among = _json(found)
    if not found or min(found) <= _COMMON_DECISIONS:
        return Rows(_IS_DECIDED, (among, among))
    return Rows(f"{_MAY_BE_DECIDED} AND ({_IS_DECIDED})", (among,) * 4, is_indexed=True)


_AMONG = "IN (SELECT value FROM json_each(?))"
_HAS_PROBLEM = """file.file_id IN (
    SELECT file_id FROM problem JOIN json_each(?) AS bound
    ON code >= json_extract(bound.value, '$[0]') AND code < json_extract(bound.value, '$[1]'))"""
_IS_DECIDED = """EXISTS (
    SELECT 1 FROM held WHERE held.file_id = file.file_id AND last_acc IS NULL
    AND held.decision_id IN (SELECT value FROM json_each(?))
) OR (
    file.decision_id IN (SELECT value FROM json_each(?))
    AND NOT EXISTS (SELECT 1 FROM held WHERE held.file_id = file.file_id AND last_acc IS NULL))"""
_COMMON_DECISIONS = 15
"""Those met first, which most files share; they are in no index."""

_MAY_BE_DECIDED = """file.file_id IN (
    SELECT file_id FROM file WHERE decision_id > 15 AND decision_id IN (SELECT value FROM json_each(?))
    UNION
    SELECT file_id FROM held WHERE decision_id > 15 AND last_acc IS NULL
    AND decision_id IN (SELECT value FROM json_each(?)))"""

_NAMED: dict[str, Callable[[str, tuple[str, ...], Names], Rows]] = {
    **dict.fromkeys(("bag", "collection", "store"), _bags),
    **dict.fromkeys(("format", "codec"), _formats),
    **dict.fromkeys(("digest", "essence"), _digests),
    **dict.fromkeys(("disposition", "basis", *ACTS), _decided),
    "problem": _problems,
}


def _choices(name: str, values: tuple[str, ...]) -> Rows:
    choices = [_CHOICES[name](value) for value in values]
    words = tuple(word for _, word in choices if word)
    return Rows(
        " OR ".join(condition for condition, _ in choices), facets=words if len(words) == len(choices) else ()
    )


_PERSONAL = {YES: "detected", UNKNOWN: "unknown", NO: None}
_LOSSLESS = {YES: "1", NO: "0", UNKNOWN: "NULL"}

# every value is one of a field's choices, so that it can stand in the SQL
_CHOICES: dict[str, Callable[[str], tuple[str, str]]] = {
    "role": lambda value: (f"file.role = '{value}'", role_word(value)),
    "lossless": lambda value: (
        f"file.lossless IS {_LOSSLESS[value]}",
        "" if value == UNKNOWN else lossless_word(lossless=value == YES),
    ),
    "protected": lambda value: (
        f"file.protection IS {'NOT ' if value == YES else ''}NULL",
        protected_word(protected=value == YES),
    ),
    "personal": lambda value: (_is("file.personal", _PERSONAL[value]), personal_word(_PERSONAL[value])),
    "integrity": lambda value: (
        _is("file.integrity", None if value == "unread" else value),
        integrity_word(None if value == "unread" else value),
    ),
}


def _is(column: str, value: str | None) -> str:
    return f"{column} IS NULL" if value is None else f"{column} = '{value}'"


def _json(numbers: Iterable[int]) -> str:
    return json.dumps(sorted(numbers))
