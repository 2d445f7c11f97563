"""Worker processes: each is a Python of its own, with pipes to it, and no more than that.

``multiprocessing`` would do the same with named semaphores, sockets in the temporary folder, a tracker of both, the
current folder's name and the main module imported again. Each of these can be missing, in the way or somebody else's.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import select
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any, Self

import archiver
from archiver import process
from archiver.errors import ArchiverError
from archiver.executors.worker import LENGTH, Answer, Preparation, Task, message
from archiver.machine import reason

_BEGIN = "import sys; sys.path[:] = sys.argv[1:]; from archiver.executors.worker import main; main()"

_START_SECONDS = 120.0
"""How long a worker may take to start on a busy machine, with PRONOM's signatures to load."""

_END_SECONDS = 5.0

_GRACE_SECONDS = 2.0
"""How long a worker may take to put away what it has in hand, when a pool ends before its work is done."""

_READ_BYTES = 1 << 20


class LostError(Exception):
    """A worker ended before it answered, or took too long and was ended.

    Args:
        reason: ``time`` or ``crash``.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Worker:
    """One worker process, which starts when this is made and waits for its :class:`Preparation`.

    Raises:
        OSError: where the system starts no process.
    """

    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter, and words of ours
            [*_interpreter(), "-c", _BEGIN, *_module_folders()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # a dying parser prints pages
            stderr=None if os.environ.get("ARCHIVER_DEBUG") else subprocess.DEVNULL,
            bufsize=0,
        )

    def ask(self, request: Preparation | Task, seconds: float | None) -> Any:  # noqa: ANN401 - whatever was computed
        """Send a request and wait for its outcome.

        Raises:
            LostError: where there is none, or not in time. Only :meth:`kill` and :meth:`end` make sense then.
            Exception: what the request raised in the worker.
        """
        data = message(request)
        deadline = None if seconds is None else time.monotonic() + seconds
        try:
            self._send(data)
            (length,) = LENGTH.unpack(self._receive(LENGTH.size, deadline))
            answer = pickle.loads(self._receive(length, deadline))  # noqa: S301 - from our own worker, by a pipe of ours
        except OSError as error:
            raise LostError("crash") from error
        assert isinstance(answer, Answer)
        if answer.error is not None:
            raise answer.error
        return answer.value

    def tell_to_leave(self) -> None:
        """Have the process put away what it has in hand and end; who waits for its answer gets :class:`LostError`."""
        process.tell_to_leave(self._process.pid)

    def kill(self) -> None:
        """Have the process end at once; another thread that waits for its answer gets :class:`LostError`."""
        self._process.kill()

    def end(self) -> None:
        """Let the process end, which is idle or killed, and forget it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    def _send(self, data: bytes) -> None:
        assert self._process.stdin is not None
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._process.stdin.fileno(), rest) :]

    def _receive(self, size: int, deadline: float | None) -> bytearray:
        assert self._process.stdout is not None
        source = self._process.stdout.fileno()
        poll = select.poll()
        poll.register(source, select.POLLIN)
        data = bytearray()
        while len(data) < size:
            left = None if deadline is None else max(deadline - time.monotonic(), 0) * 1000
            if not poll.poll(left):
                raise LostError("time")
            part = os.read(source, min(size - len(data), _READ_BYTES))
            if not part:
                raise LostError("crash")
            data += part
        return data


def _interpreter() -> list[str]:
    """Return this very Python, told what this process was told, and to keep the current folder out of its path.

    ``-P`` counts before the first import, and also where the environment is ignored.
    """
    flags = sys.flags
    told = {
        "-I": flags.isolated,
        "-E": flags.ignore_environment,
        "-s": flags.no_user_site,
        "-S": flags.no_site,
        "-B": flags.dont_write_bytecode,
    }
    optimised = ["-" + "O" * flags.optimize] if flags.optimize else []
    warned = [f"-W{option}" for option in sys.warnoptions]
    utf8 = ["-X", f"utf8={flags.utf8_mode}"]
    return [sys.executable, "-P", *(option for option, on in told.items() if on), *optimised, *warned, *utf8]


def _module_folders() -> list[str]:
    """Return where this process looks for modules, with the folder of this package, which may have left that list."""
    own = os.path.dirname(archiver.__path__[0])
    return sys.path if own in sys.path else [*sys.path, own]


@dataclass(eq=False, slots=True)
class _Waiting:
    """A task that waits for a worker, and what is promised of it."""

    task: Task
    future: Future[Any] = field(default_factory=Future)


class WorkerPool:
    """Up to ``jobs`` workers that are started when there is something for them to do, and again when one was lost.

    Where the system starts fewer than wanted, the work is done by those.

    Args:
        jobs: How many.
        preparation: What each does before its first task.
        purpose: What they do, for the message that says that none can be started.
    """

    def __init__(self, jobs: int, preparation: Preparation, purpose: str) -> None:
        self._jobs = jobs
        self._preparation = preparation
        self._purpose = purpose
        self._tasks: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._busy: set[Worker] = set()
        self._serving = 0
        self._over = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._over = True
            for worker in self._busy:
                worker.tell_to_leave()
        for _thread in self._threads:
            self._tasks.put(None)
        deadline = time.monotonic() + _GRACE_SECONDS
        for thread in self._threads:
            thread.join(max(deadline - time.monotonic(), 0))
        with self._lock:
            for worker in self._busy:
                worker.kill()
        for thread in self._threads:
            thread.join()

    def submit(self, work: Callable[[Any], Any], item: object, seconds: float | None = None) -> Future[Any]:
        """Have a worker call ``work(item)``.

        Returns:
            What will have its value, or its exception: what ``work`` raised, :class:`LostError`, or an
            :class:`ArchiverError` where no worker can be started.
        """
        waiting = _Waiting(Task(work, item, seconds))
        with process.interrupts_deferred():
            if len(self._threads) < self._jobs:
                self._add_thread()
            self._tasks.put(waiting)
        return waiting.future

    def _add_thread(self) -> None:
        thread = threading.Thread(target=self._serve, name="archiver-worker", daemon=True)
        with self._lock:
            self._serving += 1
        try:
            thread.start()
        except RuntimeError as error:
            with self._lock:
                self._serving -= 1
            if not self._threads:
                raise self._unstartable(error) from error
            self._jobs = len(self._threads)
        else:
            self._threads.append(thread)

    def _serve(self) -> None:
        """Work through tasks with one worker after the other, until the pool is over."""
        process.hear_no_end()
        worker: Worker | None = None
        while (waiting := self._tasks.get()) is not None and not self._over:
            if worker is None:
                try:
                    worker = self._started()
                except Exception as error:  # noqa: BLE001 - whatever it was, there is no worker
                    if self._handed_back(waiting):
                        return
                    if waiting.future.set_running_or_notify_cancel():
                        waiting.future.set_exception(self._unstartable(error))
                    continue
            if waiting.future.set_running_or_notify_cancel() and not self._done(worker, waiting):
                worker = None
        if worker is not None:
            worker.end()

    def _started(self) -> Worker:
        worker = Worker()
        try:
            self._asked(worker, self._preparation, _START_SECONDS)
        except BaseException:
            _dismiss(worker)
            raise
        return worker

    def _handed_back(self, waiting: _Waiting) -> bool:
        """Leave a task to the other threads, if there are any, for this one gets no worker."""
        with self._lock:
            others = self._serving > 1
            self._serving -= others
        if others:
            self._tasks.put(waiting)
        return others

    def _done(self, worker: Worker, waiting: _Waiting) -> bool:
        """Have the worker do the task; return whether it can do another."""
        try:
            value = self._asked(worker, waiting.task, waiting.task.seconds)
        except (LostError, MemoryError) as error:
            _dismiss(worker)
            waiting.future.set_exception(error)
            return False
        except Exception as error:  # noqa: BLE001 - raised again where its outcome is asked for
            waiting.future.set_exception(error)
        else:
            waiting.future.set_result(value)
        return True

    def _asked(self, worker: Worker, request: Preparation | Task, seconds: float | None) -> Any:  # noqa: ANN401
        """Ask the worker in such a way that the end of the pool ends the wait."""
        with self._lock:
            if self._over:
                raise LostError("crash")
            self._busy.add(worker)
        try:
            return worker.ask(request, seconds)
        finally:
            with self._lock:
                self._busy.discard(worker)

    def _unstartable(self, error: Exception) -> ArchiverError:
        if isinstance(error, OSError):
            why = f": {reason(error)}"
        elif isinstance(error, MemoryError):
            why = ": there is not enough memory"
        else:
            why = ""
        return ArchiverError(
            f"the processes that {self._purpose} cannot be started{why}",
            "Nothing was changed. See whether this machine has memory left and lets you start processes."
            + process.told_limits(),
        )


def _dismiss(worker: Worker) -> None:
    worker.kill()
    worker.end()
