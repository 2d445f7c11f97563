"""What the later stages make of an examined file: assessed, packed, held already or withheld."""

from __future__ import annotations

from dataclasses import dataclass

from archiver.model.audio import ExaminedFile
from archiver.model.pickling import by_fields
from archiver.model.rights import Decision
from archiver.model.source import BesideFiles
from archiver.model.state import Holding


@by_fields
@dataclass(frozen=True, slots=True)
class AssessedFile:
    """A file with the decision on what becomes of it."""

    examined: ExaminedFile
    decision: Decision

    @property
    def path(self) -> str:
        """The record path."""
        return self.examined.ref.path


@by_fields
@dataclass(frozen=True, slots=True)
class PackedFile:
    """A file whose bytes are in the bag.

    Attributes:
        assessed: What is known of it and was decided.
        size_bytes: Bytes packed.
        modified_ns: Modification time of source and copy, in nanoseconds since 1970 UTC.
        digests: Algorithm name, as in a manifest, and hex digest, in the order of the manifests.
    """

    assessed: AssessedFile
    size_bytes: int
    modified_ns: int
    digests: tuple[tuple[str, str], ...]

    @property
    def bag_path(self) -> str:
        """The path in the bag, as its manifests have it."""
        return "data/" + self.assessed.examined.ref.payload_path


@by_fields
@dataclass(frozen=True, slots=True)
class WithheldFile:
    """A file that the decision keeps out of the bag: disposition ``exclude`` or ``review``."""

    assessed: AssessedFile


@by_fields
@dataclass(frozen=True, slots=True)
class HeldFile:
    """A file whose bytes an earlier bag of the store holds: examined and decided anew, and not copied.

    Attributes:
        assessed: What is known of it and was decided.
        holding: Where its bytes are.
    """

    assessed: AssessedFile
    holding: Holding

    @property
    def size_bytes(self) -> int:
        """Its bytes."""
        return self.assessed.examined.ref.stat.size_bytes

    @property
    def modified_ns(self) -> int:
        """Its modification time in the source, in nanoseconds since 1970 UTC."""
        return self.assessed.examined.ref.stat.mtime_ns


PlanEntry = AssessedFile | HeldFile | WithheldFile | BesideFiles
"""What a plan holds, in the order of the scan."""

PackEntry = PackedFile | HeldFile | WithheldFile | BesideFiles
"""What a package records, in the order of the scan: the plan with every file to copy replaced by its outcome."""


# each names what it passes over, so that a new kind of entry is a type error here until somebody says where it belongs


def file_to_copy(entry: PlanEntry) -> AssessedFile | None:
    """Return the file that a package is to hold a copy of; ``None`` for an entry of any other kind."""
    return None if isinstance(entry, HeldFile | WithheldFile | BesideFiles) else entry


def packed_file(entry: PackEntry) -> PackedFile | None:
    """Return the file that is in the bag; ``None`` for an entry of any other kind."""
    return None if isinstance(entry, HeldFile | WithheldFile | BesideFiles) else entry


def withheld_file(entry: PlanEntry | PackEntry) -> WithheldFile | None:
    """Return the file that a decision keeps out; ``None`` for an entry of any other kind."""
    return None if isinstance(entry, AssessedFile | PackedFile | HeldFile | BesideFiles) else entry


def assessed_file(entry: PlanEntry | PackEntry) -> AssessedFile | None:
    """Return the file that was decided on, whatever became of it; ``None`` for what is no file."""
    if isinstance(entry, BesideFiles):
        return None
    return entry.assessed if isinstance(entry, PackedFile | HeldFile | WithheldFile) else entry
