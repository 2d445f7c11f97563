"""What an audit costs: its rate against that of verifying from the disk, and what a quiet one leaves to a competitor."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from archiver import disk
from benchmarks.commands import PROJECT, archiver, environment, run
from benchmarks.places import Tree, forget
from benchmarks.results import Row, at_least
from benchmarks.timing import Spread, Task, Took, in_turns, ratio, seconds, taken_by

_SHARE = 0.9
_LARGE_BYTES = 500_000_000
"""From here on reading takes longer than starting, so that a number is wanted."""

_BEGUN_SECONDS = 0.7
"""By then an audit reads."""


def audit_rows(tree: Tree, scratch: Path, rounds: int) -> Iterator[Row]:
    """Measure auditing a bag of a tree, and reading another file with ``dd`` meanwhile."""
    store, catalogue = scratch / "audited", scratch / "audited.sqlite"
    shutil.rmtree(store, ignore_errors=True)
    place = ("--catalogue", str(catalogue))
    run(archiver("pack", tree.folder, "--to", store, "--name", "bag", *place))
    audit = archiver("audit", store / "bag", *place)
    verify = archiver("verify", store / "bag", *place)
    tasks = {
        name: Task(partial(run, words), lambda: forget(store))
        for name, words in (("verify", verify), ("audit", audit))
    }
    times = in_turns(tasks, rounds, unmeasured=0)
    share = ratio(times["verify"], times["audit"])
    yield Row(
        "audit",
        tree.label,
        seconds(times["audit"]),
        f"archiver verify, not in memory, {seconds(times['verify'])}",
        f"{share.told()} of its rate",
        *_judged(tree, share),
    )
    yield _beside(tree, store, [*audit, "--idle"], rounds)
    shutil.rmtree(store)
    for path in scratch.glob("audited.sqlite*"):
        path.unlink()


def _judged(tree: Tree, share: Spread) -> tuple[str, str]:
    if tree.bytes < _LARGE_BYTES:
        return "", ""
    return f"≥ {_SHARE:.2f}", at_least(share.middle, _SHARE)


def _beside(tree: Tree, store: Path, audit: list[str], rounds: int) -> Row:
    largest = max((path for path in store.rglob("*") if path.is_file()), key=lambda path: path.stat().st_size)
    other = shutil.copyfile(largest, store / "other")
    alone, beside = [], []
    for _ in range(rounds):
        alone.append(_read(other))
        quiet = subprocess.Popen(
            audit, cwd=PROJECT, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(_BEGUN_SECONDS)
        beside.append(_read(other))
        quiet.wait()
    share = ratio(alone, beside)
    return Row(
        "audit --idle",
        tree.label,
        f"dd beside it, {seconds(beside)}",
        f"dd alone, {seconds(alone)}",
        f"{share.told()} of its speed",
        *_judged(tree, share),
    )


def _read(path: Path) -> Took:
    disk.forget_cached(os.fsencode(path))
    return taken_by(lambda: run(["dd", f"if={path}", f"of={os.devnull}", "bs=1M"]))
