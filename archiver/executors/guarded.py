"""Worker processes for parsers that cannot be trusted: each item has a limit of time and of memory."""

from __future__ import annotations

import itertools
import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Self, TypeVar

from pebble import ProcessExpired, ProcessPool

from archiver import filesystem
from archiver.errors import ArchiverError
from archiver.executors.starting import interrupts_deferred, worker_context

if TYPE_CHECKING:
    from types import TracebackType

T = TypeVar("T")
R = TypeVar("R")

GUARD_SECONDS_PER_FILE = 20.0
"""How long one file may keep a parser busy."""

GUARD_MEMORY_BYTES = 512 << 20
"""How much data a parsing worker may hold; PRONOM's signatures take about 200 MB of it."""

_GUARD_BATCH = 32
_LOAD_SECONDS = 10.0
"""Allowance for a fresh worker to import its libraries and load PRONOM's signatures on a busy machine."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """Takes the place of an outcome whose worker did not survive the item.

    Attributes:
        reason: ``time``, ``memory`` or ``crash``.
    """

    reason: str


class GuardedProcesses:
    """Worker processes for parsers that cannot be trusted: each item has a limit of time and of memory.

    Items go out in batches; when a batch outruns its time or kills its worker, its items are tried again one
    by one, so that the one that did it is named and the others keep their outcome.
    """

    def __init__(
        self,
        jobs: int,
        *,
        seconds: float = GUARD_SECONDS_PER_FILE,
        memory_bytes: int = GUARD_MEMORY_BYTES,
    ) -> None:
        self._seconds = seconds
        self._window = 3 * jobs
        self._pool = ProcessPool(
            max_workers=jobs,
            context=worker_context(),
            initializer=_restrain,
            initargs=[memory_bytes, bool(os.environ.get("ARCHIVER_DEBUG"))],
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._pool.close()
        else:
            self._pool.stop()
        self._pool.join()

    def map_ordered(self, work: Callable[[T], R], items: Iterable[T]) -> Iterator[R | Stopped]:
        """Yield ``work(item)``, or :class:`Stopped` where the worker was lost, for each item in order.

        Any other exception of ``work`` is raised at its item.
        """
        batches = _batched(items, _GUARD_BATCH)
        in_flight: deque[tuple[list[T], Future[_Worked[R]]]] = deque()
        for batch in itertools.islice(batches, self._window):
            in_flight.append((batch, self._submit(work, batch, self._seconds + _LOAD_SECONDS)))
        while in_flight:
            batch, future = in_flight.popleft()
            worked = self._worked(work, batch, future)
            for further in itertools.islice(batches, 1):
                in_flight.append((further, self._submit(work, further, self._seconds + _LOAD_SECONDS)))
            yield from worked.outcomes
            if worked.error is not None:
                raise worked.error

    def _submit(self, work: Callable[[T], R], batch: list[T], seconds: float) -> Future[_Worked[R]]:
        with interrupts_deferred():
            return self._pool.schedule(_work_through, args=[work, batch], timeout=seconds)

    def _worked(
        self, work: Callable[[T], R], batch: list[T], future: Future[_Worked[R]]
    ) -> _Worked[R] | _Worked[R | Stopped]:
        try:
            return future.result()
        except BrokenProcessPool as error:
            raise _cannot_start() from error
        except (FutureTimeoutError, ProcessExpired, MemoryError):
            outcomes: list[R | Stopped] = []
            for item in batch:
                alone = self._alone(work, item)
                if isinstance(alone, Stopped):
                    outcomes.append(alone)
                    continue
                outcomes += alone.outcomes
                if alone.error is not None:
                    return _Worked(outcomes, alone.error)
            return _Worked(outcomes, None)

    def _alone(self, work: Callable[[T], R], item: T) -> _Worked[R] | Stopped:
        try:
            return self._submit(work, [item], self._seconds + _LOAD_SECONDS).result()
        except BrokenProcessPool as error:
            raise _cannot_start() from error
        except FutureTimeoutError:
            return Stopped("time")
        except MemoryError:
            return Stopped("memory")
        except ProcessExpired:
            return Stopped("crash")


@dataclass(frozen=True, slots=True)
class _Worked(Generic[R]):
    """The outcomes of a batch up to its end, or up to the item whose exception stands beside them."""

    outcomes: list[R]
    error: Exception | None


def _work_through(work: Callable[[T], R], batch: list[T]) -> _Worked[R]:
    outcomes = []
    for item in batch:
        try:
            outcomes.append(work(item))
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 - it is raised again where its item's turn has come
            return _Worked(outcomes, error)
    return _Worked(outcomes, None)


def _cannot_start() -> ArchiverError:
    return ArchiverError(
        "the processes that read files' headers cannot be started",
        "Nothing was changed. See whether this machine has memory left and lets you start processes.",
    )


def _restrain(memory_bytes: int, aloud: bool) -> None:  # noqa: FBT001 - called by position
    """Prepare a worker: limit its memory and, unless ``aloud``, drop what a dying parser prints, pages at times."""
    filesystem.limit_memory(memory_bytes)
    if not aloud:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stderr.fileno())
        os.close(nowhere)


def _batched(items: Iterable[T], size: int) -> Iterator[list[T]]:
    remaining = iter(items)
    while batch := list(itertools.islice(remaining, size)):
        yield batch
