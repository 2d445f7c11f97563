"""The trees that are measured on, and the places where bags, copies and a catalogue of them come and go."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from archiver import disk
from benchmarks.commands import CATALOGUE, archiver, run
from benchmarks.kept import kept_tree
from benchmarks.trees import large_tree, small_tree

PROVEN_S = 3
"""After so long a file's times prove that it was not changed since."""

_SMALL_BYTES = 1 << 18
_TREES = ("large-", "small-", "tagged-")


@dataclass(frozen=True, slots=True)
class Tree:
    """A tree to measure on.

    Attributes:
        label: What the tables call it.
        folder: Where it is.
        files: Files in it.
        bytes: Their bytes.
    """

    label: str
    folder: Path
    files: int
    bytes: int

    @property
    def is_small(self) -> bool:
        """Whether its files take as long as their number asks for, rather than their bytes."""
        return self.bytes < _SMALL_BYTES * self.files


def make_large(scratch: Path, files: int, megabytes: int) -> Tree:
    """Make a tree of large WAV files, or take the one that is there."""
    name = f"large-{files}-{megabytes}"
    folder = kept_tree(scratch / name, lambda made: large_tree(made, files, megabytes * 1_000_000))
    return tree_of(folder, f"{files:,} files of {megabytes:,} MB")


def make_small(scratch: Path, files: int) -> Tree:
    """Make a tree of small tagged files, or take the one that is there."""
    folder = kept_tree(scratch / f"small-{files}", lambda made: small_tree(made, files))
    return tree_of(folder, f"{files:,} small files")


def tree_of(folder: Path, label: str) -> Tree:
    """Return a folder as a tree to measure on."""
    sizes = [os.stat(Path(above, name)).st_size for above, _, names in os.walk(folder) for name in names]
    return Tree(label, folder, len(sizes), sum(sizes))


def clear(*folders: Path) -> None:
    """Remove folders that measured work left, those that are not there too."""
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def clear_all_but_trees(scratch: Path) -> None:
    """Remove what a run that was ended left, but for trees, and the stores in which their growth goes on."""
    for path in scratch.iterdir():
        if path.name.startswith(_TREES):
            continue
        if path.is_dir():
            clear(path)
        else:
            path.unlink()


def clear_catalogue() -> None:
    """Remove the catalogue that measured work shares, so that no run is slower for what earlier ones left in it."""
    catalogue = Path(os.environ[CATALOGUE])
    for path in catalogue.parent.glob(f"{catalogue.name}*"):
        path.unlink()


def bag_in(store: Path) -> Path:
    """Return the first bag of a store."""
    return min(path.parent for path in store.glob("*/bagit.txt"))


def packed(folder: Path, store: Path) -> Path:
    """Pack a folder into a new store and return the bag."""
    clear(store)
    run(archiver("pack", folder, "--to", store))
    return bag_in(store)


def forget(folder: Path) -> None:
    """Have the system forget what it holds in memory of the files below a folder."""
    for above, _, names in os.walk(os.fsencode(folder)):
        for name in names:
            disk.forget_cached(os.path.join(above, name))
