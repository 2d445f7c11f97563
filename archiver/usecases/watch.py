"""How a use case lets somebody watch: it hands its iterators out to be counted, and knows no terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Step:
    """One stretch of a run.

    Attributes:
        title: What is done, such as ``Copying``.
        unit: ``bytes`` or ``files``: what is counted.
        total: How much there is to do; ``None`` where nobody knows yet.
    """

    title: str
    unit: str
    total: int | None = None


class Watch(Protocol):
    """What a use case needs of its watcher."""

    def track(self, step: Step, outcomes: Iterable[T], weigh: Callable[[T], int]) -> Iterator[T]:
        """Yield ``outcomes`` unchanged while counting ``weigh(outcome)`` of each towards the step's total."""

    def note(self, message: str) -> None:
        """Tell something worth knowing while the run goes on."""


class Unwatched:
    """Watches nothing: for tests and for output that is not a terminal."""

    def track(self, step: Step, outcomes: Iterable[T], weigh: Callable[[T], int]) -> Iterator[T]:  # noqa: ARG002
        """Yield ``outcomes`` unchanged."""
        return iter(outcomes)

    def note(self, message: str) -> None:
        """Drop the message."""


def one(_: object) -> int:
    """Weigh every outcome the same: a count of files."""
    return 1
