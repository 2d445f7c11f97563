"""How soon the program answers: what it takes to start, and to decide what becomes of a million files."""

from __future__ import annotations

import re
import statistics
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks.commands import archiver, output, run
from benchmarks.places import clear
from benchmarks.results import Row, at_most
from benchmarks.timing import Task, in_turns, ratio, seconds
from tests.samples import build_tree, flac

_WANTED = (("--version", 0.10), ("--help", 0.25), ("a tiny pack", 0.70))


def start_rows(scratch: Path, rounds: int) -> Iterator[Row]:
    """Measure how long the program takes to say its version and its help, and to pack one file, against Python alone.

    Args:
        scratch: Where the file and the bag go; they do not stay.
        rounds: How often each is run.
    """
    tiny, store = scratch / "one-file", scratch / "store-of-one"
    clear(tiny)
    build_tree(tiny, {"Album/01 Track.flac": flac(title="Track")})
    pack = archiver("pack", tiny, "--to", store, "--name", "bag")
    tasks = {
        "nothing": Task(lambda: run([sys.executable, "-c", "pass"])),
        **{option: Task(partial(run, archiver(option))) for option in ("--version", "--help")},
        "a tiny pack": Task(lambda: run(pack), after=lambda: clear(store)),
    }
    taken = in_turns(tasks, rounds)
    clear(tiny)
    for name, limit in _WANTED:
        yield Row(
            name,
            "",
            f"{ratio(taken[name], taken['nothing']).told('.1f')} times as long",
            f"python -c pass, {seconds(taken['nothing'])}",
            seconds(taken[name]),
            f"< {limit:.2f} s",
            at_most(statistics.median(took.wall for took in taken[name]), limit),
        )


def decide_row(files: int) -> Row:
    """Measure how long it takes to decide what becomes of a million files, on one core."""
    said = output([sys.executable, "-m", "benchmarks.decide", str(files)])
    worst = max(float(found) for found in re.findall(r"([\d.]+) µs per file", said))
    return Row(
        "decide, one core",
        f"{files:,} files",
        f"{worst * files / 1e6:.2f} s",
        "",
        f"{worst:.1f} s per 1,000,000",
        "< 60 s",
        at_most(worst, 60),
    )
