"""Keeps the processes that read headers and pictures from one run in this process to the next, for starting them costs more than most runs.

What is lent is what a run would have started itself: the same class with the same limits, started in the same folder and
environment. A run in a process of its own starts its own.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator

import pytest

from archiver.executors.guarded import GuardedProcesses
from archiver.ingest import covers, examine

_Kind = tuple[int, Callable[[], object]]
_Standing = tuple[str | None, frozenset[tuple[str, str]]]
_OF_NO_CONCERN = {"PYTEST_CURRENT_TEST", "SOURCE_DATE_EPOCH", "COLUMNS", "ARCHIVER_CATALOGUE"}


class _Lent(GuardedProcesses):
    """Workers that outlive the ``with`` block of a run."""

    def __exit__(self, *_: object) -> None:
        """Leave the workers to the next run."""

    def end(self) -> None:
        super().__exit__()


@contextlib.contextmanager
def kept_workers() -> Iterator[None]:
    """Lend every run of a ``with`` block the workers of the runs before it."""
    home = _standing()
    kept: dict[_Standing, dict[_Kind, _Lent]] = {home: {}}

    def processes(jobs: int, *, prepare: Callable[[], object]) -> GuardedProcesses:
        standing = _standing()
        if standing not in kept:
            for elsewhere in kept.keys() - {home}:
                _end(kept.pop(elsewhere))
            kept[standing] = {}
        kind = jobs, prepare
        if kind not in kept[standing]:
            kept[standing][kind] = _Lent(jobs, prepare=prepare)
        return kept[standing][kind]

    with pytest.MonkeyPatch.context() as patch:
        for module in (examine, covers):
            patch.setattr(module, "GuardedProcesses", processes)
        yield
    for workers in kept.values():
        _end(workers)


def _end(kept: dict[_Kind, _Lent]) -> None:
    for workers in kept.values():
        workers.end()


def _standing() -> _Standing:
    """Return what a worker takes over from the process that starts it."""
    try:
        folder = os.getcwd()
    except OSError:
        folder = None
    return folder, frozenset(item for item in os.environ.items() if item[0] not in _OF_NO_CONCERN)
