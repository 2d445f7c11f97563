"""What the last state had under paths at which nothing was listed: it may be gone, or be found at other paths."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, cast

from archiver.catalogue.rescan import LastFile
from archiver.catalogue.states import signed
from archiver.ingest.rows import Index, Rows
from archiver.model.source import FileStat

_MOST_UNREAD = 100_000
"""Paths that could not be looked at, of which each is remembered."""


class VanishedFile(NamedTuple):
    """A file of the last state, as it lies on disk; as :class:`archiver.catalogue.rescan.LastFile`."""

    path: str
    size_bytes: int | None
    mtime_ns: int | None
    ctime_ns: int | None
    inode: int | None
    bag_id: int
    bag_path: str
    record_at: int | None
    digest: str


@dataclass(slots=True)
class Gone:
    """What of the last state is not there any more.

    Attributes:
        files: How many files.
        examples: The first of their paths.
        unread: How many more could not be looked at this time, or are left out now, so that nobody says that they are gone.
    """

    files: int = 0
    examples: list[str] = field(default_factory=list)
    unread: int = 0


class Vanished:
    """Takes files in the order of the last state; memory holds some 40 bytes of each.

    Raises:
        TemporaryStorageError: from its methods, where the temporary file cannot be used.
    """

    def __init__(self) -> None:
        self._rows, self._places = Rows(), array("Q")
        self._by_stat, self._by_file = Index(), Index()
        self._found = bytearray()
        self._unread: set[str] = set()

    def close(self) -> None:
        """Let go of all of them."""
        self._rows.close()

    def add(self, file: LastFile) -> None:
        """Take a file under whose path nothing was listed."""
        number, key = len(self._places), file.key
        stat = [None] * 4 if key is None else [key.size_bytes, key.mtime_ns, key.ctime_ns, signed(key.inode)]
        self._places.append(
            self._rows.append(
                [file.path, *stat, file.bag_id, file.bag_path, file.record_at, file.before.digest.hex()]
            )
        )
        self._found.append(0)
        self._by_file.add(file.file_id, number)
        if key is not None and not file.before.racy:
            self._by_stat.add(_key(key), number)

    def not_looked_at(self, path: str) -> None:
        """Note a path of which nobody knows what is there; that of a folder stands for all below it."""
        if len(self._unread) < _MOST_UNREAD:
            self._unread.add(path)

    def with_stat(self, stat: FileStat, bags: Container[int]) -> VanishedFile | None:
        """Return a file of one of some bags that had this size, these times and this number; it is then not gone, but moved."""
        for number in self._by_stat.values(_key(stat)):
            file = self._at(number)
            said = stat.size_bytes, stat.mtime_ns, stat.ctime_ns, signed(stat.inode)
            if file.bag_id in bags and (file.size_bytes, file.mtime_ns, file.ctime_ns, file.inode) == said:
                self._found[number] = 1
                return file
        return None

    def with_content(self, file_id: int) -> VanishedFile | None:
        """Return a file that had the bytes of a file in a bag, each once; it is then not gone, but moved."""
        for number in self._by_file.values(file_id):
            if not self._found[number]:
                self._found[number] = 1
                return self._at(number)
        return None

    def gone(self, examples: int) -> Gone:
        """Return what was found nowhere.

        Args:
            examples: How many of their paths to give.
        """
        gone = Gone()
        for number, found in enumerate(self._found):
            if found:
                continue
            if self._unread or len(gone.examples) < examples:
                path = self._at(number).path
                if any(above in self._unread for above in _at_and_above(path)):
                    gone.unread += 1
                    continue
                if len(gone.examples) < examples:
                    gone.examples.append(path)
            gone.files += 1
        return gone

    def _at(self, number: int) -> VanishedFile:
        return VanishedFile(*cast("list[object]", self._rows.at(self._places[number])))  # type: ignore[arg-type]  # own file


def _at_and_above(path: str) -> Iterator[str]:
    while path:
        yield path
        path = path.rpartition("/")[0]


def _key(stat: FileStat) -> int:
    said = f"{stat.size_bytes} {stat.mtime_ns} {stat.ctime_ns} {signed(stat.inode)}".encode()
    return int.from_bytes(hashlib.blake2b(said, digest_size=8).digest(), "little")
