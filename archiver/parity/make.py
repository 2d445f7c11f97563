"""Makes the recovery data of sets, one after the other, in a folder of its own; whoever asks carries them into the bag."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from archiver.parity.program import Par2
from archiver.parity.sets import FOLDER, OWN_FILES, Amount, ParitySet, Sized, divide, may_be_protected


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A file of recovery data: its path in the bag, and the absolute path where it was made, which holds until the next set."""

    path: str
    made: bytes


def sets_of_payload(
    files: Iterable[Sized], group: Callable[[str], str], amount: Amount, first: int = 1
) -> tuple[tuple[ParitySet, ...], int]:
    """Return the sets of a payload, and how many files have no place in any: empty ones are not counted.

    Args:
        files: The payload's files.
        group: Gives the album's folder that a path is of.
        amount: How much recovery data each set gets.
        first: Number of the first set.
    """
    kept: list[Sized] = []
    left_out = 0
    for file in files:
        if may_be_protected(file):
            kept.append(file)
        else:
            left_out += file.size > 0
    return tuple(divide(kept, group, amount, first)), left_out


def sets_of_tag_files(files: Iterable[Sized], amount: Amount, first: int) -> tuple[ParitySet, ...]:
    """Return the sets of a bag's tag files, numbered from ``first``."""
    return tuple(divide(filter(may_be_protected, files), lambda _: OWN_FILES, amount, first))


def make_sets(par2: Par2, sets: Iterable[ParitySet], base: bytes, scratch: bytes) -> Iterator[list[MadeFile]]:
    """Make the recovery data of sets, and yield the files of each; they are gone when the next is asked for.

    Args:
        par2: The program.
        sets: The sets.
        base: Absolute path of the folder that their paths are below; it is only read.
        scratch: Absolute path of an empty folder outside it.

    Raises:
        ParityError: where they cannot be made.
        OSError: as the system calls do.
    """
    for each in sets:
        index = scratch + b"/" + each.index.encode()
        names = [file.path for file in each.files]
        par2.create(base, names, index, block=each.block, recovery=each.recovery, size=each.size)
        made = sorted(os.listdir(scratch))
        yield [MadeFile(f"{FOLDER}/{os.fsdecode(name)}", scratch + b"/" + name) for name in made]
        for name in made:
            os.unlink(scratch + b"/" + name)
