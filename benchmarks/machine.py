"""What the numbers were measured on, and how fast it hashes, writes and reads with nothing else to do."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from archiver.executors.ordered import available_cores
from benchmarks.commands import PROJECT
from benchmarks.limits import read, write
from benchmarks.peers import versions
from benchmarks.places import forget
from benchmarks.timing import taken_by

_BLOCK_BYTES = 1 << 20
_SECONDS = 0.5
_DISK_BYTES = 128 << 20


def sha512_rate(threads: int) -> float:
    """Return how many bytes a second so many threads hash together, from memory, with :mod:`hashlib`."""
    block = os.urandom(_BLOCK_BYTES)
    started = time.perf_counter()

    def work() -> int:
        digest, done = hashlib.sha512(), 0
        while time.perf_counter() - started < _SECONDS:
            digest.update(block)
            done += _BLOCK_BYTES
        return done

    with ThreadPoolExecutor(threads) as pool:
        hashed = sum(future.result() for future in [pool.submit(work) for _ in range(threads)])
    return hashed / (time.perf_counter() - started)


def identity() -> dict[str, str]:
    """Return what must be the same for measurements to stand in one table: the machine, and the program's own code."""
    code = hashlib.sha256()
    for path in sorted((PROJECT / "archiver").rglob("*.py")):
        code.update(path.read_bytes())
    return {"processor": _processor(), "cores": str(available_cores()), "archiver": code.hexdigest()[:16]}


def description(scratch: Path) -> list[tuple[str, str]]:
    """Return what was measured on, as pairs of name and value; no name of the machine or of a person."""
    memory = _first(Path("/proc/meminfo"), r"MemTotal:\s+(\d+) kB")
    written, read_again = disk_rates(scratch)
    return [
        ("processor", _processor()),
        ("cores", str(available_cores())),
        ("processes that wanted one when this began", f"{os.getloadavg()[0]:.1f}"),
        ("memory", f"{int(memory) / (1 << 20):.0f} GiB" if memory else "unknown"),
        ("file system", _file_system(scratch)),
        ("disk, written and synced", f"{written / 1e6:,.0f} MB/s"),
        ("disk, read", f"{read_again / 1e6:,.0f} MB/s"),
        ("SHA-512, one core", f"{sha512_rate(1) / 1e6:.0f} MB/s"),
        ("system", f"{platform.system()} {platform.release()}"),
        ("Python", platform.python_version()),
        *versions(),
    ]


def disk_rates(scratch: Path) -> tuple[float, float]:
    """Return how many bytes a second are written to the disk, and read from it past what is held in memory."""
    folder = scratch / "disk"
    folder.mkdir()
    written = taken_by(lambda: write(folder / "file", _DISK_BYTES))
    forget(folder)
    was_read = taken_by(lambda: read(folder))
    shutil.rmtree(folder)
    return _DISK_BYTES / written.wall, _DISK_BYTES / was_read.wall


def _processor() -> str:
    named = _first(Path("/proc/cpuinfo"), r"model name\s+: (.+)")
    return named or platform.processor() or "unknown"


def _first(path: Path, pattern: str) -> str | None:
    try:
        found = re.search(pattern, path.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return None
    return found[1].strip() if found else None


def _file_system(folder: Path) -> str:
    """Name the type of the file system that the trees lie on: of the longest mount point above the folder."""
    try:
        mounts = Path("/proc/mounts").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return "unknown"
    real = f"{folder.resolve()}/"
    points = [(fields[1], fields[2]) for fields in (line.split() for line in mounts) if len(fields) > 2]
    above = [(len(point), kind) for point, kind in points if real.startswith(point.rstrip("/") + "/")]
    return max(above)[1] if above else "unknown"
