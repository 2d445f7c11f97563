"""Works out how fast a step goes and how long it has still to go."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """How a step goes.

    Attributes:
        rate: What was done in a second, over the whole step so far.
        left_s: Seconds that remain at this rate; never negative.
    """

    rate: float
    left_s: float


class Pacer:
    """Rate and remaining time from the whole step so far: outcomes come in bursts, which a short memory misjudges.

    The remaining time is worked out when something was done, and counted down until something is again. So it does
    not rise between two bursts of work that goes on evenly.
    """

    def __init__(self) -> None:
        self._counted = 0.0
        self._at = 0.0

    def pace(self, done: float, total: float | None, elapsed_s: float) -> Pace | None:
        """Return how the step goes; ``None`` before anything was done, or where nobody knows how much there is.

        Args:
            done: What was done since the step began.
            total: How much there is to do.
            elapsed_s: Seconds since the step began.
        """
        if not done or not elapsed_s or total is None:
            return None
        if done != self._counted:
            self._counted, self._at = done, elapsed_s
        rate = self._counted / self._at
        return Pace(rate, max((total - self._counted) / rate - (elapsed_s - self._at), 0))
