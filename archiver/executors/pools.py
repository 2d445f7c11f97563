"""Threads and processes for work that can be trusted."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Generic, Self, TypeVar

from archiver.errors import ArchiverError, Remedy, Way
from archiver.executors.worker import Preparation
from archiver.executors.workers import LostError, WorkerPool
from archiver.process import interrupts_deferred

T = TypeVar("T")
R = TypeVar("R")
F = TypeVar("F")


def _windowed(
    submit: Callable[[T], F],
    items: Iterable[T],
    window: int,
    result: Callable[[F], R],
    cancel: Callable[[F], object],
) -> Iterator[R]:
    """Yield the outcome of each item in order; at most ``window`` are in flight, so that a million is no burden."""
    remaining = iter(items)
    in_flight: deque[F] = deque()
    try:
        for item in itertools.islice(remaining, window):
            in_flight.append(submit(item))
        while in_flight:
            outcome = result(in_flight.popleft())
            for item in itertools.islice(remaining, 1):
                in_flight.append(submit(item))
            yield outcome
    finally:
        for submitted in in_flight:
            cancel(submitted)


class Threads:
    """Threads: for work that waits for disks or computes in C without the interpreter lock, as hashing does.

    An interrupt does not wait for the work in hand, which may be a file of many gigabytes; the threads end with
    the process.
    """

    def __init__(self, jobs: int) -> None:
        self._pool = ThreadPoolExecutor(jobs, thread_name_prefix="archiver")
        self._window = 4 * jobs

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        interrupted = kind is not None and issubclass(kind, KeyboardInterrupt)
        self._pool.shutdown(wait=not interrupted, cancel_futures=True)

    def map_ordered(self, work: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
        """Yield ``work(item)`` for each item, in order."""
        return _windowed(partial(self.submit, work), items, self._window, Future.result, Future.cancel)

    def submit(self, work: Callable[[T], R], item: T) -> Future[R]:
        """Have a thread call ``work(item)``."""
        with interrupts_deferred():
            return self._pool.submit(work, item)


class Processes:
    """Processes: for many small pieces of trusted work that the interpreter lock would hold up."""

    def __init__(self, jobs: int) -> None:
        self._pool = WorkerPool(jobs, Preparation(), "check files")
        self._window = 4 * jobs

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.__exit__()

    def map_ordered(self, work: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
        """Yield ``work(item)`` for each item, in order."""
        return _windowed(partial(self.submit, work), items, self._window, _survived, Future.cancel)

    def submit(self, work: Callable[[T], R], item: T) -> Future[R]:
        """Have a process call ``work(item)``."""
        return self._pool.submit(work, item)


class DividedWork(Generic[T, R]):
    """Processes for pieces of work that are small, threads of this process for the large ones, which others can watch.

    Args:
        jobs: How many processes, and how many threads.
        is_large: Says of an item whether it is for a thread.
        done_elsewhere: Is called with each outcome of a process when its turn has come.
    """

    def __init__(
        self, jobs: int, is_large: Callable[[T], bool], done_elsewhere: Callable[[R], object]
    ) -> None:
        self._processes = Processes(jobs)
        self._threads = Threads(jobs)
        self._window = 4 * jobs
        self._is_large = is_large
        self._done_elsewhere = done_elsewhere

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        self._processes.__exit__(kind, *rest)
        self._threads.__exit__(kind, *rest)

    def map_ordered(self, work: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
        """Yield ``work(item)`` for each item, in order."""

        def submit(item: T) -> tuple[bool, Future[R]]:
            large = self._is_large(item)
            return large, (self._threads if large else self._processes).submit(work, item)

        def outcome(submitted: tuple[bool, Future[R]]) -> R:
            large, future = submitted
            value = _survived(future)
            if not large:
                self._done_elsewhere(value)
            return value

        return _windowed(submit, items, self._window, outcome, lambda submitted: submitted[1].cancel())


def _survived(future: Future[R]) -> R:
    try:
        return future.result()
    except LostError as error:
        raise ArchiverError(
            "a worker process was ended from outside, perhaps because the machine ran out of memory",
            "No source was changed and no bag was left unfinished.",
            remedies=[Remedy(Way.FEWER_JOBS)],
        ) from error
