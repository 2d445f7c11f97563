"""How much one audit may read, and for how long."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a person allows an audit; whatever is used up first ends it.

    Attributes:
        time: For how long it may go on; ``None`` for as long as it takes.
        octets: How many bytes it may read; ``None`` for as many as there are.
        share: Which share of all that the stores hold it may read, from 0 to 1; ``None`` for all of it.
    """

    time: dt.timedelta | None = None
    octets: int | None = None
    share: float | None = None


class Budget:
    """What is left of an allowance while it is used up.

    Args:
        allowance: The allowance.
        held: Bytes that the stores hold, of which a share is meant.
        seconds: A clock that only goes on, in seconds.
    """

    def __init__(self, allowance: Allowance, held: int, seconds: Callable[[], float]) -> None:
        bounds = [allowance.octets, None if allowance.share is None else int(held * allowance.share)]
        self._left = min((bound for bound in bounds if bound is not None), default=None)
        self._seconds = seconds
        self._end = None if allowance.time is None else seconds() + allowance.time.total_seconds()
        self._is_begun = False

    @property
    def octets(self) -> int | None:
        """Bytes that may still be read; ``None`` where they are not counted."""
        return None if self._left is None else max(self._left, 0)

    @property
    def is_used_up(self) -> bool:
        """Whether nothing more is to be begun. One file always is, so that a small budget comes to an end one day too."""
        late = self._end is not None and self._seconds() >= self._end
        return self._is_begun and (late or self.octets == 0)

    def take(self, size: int) -> None:
        """Count a file that is begun."""
        self._is_begun = True
        if self._left is not None:
            self._left -= size
