"""Worker processes for parsers that cannot be trusted: each item has a limit of time and of memory."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Generic, Self, TypeVar

from archiver.executors.worker import Preparation
from archiver.executors.workers import LostError, WorkerPool

T = TypeVar("T")
R = TypeVar("R")

GUARD_SECONDS_PER_FILE = 20.0
"""How long one file may keep a parser busy."""

GUARD_MEMORY_BYTES = 512 << 20
"""How much data a parsing worker may hold; PRONOM's signatures take about 200 MB of it."""

_GUARD_BATCH = 32


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

    Args:
        jobs: How many workers.
        prepare: Called once in each, under its limit of memory, to load what parsing needs; where that fails,
            no worker can be started.
        seconds: How long one item, or a batch of them, may take.
        memory_bytes: How much data a worker may hold.
    """

    def __init__(
        self,
        jobs: int,
        *,
        prepare: Callable[[], object] | None = None,
        seconds: float = GUARD_SECONDS_PER_FILE,
        memory_bytes: int = GUARD_MEMORY_BYTES,
    ) -> None:
        self._seconds = seconds
        self._window = 3 * jobs
        self._pool = WorkerPool(jobs, Preparation(memory_bytes, prepare), "read files' headers")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.__exit__()

    def map_ordered(self, work: Callable[[T], R], items: Iterable[T]) -> Iterator[R | Stopped]:
        """Yield ``work(item)``, or :class:`Stopped` where the worker was lost, for each item in order.

        Any other exception of ``work`` is raised at its item.
        """
        batches = _batched(items, _GUARD_BATCH)
        in_flight: deque[tuple[list[T], Future[_Worked[R]]]] = deque()
        for batch in itertools.islice(batches, self._window):
            in_flight.append((batch, self._submit(work, batch)))
        while in_flight:
            batch, future = in_flight.popleft()
            worked = self._worked(work, batch, future)
            for further in itertools.islice(batches, 1):
                in_flight.append((further, self._submit(work, further)))
            yield from worked.outcomes
            if worked.error is not None:
                raise worked.error

    def map_timed(
        self, work: Callable[[T], R], items: Iterable[T], allowed: Callable[[T], float]
    ) -> Iterator[R | Stopped]:
        """As :meth:`map_ordered`, for items that take long: each goes out by itself and has a time of its own.

        Args:
            work: What to do with each.
            items: The items.
            allowed: How many seconds one may take.
        """
        remaining = iter(items)
        in_flight: deque[Future[_Worked[R]]] = deque()

        def submit(count: int) -> None:
            for item in itertools.islice(remaining, count):
                in_flight.append(self._pool.submit(_work_through, (work, [item]), allowed(item)))

        submit(self._window)
        while in_flight:
            outcome = _settled(in_flight.popleft())
            submit(1)
            if isinstance(outcome, Stopped):
                yield outcome
                continue
            yield from outcome.outcomes
            if outcome.error is not None:
                raise outcome.error

    def _submit(self, work: Callable[[T], R], batch: list[T]) -> Future[_Worked[R]]:
        return self._pool.submit(_work_through, (work, batch), self._seconds)

    def _worked(
        self, work: Callable[[T], R], batch: list[T], future: Future[_Worked[R]]
    ) -> _Worked[R] | _Worked[R | Stopped]:
        try:
            return future.result()
        except (LostError, MemoryError):
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
        return _settled(self._submit(work, [item]))


@dataclass(frozen=True, slots=True)
class _Worked(Generic[R]):
    """The outcomes of a batch up to its end, or up to the item whose exception stands beside them."""

    outcomes: list[R]
    error: Exception | None


def _settled(future: Future[_Worked[R]]) -> _Worked[R] | Stopped:
    """The outcome of an item that went out by itself."""
    try:
        return future.result()
    except LostError as error:
        return Stopped(error.reason)
    except MemoryError:
        return Stopped("memory")


def _work_through(task: tuple[Callable[[T], R], list[T]]) -> _Worked[R]:
    work, batch = task
    outcomes = []
    for item in batch:
        try:
            outcomes.append(work(item))
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 - it is raised again where its item's turn has come
            return _Worked(outcomes, error)
    return _Worked(outcomes, None)


def _batched(items: Iterable[T], size: int) -> Iterator[list[T]]:
    remaining = iter(items)
    while batch := list(itertools.islice(remaining, size)):
        yield batch
