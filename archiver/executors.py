"""Ways to run one function over many items: in turn, in threads, or in guarded worker processes.

Every executor gives outcomes in the order of the items, holds only a bounded window of them, and ends its
workers when the ``with`` block ends, also when that is by an exception or Ctrl-C.
"""

from __future__ import annotations

import contextlib
import itertools
import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import forkserver, resource_tracker
from multiprocessing.context import BaseContext
from typing import TYPE_CHECKING, Generic, Protocol, Self, TypeVar

from pebble import ProcessExpired, ProcessPool

from archiver import filesystem
from archiver.errors import ArchiverError

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


class OrderedMap(Protocol):
    """What every executor offers."""

    def map_ordered(self, work: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
        """Yield ``work(item)`` for each item, in order; an exception of ``work`` is raised at its item."""


def available_cores() -> int:
    """Cores this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Serial:
    """Runs in the calling thread; what every other executor must equal."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def map_ordered(self, work: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
        """Yield ``work(item)`` for each item, in order."""
        return map(work, items)


class _Pooled:
    """A pool of the standard library with a bounded window, so that a million items are not submitted at once."""

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
        with _interrupts_deferred():
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
        super().__init__(ProcessPoolExecutor(jobs, mp_context=_context()), window=4 * jobs)


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
            context=_context(),
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
        with _interrupts_deferred():
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


@contextlib.contextmanager
def _interrupts_deferred() -> Iterator[None]:
    """Let an interrupt wait for the end of a ``with`` block, so that it never finds a pool with a half started worker."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    handlers = {
        number: signal.signal(number, lambda number, _: came.append(number))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        if came:
            signal.raise_signal(came[0])


def _context() -> BaseContext:
    """Give what starts workers. It never forks this process: pygfried's Go runtime would not survive that.

    Ctrl-C reaches every process of a terminal. Workers never hear it, not even while they start: this process
    hears it and ends them.
    """
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    resource_tracker.ensure_running()  # by itself it would let interrupts through again while they are held
    with filesystem.interrupts_held():
        forkserver.ensure_running()
    return multiprocessing.get_context("forkserver")
