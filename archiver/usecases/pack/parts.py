"""Divides a plan over one or several bags, keeping each album's folder in one bag where it fits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from archiver.ingest.plan import PackagePlan
from archiver.ingest.spool import Spool
from archiver.model.album import album_folder, album_home
from archiver.model.audio import Role
from archiver.model.package import PlanEntry, file_to_copy
from archiver.usecases.pack.fit import split
from archiver.usecases.pack.recovery import RecoveryGuess


@dataclass(frozen=True, slots=True)
class PlanPart:
    """The stretch of a plan that goes into one bag; iterate it as often as wanted.

    Attributes:
        entries: The whole plan's entries.
        start: Index of the part's first file among the plan's files to copy.
        end: Index after its last file; ``None`` for the plan's last part, which takes what follows as well.
        bytes: Bytes of its files.
        likely_bytes: Bytes that its bag is likely to take, with what describes the files.
        cut: Folders of albums that are only partly here, because each alone is larger than a bag may be.
        oversize: Whether its one file alone is larger than a bag may be.
    """

    entries: Spool[PlanEntry]
    start: int
    end: int | None
    bytes: int
    likely_bytes: int
    cut: tuple[str, ...] = ()
    oversize: bool = False

    def __iter__(self) -> Iterator[PlanEntry]:
        index = 0
        for entry in self.entries:
            if self.end is not None and index >= self.end:
                return
            if self.start <= index:
                yield entry
            if file_to_copy(entry) is not None:
                index += 1


def parts_of(
    plan: PackagePlan,
    most: int | None,
    overhead: int,
    described: Callable[[PlanEntry], int],
    guess: RecoveryGuess,
) -> tuple[PlanPart, ...]:
    """Divide a plan, in order, over bags of at most ``most`` bytes; into one part where there is no limit.

    Args:
        plan: The plan.
        most: Bytes that a bag may take.
        overhead: Bytes that a bag takes whatever is in it.
        described: Guesses the bytes that the descriptions of one entry take.
        guess: Guesses the bytes of recovery data.
    """
    if most is None:
        return (PlanPart(plan.entries, 0, None, plan.totals.bytes, plan.totals.bytes),)
    found = split(_weighed(plan, described, guess), most, overhead + guess.of_tag_files(overhead))
    return tuple(
        PlanPart(
            plan.entries,
            part.start,
            None if number == len(found) else part.end,
            part.size,
            part.bag_bytes,
            part.cut,
            part.oversize,
        )
        for number, part in enumerate(found, 1)
    )


def _weighed(
    plan: PackagePlan, described: Callable[[PlanEntry], int], guess: RecoveryGuess
) -> Iterator[tuple[str, int, int]]:
    """Yield each file to copy as its album, its bytes and those that describe it, and that protect it.

    What is described without being packed weighs on the file that comes after it, in whose part it is.
    """
    albums = {
        album_folder(file.path)
        for file in filter(None, map(file_to_copy, plan.entries))
        if file.examined.role is Role.AUDIO
    }
    pending = 0
    for entry in plan.entries:
        pending += described(entry)
        if (file := file_to_copy(entry)) is not None:
            size = file.examined.ref.stat.size_bytes
            pending += guess.added(file.examined.ref.payload_path, size)
            yield album_home(file.path, albums), size, pending
            pending = 0
