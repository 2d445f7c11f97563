"""Reads what stands after the colon of a field that is no text: numbers with units, days, spans of either."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from archiver.catalogue.query.fields import Kind
from archiver.catalogue.query.terms import Days, Span

_NUMBER = re.compile(r"([0-9]{1,15})(?:\.([0-9]{1,6}))?[ ]?([a-z/]*)", re.ASCII)
_CLOCK = re.compile(r"(?:([0-9]{1,4}):)?([0-9]{1,4}):([0-5][0-9])(?:\.([0-9]{1,3}))?", re.ASCII)
_LASTING = re.compile(
    r"(?:([0-9]{1,4}) ?h)?(?:([0-9]{1,5}) ?m(?:in)?)?(?:([0-9]{1,7})(?:\.([0-9]{1,3}))? ?s(?:ec)?)?", re.ASCII
)
_YEAR = re.compile(r"([0-9]{1,4})(s?)", re.ASCII)
_DAY = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?", re.ASCII)
_COMPARED = re.compile(r"(>=|<=|>|<|=)(.*)", re.DOTALL)
_MOST = 1 << 62

_UNITS: dict[Kind, dict[str, int]] = {
    Kind.COUNT: {"": 1, "bit": 1, "bits": 1, "ch": 1},
    Kind.SIZE: {"": 1, "b": 1}
    | {f"{letter}{b}": 1000**power for power, letter in enumerate("kmgtp", 1) for b in ("", "b")}
    | {f"{letter}i{b}": 1024**power for power, letter in enumerate("kmgtp", 1) for b in ("", "b")},
    Kind.RATE: {"": 1, "hz": 1, "bps": 1, "bit/s": 1}
    | {f"k{unit}": 1000 for unit in ("", "hz", "bps", "bit/s")}
    | {f"m{unit}": 1_000_000 for unit in ("hz", "bps", "bit/s")},
}

HOW: dict[Kind, str] = {
    Kind.YEAR: "a year such as 1994, 1990s, 1990..1999 or >1990",
    Kind.COUNT: "a number such as 24, 16..24 or >16",
    Kind.SIZE: "a size such as 4.7MB, >100MB or 1MB..5MB",
    Kind.TIME: "a time such as 3:30, 10m, 90s, >1h or 3:30..4:00",
    Kind.RATE: "a number such as 44100, 96kHz, 320k or >48k",
    Kind.DAY: "a day, a month or a year such as 2026-11-29, 2026-11, 2026, 2026-01..2026-06 or >2026-11",
}
"""What can be written for each kind, for whoever wrote something else."""


def spans_of(kind: Kind, text: str) -> tuple[Span, ...] | None:
    """Return the spans of numbers that a value names, with commas between; ``None`` where it is no such value.

    A number alone means all that is rounded to it: ``4.7MB`` is 4.65 to 4.75 million bytes.
    """
    found = tuple(_span(part.strip(), _READERS[kind]) for part in text.casefold().split(","))
    known = tuple(span for span in found if span is not None)
    return known if len(known) == len(found) else None


def days_of(text: str) -> tuple[Days, ...] | None:
    """Return the stretches of days that a value names; ``None`` where it names none."""
    stretches = []
    for part in text.split(","):
        span = _span(part.strip(), _ordinals)
        if span is None:
            return None
        first = None if span.low is None else dt.date.fromordinal(span.low)
        end = None if span.high is None or span.high >= _LAST_DAY else dt.date.fromordinal(span.high + 1)
        stretches.append(Days(first, end))
    return tuple(stretches)


_LAST_DAY = dt.date.max.toordinal()


@dataclass(frozen=True, slots=True)
class _Value:
    """What a value means, from ``low`` to ``high``, and by how much what is rounded to it may differ."""

    low: int
    high: int
    half: Decimal = Decimal(0)

    def rounded(self) -> Span:
        low = (self.low - self.half).to_integral_value(ROUND_CEILING)
        high = (self.high + self.half).to_integral_value(ROUND_CEILING) - 1
        return Span(max(int(low), 0), min(int(high), _MOST)) if self.half >= 1 else Span(self.low, self.high)


def _span(text: str, read: Callable[[str], _Value | None]) -> Span | None:
    first, dots, last = (part.strip() for part in text.partition(".."))
    if dots:
        low, high = read(first), read(last)
        wrong = (low is None and first) or (high is None and last) or first == last == ""
        return None if wrong else Span(None if low is None else low.low, None if high is None else high.high)
    compared = _COMPARED.fullmatch(text)
    value = read(text if compared is None else compared[2].strip())
    if value is None:
        return None
    return value.rounded() if compared is None else _COMPARE[compared[1]](value)


_COMPARE: dict[str, Callable[[_Value], Span]] = {
    ">": lambda value: Span(value.high + 1, None),
    ">=": lambda value: Span(value.low, None),
    "<": lambda value: Span(None, value.low - 1),
    "<=": lambda value: Span(None, value.high),
    "=": lambda value: Span(value.low, value.high),
}


def _year(text: str) -> _Value | None:
    found = _YEAR.fullmatch(text)
    if found is None:
        return None
    year = int(found[1])
    return _Value(year, year + 9 if found[2] else year)


def _measured(units: dict[str, int]) -> Callable[[str], _Value | None]:
    def read(text: str) -> _Value | None:
        found = _NUMBER.fullmatch(text)
        if found is None or found[3] not in units:
            return None
        unit = units[found[3]]
        exact = int(Decimal(f"{found[1]}.{found[2] or 0}") * unit)
        return _Value(exact, exact, Decimal(unit).scaleb(-len(found[2] or "")) / 2)

    return read


def _time(text: str) -> _Value | None:
    clock = _CLOCK.fullmatch(text)
    found = clock or _LASTING.fullmatch(text)
    if found is None or not any(found.groups()):
        return None
    hours, minutes, seconds, fraction = (part or "0" for part in found.groups())
    at = (int(hours) * 3600 + int(minutes) * 60 + int(seconds)) * 1000
    if found[4]:
        at += int(fraction.ljust(3, "0"))
        return _Value(at, at)
    return _Value(at, at, Decimal(500))  # a player shows what is nearest


def _ordinals(text: str) -> _Value | None:
    found = _DAY.fullmatch(text)
    if found is None:
        return None
    year, month, day = int(found[1]), int(found[2] or 1), int(found[3] or 1)
    try:
        first = dt.date(year, month, day)
    except ValueError:
        return None
    if found[3]:
        return _Value(first.toordinal(), first.toordinal())
    months = year * 12 + (month if found[2] else 12)  # of the first month after
    if months // 12 > dt.MAXYEAR:
        return _Value(first.toordinal(), _LAST_DAY)
    return _Value(first.toordinal(), dt.date(months // 12, months % 12 + 1, 1).toordinal() - 1)


_READERS: dict[Kind, Callable[[str], _Value | None]] = {
    Kind.YEAR: _year,
    Kind.TIME: _time,
    **{kind: _measured(units) for kind, units in _UNITS.items()},
}
