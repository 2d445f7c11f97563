"""Turns a query into what SQLite is asked: conditions on the index of words, on rows, and what is left to be checked.

Values are bound, never written into the SQL. Which way SQLite goes is decided here and not left to it: by the words where
there are any, else by whatever there is an index for, else through the files one after another.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from archiver.catalogue.query.checks import Check, Texts, check_of
from archiver.catalogue.query.conditions import Rows, Value, rows_of
from archiver.catalogue.query.names import Names
from archiver.catalogue.query.terms import Pattern, Query, Words
from archiver.catalogue.query.wanted import every, facet, wanted, without


@dataclass(slots=True)
class Statement:
    """What SQLite is asked.

    Attributes:
        match: What the index of words is asked; empty where it is not.
        conditions: Conditions on ``file``, in SQL.
        values: The values that are bound in them, in order.
        checks: What is to be asked of each file that is found, each with the answer that is wanted.
    """

    match: str = ""
    conditions: list[str] = field(default_factory=list)
    values: list[Value] = field(default_factory=list)
    checks: list[tuple[Check, bool]] = field(default_factory=list)

    def add(self, condition: str, values: Iterable[Value], *, negated: bool) -> None:
        """Ask a condition of rows; one that asks for what is not known (``NULL``) does not hold, so that its negation does."""
        self.conditions.append(f"NOT coalesce(({condition}), 0)" if negated else f"({condition})")
        self.values.extend(values)

    def holds(self, texts: Texts) -> bool:
        """Whether a file fulfils what could not be asked."""
        return all(check(texts) is expected for check, expected in self.checks)


def statement_of(query: Query, names: Names) -> Statement:
    """Return what SQLite is asked for a query.

    Args:
        query: The query.
        names: Looks up in the catalogue what names stand for.
    """
    made = Statement()
    positive: list[str] = []
    negative: list[str] = []
    facets: list[tuple[bool, str, Rows]] = []
    by_index = False
    for term in query.terms:
        condition = term.condition
        if isinstance(condition, Words | Pattern):
            _ask_words(made, condition, negative if term.negated else positive, negated=term.negated)
            continue
        rows = rows_of(condition, names)
        by_index = by_index or (rows.is_indexed and not term.negated)
        if rows.facets:
            facets.append((term.negated, facet(rows.facets), rows))
        else:
            made.add(rows.condition, rows.values, negated=term.negated)
    by_words = bool(positive) or not by_index
    for negated, asked, rows in facets:
        if by_words:
            (negative if negated else positive).append(asked)
        else:
            made.add(rows.condition, rows.values, negated=negated)
    if positive:
        made.match = without(every(positive), negative)
    else:
        for asked in negative:
            made.add("file.file_id IN (SELECT rowid FROM find WHERE find MATCH ?)", (asked,), negated=True)
    return made


def _ask_words(made: Statement, condition: Words | Pattern, asks: list[str], *, negated: bool) -> None:
    asked, check = wanted(condition), check_of(condition)
    if check is not None:
        made.checks.append((check, not negated))
    # what is still to be checked may not be true of a file that has the words
    if asked is not None and not (negated and check is not None):
        asks.append(asked)
