"""How time and memory grow with the number of files, from a thousand to a million: each size ten times the one before.

Every command runs once at each size, for the largest takes the better part of an hour; what was measured is kept at once,
so that a run that was ended goes on with the next command.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

from benchmarks.commands import archiver, run
from benchmarks.kept import Kept, kept_tree
from benchmarks.line_plot import Line, LinePlot
from benchmarks.memory import watched
from benchmarks.places import PROVEN_S, clear
from benchmarks.results import Row, Section, at_most
from benchmarks.timing import in_seconds
from benchmarks.trees import tagged_tree

SCAN, PACK, VERIFY = "scan", "pack", "verify"
NOTHING_NEW, ONE_NEW = "nothing new", "one new file"
COMMANDS = (SCAN, PACK, NOTHING_NEW, ONE_NEW, VERIFY)
"""In the order in which they are measured, since each finds what the one before has left."""

LARGEST_MB, TOGETHER_MB = 300, 600
_STRAIGHT = 1.10
"""Ten times the files take at most 10 ** 1.1 times as long, that is 12.6 times."""

_HEADER = ("command", "files", "took", "memory, largest process (all together)", "rate")


@dataclass(frozen=True, slots=True)
class Point:
    """What a command took at one size.

    Attributes:
        command: One of :data:`COMMANDS`.
        files: Files of the tree.
        wall: Seconds by a clock.
        cpu: Seconds of processors.
        largest: Bytes of the largest process at its peak.
        together: Bytes of all processes at one moment.
    """

    command: str
    files: int
    wall: float
    cpu: float
    largest: int
    together: int


def growth_points(work: Path, first: int, last: int, kept: Kept) -> list[Point]:
    """Measure every command at every size, but for what is kept already.

    Args:
        work: Folder for trees and stores, which a run that was ended has left; those of a size go when it is measured.
        first: Files of the smallest tree.
        last: Files of the largest.
        kept: What was measured already.
    """
    points = []
    for files in sizes(first, last):
        size = _Size(work, files)
        for command in COMMANDS:
            name = f"growth: {command}, {files} files"
            points.append(kept.once(name, Point, partial(size.measured, command)))
        size.clear()
    return points


def sizes(first: int, last: int) -> list[int]:
    """Return the sizes from the first to the last, each ten times the one before."""
    found = [first]
    while found[-1] * 10 <= last:
        found.append(found[-1] * 10)
    return found


class _Size:
    """Everything of one size: a tree, a store and a catalogue."""

    def __init__(self, work: Path, files: int) -> None:
        self._files = files
        self._tree, self._store = work / f"tagged-{files}", work / f"tagged-{files}-store"
        self._catalogue = work / f"tagged-{files}.sqlite"

    def measured(self, command: str) -> Point:
        """Measure a command, after whatever it needs."""
        if not self._tree.exists():
            kept_tree(self._tree, lambda folder: tagged_tree(folder, self._files))
            time.sleep(PROVEN_S)
        if command == PACK:
            self._clear_store()
        elif command != SCAN and not self._store.exists():
            run(self._words(PACK))
        if command == ONE_NEW:
            (self._tree / "one new file.txt").write_text("new\n")
        took, peak = watched(self._words(command))
        return Point(command, self._files, took.wall, took.cpu, peak.largest_bytes, peak.together_bytes)

    def _words(self, command: str) -> list[str]:
        place = ("--catalogue", self._catalogue)
        if command == SCAN:
            return archiver("scan", self._tree)
        if command == VERIFY:
            return archiver("verify", self._store, *place)
        return archiver("pack", self._tree, "--to", self._store, *place)

    def _clear_store(self) -> None:
        clear(self._store)
        for path in self._catalogue.parent.glob(f"{self._catalogue.name}*"):
            path.unlink()

    def clear(self) -> None:
        """Remove all of it."""
        clear(self._tree)
        self._clear_store()


def growth_sections(points: Sequence[Point]) -> Iterator[Section]:
    """Return what was measured, and whether the lines are straight and memory flat."""
    ordered = sorted(points, key=lambda one: (COMMANDS.index(one.command), one.files))
    yield Section("### Is it straight, is it flat?", "", tuple(_judged(ordered)))
    yield Section("### The numbers", "", tuple(map(_row, ordered)), _HEADER)


def _row(point: Point) -> Row:
    return Row(
        point.command,
        f"{point.files:,}",
        f"{in_seconds(point.wall)}, {point.cpu:,.1f} CPU s",
        _memory(point.largest, point.together),
        f"{point.files / point.wall:,.0f} files/s",
    )


def _memory(largest: float, together: float) -> str:
    return f"{largest / 1e6:.0f} MB ({together / 1e6:.0f} MB)"


def _judged(points: Sequence[Point]) -> Iterator[Row]:
    for command in COMMANDS:
        line = [point for point in points if point.command == command]
        if not line:
            continue
        if len(line) > 1:
            before, last = line[-2:]
            steep = exponent(before, last)
            steeper = max(exponent(one, other) for one, other in pairwise(line))
            told = f"files to the power of {steep:.2f}"
            on = f"{before.files:,} to {last.files:,} files"
            yield Row(f"{command}: time", on, "", "", told, f"≤ {_STRAIGHT:.2f}", at_most(steeper, _STRAIGHT))
        largest, together = max(one.largest for one in line), max(one.together for one in line)
        fits = largest <= LARGEST_MB * 1e6 and together <= TOGETHER_MB * 1e6
        yield Row(
            f"{command}: memory",
            f"{line[0].files:,} to {line[-1].files:,} files",
            "",
            "",
            f"{_memory(largest, together)}, {line[-1].largest / line[0].largest:.1f} times as at first",
            f"< {LARGEST_MB} MB (< {TOGETHER_MB} MB)",
            "yes" if fits else "no",
        )


def exponent(one: Point, other: Point) -> float:
    """Return the power of the number of files by which time grows between two sizes; 1 is a straight line."""
    return math.log(other.wall / one.wall) / math.log(other.files / one.files)


def growth_plots(points: Sequence[Point]) -> dict[str, LinePlot]:
    """Return the plots by the names of their files."""

    def lines(value: str) -> tuple[Line, ...]:
        return tuple(
            Line(
                command,
                tuple((one.files, getattr(one, value)) for one in points if one.command == command),
            )
            for command in COMMANDS
        )

    return {
        "growth-time.svg": _plot("Time by the number of files", _told_seconds, lines("wall")),
        "growth-memory.svg": _plot(
            "Memory of the largest process", _told_memory, lines("largest"), LARGEST_MB * 1e6
        ),
        "growth-memory-together.svg": _plot(
            "Memory of all processes together", _told_memory, lines("together"), TOGETHER_MB * 1e6
        ),
    }


def _plot(
    title: str, told_up: Callable[[float], str], lines: tuple[Line, ...], wanted: float | None = None
) -> LinePlot:
    return LinePlot(title, "files", lambda files: f"{files:,.0f}", told_up, lines, wanted)


def _told_seconds(number: float) -> str:
    return f"{number:,.3g} s" if number < 1000 else f"{number:,.0f} s"


def _told_memory(number: float) -> str:
    return f"{number / 1e6:,.0f} MB"
