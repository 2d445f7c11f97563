"""The least time that the machine allows: what reading, writing, hashing, listing and copying take when nothing else is done.

Each part is measured in the same rounds as what is held against it. The limit of a command is the largest of its parts,
because all of them can go on at once on a machine that does nothing else.
"""

from __future__ import annotations

import hashlib
import os
import statistics
import subprocess
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from archiver.executors.ordered import available_cores
from benchmarks.commands import copy_and_sync, run
from benchmarks.places import Tree, clear, forget
from benchmarks.timing import Spread, Task, Took, spread

READ = "read from the disk"
WRITTEN = "written to the disk"
COPIED = "copied and hashed"
HASHED = "read and hashed"
LISTED = "find -printf"
SEEN = "cat of all files"
COPY = "cp -r and sync"

_HASH = "hashed from memory"
_BLOCK = 1 << 20
_HASHED_BYTES = 256 << 20


def parts_for(tree: Tree, scratch: Path) -> dict[str, Task]:
    """Return what the machine is asked to do with a tree, to learn how soon it can; each clears what it writes."""
    copy, written = scratch / "copied", scratch / "written"

    def warm() -> None:
        clear(copy)
        read(tree.folder)

    parts = {
        COPY: Task(lambda: run(copy_and_sync(tree.folder, copy)), warm, lambda: clear(copy)),
        HASHED: Task(lambda: read_and_hash(tree.folder), warm),
        _HASH: Task(_hash_from_memory),
        READ: Task(lambda: read(tree.folder), lambda: forget(tree.folder)),
        WRITTEN: Task(lambda: write(written, tree.bytes), after=lambda: written.unlink(missing_ok=True)),
        LISTED: Task(lambda: find(tree.folder)),
    }
    return parts | {SEEN: Task(lambda: _cat(tree.folder), warm)} if tree.is_small else parts


@dataclass(frozen=True, slots=True)
class Limit:
    """The least time that something can take.

    Attributes:
        seconds: It, in each round.
        part: What takes it.
    """

    seconds: tuple[float, ...]
    part: str

    @property
    def middle(self) -> float:
        """The median of the rounds."""
        return statistics.median(self.seconds)

    def share(self, taken: Sequence[Took]) -> Spread:
        """Return which part of what was taken the limit is, in each round."""
        return spread([least / took.wall for least, took in zip(self.seconds, taken, strict=True)])


def limit_of(tree: Tree, parts: Sequence[str], taken: Mapping[str, Sequence[Took]]) -> Limit:
    """Return the limit of a command.

    Args:
        tree: What it works on.
        parts: Of what the machine has to do for it; those that hold for small files alone are left out of large ones.
        taken: What each of :func:`parts_for` took.
    """
    if not tree.is_small:
        parts = [part for part in parts if part not in (SEEN, COPY)]
    rounds = {part: _seconds(part, tree, taken) for part in parts}
    part = max(rounds, key=lambda one: statistics.median(rounds[one]))
    return Limit(tuple(map(max, zip(*rounds.values(), strict=True))), part)


def _seconds(part: str, tree: Tree, taken: Mapping[str, Sequence[Took]]) -> list[float]:
    cores = available_cores()
    if part == HASHED:
        return [took.cpu / cores for took in taken[HASHED]]
    if part == COPIED:
        hashing = [took.cpu * tree.bytes / _HASHED_BYTES for took in taken[_HASH]]
        return [(took.cpu + more) / cores for took, more in zip(taken[COPY], hashing, strict=True)]
    return [took.wall for took in taken[part]]


def _hash_from_memory() -> None:
    block, digest = os.urandom(_BLOCK), hashlib.sha512()
    for _ in range(_HASHED_BYTES // _BLOCK):
        digest.update(block)


def _paths(folder: Path) -> list[str]:
    return [os.path.join(above, name) for above, _, names in os.walk(folder) for name in names]


def read_and_hash(folder: Path) -> None:
    """Read every file below a folder and hash it with SHA-512, one after the other, into one buffer."""
    buffer = bytearray(_BLOCK)
    view = memoryview(buffer)
    for path in _paths(folder):
        digest = hashlib.sha512()
        with open(path, "rb", buffering=0) as stream:
            while number := stream.readinto(buffer):
                digest.update(view[:number])


def read(folder: Path) -> None:
    """Read every file below a folder, as many at once as there are cores."""
    with ThreadPoolExecutor(available_cores()) as pool:
        for _ in pool.map(_read, _paths(folder)):
            pass


def _read(path: str) -> None:
    buffer = bytearray(_BLOCK)
    with open(path, "rb", buffering=0) as stream:
        while stream.readinto(buffer):
            pass


def write(path: Path, size: int) -> None:
    """Write so many bytes that do not compress, and wait until they are on the disk."""
    block = os.urandom(_BLOCK)
    with path.open("wb", buffering=0) as stream:
        for at in range(0, size, _BLOCK):
            stream.write(block[: min(_BLOCK, size - at)])
        os.fsync(stream.fileno())


def find(folder: Path) -> None:
    """Have ``find`` say of each file what a rescan must know: its path, size, times and number."""
    form = r"%P\0%s %T@ %C@ %i\n"
    subprocess.run(["find", str(folder), "-printf", form], stdout=subprocess.DEVNULL, check=True)


def _cat(folder: Path) -> None:
    words = 'find "$1" -type f -print0 | xargs -0 -n 500 -P "$2" cat > /dev/null'
    run(["sh", "-c", words, "sh", str(folder), str(available_cores())])
