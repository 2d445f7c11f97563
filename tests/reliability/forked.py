"""Runs the program many thousands of times, each in a process of its own that costs no start of Python.

A server has imported the program once and is forked for every run. Such a run differs from one that a person starts in
nothing that touches a disk: it has its own process, environment, current folder and streams, begins where the program
begins, and is killed or refused calls by the library of failing_calls.c, which the server was started with. What runs
start themselves, they start as ever; but for a process that reads headers or checks files, of which the server keeps one
for the next run as long as it is idle and alive (``owned=True`` has a run start its own).
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import importlib
import json
import mmap
import os
import pickle
import pkgutil
import select
import signal
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn, Self

import archiver
from archiver.executors.worker import Preparation, Task
from archiver.executors.workers import Worker, WorkerPool
from tests.running import PATIENCE, ROOT, Outcome

_BINDS_OTHERS = ("archiver.audio.decoding", "archiver.audio.formats.pronom", "archiver.__main__")
"""What begins threads of its own when it is imported, which would be missing after a fork; and what is a program."""

_WANTED = "archiver-wanted"


class Program:
    """The server, seen by who wants runs; use it in a ``with`` block.

    Args:
        library: What is put before the program: see :mod:`tests.hostile.shim`.
        folder: Where the server may leave what runs print.
    """

    def __init__(self, library: Path, folder: Path) -> None:
        self._out, self._err = folder / "out", folder / "err"
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.reliability.forked"],
            cwd=ROOT,
            env={**os.environ, "LD_PRELOAD": str(library)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.close()
        self._server.wait()
        self._server.stdout.close()

    def run(
        self, words: Sequence[str | Path], environment: Mapping[str, str], *, owned: bool = False
    ) -> Outcome:
        """Run the command line ``words`` with ``environment`` added to that of the server.

        Args:
            words: Without the program's name.
            environment: Variables.
            owned: Whether the run starts all its processes itself.
        """
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        request = {
            "words": [os.fspath(word) for word in words],
            "environment": dict(environment),
            "owned": owned,
            "out": str(self._out),
            "err": str(self._err),
        }
        self._server.stdin.write(json.dumps(request).encode() + b"\n")
        self._server.stdin.flush()
        answer = self._server.stdout.readline()
        assert answer, "the server that runs the program has ended"
        text = [path.read_text("utf-8", "replace") for path in (self._out, self._err)]
        return Outcome(int(answer), *text)


class _Kept:
    """Worker processes that are lent to one run after the other; the runs are children of the process that keeps them."""

    def __init__(self) -> None:
        self._idle: dict[Preparation, Worker] = {}
        self._busy = mmap.mmap(-1, 1)
        self._started = WorkerPool._started
        self._ask = Worker.ask
        self._lent: set[Preparation] = set()
        self.wanted = -1

    def lend(self) -> None:
        """Lend in this process, which is that of a run: one of each kind at most."""
        kept = self

        def started(pool: WorkerPool) -> Worker:
            wanted = pool._preparation
            worker = kept._idle.get(wanted)
            if worker is None or wanted in kept._lent:
                os.write(kept.wanted, pickle.dumps(wanted))
                return kept._started(pool)
            kept._lent.add(wanted)
            return worker

        def ask(worker: Worker, request: Preparation | Task, seconds: float | None) -> Any:  # noqa: ANN401
            kept._busy[0] = 1
            outcome = kept._ask(worker, request, seconds)
            kept._busy[0] = 0
            return outcome

        WorkerPool._started = started  # type: ignore[method-assign, assignment]
        Worker.ask = ask  # type: ignore[method-assign, assignment]

    def settle(self, wanted: bytes) -> None:
        """After a run: let those go that may still be at work for it, and start one of a kind that was missing."""
        gone = self._busy[0] or any(worker._process.poll() is not None for worker in self._idle.values())
        if gone:
            self.end()
            self._busy[0] = 0
        if wanted:
            preparation = pickle.loads(wanted)
            if preparation not in self._idle:
                self._idle[preparation] = self._started(WorkerPool(1, preparation, "wait for a run"))

    def end(self) -> None:
        """Let all go."""
        for worker in self._idle.values():
            worker.kill()
            worker.end()
        self._idle.clear()


def main() -> None:
    """Serve requests until there are no more."""
    for found in pkgutil.walk_packages(archiver.__path__, "archiver."):
        if not found.name.startswith(_BINDS_OTHERS):
            importlib.import_module(found.name)
    kept = _Kept()
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    try:
        for line in sys.stdin.buffer:
            answers.write(b"%d\n" % _served(json.loads(line), kept))
    finally:
        kept.end()


def _served(request: dict[str, Any], kept: _Kept) -> int:
    reading, kept.wanted = os.pipe()
    child = os.fork()
    if not child:
        _be(request, kept)
    os.close(kept.wanted)
    code = _awaited(child)
    with os.fdopen(reading, "rb") as stream:
        kept.settle(stream.read())
    return code


def _awaited(child: int) -> int:
    """Return how the child ended, as :mod:`subprocess` tells it; one that hangs is killed, and that is told as well."""
    watched = os.pidfd_open(child)
    try:
        if not select.select([watched], [], [], PATIENCE)[0]:
            os.kill(child, signal.SIGKILL)
    finally:
        os.close(watched)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _be(request: dict[str, Any], kept: _Kept) -> NoReturn:
    """Be the program, and end."""
    code = 1
    try:
        _stand_in(request, kept)
        from archiver.__main__ import main as run  # noqa: PLC0415 - it is the program

        run()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    except BaseException:  # noqa: BLE001 - as Python itself would tell it
        traceback.print_exc()
    finally:
        with contextlib.suppress(BaseException):
            threading._shutdown()  # type: ignore[attr-defined]
            atexit._run_exitfuncs()
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _stand_in(request: dict[str, Any], kept: _Kept) -> None:
    for number, name in ((1, request["out"]), (2, request["err"])):
        descriptor = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        os.dup2(descriptor, number)
        os.close(descriptor)
    nowhere = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nowhere, 0)
    os.close(nowhere)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - as long as the process runs
    sys.stdout = open(1, "w", encoding="utf-8", errors="surrogateescape", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115
    os.environ.update(request["environment"])
    sys.argv = ["archiver", *request["words"]]
    tempfile.tempdir = None
    if not request["owned"]:
        kept.lend()
    ctypes.CDLL(None).failing_calls_begin()


if __name__ == "__main__":
    main()
