"""What runs in a worker process: takes one task after the other from a pipe and gives each outcome to another.

A message is its length in eight bytes and a pickled value. The first is a :class:`Preparation`, each further one a
:class:`Task`; each is answered by an :class:`Answer`. When the parent has gone, reading ends and so does the worker.
"""

from __future__ import annotations

import os
import pickle
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO

from archiver import process
from archiver.machine import settle_temporary_folder

LENGTH = struct.Struct(">Q")

_GRACE_SECONDS = 5.0
"""How much longer than its parent a worker waits before it has itself ended; only one whose parent has gone does."""


@dataclass(frozen=True, slots=True)
class Preparation:
    """What a worker does before its first task.

    Attributes:
        memory_bytes: How much data it may hold; ``None`` for no limit of ours.
        prepare: Called once, to load what every task needs; a module's own function, as it is pickled by name.
    """

    memory_bytes: int | None = None
    prepare: Callable[[], object] | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """A call of ``work`` with ``item``, and how long it may take; ``None`` for no limit."""

    work: Callable[[Any], Any]
    item: Any
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a message: a value, or the exception that stands in its place."""

    value: Any = None
    error: BaseException | None = None


def main() -> None:
    """Serve tasks until there are no more."""
    process.leave_when_told()
    requests, replies = _own_streams()
    settle_temporary_folder()
    preparation = _received(requests)
    if preparation is None:
        return
    _reply(replies, _prepared(preparation))
    while (task := _received(requests)) is not None:
        process.end_after(0 if task.seconds is None else task.seconds + _GRACE_SECONDS)
        answer = _worked(task)
        process.end_after(0)
        _reply(replies, answer)


def message(value: object) -> bytes:
    """Return ``value`` as a message.

    Raises:
        Exception: whatever pickling it raises.
    """
    data = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    return LENGTH.pack(len(data)) + data


def _own_streams() -> tuple[BinaryIO, BinaryIO]:
    """Take standard input and output for messages, so that nothing that a library reads or prints gets in between."""
    streams = open(os.dup(0), "rb"), open(os.dup(1), "wb", buffering=0)  # noqa: SIM115 - as long as the process runs
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1):
        os.dup2(nowhere, number)
    os.close(nowhere)
    return streams


def _prepared(preparation: Preparation) -> Answer:
    try:
        if preparation.memory_bytes is not None:
            process.limit_memory(preparation.memory_bytes)
        if preparation.prepare is not None:
            preparation.prepare()
    except Exception as error:  # noqa: BLE001 - the parent says what it means
        return Answer(error=error)
    return Answer()


def _worked(task: Task) -> Answer:
    try:
        return Answer(task.work(task.item))
    except Exception as error:  # noqa: BLE001 - the parent raises it at its item
        return Answer(error=error)


def _received(requests: BinaryIO) -> Any:  # noqa: ANN401 - a Preparation, a Task, or None at the end
    head = requests.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    data = requests.read(length)
    return pickle.loads(data) if len(data) == length else None  # noqa: S301 - from the parent, by a pipe of ours


def _reply(replies: BinaryIO, answer: Answer) -> None:
    try:
        data = message(answer)
    except Exception as error:  # noqa: BLE001 - an outcome that cannot travel, or is too large to
        data = message(
            Answer(error=MemoryError() if isinstance(error, MemoryError) else RuntimeError(repr(error)))
        )
    rest = memoryview(data)
    while rest:
        rest = rest[replies.write(rest) :]
