"""Examines again what changed between listing and copying, so that the record speaks of the very bytes packed."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from archiver.executors.guarded import GuardedProcesses
from archiver.ingest.copy import Copied
from archiver.ingest.examine import examine
from archiver.model.audio import ExaminedFile
from archiver.model.package import AssessedFile
from archiver.model.problem import Problem
from archiver.model.source import FileRef
from archiver.store.area import Place


class Reexaminer:
    """Examines and decides on the copies of files that changed after they were listed.

    Args:
        assess: Decides what becomes of one examined file.
        workers: Reads headers under guard.
    """

    def __init__(self, assess: Callable[[ExaminedFile], AssessedFile], workers: GuardedProcesses) -> None:
        self._assess = assess
        self._workers = workers

    def assess_copy(self, listed: FileRef, copied: Copied, payload: Place) -> AssessedFile:
        """Return what the copy below the folder ``payload`` is and what becomes of it, with problem ``S109``."""
        stat = dataclasses.replace(listed.stat, size_bytes=copied.size_bytes, mtime_ns=copied.modified_ns)
        changed = Problem(listed.path, "S109", "changed after it was listed; examined again as it was packed")
        problems = (*listed.problems, changed)
        where = payload.below(copied.path.encode("utf-8")).path
        copy = FileRef(payload.store, where, copied.path, stat, problems)
        (examined,) = examine([copy], self._workers)
        assert isinstance(examined, ExaminedFile)
        ref = dataclasses.replace(listed, stat=stat, problems=problems)
        return self._assess(dataclasses.replace(examined, ref=ref))
