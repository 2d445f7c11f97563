"""The third stage: what goes into the package, what stays out, and how much that is; no file is read here."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

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


def plan(
    assessed: Iterable[AssessedFile | HeldFile | BesideFiles],
    entries: Spool[PlanEntry],
    told: Callable[[PlanEntry], object] = lambda _: None,
) -> PackagePlan:
    """Divide assessed files by their disposition and add everything up.

    Args:
        assessed: Assessed files, those that are held already, and what is no file.
        entries: An empty spool that takes the entries.
        told: Is told of every entry as it goes into the plan, in their order.
    """
    totals = Totals()
    digest = hashlib.sha256()
    for one in assessed:
        entry = _planned(one)
        match entry:
            case HeldFile():
                totals.count_held(entry.size_bytes)
            case AssessedFile(examined):
                ref = examined.ref
                totals.count_packed(examined, ref.stat.size_bytes)
                digest.update(repr((ref.path, ref.stored, ref.root, ref.relative, ref.stat)).encode())
            case WithheldFile(AssessedFile(examined)):
                totals.count_withheld(examined)
            case _:
                totals.count_other(entry)
        told(entry)
        entries.append(_without_records(entry) if isinstance(entry, HeldFile) else entry)
    return PackagePlan(entries, totals, digest.hexdigest())


def _planned(entry: AssessedFile | HeldFile | BesideFiles) -> PlanEntry:
    """Say what becomes of an entry; what is to stay out today is withheld, whatever an earlier bag holds of it."""
    if isinstance(entry, BesideFiles):
        return entry
    assessed = entry.assessed if isinstance(entry, HeldFile) else entry
    return entry if assessed.decision.disposition.packed else WithheldFile(assessed)


def _without_records(file: HeldFile) -> HeldFile:
    """Leave behind what only the record of files would tell, where the bag that has the bytes tells it already.

    Each later stage reads the whole plan, and this is half of what there is to read.
    """
    examined = file.assessed.examined
    before = examined.known.before
    is_unchanged = before is not None and before.digest.hex() == file.holding.digest
    left = replace(
        examined,
        format=None,
        audio=None,
        tag_blocks=(),
        bitstream=None,
        heard=None,
        sound=None if is_unchanged else examined.sound,
        decoded=None,
        iscc=None,
        papers=(),
        expected=(),
        rip_claims=(),
    )
    return replace(file, assessed=replace(file.assessed, examined=left))
