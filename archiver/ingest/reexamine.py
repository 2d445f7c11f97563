"""Examines from its copy what changed, or could not be read, before it was copied, so that the record speaks of the bytes packed."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable

from archiver.errors import StoreError
from archiver.executors.guarded import GuardedProcesses
from archiver.executors.ordered import Serial
from archiver.ingest.attributes import carrying
from archiver.ingest.consumers import read_plan
from archiver.ingest.copy import Copied
from archiver.ingest.examine import examine
from archiver.ingest.read_through import read_through
from archiver.ingest.sound import with_sound
from archiver.model.audio import ExaminedFile
from archiver.model.package import AssessedFile
from archiver.model.problem import NOT_READ, Problem
from archiver.model.source import FileRef
from archiver.store.area import Place


class Reexaminer:
    """Examines and decides on the copies of files of which examining told too little, or too early.

    Args:
        assess: Decides what becomes of one examined file.
        workers: Reads headers under guard.
    """

    def __init__(self, assess: Callable[[ExaminedFile], AssessedFile], workers: GuardedProcesses) -> None:
        self._assess = assess
        self._workers = workers

    def assess_copied(self, assessed: AssessedFile, copied: Copied, payload: Place) -> AssessedFile:
        """Return what is to be recorded of a file whose copy lies below the folder ``payload``.

        That is ``assessed`` itself, unless the file changed after it was listed (``S109``) or could not be read when it
        was examined (``S110``): then the copy is examined and decided on.

        Raises:
            StoreError: where the copy cannot be read back.
        """
        listed = assessed.examined.ref
        problems = tuple(self._reasons(assessed.examined, copied))
        if not problems:
            return assessed
        problems = (*listed.problems, *problems)
        stat = dataclasses.replace(listed.stat, size_bytes=copied.size_bytes, mtime_ns=copied.modified_ns)
        where = payload.below(copied.path.encode("utf-8")).path
        copy = FileRef(payload.store, where, listed.path, stat, problems)
        (examined,) = examine([copy], self._workers)
        assert isinstance(examined, ExaminedFile)
        for fault in _read_faults(examined):
            raise _unreadable(copied, fault)
        examined = self._listened(examined, copied)
        ref = dataclasses.replace(listed, stat=stat, problems=problems)
        # a copy has no attributes of its own
        examined = carrying(dataclasses.replace(examined, ref=ref), assessed.examined.attributes)
        return self._assess(examined)

    @staticmethod
    def _listened(copy: ExaminedFile, copied: Copied) -> ExaminedFile:
        """Return the copy with what reading its music through gives, which the copying of other bytes did not."""
        (through,) = read_through([(copy.ref, read_plan((), copy))], Serial())
        if through.problem is not None:
            raise _unreadable(copied, through.problem)
        return with_sound(copy, through.results, through.faults)

    @staticmethod
    def _reasons(examined: ExaminedFile, copied: Copied) -> Iterable[Problem]:
        path = examined.ref.path
        if copied.changed:
            yield Problem(path, "S109", "changed after it was listed; examined again as it was packed")
        for fault in _read_faults(examined):
            yield Problem(path, "S110", f"examined from its copy; before it was copied, {fault.message}")


def _unreadable(copied: Copied, fault: Problem) -> StoreError:
    return StoreError(
        f"cannot read back the copy of {copied.path}: {fault.message}",
        "No bag was written. Do not trust this disk before you have checked it.",
    )


def _read_faults(examined: ExaminedFile) -> list[Problem]:
    """What kept an examination from reading the file."""
    before = examined.ref.problems
    return [
        problem for problem in examined.problems if problem.kind.effect in NOT_READ and problem not in before
    ]
