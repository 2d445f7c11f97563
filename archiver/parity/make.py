"""Makes the recovery data of sets, one after the other, in a folder of its own; whoever asks carries them into the bag."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from archiver.parity.program import Par2
from archiver.parity.sets import FOLDER, Amount, ParitySet, Sized, divide, may_be_protected

README = f"{FOLDER}/README.txt"

_OWN = "the bag's own files"


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A file of recovery data: its path in the bag, and the absolute path where it was made, which holds until the next set."""

    path: str
    made: bytes


def sets_of_payload(
    files: Iterable[Sized], group: Callable[[str], str], amount: Amount
) -> tuple[tuple[ParitySet, ...], int]:
    """Return the sets of a payload, and how many files have no place in any: empty ones are not counted.

    Args:
        files: The payload's files.
        group: Gives the album's folder that a path is of.
        amount: How much recovery data each set gets.
    """
    kept: list[Sized] = []
    left_out = 0
    for file in files:
        if may_be_protected(file):
            kept.append(file)
        else:
            left_out += file.size > 0
    return tuple(divide(kept, group, amount)), left_out


def sets_of_tag_files(files: Iterable[Sized], amount: Amount, first: int) -> tuple[ParitySet, ...]:
    """Return the sets of a bag's tag files, numbered from ``first``."""
    return tuple(divide(filter(may_be_protected, files), lambda _: _OWN, amount, first))


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


def readme(sets: Iterable[ParitySet], amount: Amount, left_out: int) -> bytes:
    """Return the text that tells a stranger what the recovery data are for and how to use them without this program."""
    how_much = (
        "Of each set, any one file can be lost and made again."
        if amount.kind == "one-file"
        else f"Of each set, about {amount} of its bytes can be lost and made again, wherever they are."
    )
    lines = [
        "Recovery data",
        "",
        "The .par2 files in this folder make damaged or lost files of this bag whole",
        "again (Parity Volume Set Specification 2.0). They come in sets, one for each",
        f"album. {how_much}",
        "",
        "Never let a program for PAR2 repair inside the bag: it leaves a second file",
        "beside each bad one. Copy the damaged folder and the set to another place:",
        "",
        "    mkdir work && cp -r BAG/data work/ && cp BAG/parity/0001*.par2 work/",
        "    par2 repair work/0001.par2",
        "",
        "Then compare the repaired file with the bag's manifest (sha512sum) and copy it",
        "into the bag. The tag manifest itself is in no set, since it lists them all.",
        "",
    ]
    if left_out:
        lines += [f"Files whose names the format cannot hold, and that are in no set: {left_out}", ""]
    lines += [
        "Set   Files  Blocks that can be lost, of so many bytes each",
        *(f"{one.number:04}  {len(one.files):5}  {one.recovery} x {one.block}  {one.title}" for one in sets),
        "",
    ]
    return "\n".join(lines).encode("utf-8", "backslashreplace")
