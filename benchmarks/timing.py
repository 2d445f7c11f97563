"""Times pieces of work against one another on a machine that is never quiet: in turns, then medians of ratios."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Mapping, Sequence

Work = Callable[[], object]


def in_turns(works: Mapping[str, Work], rounds: int, *, between: Work = os.sync) -> dict[str, list[float]]:
    """Run every piece of work once unmeasured, then once a round, and return its seconds in each round.

    Every other round goes backwards, so that none always runs after the same other.

    Args:
        works: What to run, by name.
        rounds: How often.
        between: What settles the machine before each run; not measured.
    """
    for work in works.values():
        between()
        work()
    taken: dict[str, list[float]] = {name: [] for name in works}
    for number in range(rounds):
        names = list(works)
        for name in names if number % 2 == 0 else reversed(names):
            between()
            started = time.perf_counter()
            works[name]()
            taken[name].append(time.perf_counter() - started)
    return taken


def ratio(times: Sequence[float], against: Sequence[float]) -> float:
    """Return the median over the rounds of the one time divided by the other."""
    return statistics.median(one / other for one, other in zip(times, against, strict=True))
