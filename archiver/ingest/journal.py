"""The list of copies that are whole and on the disk, kept beside a staged bag so that a run can be continued.

Its first line is ``{"schema": "archiver.journal/1"}``; a journal that begins otherwise, as that of another version may,
is not believed at all. Every further line is a JSON array ``[path, source, size, modified, changed, placed, results]``: the
copy's path in the payload, a digest of the source file's absolute path, what ``lstat`` said of that file when it was read
(bytes, ``mtime`` and ``ctime`` in nanoseconds), the time that the copy bears on the store's disk, and what the file's
consumers gave, by name. It is written only after its copy was synced; of several lines for one file the last counts.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import stat
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import BinaryIO, Self

from archiver import filesystem
from archiver.ingest.consumers import ReadPlan
from archiver.ingest.copy import Copied, KeptCopy, source_digest
from archiver.model.source import FileRef, Unpacked
from archiver.ownfiles import parse_json
from archiver.store.area import Place
from archiver.store.staging import Laid

_NAME = b"journal.jsonl"
_LONGEST_LINE = 1 << 20
"""Bytes; a path of the greatest depth and length, escaped, is shorter."""
_SOURCE = re.compile("[0-9a-f]{32}")
_HEADER = b'{"schema": "archiver.journal/1"}\n'


class Journal:
    """Takes what this run copies. Use it in a ``with`` block.

    Args:
        area: The folder of the journal, which is made where it is missing. From its first line that is not sound on,
            as a crash may leave one, it is not believed, and cut off.

    Raises:
        OSError: from here or from its methods, as the system calls do; where the journal is no regular file, or has
            another name too.
    """

    def __init__(self, area: Place) -> None:
        self._area = area

    def __enter__(self) -> Self:
        with self._area.cursor() as area:
            descriptor = filesystem.open_own(_NAME, area.folder(b""))
        self._stream = os.fdopen(descriptor, "r+b")
        whole = len(_HEADER) if _has_header(self._stream) else 0
        for _, end, _ in read_lines(self._stream):
            whole = end
        self._stream.truncate(whole)
        self._stream.seek(whole)
        if not whole:
            self._stream.write(_HEADER)
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):  # what was recorded is flushed; the rest is not to be believed
            self._stream.close()

    def record(self, outcomes: Iterable[Copied | Unpacked]) -> None:
        """Add copies, which are synced and not yet in this journal, and make it durable."""
        for outcome in outcomes:
            if isinstance(outcome, Copied) and not outcome.journaled:
                self._stream.write(json.dumps(_entry(outcome)).encode() + b"\n")
        self._stream.flush()
        os.fsync(self._stream.fileno())


class EarlierCopies:
    """Finds what earlier runs copied of a file and is still right. Use it in a ``with`` block.

    Only where each journaled line begins is held in memory, 16 bytes a line.

    Args:
        places: Where such copies lie with their journals; those of the bag that is being built come first.

    Attributes:
        has_any: Whether anything is there to be found.
        foreign: How many journals are none of this version, so that nothing in them is believed.

    Raises:
        OSError: from here or from finding, as the system calls do.
    """

    def __init__(self, places: Sequence[Laid]) -> None:
        self._places = places

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as held:
            self._found = [
                found for place in self._places if (found := _Journaled.opened(place, held)) is not None
            ]
            self.foreign = sum(found.foreign for found in self._found)
            self.has_any = any(found.lines for found in self._found)
            self._held = held.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()

    def find(self, ref: FileRef, plan: ReadPlan) -> KeptCopy | None:
        """Return the copy of a file with all results of its plan, if one is in place and was made of the file as listed now.

        That is so where the file's path, size and times are as recorded; its ``ctime``, which no program can set, tells
        of every change and of every file that took its place. Inode numbers are not asked: many disks give others
        each time they are connected.
        """
        if not self.has_any:  # of most runs, which nothing interrupted
            return None
        digest = source_digest(ref)
        for journaled in self._found:
            kept = journaled.find(ref, plan, digest)
            if kept is not None:
                return kept
        return None


class _Journaled:
    """The copies of one journal, found by the digest of their source's path."""

    def __init__(self, place: Laid, stream: BinaryIO, payload: filesystem.FolderCursor) -> None:
        self._payload, self._cursor, self._stream = place.payload, payload, stream
        self.foreign = not _HEADER.startswith(stream.read(len(_HEADER)))  # a crash may leave a part of it
        keys, starts = array("Q"), array("Q")
        for start, _, copied in read_lines(stream):
            keys.append(_key(copied.source))
            starts.append(start)
        order = sorted(range(len(keys)), key=keys.__getitem__)
        self._keys = array("Q", (keys[each] for each in order))
        self._starts = array("Q", (starts[each] for each in order))

    @property
    def lines(self) -> int:
        """How many copies it tells of."""
        return len(self._keys)

    @classmethod
    def opened(cls, place: Laid, held: contextlib.ExitStack) -> Self | None:
        try:
            payload = held.enter_context(place.payload.cursor())
            with place.area.cursor() as area:
                descriptor = filesystem.open_regular(_NAME, area.folder(b""))
        except (FileNotFoundError, NotADirectoryError, filesystem.NotRegularError):
            return None
        return cls(place, held.enter_context(os.fdopen(descriptor, "rb")), payload)

    def find(self, ref: FileRef, plan: ReadPlan, digest: str) -> KeptCopy | None:
        for start in reversed(list(self._starts_of(_key(digest)))):
            self._stream.seek(start)
            try:
                copied = _parse(self._stream.readline(_LONGEST_LINE))
            except ValueError:  # it was whole when it was looked through, and somebody changed it
                return None
            if copied.source != digest:
                continue
            read = copied.size_bytes, copied.modified_ns, copied.changed_ns
            listed = ref.stat.size_bytes, ref.stat.mtime_ns, ref.stat.ctime_ns
            if read == listed and plan.is_answered(copied.results) and _is_in_place(self._cursor, copied):
                return KeptCopy(self._payload, copied)
            return None
        return None

    def _starts_of(self, key: int) -> Iterator[int]:
        for index in range(bisect_left(self._keys, key), len(self._keys)):
            if self._keys[index] != key:
                return
            yield self._starts[index]


def read_lines(stream: BinaryIO) -> Iterator[tuple[int, int, Copied]]:
    """Yield where each line of a journal begins and ends, and what it says, up to the first that is not sound.

    Nothing is yielded of a journal of another version, and nothing believed that this program does not write.
    """
    if not _has_header(stream):
        return
    start = len(_HEADER)
    while line := stream.readline(_LONGEST_LINE):
        try:
            copied = _parse(line)
        except ValueError:
            return
        if not line.endswith(b"\n"):
            return
        yield start, start + len(line), copied
        start += len(line)


def _has_header(stream: BinaryIO) -> bool:
    """Whether a journal is of this version; leaves the stream behind its first line."""
    stream.seek(0)
    return stream.read(len(_HEADER)) == _HEADER


def _parse(line: bytes) -> Copied:
    match parse_json(line):
        case [str(path), str(source), int(size), int(modified), int(changed), int(placed), dict(results)]:
            numbers = size, modified, changed, placed
            if _SOURCE.fullmatch(source) and bool not in map(type, numbers):
                told = Copied(path, size, modified, results)
                return replace(told, changed_ns=changed, placed_ns=placed, source=source)
        case _:
            pass
    raise ValueError("not a journal entry")


def _entry(copied: Copied) -> list[object]:
    numbers = copied.size_bytes, copied.modified_ns, copied.changed_ns, copied.placed_ns
    return [copied.path, copied.source, *numbers, copied.results]


def _key(digest: str) -> int:
    return int(digest[:16], 16)


def _is_in_place(cursor: filesystem.FolderCursor, copied: Copied) -> bool:
    """Whether a regular file of the recorded size and time, which has no other name, is where the copy was put."""
    folder, _, name = copied.path.encode("utf-8").rpartition(b"/")
    try:
        status = os.stat(name, dir_fd=cursor.folder(folder), follow_symlinks=False)
    except (OSError, ValueError):  # a damaged line may hold a name that cannot be
        return False
    unchanged = (status.st_size, status.st_mtime_ns) == (copied.size_bytes, copied.placed_ns)
    return unchanged and stat.S_ISREG(status.st_mode) and status.st_nlink == 1
