"""Measure everything in one run and print a table of ratios.

Run from the project's root, with the ``test`` extra installed:

    python -m benchmarks                                 a few minutes, small trees: does it work?
    python -m benchmarks --full                          up to an hour, 10 GB of scratch space: the numbers to publish
    python -m benchmarks --full --write docs/benchmarks.md
    python -m benchmarks --only verify --only start

Nothing is written but below a temporary folder, which goes at the end, unless ``--write`` is given.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import shlex
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks import subjects
from benchmarks.again import again_rows
from benchmarks.audit import audit_rows
from benchmarks.catalogue import catalogue_rows
from benchmarks.commands import CATALOGUE
from benchmarks.machine import description
from benchmarks.music import music_rows
from benchmarks.pages import page_rows
from benchmarks.results import Row, page, table


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large the trees are.

    Attributes:
        large_files: Large files.
        large_mb: Size of each in 10^6 bytes.
        small_files: Small files.
        few_files: Small files of the tree that memory is measured on for comparison.
        decided_files: Files to decide on.
        catalogued_files: Files of the largest catalogue.
        page_tracks: Tracks of the bags whose pages are made.
        glanced_files: Files of the tree whose listings a second run compares.
    """

    large_files: int
    large_mb: int
    small_files: int
    few_files: int
    decided_files: int
    catalogued_files: int
    page_tracks: tuple[int, ...]
    glanced_files: int


QUICK = Sizes(
    large_files=4,
    large_mb=64,
    small_files=1_000,
    few_files=100,
    decided_files=20_000,
    catalogued_files=10_000,
    page_tracks=(1_000,),
    glanced_files=20_000,
)
MIDDLE = Sizes(
    large_files=4,
    large_mb=512,
    small_files=20_000,
    few_files=1_000,
    decided_files=1_000_000,
    catalogued_files=100_000,
    page_tracks=(1_000, 10_000, 100_000),
    glanced_files=200_000,
)
FULL = Sizes(
    large_files=8,
    large_mb=512,
    small_files=100_000,
    few_files=1_000,
    decided_files=1_000_000,
    catalogued_files=1_000_000,
    page_tracks=(1_000, 10_000, 100_000),
    glanced_files=1_000_000,
)


def _large(scratch: Path, sizes: Sizes) -> subjects.Tree:
    return subjects.make_large(scratch, sizes.large_files, sizes.large_mb)


def _small(scratch: Path, sizes: Sizes) -> subjects.Tree:
    return subjects.make_small(scratch, sizes.small_files)


def _pack(scratch: Path, sizes: Sizes, rounds: int) -> Iterator[Row]:
    yield subjects.pack_row(_large(scratch, sizes), scratch, rounds, 1.10)
    yield subjects.pack_row(_small(scratch, sizes), scratch, rounds, None)


def _verify(scratch: Path, sizes: Sizes, rounds: int) -> Iterator[Row]:
    yield from subjects.verify_rows(_large(scratch, sizes), scratch, rounds, 0.9)
    yield from subjects.verify_rows(_small(scratch, sizes), scratch, rounds, None)


def _audit(scratch: Path, sizes: Sizes, rounds: int) -> Iterator[Row]:
    tree = _large(scratch, sizes)
    yield from audit_rows(tree.folder, tree.label, scratch, rounds)


def _again(scratch: Path, sizes: Sizes, rounds: int) -> Iterator[Row]:
    tree = _small(scratch, sizes)
    yield from again_rows(tree.folder, tree.label, scratch, sizes.glanced_files, rounds)


def _scan(scratch: Path, sizes: Sizes, rounds: int) -> Iterator[Row]:
    yield subjects.scan_row(_small(scratch, sizes), rounds)


def _memory(scratch: Path, sizes: Sizes, _rounds: int) -> Iterator[Row]:
    yield from subjects.memory_rows(subjects.make_small(scratch, sizes.few_files), scratch)
    yield from subjects.memory_rows(_small(scratch, sizes), scratch)


def _start(_scratch: Path, _sizes: Sizes, _rounds: int) -> Iterator[Row]:
    yield from subjects.start_rows()


def _decide(_scratch: Path, sizes: Sizes, _rounds: int) -> Iterator[Row]:
    yield subjects.decide_row(sizes.decided_files)


def _music(scratch: Path, sizes: Sizes, rounds: int) -> Iterator[Row]:
    yield from music_rows(scratch, sizes.large_files * sizes.large_mb // 4, rounds)


def _catalogue(scratch: Path, sizes: Sizes, _rounds: int) -> Iterator[Row]:
    yield from catalogue_rows(scratch, sizes.catalogued_files)


def _pages(scratch: Path, sizes: Sizes, _rounds: int) -> Iterator[Row]:
    yield from page_rows(scratch, sizes.page_tracks)


SUBJECTS: dict[str, Callable[[Path, Sizes, int], Iterator[Row]]] = {
    "pack": _pack,
    "verify": _verify,
    "again": _again,
    "audit": _audit,
    "scan": _scan,
    "memory": _memory,
    "start": _start,
    "decide": _decide,
    "music": _music,
    "pages": _pages,
    "catalogue": _catalogue,
}


def main() -> int:
    """Measure, print, and write the page where asked; 1 if a number that is wanted does not hold."""
    asked = _arguments()
    sizes = FULL if asked.full else MIDDLE if asked.middle else QUICK
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="archiver-benchmark-", dir=asked.scratch) as folder:
        scratch = Path(folder)
        os.environ[CATALOGUE] = str(scratch / "catalogue.sqlite")
        for name in asked.only or SUBJECTS:
            print(f"measuring: {name}", file=sys.stderr)
            rows += SUBJECTS[name](scratch, sizes, asked.rounds)
        machine = description(scratch)
    print(table(rows))
    if asked.write is not None:
        command = shlex.join(["python", "-m", "benchmarks", *sys.argv[1:]])
        asked.write.write_text(page(rows, machine, command, dt.datetime.now(dt.UTC).date()), encoding="utf-8")
    return 1 if any(row.holds == "no" for row in rows) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure archiver.")
    parser.add_argument(
        "--middle", action="store_true", help="sizes that show the order of things in some minutes"
    )
    parser.add_argument("--full", action="store_true", help="the sizes to publish, instead of small ones")
    parser.add_argument(
        "--only", action="append", choices=SUBJECTS, help="measure this alone; may be repeated"
    )
    parser.add_argument(
        "--rounds", type=int, default=5, metavar="N", help="rounds of each comparison (default: 5)"
    )
    parser.add_argument("--scratch", type=Path, metavar="DIR", help="make the temporary folder here")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the page of results there")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
