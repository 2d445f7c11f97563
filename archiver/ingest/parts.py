"""Divides a plan over one or several bags, keeping each album's folder in one bag where it fits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from archiver.bagit.splitting import split
from archiver.ingest.plan import PackagePlan
from archiver.ingest.spool import Spool
from archiver.model.album import album_folder
from archiver.model.package import AssessedFile, PlanEntry


@dataclass(frozen=True, slots=True)
class PlanPart:
    """The stretch of a plan that goes into one bag; iterate it as often as wanted.

    Attributes:
        entries: The whole plan's entries.
        start: Index of the part's first file among the plan's files to copy.
        end: Index after its last file; ``None`` for the plan's last part, which takes what follows as well.
        bytes: Bytes of its files.
        cut: Folders of albums that are only partly here, because each alone is larger than a bag may be.
        oversize: Whether its one file alone is larger than a bag may be.
    """

    entries: Spool[PlanEntry]
    start: int
    end: int | None
    bytes: int
    cut: tuple[str, ...] = ()
    oversize: bool = False

    def __iter__(self) -> Iterator[PlanEntry]:
        index = 0
        for entry in self.entries:
            if self.end is not None and index >= self.end:
                return
            if self.start <= index:
                yield entry
            if isinstance(entry, AssessedFile):
                index += 1


def parts_of(plan: PackagePlan, max_bytes: int | None) -> tuple[PlanPart, ...]:
    """Divide a plan into parts of at most ``max_bytes`` of payload, in order; into one where there is no limit."""
    if max_bytes is None:
        return (PlanPart(plan.entries, 0, None, plan.totals.bytes),)
    files = (
        (album_folder(entry.path), entry.examined.ref.stat.size_bytes)
        for entry in plan.entries
        if isinstance(entry, AssessedFile)
    )
    found = split(files, max_bytes)
    return tuple(
        PlanPart(
            plan.entries,
            part.start,
            None if number == len(found) else part.end,
            part.size,
            part.cut,
            part.oversize,
        )
        for number, part in enumerate(found, 1)
    )
