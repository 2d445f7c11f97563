"""Looks up every listed file in the last state of its collection, before anything of the source is read.

A file is unchanged where its path, size, times and number are as they were, and it had not been changed so late that its
times prove nothing. Where nothing was under its path, it may have been moved: then something of the same size, times and
number is gone from another path. All else has to be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Self

from archiver.catalogue.rescan import LastFile, LastState, PresentBag
from archiver.catalogue.states import signed
from archiver.ingest.spool import Spool
from archiver.model.pickling import by_fields
from archiver.model.source import FileRef, FileStat, LeftOut, ScanEntry, Unpacked
from archiver.model.state import Holding, Known
from archiver.usecases.again.vanished import Vanished

GRANULARITY_NS = 2_000_000_000
"""Of times in a file system of which nothing is known: FAT keeps every other second."""


@by_fields
@dataclass(frozen=True, slots=True)
class Remembered:
    """A listed file of which the last state tells.

    Attributes:
        ref: The file.
        known: What is known of it; without a holding where it has to be read.
        bag: Path below the store of the bag that holds its bytes; empty where it has to be read.
        record_at: Where its line begins in that bag's record of files, if it has one.
    """

    ref: FileRef
    known: Known
    bag: str = ""
    record_at: int | None = None


@by_fields
@dataclass(frozen=True, slots=True)
class _Row:
    """A listed file with what the last state has under its path."""

    ref: FileRef
    file: LastFile


class Looking:
    """Looks up listed files; use it in a ``with`` block.

    Args:
        state: The last state; ``None`` where the collection has none.
        bags: Bags that are in the store, by their number.
        scratch: Folder for temporary files.

    Attributes:
        vanished: What the last state had under paths at which nothing was listed.
        unread: About how many files have to be examined.
        without_numbers: Whether the source gives its files other numbers each time, so that these prove nothing.
    """

    def __init__(
        self, state: LastState | None, bags: Mapping[int, PresentBag], scratch: bytes | None = None
    ) -> None:
        self._state, self._bags = state, bags
        self._looked = Spool[ScanEntry | _Row](scratch)
        self._doubtful = Spool[FileRef | _Row](scratch)
        self.vanished = Vanished()
        self.unread = 0
        self.without_numbers = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._looked.__exit__()
        self._doubtful.__exit__()
        self.vanished.close()

    def __len__(self) -> int:
        return len(self._looked)

    def look(self, listed: Iterable[ScanEntry]) -> None:
        """Take in everything that was listed, and find what of the last state is not there."""
        same = other = 0
        self.unread = 0
        folders = _Folders(self._state, self.vanished)
        for entry in listed:
            match entry:
                case FileRef():
                    file = folders.take(entry.path)
                    if (
                        file is not None
                        and file.key is not None
                        and _same_but_for_number(entry.stat, file.key)
                    ):
                        is_same = signed(entry.stat.inode) == signed(file.key.inode)
                        same, other = same + is_same, other + (not is_same)
                    row = entry if file is None else _Row(entry, file)
                    self._looked.append(row)
                    if isinstance(row, FileRef) or not self._looks_unchanged(row):
                        self._doubtful.append(row)
                    self.unread += file is None or file.key is None or file.before.racy
                    continue
                case Unpacked(problem):
                    self.vanished.not_looked_at(problem.path)
                case LeftOut(path):
                    self.vanished.not_looked_at(path)
                case _:
                    pass
            self._looked.append(entry)
        folders.finish()
        self.without_numbers = other > 0 and not same

    def __iter__(self) -> Iterator[ScanEntry | Remembered]:
        """Yield everything that was listed in its order, each file of which anything is known as :class:`Remembered`."""
        for entry in self._looked:
            yield self._told(entry) if isinstance(entry, _Row | FileRef) else entry

    def to_examine(self) -> Iterator[FileRef]:
        """Yield the files that have to be examined, in the same order."""
        for row in self._doubtful:
            told = self._told(row)
            if isinstance(told, FileRef):
                yield told
            elif told.record_at is None:
                yield told.ref

    def _told(self, row: FileRef | _Row) -> FileRef | Remembered:
        return self._at_its_path(row.ref, row.file) if isinstance(row, _Row) else self._moved(row)

    def _looks_unchanged(self, row: _Row) -> bool:
        """Whether a file is told by the state alone, whatever else comes of the look."""
        key, before = row.file.key, row.file.before
        if row.file.record_at is None or row.file.bag_id not in self._bags or key is None or before.racy:
            return False
        return signed(row.ref.stat.inode) == signed(key.inode) and _same_but_for_number(row.ref.stat, key)

    def _at_its_path(self, ref: FileRef, file: LastFile) -> Remembered:
        before, bag = file.before, self._bags.get(file.bag_id)
        if bag is None or file.key is None or before.racy or not self._agrees(ref.stat, file.key):
            return Remembered(ref, Known(before=before))
        holding = Holding(bag.bag, file.bag_path, bag.algorithm, before.digest.hex())
        same = signed(ref.stat.inode) == signed(file.key.inode)
        return Remembered(ref, Known(holding, before, looks_as_before=same), bag.path, file.record_at)

    def _moved(self, ref: FileRef) -> FileRef | Remembered:
        file = None if self.without_numbers else self.vanished.with_stat(ref.stat, self._bags)
        if file is None:
            return ref
        bag = self._bags[file.bag_id]
        holding = Holding(bag.bag, file.bag_path, bag.algorithm, file.digest)
        return Remembered(ref, Known(holding, moved_from=file.path), bag.path, file.record_at)

    def _agrees(self, stat: FileStat, key: FileStat) -> bool:
        number = self.without_numbers or signed(stat.inode) == signed(key.inode)
        return number and _same_but_for_number(stat, key)


class _Folders:
    """What the last state has in the folder that is being listed; files of one folder come one after another."""

    def __init__(self, state: LastState | None, vanished: Vanished) -> None:
        self._state, self._vanished = state, vanished
        self._seen: set[int] = set()
        self._path: str | None = None
        self._files: dict[str, LastFile] = {}

    def take(self, path: str) -> LastFile | None:
        """Return what stands under a path, which is then accounted for."""
        if self._state is None:
            return None
        folder, _, name = path.rpartition("/")
        if folder != self._path:
            self._enter(self._state, folder)
        return self._files.pop(name, None)

    def finish(self) -> None:
        """Account for all that was not asked for."""
        if self._state is None:
            return
        self._leave()
        for file in self._state.beside(self._seen):
            self._vanished.add(file)

    def _enter(self, state: LastState, folder: str) -> None:
        self._leave()
        place, files = state.folder(folder)
        if place is not None:
            if place in self._seen:  # of files that were named one by one
                files = {}
            self._seen.add(place)
        self._path, self._files = folder, files

    def _leave(self) -> None:
        for file in self._files.values():
            self._vanished.add(file)


def _same_but_for_number(stat: FileStat, key: FileStat) -> bool:
    said = stat.size_bytes, stat.mtime_ns, stat.ctime_ns
    return said == (key.size_bytes, key.mtime_ns, key.ctime_ns)
