"""What healing a bag is asked for, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from archiver.usecases.pins import Trusted

Fault = Literal["damaged", "unreadable", "missing", "older"]
"""What is wrong with a file: its bytes are others, they cannot be read, or there is no file. One that is older is right as it
was sealed, or was not there yet: another copy of the bag was changed on purpose since."""

Means = Literal["copy", "same bytes", "combined", "parity", "known bytes", "listed anew"]
"""Where whole bytes came from: the same file of a copy; another file with the same bytes; parts of several damaged copies;
recovery data; bytes that follow from the digest itself; the tag files that a tag manifest lists."""


@dataclass(frozen=True, slots=True)
class HealRequest:
    """What is to be healed, and of what.

    Attributes:
        bag: Path of the bag: a folder or an archive.
        copies: Stores and bags to take whole bytes from; where there are none, every copy that the catalogue knows.
        dry_run: Whether nothing is to be changed.
        jobs: Threads to use.
    """

    bag: str
    copies: tuple[str, ...]
    dry_run: bool
    jobs: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file of the bag that is not as it should be.

    Attributes:
        path: Its path in the bag; empty for an archive as a whole.
        algorithm: The normalised name of the digest's algorithm.
        digest: What its bytes should have, in hex.
        fault: What is wrong with it.
    """

    path: str
    algorithm: str
    digest: str
    fault: Fault


@dataclass(frozen=True, slots=True)
class Healed:
    """A file that was made whole, or in a dry run would be.

    Attributes:
        path: Its path in the bag.
        fault: What was wrong with it.
        means: How.
        source: Path of the bag that its bytes came from, or of the file in the bag; empty where there is none.
    """

    path: str
    fault: Fault
    means: Means
    source: str = ""


@dataclass(frozen=True, slots=True)
class Unhealed:
    """A file that stays as it was, and why in a few words."""

    path: str
    fault: Fault
    reason: str


@dataclass(frozen=True, slots=True)
class Healing:
    """What came of healing a bag.

    Attributes:
        bag: Absolute path of the bag.
        trusted: What said which bytes are right.
        copies: Paths of the copies that were asked, in that order.
        checked: How many files were checked.
        healed: Files that were made whole.
        unhealed: Files that were not.
        strays: Payload files that no manifest lists, which were put aside; where only the bag itself says what is right,
            they were left where they are.
        aside: Absolute path of the folder with what was put aside; ``None`` where nothing was.
        notes: What else is to be told, in a sentence each.
        dry_run: Whether nothing was changed.
    """

    bag: str
    trusted: Trusted
    copies: tuple[str, ...]
    checked: int
    healed: tuple[Healed, ...]
    unhealed: tuple[Unhealed, ...]
    strays: tuple[str, ...]
    aside: str | None
    notes: tuple[str, ...]
    dry_run: bool

    @property
    def mended(self) -> tuple[Healed, ...]:
        """Of the files that were made whole, those with which something was wrong."""
        return tuple(one for one in self.healed if one.fault != "older")

    @property
    def renewed(self) -> tuple[Healed, ...]:
        """Those that were right and are newer now."""
        return tuple(one for one in self.healed if one.fault == "older")

    @property
    def is_whole(self) -> bool:
        """Whether the bag is now as it should be, or in a dry run would be."""
        return not self.unhealed and not (self.strays and self.trusted == "bag")
