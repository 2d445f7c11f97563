"""Times pieces of work against one another on a machine that is never quiet: in turns, then medians of ratios."""

from __future__ import annotations

import os
import resource
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

Work = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Took:
    """What a piece of work took.

    Attributes:
        wall: Seconds by a clock.
        cpu: Seconds of processors, this process's and those of all that it started and that have ended.
    """

    wall: float
    cpu: float


def nothing() -> None:
    """Do nothing: what stands before and after work that needs no room made for it."""


@dataclass(frozen=True, slots=True)
class Task:
    """A piece of work that is measured, with what is not.

    Attributes:
        work: What is measured.
        before: Makes room for it.
        after: Clears what it left.
    """

    work: Work
    before: Work = nothing
    after: Work = nothing

    def done(self) -> Took:
        """Do it, and say what it took."""
        self.before()
        os.sync()
        try:
            return taken_by(self.work)
        finally:
            self.after()


def taken_by(work: Work) -> Took:
    """Do a piece of work and say what it took."""
    cpu, wall = _cpu(), time.perf_counter()
    work()
    return Took(time.perf_counter() - wall, _cpu() - cpu)


def _cpu() -> float:
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def in_turns(tasks: Mapping[str, Task], rounds: int, *, unmeasured: int = 1) -> dict[str, list[Took]]:
    """Do every task some times unmeasured, then once a round, and return what it took in each round.

    Every other round goes backwards, so that none always runs after the same other.

    Args:
        tasks: What to do, by name.
        rounds: How often it is measured.
        unmeasured: How often it is done first, so that all find what they read in memory.
    """
    for _ in range(unmeasured):
        for task in tasks.values():
            task.done()
    taken: dict[str, list[Took]] = {name: [] for name in tasks}
    for number in range(rounds):
        names = list(tasks)
        for name in names if number % 2 == 0 else reversed(names):
            taken[name].append(tasks[name].done())
    return taken


@dataclass(frozen=True, slots=True)
class Spread:
    """Numbers of which the middle counts.

    Attributes:
        middle: Their median.
        least: The least of them.
        most: The most of them.
    """

    middle: float
    least: float
    most: float

    def told(self, form: str | None = None) -> str:
        """Return the median, and how far the numbers lie apart where they do.

        Args:
            form: How a number is written; without it with three figures.
        """
        form = form or (".2f" if self.most < 10 else ".1f" if self.most < 100 else ",.0f")
        middle, least, most = (format(one, form) for one in (self.middle, self.least, self.most))
        return middle if least == most else f"{middle} ({least}-{most})"


def spread(numbers: Sequence[float]) -> Spread:
    """Return the spread of some numbers, at least one."""
    return Spread(statistics.median(numbers), min(numbers), max(numbers))


def ratio(times: Sequence[Took], against: Sequence[Took]) -> Spread:
    """Return how many times as long the one took as the other, by a clock, in each round."""
    return spread([one.wall / other.wall for one, other in zip(times, against, strict=True)])


def seconds(times: Sequence[Took]) -> str:
    """Return the median of some times by a clock, in words."""
    return in_seconds(statistics.median(one.wall for one in times))


def in_seconds(number: float) -> str:
    """Return seconds in words, with as many places as tell something."""
    if number < 1:
        return f"{number:.3f} s"
    return f"{number:.2f} s" if number < 100 else f"{number:,.0f} s"
