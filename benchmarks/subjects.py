"""What is measured: packing, verifying, scanning, memory, start-up and deciding, each as rows of the table."""

from __future__ import annotations

import os
import re
import shutil
import statistics
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from archiver.executors.ordered import available_cores
from benchmarks.commands import archiver, bagit_python, copy_and_sync, output, run
from benchmarks.machine import sha512_rate
from benchmarks.memory import peak_memory
from benchmarks.results import Row, at_least, at_most
from benchmarks.timing import in_turns, ratio
from benchmarks.trees import large_tree, small_tree

_MEMORY_LIMIT_BYTES = 300_000_000
_STARTS = 11
"""Rounds for what takes a tenth of a second."""


@dataclass(frozen=True, slots=True)
class Tree:
    """A tree to measure on.

    Attributes:
        label: What the table calls it.
        folder: Where it is.
        files: Files in it.
        bytes: Their bytes.
    """

    label: str
    folder: Path
    files: int
    bytes: int


def make_large(scratch: Path, files: int, megabytes: int) -> Tree:
    """Make a tree of large WAV files, or take the one that is there."""
    folder = scratch / "large"
    if not folder.exists():
        large_tree(folder, files, megabytes * 1_000_000)
    return _tree(folder, f"{files:,} files of {megabytes:,} MB")


def make_small(scratch: Path, files: int) -> Tree:
    """Make a tree of small tagged files, or take the one that is there."""
    folder = scratch / f"small-{files}"
    if not folder.exists():
        small_tree(folder, files)
    return _tree(folder, f"{files:,} small files")


def _tree(folder: Path, label: str) -> Tree:
    sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
    return Tree(label, folder, len(sizes), sum(sizes))


def pack_row(tree: Tree, scratch: Path, rounds: int, limit: float | None) -> Row:
    """Measure packing against copying and syncing the same tree; the last bag stays in the store."""
    store, copy = scratch / "store", scratch / "copy"

    def settle() -> None:
        shutil.rmtree(store, ignore_errors=True)
        shutil.rmtree(copy, ignore_errors=True)
        os.sync()

    times = in_turns(
        {
            "copy": lambda: run(copy_and_sync(tree.folder, copy)),
            "archiver": lambda: run(archiver("pack", tree.folder, "--to", store, "--name", "bag")),
        },
        rounds,
        between=settle,
    )
    settle()
    times_as_much = ratio(times["archiver"], times["copy"])
    return Row(
        "pack",
        tree.label,
        _seconds(times["archiver"]),
        f"cp -r + sync, {_seconds(times['copy'])}",
        f"{times_as_much:.2f} times as long",
        "" if limit is None else f"≤ {limit:.2f}",
        "" if limit is None else at_most(times_as_much, limit),
    )


def verify_rows(tree: Tree, scratch: Path, rounds: int, share_wanted: float | None) -> Iterator[Row]:
    """Measure verifying a bag of the tree against bagit-python, and against what hashing alone would take."""
    store = scratch / "store"
    shutil.rmtree(store, ignore_errors=True)
    run(archiver("pack", tree.folder, "--to", store, "--name", "bag"))
    bag, cores = store / "bag", available_cores()
    rates: list[float] = []
    times = in_turns(
        {
            "archiver": lambda: run(archiver("verify", bag)),
            "bagit-python": lambda: run(bagit_python(bag, 1)),
            "bagit-python, 2": lambda: run(bagit_python(bag, 2)),
        },
        rounds,
        between=lambda: rates.append(sha512_rate(1)),
    )
    shutil.rmtree(store)
    measured = _seconds(times["archiver"])
    limit = tree.bytes / (statistics.median(rates) * cores)
    for name, against, wanted in (
        ("bagit-python", "bagit.py --validate", None),
        ("bagit-python, 2", "bagit.py --validate --processes 2", 2.0),
    ):
        speed = ratio(times[name], times["archiver"])
        allowed = statistics.median(times[name]) / limit
        bound = "" if share_wanted is None else f", of {allowed:.2f} that SHA-512 allows"
        yield Row(
            "verify",
            tree.label,
            measured,
            f"{against}, {_seconds(times[name])}",
            f"{speed:.2f} times as fast{bound}",
            "" if wanted is None else f"≥ {wanted:.2f}",
            "" if wanted is None else at_least(speed, wanted),
        )
    share = limit / statistics.median(times["archiver"])
    yield Row(
        "verify",
        tree.label,
        measured,
        f"SHA-512 limit of {cores} cores, {limit:.2f} s",
        f"{share:.2f} of its rate",
        "" if share_wanted is None else f"≥ {share_wanted:.2f}",
        "" if share_wanted is None else at_least(share, share_wanted),
    )


def scan_row(tree: Tree, rounds: int) -> Row:
    """Measure how many files a second are listed, identified and read for tags."""
    times = in_turns({"archiver": lambda: run(archiver("scan", tree.folder))}, rounds)
    rate = tree.files / statistics.median(times["archiver"])
    return Row(
        "scan, warm",
        tree.label,
        _seconds(times["archiver"]),
        "",
        f"{rate:,.0f} files/s",
        "≥ 2,000 files/s",
        at_least(rate, 2000),
    )


def memory_rows(tree: Tree, scratch: Path) -> Iterator[Row]:
    """Measure the memory that each command takes at most."""
    store = scratch / "store"
    shutil.rmtree(store, ignore_errors=True)
    for command in (
        archiver("scan", tree.folder),
        archiver("pack", tree.folder, "--to", store, "--name", "bag"),
        archiver("verify", store / "bag"),
    ):
        peak = peak_memory(command)
        yield Row(
            f"memory of {command[3]}",
            tree.label,
            f"{peak.largest_bytes / 1e6:.0f} MB ({peak.together_bytes / 1e6:.0f} MB)",
            "",
            f"{peak.largest_bytes / 1e6:.0f} MB",
            f"< {_MEMORY_LIMIT_BYTES / 1e6:.0f} MB",
            at_most(peak.largest_bytes, _MEMORY_LIMIT_BYTES),
        )
    shutil.rmtree(store)


def start_rows() -> Iterator[Row]:
    """Measure how long the program takes to say its version and its help, against Python doing nothing."""
    times = in_turns(
        {
            "nothing": lambda: run([sys.executable, "-c", "pass"]),
            "--version": lambda: run(archiver("--version")),
            "--help": lambda: run(archiver("--help")),
        },
        _STARTS,
        between=lambda: None,
    )
    for option, limit in (("--version", 0.15), ("--help", 0.25)):
        taken = statistics.median(times[option])
        yield Row(
            f"start, {option}",
            "",
            _seconds(times[option]),
            f"python -c pass, {_seconds(times['nothing'])}",
            f"{ratio(times[option], times['nothing']):.1f} times as long",
            f"< {limit:.2f} s",
            at_most(taken, limit),
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


def _seconds(times: list[float]) -> str:
    middle = statistics.median(times)
    return f"{middle:.3f} s" if middle < 1 else f"{middle:.2f} s"
