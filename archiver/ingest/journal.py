"""The list of copies that are whole and on the disk, kept beside a staged bag so that a run can be continued.

Its n-th line belongs to the n-th file of the plan: a JSON array ``[path, size, modified, digest…]``, or the path
alone where the file could not be copied. A line is written only after its file was synced.
"""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Iterable, Iterator
from typing import Self

from archiver import filesystem
from archiver.ingest.copy import Copied
from archiver.model.source import Unpacked


class Journal:
    """Gives back what an interrupted run copied, then takes what this run copies. Use it in a ``with`` block.

    Args:
        path: Absolute path of the journal; made where it is missing. A line that a crash cut off goes.
        payload: Absolute path of the staged ``data`` folder.
    """

    def __init__(self, path: bytes, payload: bytes) -> None:
        self._path = path
        self._payload = payload
        self._known = 0
        self._recorded = 0

    def __enter__(self) -> Self:
        self._stream = open(self._path, "a+b")
        self._stream.seek(0)
        whole = 0
        for line in self._stream:
            if not _is_whole(line):
                break
            whole += len(line)
            self._known += 1
        self._stream.truncate(whole)
        self._stream.seek(whole)
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def copied_before(self) -> Iterator[Copied | None]:
        """Yield one value for each journaled file, in the plan's order: its copy, or ``None`` where there is none.

        A copy counts only where a file of the recorded size and time is in place.
        """
        with filesystem.FolderCursor(self._payload) as cursor, open(self._path, "rb") as lines:
            for line in itertools.islice(lines, self._known):
                yield _in_place(cursor, _parse(line))

    def record(self, outcomes: Iterable[Copied | Unpacked]) -> None:
        """Add the outcomes of the plan's next files, whose copies are synced, and make the journal durable."""
        for outcome in outcomes:
            self._recorded += 1
            if self._recorded > self._known:
                self._stream.write(json.dumps(_entry(outcome)).encode() + b"\n")
        self._stream.flush()
        os.fsync(self._stream.fileno())


def _entry(outcome: Copied | Unpacked) -> list[str | int]:
    if isinstance(outcome, Unpacked):
        return [outcome.problem.path]
    return [outcome.path, outcome.size_bytes, outcome.modified_ns, *outcome.digests]


def _is_whole(line: bytes) -> bool:
    try:
        _parse(line)
    except ValueError:
        return False
    return line.endswith(b"\n")


def _parse(line: bytes) -> Copied | None:
    entry = json.loads(line)
    match entry:
        case [str()]:
            return None
        case [str(path), int(size), int(modified), *digests]:
            return Copied(path, size, modified, tuple(map(str, digests)))
        case _:
            raise ValueError("not a journal entry")


def _in_place(cursor: filesystem.FolderCursor, copied: Copied | None) -> Copied | None:
    if copied is None:
        return None
    folder, _, name = copied.path.encode("utf-8").rpartition(b"/")
    try:
        status = os.stat(name, dir_fd=cursor.folder(folder), follow_symlinks=False)
    except (OSError, ValueError):  # a damaged line may hold a name that cannot be
        return None
    unchanged = (status.st_size, status.st_mtime_ns) == (copied.size_bytes, copied.modified_ns)
    return copied if unchanged else None
