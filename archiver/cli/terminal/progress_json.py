"""Tells another program how a run goes on: one JSON object a line, on standard error."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Self, TypeVar

from archiver.cli.terminal.pace import Pacer
from archiver.records.codec import json_bytes
from archiver.usecases.watch import Step

T = TypeVar("T")

SCHEMA = "archiver.progress/1"
_EVERY_S = 1.0


class JsonWatch:
    """Writes a line when a step begins, one a second while it goes on, and one when it ends; notes are lines too.

    What each line holds is told in ``docs/reference/progress.md``. A line that cannot be written is left out: whoever
    read it has gone, and the run does not depend on it.

    Args:
        every_s: Seconds between two lines of one step.
    """

    def __init__(self, every_s: float = _EVERY_S) -> None:
        self._every_s = every_s

    def track(self, step: Step, outcomes: Iterable[T], weigh: Callable[[T], int]) -> Iterator[T]:
        """Yield ``outcomes`` unchanged and tell of them."""
        with _Telling(step, self._every_s) as telling:
            for outcome in outcomes:
                yield outcome
                if step.meter is None:
                    telling.done += weigh(outcome)

    @contextlib.contextmanager
    def during(self, step: Step) -> Iterator[None]:
        """Tell of the step for a ``with`` block."""
        with _Telling(step, self._every_s):
            yield

    def note(self, message: str) -> None:
        """Write the note as a line."""
        _write({"schema": SCHEMA, "event": "note", "message": message})


class _Telling:
    """One step, of which a thread of its own tells while the step's own work goes on."""

    def __init__(self, step: Step, every_s: float) -> None:
        self._step = step
        self._every_s = every_s
        self._pacer = Pacer()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._tell_on, daemon=True)
        self._began = time.monotonic()
        self.done = 0

    def __enter__(self) -> Self:
        self._tell("begin")
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        self._tell("end")

    def _tell_on(self) -> None:
        while not self._ended.wait(self._every_s):
            self._tell("going")

    def _tell(self, event: str) -> None:
        step, elapsed = self._step, time.monotonic() - self._began
        line: dict[str, object] = {"schema": SCHEMA, "event": event, "step": step.title}
        if step.unit:
            done = self.done if step.meter is None else step.meter.total
            line |= {"unit": step.unit, "done": done, "total": step.total}
            pace = self._pacer.pace(done, step.total, elapsed)
            line["left_s"] = None if pace is None else round(pace.left_s, 1)
        _write(line | {"elapsed_s": round(elapsed, 1)})


def _write(line: dict[str, object]) -> None:
    text = json_bytes(line).decode()
    with contextlib.suppress(OSError, ValueError):  # nobody reads it any more
        sys.stderr.write(text + "\n")
        sys.stderr.flush()
