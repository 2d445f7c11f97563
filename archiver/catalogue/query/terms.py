"""What a query asks for, as values."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """Words that stand in a text.

    Attributes:
        field: Where; empty for anywhere.
        text: What a person wrote as one word or between quotation marks.
        quoted: Whether they are to stand whole and side by side.
    """

    field: str
    text: str
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Pattern:
    """A path or a name of which a part is left open.

    Attributes:
        field: ``path`` or ``name``.
        text: ``*`` stands for any characters, ``?`` for one.
    """

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class OneOf:
    """A property that has one of several values.

    Attributes:
        field: Which.
        values: As the catalogue writes them, or as a person calls them where it has names of its own for them.
    """

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """Whole numbers from ``low`` to ``high``, both included; ``None`` where that end is open."""

    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class Within:
    """A number that lies in one of several spans, in the unit of the catalogue's column."""

    field: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Days:
    """A day, UTC, from ``first`` on and before ``end``; ``None`` where that end is open."""

    first: dt.date | None
    end: dt.date | None


@dataclass(frozen=True, slots=True)
class Added:
    """A bag that was sealed within one of several stretches of days."""

    spans: tuple[Days, ...]


Condition = Words | Pattern | OneOf | Within | Added


@dataclass(frozen=True, slots=True)
class Term:
    """One condition, or that it does not hold."""

    condition: Condition
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """Terms that must all hold; at least one."""

    terms: tuple[Term, ...]
