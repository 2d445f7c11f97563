"""Works out how fast a step goes and how long it has still to go."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

_SHORTEST_S = 5.0
"""Seconds that are looked back at least: outcomes come in bursts, which a shorter memory misjudges."""
_SHARE = 5
"""The latest fifth of the step is looked back on: what is still to come is like that, rather than like the beginning."""
_FEWEST = 8
"""Bursts that are looked back at least, however long they take."""
_KEPT = 32
"""Looks that are kept of the time that is looked back on."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How a step goes.

    Attributes:
        rate: What was done in a second, lately.
        left_s: Seconds that remain at this rate; never negative.
    """

    rate: float
    left_s: float


@dataclass(frozen=True, slots=True)
class _Look:
    """What was done by a moment, in seconds since the step began."""

    at: float
    done: float


class Pacer:
    """Rate and remaining time from the latest part of a step; of a short one, from the whole.

    The remaining time is worked out when something was done, and counted down until something is again. So it does
    not rise between two bursts of work that goes on evenly. Looks at what was taken back since are forgotten, so that
    no rate is of less than nothing.
    """

    def __init__(self) -> None:
        self._looks = deque([_Look(0.0, 0.0)])

    def pace(self, done: float, total: float | None, elapsed_s: float) -> Pace | None:
        """Return how the step goes; ``None`` before anything was done, or where nobody knows how much there is.

        Args:
            done: What was done since the step began.
            total: How much there is to do.
            elapsed_s: Seconds since the step began.
        """
        if not done or not elapsed_s or total is None:
            return None
        if done != self._looks[-1].done:
            self._take(_Look(elapsed_s, done))
        first, last = self._looks[0], self._looks[-1]
        rate = (last.done - first.done) / (last.at - first.at)
        return Pace(rate, max((total - last.done) / rate - (elapsed_s - last.at), 0))

    def _take(self, look: _Look) -> None:
        looks, window = self._looks, max(_SHORTEST_S, look.at / _SHARE)
        # what is told of a file that cannot be read to its end is taken back
        while looks and looks[-1].done >= look.done:
            looks.pop()
        if not looks:
            looks.append(_Look(0.0, 0.0))
        if len(looks) > _FEWEST and looks[-1].at - looks[-2].at < window / _KEPT:
            looks.pop()
        looks.append(look)
        while len(looks) > _FEWEST and looks[1].at <= look.at - window:
            looks.popleft()
