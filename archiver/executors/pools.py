"""Threads and processes of the standard library, for work that can be trusted."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from typing import TYPE_CHECKING, Self, TypeVar

from archiver.errors import ArchiverError
from archiver.executors.starting import interrupts_deferred, worker_context

if TYPE_CHECKING:
    from types import TracebackType

T = TypeVar("T")
R = TypeVar("R")


class _Pooled:
    """A pool with a bounded window, so that a million items are not submitted at once."""

    def __init__(self, pool: Executor, window: int) -> None:
        self._pool = pool
        self._window = window

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def map_ordered(self, work: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
        """Yield ``work(item)`` for each item, in order; at most the window's items are in flight."""
        remaining = iter(items)
        in_flight: deque[Future[R]] = deque()
        try:
            for item in itertools.islice(remaining, self._window):
                in_flight.append(self._submit(work, item))
            while in_flight:
                outcome = _result(in_flight.popleft())
                for item in itertools.islice(remaining, 1):
                    in_flight.append(self._submit(work, item))
                yield outcome
        finally:
            for future in in_flight:
                future.cancel()

    def _submit(self, work: Callable[[T], R], item: T) -> Future[R]:
        with interrupts_deferred():
            return self._pool.submit(work, item)


def _result(future: Future[R]) -> R:
    try:
        return future.result()
    except BrokenExecutor as error:
        raise ArchiverError(
            "a worker process was ended from outside, perhaps because the machine ran out of memory",
            "No source was changed and no bag was left unfinished. Try again with fewer --jobs.",
        ) from error


class Threads(_Pooled):
    """Threads: for work that waits for disks or computes in C without the interpreter lock, as hashing does.

    An interrupt does not wait for the work in hand, which may be a file of many gigabytes; the threads end with
    the process.
    """

    def __init__(self, jobs: int) -> None:
        super().__init__(ThreadPoolExecutor(jobs, thread_name_prefix="archiver"), window=4 * jobs)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=not isinstance(error, KeyboardInterrupt), cancel_futures=True)


class Processes(_Pooled):
    """Processes: for many small pieces of trusted work that the interpreter lock would hold up."""

    def __init__(self, jobs: int) -> None:
        super().__init__(ProcessPoolExecutor(jobs, mp_context=worker_context()), window=4 * jobs)
