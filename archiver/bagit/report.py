"""The outcome of a validation: frozen values, with the verdicts that follow from the findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from archiver.bagit.codes import FINDING_KINDS
from archiver.bagit.findings import Effect, Finding, FindingKind, Severity, Subject


class Depth(StrEnum):
    """How much of a bag is checked.

    ``FAST``: the tag files at the top, the payload's names against one manifest, and its number of files and bytes
    against ``Payload-Oxum``. ``COMPLETE``: also that every file of every manifest is there and no other, tag files
    too; nothing is hashed.
    ``FULL``: also that every digest of every manifest is right.
    """

    FAST = "fast"
    COMPLETE = "complete"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class BagReport:
    """What was found out about one bag.

    Attributes:
        bag: The path as it was given.
        depth: How much was checked.
        version: The BagIt version that bagit.txt declares; None where it declares none.
        complete: Whether everything that must be there is, and nothing else (RFC 8493 §3); None where too little
            was checked to say so.
        valid: Whether it is complete and every digest is right; None where too little was checked to say so.
        intact: How many payload files were read and are as they were recorded; None where no file was read.
        files: How many files the payload holds, on the disk.
        bytes: How many bytes they are.
        algorithms: The algorithms of the payload manifests.
        metadata: Label and value of each element of bag-info.txt, in order.
        findings: Every finding in report order, at most a thousand of each code and then one that counts the rest.
        counts: How many findings of each code there were.
    """

    bag: str
    depth: Depth
    version: str | None
    complete: bool | None
    valid: bool | None
    intact: int | None
    files: int
    bytes: int
    algorithms: tuple[str, ...] = ()
    metadata: tuple[tuple[str, str], ...] = ()
    findings: tuple[Finding, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)

    def count(self, severity: Severity) -> int:
        """How many findings of ``severity`` there were."""
        return sum(number for code, number in self.counts.items() if FINDING_KINDS[code].severity is severity)

    def kinds(self) -> list[FindingKind]:
        """What was found, each kind once, in order."""
        return [FINDING_KINDS[code] for code in sorted(self.counts)]

    def has(self, effect: Effect, subject: Subject | None = None) -> bool:
        """Whether anything was found with this effect: on ``subject``, or on whatever it may be."""
        return any(kind.effect is effect and subject in (None, kind.subject) for kind in self.kinds())


def judge_verdicts(counts: Mapping[str, int], depth: Depth) -> tuple[bool | None, bool | None]:
    """Return ``complete`` and ``valid`` for a bag with so many findings of each code, checked to ``depth``."""
    errors = [kind for kind in map(FINDING_KINDS.__getitem__, counts) if kind.severity is Severity.ERROR]
    incomplete = any(kind.effect is not Effect.CHANGED for kind in errors)
    complete = False if incomplete else True if depth is not Depth.FAST else None
    valid = False if errors else True if depth is Depth.FULL else None
    return complete, valid
