"""What the writers of a bag's records share: what they are given at the beginning, with each entry, and at the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from archiver.model.bag import Bag, BagPlan
from archiver.model.package import PackEntry
from archiver.model.rights import Decision
from archiver.model.rights_context import RightsContext
from archiver.model.run import Run

NewFile = Callable[[str], BinaryIO]
"""Creates a tag file, by its path in the bag; what it gives is held open, and closed by whoever made this."""

LentFile = Callable[[str], AbstractContextManager[BinaryIO]]
"""Creates a tag file, by its path in the bag, for a ``with`` block; for records of so many files that not all can be open."""

Covers = Callable[[Sequence[str]], Sequence[bytes | None]]
"""Gives small pictures of what is embedded in files, as JPEGs, by their paths in the bag; ``None`` for one that has none to show."""


def no_covers(paths: Sequence[str]) -> Sequence[None]:
    """As :data:`Covers`, where no file can be looked into."""
    return [None] * len(paths)


class TagFiles(Protocol):
    """What creates the tag files of a bag."""

    def new(self, path: str) -> BinaryIO:
        """As :data:`NewFile`."""

    def lent(self, path: str) -> AbstractContextManager[BinaryIO]:
        """As :data:`LentFile`."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What is known before the first file is copied.

    Attributes:
        plan: The bag.
        context: What the decisions rest on.
        new_file: Creates tag files.
        lent_file: Creates tag files that are closed before others are opened.
        identify: Gives the identifier of a decision in the record of rights.
        covers: Gives small pictures of what is embedded in the files of the bag, once they are copied.
    """

    plan: BagPlan
    context: RightsContext
    new_file: NewFile
    lent_file: LentFile
    identify: Callable[[Decision], str]
    covers: Covers = no_covers


@dataclass(frozen=True, slots=True)
class Closing:
    """What is known when every file is copied.

    Attributes:
        run: The run.
        bag: The bag.
        context: What the decisions rest on, with the declarations that are recorded and the documents that lie in
            the bag.
        records: Path and description of what lies in ``metadata/``.
    """

    run: Run
    bag: Bag
    context: RightsContext
    records: tuple[tuple[str, str], ...]


class Writer(Protocol):
    """What writes one record."""

    def add(self, entry: PackEntry) -> None:
        """Take in one entry with its outcome; all come, in the order of the scan."""

    def finish(self, closing: Closing) -> None:
        """Write what can be said only when all have come."""
