"""What packing did, or would do."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from archiver.ingest.spool import Spool
from archiver.model.changes import Changes
from archiver.model.package import PackEntry, PlanEntry
from archiver.model.problem import PROBLEM_KINDS, Effect, Problem
from archiver.model.rights_summary import RightsSummary
from archiver.model.totals import Totals, problems_in
from archiver.usecases.hearings import UNREAD
from archiver.usecases.leftovers import Leftover
from archiver.usecases.pack.parts import PlanPart
from archiver.usecases.pack.room import Room


@dataclass(frozen=True, slots=True)
class NothingNew:
    """The last state of a collection is what its source is today, so that no bag was written.

    Attributes:
        store: Absolute path of the store.
        dry_run: Whether not even a look was noted.
        collection: Name of the collection.
        accession: Identifier of its latest accession, ``urn:uuid:…``.
        since: When that was made, RFC 3339.
        totals: What was seen; ``None`` where a glance at the listings told that it is all as it was.
        complete: Whether nothing is left out against anybody's will, and nothing was declared in vain.
    """

    store: str
    dry_run: bool
    collection: str
    accession: str
    since: str
    totals: Totals | None
    complete: bool


@dataclass(frozen=True, slots=True)
class PackReport:
    """What packing did, or in a dry run would do.

    Attributes:
        bags: Absolute paths of the finished bags or archives; those to be made in a dry run.
        dry_run: Whether nothing was written.
        new_store: Whether no run has written to the store before.
        totals: What was packed, withheld and lost.
        algorithms: Checksum algorithms of the bags.
        policy: Name of the policy that was applied.
        rights: What was decided, over all bags.
        escaped: Whether a payload path holds a character that manifests must encode.
        spools: The entries that a report names by themselves (:func:`is_noted`), in the order of the scan, on disk; one
            spool for each bag.
        parts: The parts, one for each bag.
        oversize: The bags that are, or in a dry run are likely to be, larger than they were asked to be.
        continued: Whether an interrupted run was continued.
        room: What the package takes on the store's disk while it is made, as estimated before.
        unfinished: What other interrupted runs left in the store.
        remarks: What in the declarations will not do what their writer may expect.
        silences: What is declared in vain, or not as it was meant.
        names: Whether names are stored as they are, or as every system and program can hold them.
        names_withheld: Whether the records name what was withheld and whoever gets the bags is not the holder.
        collection: Name of the collection.
        accession: Identifier of the accession, ``urn:uuid:…``.
        since: When the collection was packed the last time, RFC 3339; ``None`` where it was not, or is packed anew.
        changes: What has changed since; ``None`` as above.
    """

    bags: tuple[str, ...]
    dry_run: bool
    new_store: bool
    totals: Totals
    algorithms: tuple[str, ...]
    policy: str
    rights: RightsSummary
    escaped: bool
    spools: tuple[Spool[PlanEntry] | Spool[PackEntry], ...]
    parts: tuple[PlanPart, ...]
    oversize: tuple[str, ...]
    continued: bool
    room: Room
    unfinished: tuple[Leftover, ...]
    remarks: tuple[str, ...]
    silences: tuple[str, ...]
    names: Literal["exact", "portable"]
    names_withheld: bool
    collection: str
    accession: str
    since: str | None
    changes: Changes | None

    @property
    def complete(self) -> bool:
        """Whether every file is in and every declaration was heard."""
        return not (self.totals.lost or self.totals.withheld or self.silences or self.totals.problems[UNREAD])

    @property
    def noted(self) -> Iterator[PlanEntry | PackEntry]:
        """The entries that a report names by themselves, in the order of the scan."""
        return itertools.chain.from_iterable(self.spools)

    @property
    def problems(self) -> Iterator[Problem]:
        """The problems of these entries, in the same order."""
        return itertools.chain.from_iterable(map(problems_in, self.noted))

    @property
    def refused_elsewhere(self) -> int:
        """How many names are stored as other systems or programs cannot hold them; all problems of one stand together."""
        refusing = {code for code, kind in PROBLEM_KINDS.items() if kind.effect is Effect.REFUSED_ELSEWHERE}
        if not refusing & self.totals.problems.keys():
            return 0
        refused = (problem.path for problem in self.problems if problem.code in refusing)
        return sum(1 for _ in itertools.groupby(refused))

    @property
    def cut_albums(self) -> dict[str, list[str]]:
        """The bags of each album that had to be cut."""
        cut: dict[str, list[str]] = {}
        for bag, part in zip(self.bags, self.parts, strict=True):
            for album in part.cut:
                cut.setdefault(album, []).append(bag)
        return cut
