"""How much memory a command and all processes that it starts take at most (Linux: read from ``/proc``)."""

from __future__ import annotations

import contextlib
import re
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.commands import PROJECT, environment
from benchmarks.timing import Took, taken_by

_OFTEN_S, _SELDOM_S = 0.05, 0.5
_LONG_S = 10
"""From here on a command is looked at seldom, because looking takes a processor's time too."""


@dataclass(frozen=True, slots=True)
class Peak:
    """The most memory that was held.

    Attributes:
        largest_bytes: Resident memory of the largest process at its peak, as ``/usr/bin/time`` reports it.
        together_bytes: All processes at one moment, memory that they share counted once (PSS).
    """

    largest_bytes: int
    together_bytes: int


@dataclass(slots=True)
class _Watch:
    largest: int = 0
    together: int = 0

    def look(self, pid: int) -> None:
        family = [*_family(pid)]
        self.largest = max([self.largest, *(_kilobytes(one, "status", "VmHWM") for one in family)])
        self.together = max(self.together, sum(_kilobytes(one, "smaps_rollup", "Pss") for one in family))


def watched(command: Sequence[str]) -> tuple[Took, Peak]:
    """Run a command, look at its processes twenty times a second, of a long one twice, and say what it took.

    Raises:
        RuntimeError: if it failed.
    """
    watch = _Watch()
    own = time.process_time()
    took = taken_by(lambda: _run_watched(command, watch))
    own = time.process_time() - own  # looking is not the command's to answer for
    return Took(took.wall, max(took.cpu - own, 0.0)), Peak(watch.largest << 10, watch.together << 10)


def _run_watched(command: Sequence[str], watch: _Watch) -> None:
    began = time.monotonic()
    with subprocess.Popen(
        command, cwd=PROJECT, env=environment(), stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL
    ) as process:
        while process.poll() is None:
            watch.look(process.pid)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_SELDOM_S if time.monotonic() - began > _LONG_S else _OFTEN_S)
    if process.returncode not in (0, 3):
        raise RuntimeError(f"{' '.join(command)} ended with status {process.returncode}")


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
