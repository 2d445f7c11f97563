"""Runs the program for tests: inside this process, which is quick, or as a person would start it."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from archiver.cli.main import main
from archiver.cli.top import new_run
from archiver.config import Settings
from archiver.model.run import Run
from archiver.process import ENDING
from archiver.usecases.pack.prepare import PackRequest

EPOCH = "1700000000"
"""A moment for ``SOURCE_DATE_EPOCH``: 2023-11-14T22:13:20Z."""

PATIENCE = 600
"""Seconds after which a program that has not ended hangs, on a machine however busy; no test judges speed by it."""

COMMAND = (sys.executable, "-m", "archiver")
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended and what it printed."""

    code: int
    out: str
    err: str

    @property
    def told(self) -> str:
        """What was said of errors and by the way, as if a screen were as wide as could be."""
        return " ".join(self.err.split())

    @property
    def json(self) -> Any:  # noqa: ANN401 - whatever the command printed
        """The JSON object on standard output."""
        return json.loads(self.out)


def run_here(*args: str | os.PathLike[str], **environment: str) -> Outcome:
    """Run the command line in this process with ``environment`` added, and catch what it prints."""
    out, err = _stream(), _stream()
    code = _ended_here(args, environment, out, err)
    return Outcome(code, _text(out), _text(err))


def seen_here(*args: str | os.PathLike[str], **environment: str) -> tuple[int, str]:
    """Run the command line in this process, and return its status with all that it prints, in that order."""
    both = _stream()
    code = _ended_here(args, environment, both, both)
    return code, _text(both)


def _ended_here(
    args: Sequence[str | os.PathLike[str]],
    environment: Mapping[str, str],
    out: io.TextIOWrapper,
    err: io.TextIOWrapper,
) -> int:
    handlers = {number: signal.getsignal(number) for number in ENDING}
    with (
        pytest.MonkeyPatch.context() as patch,
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        for name, value in environment.items():
            patch.setenv(name, value)
        patch.setattr(tempfile, "tempdir", None)  # a run settles it
        patch.setattr(sys, "argv", ["archiver", *(os.fspath(arg) for arg in args)])
        try:
            main()
        except SystemExit as end:
            code = end.code
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
    assert isinstance(code, int)
    return code


def _stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True)


def _text(stream: io.TextIOWrapper) -> str:
    raw = stream.buffer
    assert isinstance(raw, io.BytesIO)
    return raw.getvalue().decode("utf-8")


def command(*args: str | bytes | os.PathLike[str]) -> list[str | bytes]:
    """Return the words that start the program as a person would."""
    return [*COMMAND, *(os.fspath(arg) for arg in args)]


def run_program(
    *args: str | bytes | os.PathLike[str], before: Sequence[str] = (), **environment: str
) -> Outcome:
    """Start the program in a process of its own, behind the words ``before``, and wait for it."""
    done = subprocess.run(
        [*before, *command(*args)],
        env={**os.environ, **environment},
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=PATIENCE,
    )
    return Outcome(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))


def fixed_run() -> Run:
    """Return a run whose clock stands still at :data:`EPOCH`."""
    return new_run({"SOURCE_DATE_EPOCH": EPOCH})


def pack_request(
    source: str | os.PathLike[str],
    store: str | os.PathLike[str] | None,
    **changes: Any,  # noqa: ANN401 - any field of the request
) -> PackRequest:
    """Return the request that ``archiver pack SOURCE --to STORE --all`` makes, with ``changes``."""
    plain = PackRequest(
        sources=(os.fspath(source),),
        settings=Settings(),
        store=None if store is None else os.fspath(store),
        name=None,
        algorithms=(),
        info=(),
        jobs=1,
        read_back=False,
        bag_in_bag=False,
        max_bytes=None,
        rights=None,
        policy="personal",
        anonymous_withheld=False,
        profile=None,
        serialize=None,
        names=None,
        anew="packing",
    )
    return dataclasses.replace(plain, **changes)
