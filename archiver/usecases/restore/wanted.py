"""What is to be given back, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from archiver.model.pickling import by_fields
from archiver.records.tree_lines import Beside


@by_fields
@dataclass(frozen=True, slots=True)
class Wanted:
    """A file to give back.

    Attributes:
        path: The record path.
        name: The path below the target in the file system's own bytes.
        size_bytes: Its bytes; ``None`` where that is not recorded.
        modified_ns: Its modification time, in nanoseconds since 1970 UTC; ``None`` where that is not recorded.
        algorithm: The algorithm of ``digest``.
        digest: Hex digest of its bytes.
        holder: The number of the bag that is to have the bytes, as a plan counts them.
        bag_path: Their path in that bag.
        beside: Permission bits and attributes; ``None`` where they are not recorded.
        fault: Why it could not be had so far, to go on after its name; empty while no copy was tried.
    """

    path: str
    name: bytes
    size_bytes: int | None
    modified_ns: int | None
    algorithm: str
    digest: str
    holder: int
    bag_path: str
    beside: Beside | None
    fault: str = ""

    def failed(self, fault: str) -> Wanted:
        """The same, after one more copy was tried in vain."""
        return replace(self, fault=fault)


@dataclass(slots=True)
class FaultyCopy:
    """A bag out of which files could not be had that it should have, whether or not another copy had them.

    Attributes:
        files: How many.
        first: Path in the bag of the first of them.
        fault: Why it could not be had, to go on after its name.
    """

    files: int
    first: str
    fault: str


class Fate(Enum):
    """What became of something that was to be given back."""

    RESTORED = "restored"
    """It stands under its name, and is right."""
    REPLACED = "replaced"
    """So it does, in the place of something else, as was asked for."""
    THERE = "there"
    """It stood there already, the same bytes."""
    IN_THE_WAY = "in the way"
    """Something else bears its name, and was left alone."""
    REFUSED = "refused"
    """The file system of the target cannot hold it."""
    LACKING = "lacking"
    """No bag that has it is at hand."""
    DAMAGED = "damaged"
    """Every copy at hand is damaged or cannot be read."""
    WITHHELD = "withheld"
    """It is not in any bag, or not as it was, because it was withheld."""


@by_fields
@dataclass(frozen=True, slots=True)
class Told:
    """What became of one file or link.

    Attributes:
        path: The record path.
        fate: What became of it.
        why: More on it, for the middle of a sentence; may be empty.
        size_bytes: Bytes that were written.
        plain: Whether permission bits or attributes that are recorded could not be set.
        otherwise: Whether what stood there has another modification time than is recorded.
        holder: The number of the bag that should have its bytes, where they cannot be had.
    """

    path: str
    fate: Fate
    why: str = ""
    size_bytes: int = 0
    plain: bool = False
    otherwise: bool = False
    holder: int | None = None
