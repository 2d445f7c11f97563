"""Gathers what has changed since the last state, from a plan and from what is remembered."""

from __future__ import annotations

from archiver.catalogue.rows import decision_digest
from archiver.model.changes import EXAMPLES, Change, Changes
from archiver.model.package import PlanEntry
from archiver.model.rights import Decision
from archiver.records.rights.record import decision_line
from archiver.usecases.again.beside import Beside, beside_of_bags
from archiver.usecases.again.line import Line
from archiver.usecases.again.memory import CollectionMemory


class _Digests:
    """Digests of decisions; neighbours mostly share one."""

    def __init__(self) -> None:
        self._last: tuple[Decision, bytes] | None = None

    def __call__(self, decision: Decision) -> bytes:
        if self._last is None or self._last[0] is not decision:
            self._last = decision, decision_digest(decision_line("", decision))
        return self._last[1]


class Comparison:
    """Compares what is planned, entry after entry, with the last state of its collection."""

    def __init__(self) -> None:
        self._changes, self._beside = Changes(_Digests()), Beside()

    def take(self, entry: PlanEntry) -> None:
        """Take an entry of the plan."""
        self._changes.add(entry)
        self._beside.take(entry)

    def changes(self, memory: CollectionMemory, line: Line, *, named: bool) -> Changes:
        """Return what has changed.

        Args:
            memory: What is remembered, after all stages of planning.
            line: The collection's line, which has an accession.
            named: Whether the records name links and all folders, so that these can be compared.
        """
        changes, gone = self._changes, memory.vanished.gone(EXAMPLES)
        changes.files[Change.GONE] += gone.files
        changes.examples[Change.GONE] = gone.examples
        changes.unread = gone.unread
        changes.state_lost = not line.is_told
        before = beside_of_bags(line.bags_of_last) if named and line.is_told else None
        changes.beside_files = before is not None and before != self._beside
        return changes


def begun_anew(changes: Changes) -> Changes:
    """Return what no entry tells of changes, so that all entries can be taken in once more, with what became of them."""
    anew = Changes(
        changes.digest_of,
        unread=changes.unread,
        beside_files=changes.beside_files,
        state_lost=changes.state_lost,
    )
    anew.files[Change.GONE] = changes.files[Change.GONE]
    anew.examples[Change.GONE] = changes.examples.get(Change.GONE, [])
    return anew
