"""Measure everything in one run and write a page of it: shares of what the machine allows, ratios, growth.

Run from the project's root, with the ``test`` extra installed:

    python -m benchmarks                                 some minutes, small trees: does it work?
    python -m benchmarks --middle                        about ten minutes on a quiet machine: the order of things
    python -m benchmarks --full                          about 45 minutes, 25 GB of scratch space: the numbers to publish
    python -m benchmarks --full --growth-to 1000000 --keep run.json --write docs/benchmarks.md
    python -m benchmarks --only shares --only start

Nothing is written but below a temporary folder, which goes at the end, unless ``--write`` or ``--keep`` is given. With ``--keep``
each measurement is saved as soon as it was made, and the same command goes on where a run was ended; the folder that it
works in stands beside the file until then.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import os
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from benchmarks.commands import CATALOGUE
from benchmarks.growth import growth_plots, growth_points, growth_sections
from benchmarks.kept import Kept, OtherRunError
from benchmarks.line_plot import LinePlot
from benchmarks.machine import description, identity
from benchmarks.page import PARTS, missed, page, verdict, write_page
from benchmarks.places import clear_all_but_trees
from benchmarks.results import Section
from benchmarks.sizes import FULL, MIDDLE, QUICK, Sizes
from benchmarks.subjects import Asked, sections_of


def main() -> int:
    """Measure, print, and write the page where asked; 1 if a number that is wanted does not hold, 2 for a wrong usage."""
    asked = _arguments()
    try:
        kept = Kept(asked.keep, identity())
    except OtherRunError as error:
        print(f"{error}; name another file, or remove it", file=sys.stderr)
        return 2
    try:
        measured, plots, machine = _measure(asked, kept)
    except KeyboardInterrupt:
        told = f"what was measured is kept in {asked.keep}" if asked.keep else "nothing was kept"
        print(f"interrupted; {told}", file=sys.stderr)
        return 130
    for name, sections in measured.items():
        print(f"{name}\n", *sections, sep="\n")
    print(f"\n{verdict(measured)}")
    if asked.write is not None:
        text = page(measured, machine, _command(asked), dt.datetime.now(dt.UTC).date(), plots)
        write_page(asked.write, text, plots)
    return 1 if missed(measured) else 0


def _command(asked: argparse.Namespace) -> str:
    """Return the command that measures the same: without the places where this one kept and wrote something."""
    words = ["python", "-m", "benchmarks"]
    words += [f"--{name}" for name in ("middle", "full") if getattr(asked, name)]
    for name in ("rounds", "growth_to"):
        if getattr(asked, name) is not None:
            words += [f"--{name.replace('_', '-')}", str(getattr(asked, name))]
    return shlex.join([*words, *(word for name in asked.only or () for word in ("--only", name))])


def _measure(
    asked: argparse.Namespace, kept: Kept
) -> tuple[dict[str, tuple[Section, ...]], dict[str, LinePlot], list[tuple[str, str]]]:
    measured: dict[str, tuple[Section, ...]] = {}
    plots: dict[str, LinePlot] = {}
    sizes = _sizes(asked)
    with _scratch(asked) as scratch:
        os.environ[CATALOGUE] = str(scratch / "catalogue.sqlite")
        machine = description(scratch)
        for name in PARTS:
            if asked.only and name not in asked.only:
                continue
            print(f"measuring: {name}", file=sys.stderr)
            if name == "growth":
                last = asked.growth_to or sizes.growth_to
                points = growth_points(scratch, sizes.growth_from, last, kept)
                measured[name], plots = tuple(growth_sections(points)), growth_plots(points)
            else:
                measured[name] = sections_of(name, Asked(scratch, sizes), kept)
    return measured, plots, machine


def _sizes(asked: argparse.Namespace) -> Sizes:
    sizes = FULL if asked.full else MIDDLE if asked.middle else QUICK
    return sizes if asked.rounds is None else replace(sizes, rounds=asked.rounds)


@contextlib.contextmanager
def _scratch(asked: argparse.Namespace) -> Iterator[Path]:
    """Give a folder to work in; one that a run with ``--keep`` was ended in is there again, and goes when all was measured."""
    if asked.keep is None:
        with tempfile.TemporaryDirectory(prefix="archiver-benchmark-", dir=asked.scratch) as folder:
            yield Path(folder)
        return
    work = (asked.scratch or asked.keep.absolute().parent) / f"{asked.keep.name}.work"
    work.mkdir(exist_ok=True)
    clear_all_but_trees(work)
    yield work
    shutil.rmtree(work)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure archiver.")
    how_large = parser.add_mutually_exclusive_group()
    how_large.add_argument(
        "--middle", action="store_true", help="sizes that show the order of things in ten minutes"
    )
    how_large.add_argument("--full", action="store_true", help="the sizes to publish, instead of small ones")
    parser.add_argument("--only", action="append", choices=PARTS, help="measure this alone; may be repeated")
    parser.add_argument(
        "--rounds",
        type=_positive,
        metavar="N",
        help="rounds of what takes minutes; longer and shorter work has one less and two more (default: 2, --full 3)",
    )
    parser.add_argument(
        "--growth-to",
        type=_positive,
        metavar="N",
        help="files of the largest tree whose growth is measured (default: 1000, --middle 10000, --full 100000)",
    )
    parser.add_argument(
        "--keep",
        type=Path,
        metavar="FILE",
        help="save each measurement there, and go on with what is missing",
    )
    parser.add_argument("--scratch", type=Path, metavar="DIR", help="make the folder to work in here")
    parser.add_argument(
        "--write",
        type=Path,
        metavar="FILE",
        help="write the page of results there, its pictures into images/",
    )
    return parser.parse_args()


def _positive(given: str) -> int:
    number = int(given)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is less than 1")
    return number


if __name__ == "__main__":
    sys.exit(main())
