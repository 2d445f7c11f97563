"""The text beside recovery data: tells a stranger what they are for, and this program how they were made."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from archiver.parity.sets import FOLDER, ONE_FILE, OWN_FILES, Amount, ParitySet

README = f"{FOLDER}/README.txt"

MOST_BYTES = 16 << 20
"""Of a text that is read back: a line for each of very many sets."""

_ONE_FILE = "Of each set, any one file can be lost and made again."
_SHARE = "Of each set, about {} of its bytes can be lost and made again, wherever they are."
_LEFT_OUT = "Files whose names the format cannot hold, and that are in no set: "

_AMOUNT = re.compile(r"(?a)Of each set, about (\d{1,3}(?:\.\d{1,9})?)% of its bytes")
_LEFT_OUT_LINE = re.compile(rf"(?am)^{re.escape(_LEFT_OUT)}(\d{{1,9}})$")
_LINE = re.compile(r"(?am)^(\d{4,9}) +(\d{1,9})  (\d{1,9}) x (\d{1,12})  (.+)$")


@dataclass(frozen=True, slots=True)
class SetLine:
    """What the text says of one set.

    Attributes:
        number: Its number in the bag.
        files: How many files it is about.
        recovery: Blocks that can be lost.
        block: Bytes of a block.
        title: The folder that the files lie in, or :data:`~archiver.parity.sets.OWN_FILES`.
    """

    number: int
    files: int
    recovery: int
    block: int
    title: str

    @property
    def is_of_payload(self) -> bool:
        """Whether it is about files of the payload."""
        return self.title != OWN_FILES


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the text says.

    Attributes:
        amount: How much recovery data each set has.
        sets: The sets.
        left_out: Files of the payload that are in no set.
    """

    amount: Amount
    sets: tuple[SetLine, ...]
    left_out: int


def line_of(one: ParitySet) -> SetLine:
    """Return what the text says of a set."""
    return SetLine(one.number, len(one.files), one.recovery, one.block, one.title)


def write_readme(recorded: Recorded) -> bytes:
    """Return the text."""
    amount = recorded.amount
    how_much = _ONE_FILE if amount.kind == "one-file" else _SHARE.format(amount)
    some = min((one.number for one in recorded.sets), default=1)
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
        f"    mkdir work && cp -r BAG/data work/ && cp BAG/parity/{some:04}*.par2 work/",
        f"    par2 repair work/{some:04}.par2",
        "",
        "Then compare the repaired file with the bag's manifest (sha512sum) and copy it",
        "into the bag. The tag manifest itself is in no set, since it lists them all.",
        "",
    ]
    if recorded.left_out:
        lines += [f"{_LEFT_OUT}{recorded.left_out}", ""]
    lines += [
        "Set   Files  Blocks that can be lost, of so many bytes each",
        *map(_line, sorted(recorded.sets, key=lambda one: one.number)),
        "",
    ]
    return "\n".join(lines).encode("utf-8", "backslashreplace")


def read_readme(content: bytes) -> Recorded | None:
    """Return what a text that :func:`write_readme` wrote says; ``None`` for any other."""
    text = content.decode("utf-8", "replace")
    told = _AMOUNT.search(text)
    if told is None and _ONE_FILE not in text:
        return None
    amount = ONE_FILE if told is None else Amount("share", float(told[1]) / 100)
    left_out = _LEFT_OUT_LINE.search(text)
    sets = tuple(
        SetLine(int(number), int(files), int(recovery), int(block), title)
        for number, files, recovery, block, title in _LINE.findall(text)
    )
    return Recorded(amount, sets, 0 if left_out is None else int(left_out[1])) if sets else None


def recorded(
    sets: Iterable[ParitySet], amount: Amount, left_out: int, kept: Sequence[SetLine] = ()
) -> Recorded:
    """Return what the text is to say of sets that were made, and of others that are kept."""
    return Recorded(amount, (*kept, *map(line_of, sets)), left_out)


def _line(one: SetLine) -> str:
    return f"{one.number:04}  {one.files:5}  {one.recovery} x {one.block}  {one.title}"
