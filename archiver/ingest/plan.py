"""The third stage: what goes into the package, what stays out, and how much that is; no file is read here."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from archiver.ingest.spool import Spool
from archiver.model.package import AssessedFile, HeldFile, PlanEntry, WithheldFile
from archiver.model.source import BesideFiles
from archiver.model.totals import Totals


@dataclass(frozen=True, slots=True)
class PackagePlan:
    """What a package will hold.

    Attributes:
        entries: The plan's entries in the order of the scan, on disk, as often readable as wanted.
        totals: What they add up to.
        fingerprint: Digest over every file to copy with its size and times: equal plans have equal ones.
    """

    entries: Spool[PlanEntry]
    totals: Totals
    fingerprint: str


def plan(assessed: Iterable[AssessedFile | HeldFile | BesideFiles], entries: Spool[PlanEntry]) -> PackagePlan:
    """Divide assessed files by their disposition and add everything up.

    Args:
        assessed: Assessed files, those that are held already, and what is no file.
        entries: An empty spool that takes the entries.
    """
    totals = Totals()
    digest = hashlib.sha256()
    for entry in assessed:
        if isinstance(entry, HeldFile):
            _keep_held(entry, totals, entries)
        elif not isinstance(entry, AssessedFile):
            totals.count_other(entry)
            entries.append(entry)
        elif entry.decision.disposition.packed:
            ref = entry.examined.ref
            totals.count_packed(entry.examined, ref.stat.size_bytes)
            digest.update(repr((ref.path, ref.stored, ref.root, ref.relative, ref.stat)).encode())
            entries.append(entry)
        else:
            totals.count_withheld(entry.examined)
            entries.append(WithheldFile(entry))
    return PackagePlan(entries, totals, digest.hexdigest())


def _keep_held(file: HeldFile, totals: Totals, entries: Spool[PlanEntry]) -> None:
    """Take in a file whose bytes are held; one that is to stay out today is withheld, whatever an earlier bag holds."""
    if file.assessed.decision.disposition.packed:
        totals.count_held(file.size_bytes)
        entries.append(file)
    else:
        totals.count_withheld(file.assessed.examined)
        entries.append(WithheldFile(file.assessed))
