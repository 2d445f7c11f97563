"""What the later stages make of an examined file: assessed, packed or withheld."""

from __future__ import annotations

from dataclasses import dataclass

from archiver.model.audio import ExaminedFile
from archiver.model.pickling import by_fields
from archiver.model.rights import Decision
from archiver.model.source import BesideFiles


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


PlanEntry = AssessedFile | WithheldFile | BesideFiles
"""What a plan holds, in the order of the scan."""

PackEntry = PackedFile | WithheldFile | BesideFiles
"""What a package records, in the order of the scan: the plan with every file to copy replaced by its outcome."""
