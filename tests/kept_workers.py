"""Keeps the processes that read headers from one run in this process to the next, for starting them costs more than most runs.

What is lent is what a run would have started itself: the same class with the same limits. A run that stands in another
folder or environment starts its own, and so does every run in a process of its own.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator

import pytest

from archiver.executors.guarded import GuardedProcesses
from archiver.ingest import examine

_OF_NO_CONCERN = {"PYTEST_CURRENT_TEST", "SOURCE_DATE_EPOCH", "COLUMNS"}


class _Lent(GuardedProcesses):
    """Workers that outlive the ``with`` block of a run."""

    def __exit__(self, *_: object) -> None:
        """Leave the workers to the next run."""

    def end(self) -> None:
        super().__exit__()


@contextlib.contextmanager
def kept_workers() -> Iterator[None]:
    """Lend every run of a ``with`` block the workers of the runs before it."""
    kept: dict[int, _Lent] = {}
    standing = _standing()

    def processes(jobs: int, *, prepare: Callable[[], object]) -> GuardedProcesses:
        if _standing() != standing:
            return GuardedProcesses(jobs, prepare=prepare)
        if jobs not in kept:
            kept[jobs] = _Lent(jobs, prepare=prepare)
        return kept[jobs]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(examine, "GuardedProcesses", processes)
        yield
    for workers in kept.values():
        workers.end()


def _standing() -> tuple[str | None, dict[str, str]]:
    """Return what a worker takes over from the process that starts it."""
    try:
        folder = os.getcwd()
    except OSError:
        folder = None
    return folder, {name: value for name, value in os.environ.items() if name not in _OF_NO_CONCERN}
