"""Which files of a bag one audit reads, in what order, and from where it goes on when it was interrupted.

The manifests come first, and are read by every audit that goes on: what they list is what all else is held against. On a
disk that turns, the other files are read in the order in which they lie on it, as far as their numbers tell; on any other
in the order of their paths. Memory stays bounded however many files there are.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self

from archiver import filesystem
from archiver.bagit.folder_stack import FolderStack
from archiver.bagit.hashing import Recorded
from archiver.bagit.manifest_reader import parse_manifest_name
from archiver.bagit.sorting import Sorter
from archiver.usecases.audit.budget import Budget

BY_PATH, BY_PLACE = b"P", b"I"
"""How places of files begin, by what they are in the order of."""

_MANIFEST, _OTHER = b"\0", b"\1"

_FIELD, _ONE, _NAMED = "\0", "\1", "\2"


@dataclass(frozen=True, slots=True)
class Begun:
    """Where an interrupted audit of a bag stands.

    Attributes:
        after: The place of the file that it read last.
        since_ns: When it began, nanoseconds since 1970: what was changed since must be read again.
    """

    after: bytes
    since_ns: int


class Portion:
    """Chooses the files of a folder bag that are read; it is called once, with all that there are.

    Args:
        bag: The bag's absolute path.
        order: :data:`BY_PATH` or :data:`BY_PLACE`.
        begun: Where an interrupted audit stands; ``None`` where none is under way.
        budget: How much may be read; it is counted as files are handed out.

    Attributes:
        after: The place of the last file of which :meth:`passed` was told.
        goes_on: Whether it goes on where an interrupted audit stands. It does not where files were changed since that had
            been read: then all of the bag is read again.
        is_whole: Whether, with what was read before, every file was handed out.
        octets: Bytes that are to be read if the budget allows it; known once the first file is handed out.
    """

    def __init__(self, bag: bytes, order: bytes, begun: Begun | None, budget: Budget) -> None:
        self._bag = bag
        self._order = order
        self._begun = begun if begun is not None and begun.after.startswith(order) else None
        self._budget = budget
        self._sorter = Sorter()
        self._handed: deque[tuple[str, bytes]] = deque()
        self.after = b"" if self._begun is None else self._begun.after
        self.goes_on = self._begun is not None
        self.is_whole = False
        self.octets = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._sorter.close()

    def __call__(self, files: Iterable[Recorded]) -> Iterator[Recorded]:
        """Yield the files to be read, until all are or the budget is used up."""
        self._gather(files)
        if not self.goes_on:
            self.after = b""
        start = self.after
        for record in self._sorter:
            place, file = _unpacked(record)
            if place <= start:
                if _is_manifest(file.path):  # no budget counts it, or a small one would never come further
                    yield file
                continue
            if self._budget.is_used_up:
                return
            self._budget.take(file.size)
            self._handed.append((file.path, place))
            yield file
        self.is_whole = True

    def passed(self, path: str) -> None:
        """Take note that the files up to the one at ``path``, which was handed out, were read."""
        if not any(handed == path for handed, _ in self._handed):
            return
        handed = ""
        while handed != path:
            handed, self.after = self._handed.popleft()

    def _gather(self, files: Iterable[Recorded]) -> None:
        total, before = 0, 0
        try:
            top = filesystem.open_folder(self._bag)
        except OSError:  # reading the files tells
            for file in files:
                self._sorter.add(_packed(self._place(file, None), file))
            return
        try:
            with FolderStack(top) as stack:
                for file in files:
                    status = _status(stack, os.fsencode(file.path))
                    place = self._place(file, status)
                    self._sorter.add(_packed(place, file))
                    total += file.size
                    if place <= self.after:
                        before += file.size
                        self.goes_on = self.goes_on and self._is_as_it_was(status)
        finally:
            os.close(top)
        self.octets = total - before if self.goes_on else total

    def _place(self, file: Recorded, status: os.stat_result | None) -> bytes:
        number = status.st_ino if self._order == BY_PLACE and status is not None else 0
        rank = _MANIFEST if _is_manifest(file.path) else _OTHER
        return self._order + rank + number.to_bytes(16, "big") + file.path.encode("utf-8", "surrogateescape")

    def _is_as_it_was(self, status: os.stat_result | None) -> bool:
        return self._begun is not None and status is not None and status.st_ctime_ns < self._begun.since_ns


def _is_manifest(path: str) -> bool:
    return parse_manifest_name(path) is not None


def _status(stack: FolderStack, path: bytes) -> os.stat_result | None:
    folder, _, name = path.rpartition(b"/")
    try:
        return os.stat(name, dir_fd=stack.open(folder), follow_symlinks=False)
    except OSError:  # reading it tells
        return None


def _packed(place: bytes, file: Recorded) -> bytes:
    digests = _ONE.join(_NAMED.join((name, *recorded)) for name, recorded in file.digests)
    fields = _FIELD.join((str(file.size), str(file.holes), digests, file.path))
    # a place may hold any byte, so what follows it is told by its length at the end; no path holds the NUL between them,
    # which therefore keeps records in the order of their places
    told = b"\0" + fields.encode("utf-8", "surrogateescape")
    return place + told + len(told).to_bytes(4, "big")


def _unpacked(record: bytes) -> tuple[bytes, Recorded]:
    length = int.from_bytes(record[-4:], "big")
    size, holes, digests, path = record[-3 - length : -4].decode("utf-8", "surrogateescape").split(_FIELD, 3)
    told = tuple((name, tuple(rest)) for name, *rest in (one.split(_NAMED) for one in digests.split(_ONE)))
    return record[: -4 - length], Recorded(path, int(size), told, int(holes))
