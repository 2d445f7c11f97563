"""How much memory a command and all processes that it starts take at most (Linux: read from ``/proc``)."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.commands import PROJECT, environment

_INTERVAL_S = 0.05


@dataclass(frozen=True, slots=True)
class Peak:
    """The most memory that was held.

    Attributes:
        largest_bytes: Resident memory of the largest process at its peak, as ``/usr/bin/time`` reports it.
        together_bytes: All processes at one moment, memory that they share counted once (PSS).
    """

    largest_bytes: int
    together_bytes: int


def peak_memory(command: Sequence[str]) -> Peak:
    """Run a command and look at its processes twenty times a second.

    Raises:
        RuntimeError: if it failed.
    """
    largest = together = 0
    with subprocess.Popen(
        command, cwd=PROJECT, env=environment(), stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL
    ) as process:
        while process.poll() is None:
            family = [*_family(process.pid)]
            largest = max([largest, *(_kilobytes(pid, "status", "VmHWM") for pid in family)])
            together = max(together, sum(_kilobytes(pid, "smaps_rollup", "Pss") for pid in family))
            time.sleep(_INTERVAL_S)
    if process.returncode not in (0, 3):
        raise RuntimeError(f"{' '.join(command)} ended with status {process.returncode}")
    return Peak(largest << 10, together << 10)


def _family(pid: int) -> Iterator[int]:
    """Yield a process and all below it that are alive."""
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in _text(children).split():
            yield from _family(int(child))


def _kilobytes(pid: int, file: str, key: str) -> int:
    found = re.search(rf"^{key}:\s+(\d+) kB", _text(Path(f"/proc/{pid}/{file}")), re.MULTILINE)
    return int(found[1]) if found else 0


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace")
    except OSError:  # the process has ended since it was listed
        return ""
