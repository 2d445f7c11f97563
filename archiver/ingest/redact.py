"""Has the tags of a copy rewritten by a guarded worker: mutagen may take any time and memory over hostile bytes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from archiver.audio.formats.kinds import extension_of
from archiver.executors.guarded import GuardedProcesses, Stopped

_STOPPED = {
    "time": "rewriting its tags took too long and was stopped",
    "memory": "rewriting its tags asked for too much memory and was stopped",
    "crash": "rewriting its tags crashed",
}


_LEAST_SECONDS = 20.0
_SLOWEST_BYTES_A_SECOND = 10_000_000
"""A disk that is slow at moving the sound of a large file within it, where what stood before the sound is gone."""


@dataclass(frozen=True, slots=True)
class RedactTask:
    """A copy whose tags are to be rewritten.

    Attributes:
        copy: Its absolute path, in a folder of this run alone.
        path: The record path of what it is a copy of, for its extension.
        tags: What to write.
    """

    copy: bytes
    path: str
    tags: Mapping[str, tuple[str, ...]]


def redact_copy(task: RedactTask, workers: GuardedProcesses) -> str | None:
    """Rewrite the tags of a copy in place; return why that cannot be done, or ``None`` where it was."""
    (outcome,) = workers.map_timed(_redact, [task], seconds_allowed)
    return _STOPPED[outcome.reason] if isinstance(outcome, Stopped) else outcome


def seconds_allowed(task: RedactTask) -> float:
    """How long rewriting the tags of a copy may take, by its size."""
    return _LEAST_SECONDS + os.path.getsize(task.copy) / _SLOWEST_BYTES_A_SECOND


def _redact(task: RedactTask) -> str | None:
    from archiver.audio.redacting.pieces import UnredactableError  # noqa: PLC0415 - only workers parse
    from archiver.audio.redacting.redact import redact  # noqa: PLC0415 - as above

    try:
        with open(task.copy, "r+b") as file:
            redact(file, os.fstat(file.fileno()).st_size, extension_of(task.path), task.tags)
    except UnredactableError as error:
        return str(error)
    return None
