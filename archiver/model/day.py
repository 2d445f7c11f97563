"""The day that rights are decided for, which does not end everywhere at once."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

_FIRST = dt.timezone(dt.timedelta(hours=14))
"""Where a day begins first: Line Islands, UTC+14."""
_LAST = dt.timezone(dt.timedelta(hours=-12))
"""Where a day ends last: the sea west of the date line, UTC-12."""


@dataclass(frozen=True, slots=True)
class Day:
    """A day, with the calendars at either side of the date line.

    What is denied until a day is denied until that day has ended everywhere; what is allowed until a day is allowed
    until it has ended anywhere.

    Attributes:
        on: The day itself, which records name.
        denials: The day by which denials end: the one where days end last.
        permissions: The day by which permissions end: the one where days begin first.
    """

    on: dt.date
    denials: dt.date
    permissions: dt.date

    @classmethod
    def whole(cls, on: dt.date) -> Day:
        """A day that somebody asks for, the same everywhere."""
        return cls(on, on, on)

    @classmethod
    def at(cls, now: dt.datetime) -> Day:
        """The day at one moment.

        Args:
            now: The moment, in the time zone whose day is meant.
        """
        return cls(now.date(), now.astimezone(_LAST).date(), now.astimezone(_FIRST).date())
