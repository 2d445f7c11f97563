"""What the benchmarks found, as one table: ratios first, seconds beside them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass

HEADER = ("what", "on", "measured", "against", "result", "wanted", "holds")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    Attributes:
        what: What was measured.
        on: The tree it was measured on.
        measured: What this program took.
        against: What it is compared with, and what that took.
        result: The ratio, rate or size.
        wanted: The number to hold; empty where there is none.
        holds: ``yes`` or ``no``; empty where nothing is wanted.
    """

    what: str
    on: str
    measured: str
    against: str
    result: str
    wanted: str = ""
    holds: str = ""


def at_most(value: float, limit: float) -> str:
    """Say whether a value keeps below a limit."""
    return "yes" if value <= limit else "no"


def at_least(value: float, limit: float) -> str:
    """Say whether a value reaches a limit."""
    return "yes" if value >= limit else "no"


def table(rows: Sequence[Row]) -> str:
    """Return the rows as a Markdown table that is aligned for a terminal as well."""
    cells = [HEADER, *(astuple(row) for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(HEADER))]
    lines = [_line(row, widths) for row in cells]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def _line(row: Iterable[str], widths: Sequence[int]) -> str:
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"


def page(rows: Sequence[Row], machine: Sequence[tuple[str, str]], command: str, day: dt.date) -> str:
    """Return ``docs/benchmarks.md``."""
    return "\n".join(_page_lines(rows, machine, command, day)) + "\n"


def _page_lines(
    rows: Sequence[Row], machine: Sequence[tuple[str, str]], command: str, day: dt.date
) -> Iterator[str]:
    yield "# Benchmarks\n"
    yield f"Measured on {day.isoformat()} by `{command}`, which writes this page.\n"
    yield table(rows)
    yield _READING
    yield "## The machine\n"
    yield "| | |\n|---|---|"
    for name, value in machine:
        yield f"| {name} | {value} |"


_READING = """
## How to read it

- Everything in the table was measured in one run on one machine, on the same trees, with warm caches. Ratios
  carry over to other machines better than seconds do.
- What is compared ran in turns. A ratio is the median of the ratios of each round; seconds are medians.
- *cp -r + sync* copies the same tree on the same disk and waits until it is written. Packing copies as well, and
  identifies, reads tags, hashes, decides, describes and syncs.
- *bagit.py* is bagit-python validating the same bag. archiver used all cores.
- *SHA-512 limit*: the time that hashing alone would take, at the rate of one core times the cores. A program that
  did nothing but hash would be as many times as fast as bagit.py as *SHA-512 allows*; no BagIt program can be faster.
- *Memory*: the largest process at its peak; in brackets, all processes together at one moment, what they share
  counted once.
- *find*: forty different queries of each kind, asked as `archiver find` asks: the first 51 files with all that is known of
  them, and a count up to 1,001. Each was asked once before it was timed. *p95* is the time within which 95 of 100 were
  answered, of a processor's time, which does not count who else is busy; that of a clock stands beside it.
- *Straight line*: from the two larger catalogues on to more files than any national library of sound has.
- Files of the small trees are tagged audio files of 0.3 to 6 kB, twelve to an album; files of the large trees are
  WAV files of noise. `benchmarks/trees.py` makes both.

## What limits

- Verifying few large files is bound by SHA-512, for every program; many small ones by opening and comparing them.
- Packing hashes at the rate of SHA-512, while `cp` only fills the system's cache; of small files it identifies each.
  It starts workers that load PRONOM's signatures, a second or two whatever the size.
- Scanning is bound by PRONOM's signature matching, some tenths of a millisecond a file and more.
"""
