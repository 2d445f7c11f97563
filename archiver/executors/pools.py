"""Threads and processes for work that can be trusted."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Self, TypeVar

from archiver.errors import ArchiverError
from archiver.executors.worker import Preparation
from archiver.executors.workers import LostError, WorkerPool
from archiver.process import interrupts_deferred

T = TypeVar("T")
R = TypeVar("R")


def _windowed(
    submit: Callable[[T], Future[R]], items: Iterable[T], window: int, result: Callable[[Future[R]], R]
) -> Iterator[R]:
    """Yield the outcome of each item in order; at most ``window`` are in flight, so that a million is no burden."""
    remaining = iter(items)
    in_flight: deque[Future[R]] = deque()
    try:
        for item in itertools.islice(remaining, window):
            in_flight.append(submit(item))
        while in_flight:
            outcome = result(in_flight.popleft())
            for item in itertools.islice(remaining, 1):
                in_flight.append(submit(item))
            yield outcome
    finally:
        for future in in_flight:
            future.cancel()


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

        def submit(item: T) -> Future[R]:
            with interrupts_deferred():
                return self._pool.submit(work, item)

        return _windowed(submit, items, self._window, Future.result)


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

        def submit(item: T) -> Future[R]:
            return self._pool.submit(work, item)

        return _windowed(submit, items, self._window, _survived)


def _survived(future: Future[R]) -> R:
    try:
        return future.result()
    except LostError as error:
        raise ArchiverError(
            "a worker process was ended from outside, perhaps because the machine ran out of memory",
            "No source was changed and no bag was left unfinished. Try again with fewer --jobs.",
        ) from error
