"""How a use case lets somebody watch: it hands its iterators out to be counted, and knows no terminal."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol, TypeVar

T = TypeVar("T")


class Meter:
    """Counts bytes while a large file is still in hand, from any thread of this process.

    A worker process that is sent one counts for itself alone: pickling gives a new one.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._total = 0

    def add(self, size: int) -> None:
        """Count ``size`` bytes more; fewer where it is negative."""
        with self._lock:
            self._total += size

    @property
    def total(self) -> int:
        """Bytes counted so far."""
        return self._total

    def __reduce__(self) -> tuple[type[Meter], tuple[()]]:
        return Meter, ()


@dataclass(frozen=True, slots=True)
class Step:
    """One stretch of a run.

    Attributes:
        title: What is done, such as ``Copying``.
        unit: ``bytes``, ``files`` or another word: what is counted; empty where there is nothing to count.
        total: How much there is to do; ``None`` where nobody knows yet.
        meter: Counts what is done while it is done; where there is none, outcomes are counted as they come.
    """

    title: str
    unit: str
    total: int | None = None
    meter: Meter | None = None


class Watch(Protocol):
    """What a use case needs of its watcher."""

    def track(self, step: Step, outcomes: Iterable[T], weigh: Callable[[T], int]) -> Iterator[T]:
        """Yield ``outcomes`` unchanged while counting ``weigh(outcome)`` of each towards the step's total."""

    def during(self, step: Step) -> contextlib.AbstractContextManager[None]:
        """Show the step for a ``with`` block, which counts by the step's meter or not at all."""

    def note(self, message: str) -> None:
        """Tell something worth knowing while the run goes on."""


class Unwatched:
    """Watches nothing: for tests and for output that is not a terminal."""

    def track(self, step: Step, outcomes: Iterable[T], weigh: Callable[[T], int]) -> Iterator[T]:  # noqa: ARG002
        """Yield ``outcomes`` unchanged."""
        return iter(outcomes)

    def during(self, step: Step) -> contextlib.AbstractContextManager[None]:  # noqa: ARG002
        """Do nothing."""
        return contextlib.nullcontext()

    def note(self, message: str) -> None:
        """Drop the message."""


def one(_: object) -> int:
    """Weigh every outcome the same: a count of files."""
    return 1
