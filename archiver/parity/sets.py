"""Divides the files of a bag into sets of recovery data, and says how much each gets; computes only."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

FOLDER = "parity"
"""The folder of a bag with its recovery data."""

OWN_FILES = "the bag's own files"
"""The title of the sets of a bag's tag files."""

_MOST_FILES = 2_000
"""Of one set: every file of it repeats the names of all, and the words that start the program have a limit."""

_MOST_WORDS = 1 << 20
_MOST_BLOCKS = 4_000
"""Of one set, as far as there are not more files; the time to make recovery data grows with them."""

_LEAST_BLOCKS = 100
"""So that small sets can make good faults in several places."""

_FORMAT_BLOCKS = 32_000
"""A little less than the format allows, 32,768."""

_USUAL_BLOCK = 64 << 10
_SMALLEST_BLOCK = 512
_HEADER, _CHECKSUMS, _DESCRIBED, _SET = 68, 20, 240, 600
"""Bytes that the format takes around a block of recovery data; of each block's checksums; of what describes a file but its
name; and of what describes a set. Both files of a set have the latter three."""

_UNFIT = re.compile(r"[\x00-\x1f\x7f\\*?]")
"""What programs for this format translate in names, or take for patterns."""

_NAME = re.compile(r"(?a)parity/(\d{4,})(\.vol\d+\+\d+)?\.par2")


@dataclass(frozen=True, slots=True)
class Amount:
    """How much recovery data sets get.

    Attributes:
        kind: ``one-file``: as much as the largest file of the set takes, so that any one file can be lost; ``share``: a part
            of the whole.
        share: The part, from 0 to 1; of no account for ``one-file``.
    """

    kind: Literal["one-file", "share"]
    share: float = 0.0

    def __str__(self) -> str:
        """As the bag's records tell it."""
        return "one file" if self.kind == "one-file" else f"{self.share * 100:.6g}%"


ONE_FILE = Amount("one-file")


@dataclass(frozen=True, slots=True)
class Sized:
    """A file: its path in the bag and its bytes."""

    path: str
    size: int


@dataclass(frozen=True, slots=True)
class ParitySet:
    """Files that share recovery data.

    Attributes:
        number: Its number in the bag, from 1.
        title: The folder that the files lie in, or "the bag's own files".
        files: The files.
        block: Bytes of a block.
        recovery: Blocks of recovery data.
    """

    number: int
    title: str
    files: tuple[Sized, ...]
    block: int
    recovery: int

    @property
    def size(self) -> int:
        """Bytes of its files."""
        return sum(file.size for file in self.files)

    @property
    def index(self) -> str:
        """Name of its first file in the folder of recovery data."""
        return f"{self.number:04}.par2"


@dataclass(frozen=True, slots=True)
class Summed:
    """What files of one album come to, from which follows about how much recovery data they get.

    Attributes:
        files: How many there are.
        octets: Bytes of them.
        largest: Bytes of the largest.
        names: Bytes of their paths.
    """

    files: int = 0
    octets: int = 0
    largest: int = 0
    names: int = 0

    def __add__(self, other: Sized) -> Summed:
        """Add a file."""
        names = len(other.path.encode("utf-8", "surrogatepass"))
        return Summed(
            self.files + 1, self.octets + other.size, max(self.largest, other.size), self.names + names
        )


def guessed_bytes(summed: Summed, amount: Amount) -> int:
    """Guess the bytes that recovery data of an album take, rather too many than too few."""
    if not summed.files:
        return 0
    parts = -(-summed.files // _MOST_FILES)
    block = _wanted_block(summed.octets, summed.files)
    blocks = summed.octets // block + summed.files
    if amount.kind == "one-file":
        recovery = parts * (summed.largest // block + 1)
    else:
        recovery = parts + round(blocks * amount.share)
    described = summed.files * _DESCRIBED + summed.names + blocks * _CHECKSUMS + parts * _SET
    return recovery * (block + _HEADER) + 2 * described


def may_be_protected(file: Sized) -> bool:
    """Whether a set can hold the file: an empty one needs no recovery data, and some names have no place in the format."""
    try:
        file.path.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return file.size > 0 and not _UNFIT.search(file.path)


def set_of_file(path: str) -> int | None:
    """Return the number of the set that a file in a bag holds recovery data of; ``None`` where it holds none."""
    found = _NAME.fullmatch(path)
    return None if found is None else int(found[1])


def divide(
    files: Iterable[Sized], group: Callable[[str], str], amount: Amount, first: int = 1
) -> Iterator[ParitySet]:
    """Yield the sets of some files, by the name of their group.

    Args:
        files: Files that may be protected.
        group: Gives the name of the group that a path is of.
        amount: How much recovery data each set gets.
        first: Number of the first set.
    """
    groups: dict[str, list[Sized]] = {}
    for file in files:
        groups.setdefault(group(file.path), []).append(file)
    number = first
    for title, members in sorted(groups.items()):
        for part in _parts(sorted(members, key=lambda file: file.path)):
            block = _block(part)
            yield ParitySet(number, title, part, block, _recovery(part, block, amount))
            number += 1


def _parts(files: list[Sized]) -> Iterator[tuple[Sized, ...]]:
    held: list[Sized] = []
    words = 0
    for file in files:
        length = len(file.path.encode("utf-8")) + 300  # the path of the bag before it
        if held and (len(held) == _MOST_FILES or words + length > _MOST_WORDS):
            yield tuple(held)
            held, words = [], 0
        held.append(file)
        words += length
    if held:
        yield tuple(held)


def _block(files: tuple[Sized, ...]) -> int:
    """Return the size of blocks, so that there are neither too many to compute with nor so few that one fault costs much."""
    total = sum(file.size for file in files)
    block = _wanted_block(total, len(files))
    while _blocks(files, block) > _FORMAT_BLOCKS:
        block = _fours(block + block // 4)
    return block


def _wanted_block(total: int, files: int) -> int:
    wanted = max(_LEAST_BLOCKS, min(total // _USUAL_BLOCK, _MOST_BLOCKS), 2 * files)
    return max(_SMALLEST_BLOCK, _fours(-(-total // wanted)))


def _recovery(files: tuple[Sized, ...], block: int, amount: Amount) -> int:
    if amount.kind == "one-file":
        return max(-(-file.size // block) for file in files)
    return max(1, min(-(-round(_blocks(files, block) * amount.share * 1000) // 1000), _FORMAT_BLOCKS))


def _blocks(files: tuple[Sized, ...], block: int) -> int:
    return sum(-(-file.size // block) for file in files)


def _fours(size: int) -> int:
    return -(-size // 4) * 4
