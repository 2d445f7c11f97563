"""Packs a collection again: the look at its source, what has changed since the last one, and whether anything has."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from collections.abc import Sequence
from dataclasses import dataclass

from archiver.ingest.plan import PackagePlan
from archiver.model.changes import Changes
from archiver.model.package import PlanEntry
from archiver.model.run import Run
from archiver.model.totals import Totals
from archiver.usecases.again.basis import basis_digest, holds_until
from archiver.usecases.again.changed import Comparison
from archiver.usecases.again.line import Line, Look, keep_nothing_new
from archiver.usecases.again.memory import CollectionMemory
from archiver.usecases.again.seen import Seen
from archiver.usecases.again.unchanged import looks_unchanged
from archiver.usecases.hearings import UNREAD
from archiver.usecases.pack.prepare import Prepared
from archiver.usecases.pack.report import NothingNew
from archiver.usecases.watch import Watch

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Looking:
    """One look at the source of a collection.

    Attributes:
        prepared: What is to be packed.
        line: The collection's line; ``None`` where nothing is known of it.
        run: The run.
        memory: What is remembered; ``None`` where everything is packed, whatever the store has.
        scratch: Folder for temporary files; ``None`` where nothing is to be written but in the system's own.
        started_ns: Clock before the first of the source was listed.
        basis: Digest of all that its decisions rest on.
        seen: How its files and folders look, as far as they are planned.
        compared: Compares what is planned with the last state.
    """

    prepared: Prepared
    line: Line | None
    run: Run
    memory: CollectionMemory | None
    scratch: bytes | None
    started_ns: int
    basis: bytes
    seen: Seen
    compared: Comparison

    @property
    def since(self) -> str | None:
        """When the collection was packed the last time, where that is what this look is compared with."""
        if self.memory is None or self.line is None or self.line.last is None:
            return None
        return self.line.last.at

    def glance(self) -> bool:
        """Whether the listings alone tell that nothing has changed, and no decision has either."""
        line = self.line
        if self.since is None or line is None or line.last is None or self.prepared.request.anew != "nothing":
            return False
        until = line.last.holds_until
        if line.last.rights != self.basis or (until is not None and self.run.today().isoformat() > until):
            return False
        return line.is_whole and looks_unchanged(self.prepared.sources, self.prepared.exclusion, line.seen())

    def take(self, entry: PlanEntry) -> None:
        """Take an entry of the plan, of all of which the look consists."""
        self.seen.take(entry)
        if self.since is not None:
            self.compared.take(entry)

    def changes(self, watch: Watch) -> Changes | None:
        """Return what has changed since the last state in all that was taken; ``None`` where there is none to compare with."""
        if self.since is None or self.line is None or self.memory is None:
            return None
        if self.memory.without_numbers:
            watch.note(
                "The disk of the source gives its files other numbers each time; they were compared without them."
            )
        named = not self.prepared.request.anonymous_withheld
        return self.compared.changes(self.memory, self.line, named=named)

    def look(self, totals: Totals, silences: Sequence[str]) -> Look:
        """Return what is kept of the look, so that the next can be shorter."""
        declarations = self.prepared.assessor.declarations
        return Look(
            started_ns=self.started_ns,
            basis=self.basis if _is_complete(totals, silences) else b"",
            holds_until=holds_until(declarations, self.run.today()),
            seen=self.seen,
        )

    def nothing_new(self, plan: PackagePlan, silences: Sequence[str], watch: Watch) -> NothingNew:
        """Keep that nothing is new, unless nothing is to be written, and return the report."""
        if self.scratch is not None and self.line is not None:
            keep_nothing_new(self.line, self.look(plan.totals, silences), self.run, watch)
        return self._report(plan.totals, complete=_is_complete(plan.totals, silences))

    def nothing_new_at_a_glance(self, watch: Watch) -> NothingNew:
        """As :meth:`nothing_new`, where :meth:`glance` told."""
        if self.scratch is not None and self.line is not None:
            keep_nothing_new(self.line, None, self.run, watch)
        return self._report(None, complete=True)

    def _report(self, totals: Totals | None, *, complete: bool) -> NothingNew:
        assert self.line is not None and self.line.last is not None  # noqa: PT018 - it is compared with that
        return NothingNew(
            store=os.fsdecode(self.prepared.store),
            dry_run=self.scratch is None,
            collection=self.prepared.collection,
            accession=self.line.last.identifier,
            since=self.line.last.at,
            totals=totals,
            complete=complete,
        )


def begin_look(
    prepared: Prepared, line: Line | None, run: Run, held: contextlib.ExitStack, scratch: bytes | None
) -> Looking:
    """Begin a look at the source of a collection.

    Args:
        prepared: What is to be packed.
        line: The collection's line.
        run: The run.
        held: Keeps what is remembered open.
        scratch: Folder for temporary files; ``None`` for a rehearsal, which writes nothing.
    """
    memory = None
    if line is not None and not prepared.packs_everything:
        memory = held.enter_context(
            CollectionMemory(
                line.catalogue,
                prepared.store,
                line.store.store_id,
                line.last,
                scratch=scratch,
                trusting=prepared.request.anew == "nothing",
                listening=prepared.algorithms if scratch is None else (),
            )
        )
    since = run.clock() - _EPOCH
    return Looking(
        prepared=prepared,
        line=line,
        run=run,
        memory=memory,
        scratch=scratch,
        started_ns=(since.days * 86_400 + since.seconds) * 1_000_000_000 + since.microseconds * 1_000,
        basis=basis_digest(prepared.assessor, prepared.inputs.documents, prepared.exclusion, run.version),
        seen=held.enter_context(Seen(scratch)),
        compared=Comparison(),
    )


def _is_complete(totals: Totals, silences: Sequence[str]) -> bool:
    return not (totals.lost or totals.withheld or silences or totals.problems[UNREAD])
