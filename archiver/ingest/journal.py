"""The list of copies that are whole and on the disk, kept beside a staged bag so that a run can be continued.

Its n-th line belongs to the n-th file of the plan: a JSON array ``[path, size, modified, digest…]``, or the path
alone where the file could not be copied. A line is written only after its file was synced.
"""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Iterable, Iterator
from typing import Self

from archiver import filesystem
from archiver.bagit.algorithms import hex_length
from archiver.ingest.copy import Copied
from archiver.model.source import Unpacked
from archiver.ownfiles import parse_json
from archiver.store.area import Place

_NAME = b"journal.jsonl"
_LONGEST_LINE = 1 << 20
"""Bytes; a path of the greatest depth and length, escaped, is shorter."""


class Journal:
    """Gives back what an interrupted run copied, then takes what this run copies. Use it in a ``with`` block.

    Args:
        area: The folder of the journal, which is made where it is missing. From its first line that is not sound on,
            as a crash may leave one, it is not believed, and cut off.
        payload: The staged ``data`` folder.
        algorithms: The algorithms of the digests.

    Raises:
        OSError: from here or from its methods, as the system calls do; where the journal is no regular file, or has
            another name too.
    """

    def __init__(self, area: Place, payload: Place, algorithms: tuple[str, ...]) -> None:
        self._area = area
        self._payload = payload
        self._digests = re.compile(" ".join(f"[0-9a-f]{{{hex_length(name)}}}" for name in algorithms))
        self._known = 0
        self._recorded = 0

    def __enter__(self) -> Self:
        with self._area.cursor() as area:
            descriptor = filesystem.open_own(_NAME, area.folder(b""))
        self._stream = os.fdopen(descriptor, "r+b")
        whole = 0
        while self._is_whole(line := self._stream.readline(_LONGEST_LINE)):
            whole += len(line)
            self._known += 1
        self._stream.truncate(whole)
        self._stream.seek(whole)
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def copied_before(self) -> Iterator[Copied | None]:
        """Yield one value for each journaled file, in the plan's order: its copy, or ``None`` where there is none.

        A copy counts only where a regular file of the recorded size and time, which has no other name, is in place.
        """
        with self._area.cursor() as area:
            descriptor = filesystem.open_regular(_NAME, area.folder(b""))
        with self._payload.cursor() as cursor, os.fdopen(descriptor, "rb") as lines:
            for _ in range(self._known):
                yield _in_place(cursor, self._parse(lines.readline(_LONGEST_LINE)))

    def record(self, outcomes: Iterable[Copied | Unpacked]) -> None:
        """Add the outcomes of the plan's next files, whose copies are synced, and make the journal durable."""
        for outcome in outcomes:
            self._recorded += 1
            if self._recorded > self._known:
                self._stream.write(json.dumps(_entry(outcome)).encode() + b"\n")
        self._stream.flush()
        os.fsync(self._stream.fileno())

    def _is_whole(self, line: bytes) -> bool:
        try:
            self._parse(line)
        except ValueError:
            return False
        return line.endswith(b"\n")

    def _parse(self, line: bytes) -> Copied | None:
        match parse_json(line):
            case [str()]:
                return None
            case [str(path), int(size), int(modified), *said]:
                digests = tuple(digest for digest in said if isinstance(digest, str))
                if len(digests) == len(said) and self._digests.fullmatch(" ".join(digests)):
                    return Copied(path, size, modified, digests)
        raise ValueError("not a journal entry")


def _entry(outcome: Copied | Unpacked) -> list[str | int]:
    if isinstance(outcome, Unpacked):
        return [outcome.problem.path]
    return [outcome.path, outcome.size_bytes, outcome.modified_ns, *outcome.digests]


def _in_place(cursor: filesystem.FolderCursor, copied: Copied | None) -> Copied | None:
    if copied is None:
        return None
    folder, _, name = copied.path.encode("utf-8").rpartition(b"/")
    try:
        status = os.stat(name, dir_fd=cursor.folder(folder), follow_symlinks=False)
    except (OSError, ValueError):  # a damaged line may hold a name that cannot be
        return None
    unchanged = (status.st_size, status.st_mtime_ns) == (copied.size_bytes, copied.modified_ns)
    return copied if unchanged and stat.S_ISREG(status.st_mode) and status.st_nlink == 1 else None
