"""Judges what work costs without a clock's verdict: by what grows when its subject grows, whatever the machine and its load."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

S = TypeVar("S")

STEP = 8
"""How many times as large the large subject is."""

_MOST = 3 * STEP
"""How many times as much the large subject may cost: work in proportion costs 8 times as much, squared work 64 times."""

_TRIES = 5
_LEAST_SECONDS = 0.002
"""Less than this is not told apart from nothing: interrupts and the collector of garbage cost as much."""


def in_proportion(do: Callable[[S], object], make: Callable[[int], S], size: int) -> None:
    """Prove that ``do`` costs no more than in proportion to the size of its subject.

    ``make(size)`` and ``make(size // 8)`` are the subjects; making them does not count. Compared is processor time of
    this process, so waiting for others does not count either. A disturbed measurement is taken again; work
    that grows with the square of its subject stands out in every one.
    """
    assert size >= STEP
    small, large = make(size // STEP), make(size)
    ratios = []
    for _ in range(_TRIES):
        least = max(processor_seconds(do, small), _LEAST_SECONDS)
        ratios.append(processor_seconds(do, large) / least)
        if ratios[-1] <= _MOST:
            return
    raise AssertionError(f"{STEP} times the size costs {min(ratios):.0f} times as much")


def processor_seconds(do: Callable[[S], object], subject: S) -> float:
    """Return what ``do(subject)`` costs this process, which says little alone and much beside another's cost."""
    began = time.process_time()
    do(subject)
    return time.process_time() - began


def bytes_read(do: Callable[[], object]) -> int:
    """Return how many bytes this process read from files while ``do`` ran, holes included."""
    before = bytes_read_so_far()
    do()
    return bytes_read_so_far() - before


def bytes_read_so_far() -> int:
    """Return how many bytes this process has read from files since it began."""
    try:
        told = Path("/proc/self/io").read_text(encoding="ascii")
    except OSError as error:
        pytest.skip(f"this system does not count what a process reads: {error}")
    return int(told.partition("rchar:")[2].split()[0])
