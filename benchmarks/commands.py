"""The programs that are measured, and how they are started: the same way for each, silent, in a clean environment."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

PROJECT = Path(__file__).parents[1]
CATALOGUE = "ARCHIVER_CATALOGUE"
"""Names the catalogue that everything measured here shares; it is none of the user's."""
_FINE = (0, 3)
"""Exit statuses of archiver that mean that the work was done."""


def archiver(*arguments: str | Path) -> list[str]:
    """Return the command line of this project's program."""
    return [sys.executable, "-m", "archiver", *map(str, arguments)]


def copy_and_sync(source: Path, destination: Path) -> list[str]:
    """Return the command line that copies a folder and waits until it is on the disk."""
    return ["sh", "-c", 'cp -r "$1" "$2" && sync', "sh", str(source), str(destination)]


def environment() -> dict[str, str]:
    """Return this process's environment without what would change how archiver works."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("ARCHIVER_") or name == CATALOGUE
    }
    # an installed program has its bytecode, so this one may keep it too
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    # there is no configuration below this folder
    return kept | {"XDG_CONFIG_HOME": str(PROJECT / "benchmarks"), "PYTHONWARNINGS": "ignore"}


def run(command: Sequence[str], settings: Mapping[str, str] | None = None) -> None:
    """Run a command to its end.

    Args:
        command: It.
        settings: What its environment has besides.

    Raises:
        RuntimeError: with what it said, if it failed.
    """
    ended = subprocess.run(
        command,
        cwd=PROJECT,
        env=environment() | dict(settings or {}),
        capture_output=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    if ended.returncode not in _FINE:
        said = ended.stderr.decode(errors="replace").strip()
        raise RuntimeError(f"{' '.join(command)} ended with status {ended.returncode}: {said}")


def output(command: Sequence[str]) -> str:
    """Run a command that must end with status 0 and return what it wrote to standard output."""
    ended = subprocess.run(
        command, cwd=PROJECT, env=environment(), stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, check=True
    )
    return ended.stdout.decode()
