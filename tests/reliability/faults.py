"""Lets the operating system fail at a chosen call, with strace, and says what a store looks like afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from archiver.bagit.report import Depth
from archiver.bagit.validate import validate


def strace(log: Path, *options: str) -> list[str]:
    """Return the words to put before a command to trace it into ``log``; skip the test where that cannot be done."""
    program = shutil.which("strace")
    if program is None:
        pytest.skip("strace is not installed: faults of the operating system are not tried")
    words = [program, "-f", "-qqq", "-o", str(log), *options]
    probe = subprocess.run([*words, "true"], capture_output=True, check=False)
    if probe.returncode != 0:
        pytest.skip(f"strace cannot trace here, so faults are not tried: {probe.stderr.decode().strip()}")
    return words


def inject(log: Path, fault: str, *, paths: tuple[Path, ...] = ()) -> list[str]:
    """Return the words that inject ``fault``, such as ``fsync:error=EIO``; only on ``paths`` where there are any."""
    names = fault.partition(":")[0]
    chosen = [word for path in paths for word in ("-P", str(path))]
    # quick, but strace loses signals with it
    quick = [] if ":signal=" in fault else ["--seccomp-bpf"]
    return strace(log, *quick, *chosen, "-e", f"trace={names}", "-e", f"inject={fault}")


def visible_bags(store: Path) -> list[Path]:
    """Return what stands in the store under its own name; each must be a bag or an archive of one, valid."""
    if not store.is_dir():
        return []
    bags = sorted(path for path in store.iterdir() if not path.name.startswith("."))
    for bag in bags:
        report = validate(os.fsencode(bag), Depth.FULL)
        assert report.valid, f"{bag} stands under its name and is not valid: {report.findings}"
    return bags


def left_over(store: Path) -> list[str]:
    """Return what a run left in the staging place beside the lock."""
    return sorted(path.name for path in (store / ".incoming").iterdir() if path.name != "lock")
