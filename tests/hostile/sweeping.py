"""How a long sweep is cut into slices, and how its failures are gathered so that one run shows them all."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import TypeVar

T = TypeVar("T")

SLICE = "HOSTILE_SLICE"
"""``3/20`` has every long sweep do the third of twenty slices; all of them together are the whole sweep."""

_MOST_SHOWN = 40


def sliced(cases: Iterable[T]) -> list[T]:
    """Return the cases of the slice that :data:`SLICE` names; all of them where it names none."""
    number, _, of = os.environ.get(SLICE, "1/1").partition("/")
    chosen, slices = int(number), int(of)
    assert 1 <= chosen <= slices, f"{SLICE} must be like 3/20"
    return list(cases)[chosen - 1 :: slices]


def sampled(cases: Sequence[T], count: int) -> list[T]:
    """Return ``count`` of the cases, evenly spread, the last one among them."""
    step = max(len(cases) / count, 1.0)
    return [cases[len(cases) - 1 - int(step * number)] for number in range(min(count, len(cases)))]


def none_of(failures: Sequence[str]) -> None:
    """Fail with every failure's text where there are any."""
    more = len(failures) - _MOST_SHOWN
    shown = [*failures[:_MOST_SHOWN], *([f"… and {more} more"] if more > 0 else [])]
    assert not failures, f"{len(failures)} failed:\n" + "\n".join(shown)
