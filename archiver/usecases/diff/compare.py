"""Holds two sides against each other, on the disk: memory does not grow with what they hold."""

from __future__ import annotations

import contextlib
import itertools
import pickle
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Self

from archiver.bagit.sorting import Sorter
from archiver.ingest.spool import Spool
from archiver.model.pickling import by_fields
from archiver.records.names import FILES_RECORD
from archiver.records.placing import Placed, read_placing
from archiver.usecases.diff.sides import Sided
from archiver.usecases.states.bags import Shelf
from archiver.usecases.states.on_disk import OnDisk

_A, _B = b"0", b"1"


class Change(Enum):
    """How what stands at a path differs between the first side and the second."""

    NEW = "new"
    GONE = "gone"
    MOVED = "moved"
    RETAGGED = "retagged"
    """The bytes differ and the music is the same."""
    CHANGED = "changed"
    DAMAGED = "possibly damaged"
    """The bytes differ though the modification time does not."""
    RIGHTS = "rights changed"
    """The bytes are the same, and something else was decided of them."""
    UNCOMPARED = "not comparable"
    """No digest of both is of one algorithm."""


@by_fields
@dataclass(frozen=True, slots=True)
class Difference:
    """One of them.

    Attributes:
        change: How it differs.
        kind: ``file``, ``folder`` or ``link``.
        path: The record path, of the second side where it has any.
        before: The path on the first side of what was moved; empty otherwise.
    """

    change: Change
    kind: str
    path: str
    before: str = ""

    @property
    def folder(self) -> str:
        """The folder that it is in: its album, as a rule; empty for the top."""
        return self.path.rpartition("/")[0]


@dataclass(slots=True)
class Comparison:
    """What came of it.

    Attributes:
        differences: All of them, in the order of their paths, moved files last.
        counts: How many there are, by change and kind.
        same: Files that are the same on both sides.
        apart: Files on the one side that went into no bag on the other, as that says itself.
        by_folder: Files by the folder and how they differ, in the order of the folders.
    """

    differences: Spool[Difference]
    by_folder: Sorter
    counts: Counter[tuple[Change, str]] = field(default_factory=Counter)
    same: int = 0
    apart: int = 0

    def add(self, difference: Difference) -> None:
        """Take a difference."""
        self.differences.append(difference)
        self.counts[difference.change, difference.kind] += 1
        if difference.kind == "file":
            row = f"{difference.folder}\0{difference.change.name}"
            self.by_folder.add(row.encode("utf-8", "surrogatepass"))

    def files(self, change: Change) -> int:
        """How many files differ so."""
        return self.counts[change, "file"]

    def folders(self) -> Iterator[tuple[str, Counter[Change]]]:
        """Yield the folders in which files differ, each with how many do and how."""
        for folder, rows in itertools.groupby(self.by_folder, key=lambda row: row.partition(b"\0")[0]):
            counts = Counter(Change[row.partition(b"\0")[2].decode()] for row in rows)
            yield folder.decode("utf-8", "surrogatepass"), counts


@by_fields
@dataclass(frozen=True, slots=True)
class _Pair:
    """What both sides have at one path, with other bytes."""

    a: Sided
    b: Sided


class Comparing:
    """One comparison under way; use it in a ``with`` block.

    Args:
        shelf: The bags at hand, whose records say what the music of a file is.
    """

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._held = contextlib.ExitStack()
        self._rows = self._held.enter_context(Sorter())
        self._apart = self._held.enter_context(OnDisk[None]())
        self._has_apart = False
        self.result = Comparison(
            self._held.enter_context(Spool[Difference]()), self._held.enter_context(Sorter())
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()

    def take(self, first: Iterable[Sided], second: Iterable[Sided]) -> None:
        """Take both sides."""
        for side, entries in ((_A, first), (_B, second)):
            for entry in entries:
                if entry.kind == "apart":
                    self._apart.add(_key(entry.path), None)
                    self._has_apart = True
                    continue
                packed = pickle.dumps(entry, pickle.HIGHEST_PROTOCOL)
                self._rows.add(b"\0".join((_key(entry.path), side, packed)))

    def compare(self, tree: bool) -> None:  # noqa: FBT001 - it is no choice of a caller's
        """Compare; ``tree`` is whether both sides say what folders and links they have."""
        with (
            Spool[_Pair]() as pairs,
            Spool[Sided]() as new,
            OnDisk[Sided]() as gone,
        ):
            for _, rows in itertools.groupby(self._rows, key=lambda row: row.partition(b"\0")[0]):
                found = [
                    (side, entry)
                    for side, entry in map(_sided, itertools.islice(rows, _MOST))
                    if tree or entry.kind == "file"
                ]
                self._at_path(found, pairs, new, gone)
            self._settle_pairs(pairs)
            self._settle_moves(new, gone)

    def _at_path(
        self,
        found: list[tuple[bytes, Sided]],
        pairs: Spool[_Pair],
        new: Spool[Sided],
        gone: OnDisk[Sided],
    ) -> None:
        firsts = {entry.kind: entry for side, entry in reversed(found) if side == _A}
        seconds = {entry.kind: entry for side, entry in reversed(found) if side == _B}
        for kind in sorted(firsts.keys() | seconds.keys()):
            a, b = firsts.get(kind), seconds.get(kind)
            if a is not None and b is not None:
                self._both(a, b, pairs)
            elif b is not None:
                self._only_second(b, new)
            elif a is not None:
                self._only_first(a, gone)

    def _only_second(self, entry: Sided, new: Spool[Sided]) -> None:
        if self._is_apart(entry.path):
            self.result.apart += entry.kind == "file"
        elif entry.kind == "file":
            new.append(entry)
        else:
            self.result.add(Difference(Change.NEW, entry.kind, entry.path))

    def _only_first(self, entry: Sided, gone: OnDisk[Sided]) -> None:
        if self._is_apart(entry.path):
            self.result.apart += entry.kind == "file"
        elif entry.kind == "file":
            gone.add(_content(entry), entry)
        else:
            self.result.add(Difference(Change.GONE, entry.kind, entry.path))

    def _both(self, a: Sided, b: Sided, pairs: Spool[_Pair]) -> None:
        same = _same(a, b)
        if same is None:
            self.result.add(Difference(Change.UNCOMPARED, b.kind, b.path))
        elif not same and b.kind == "file":
            pairs.append(_Pair(a, b))
        elif not same:
            self.result.add(Difference(Change.CHANGED, b.kind, b.path))
        elif a.decision and b.decision and a.decision != b.decision:
            self.result.add(Difference(Change.RIGHTS, b.kind, b.path))
        else:
            self.result.same += b.kind == "file"

    def _is_apart(self, path: str) -> bool:
        if not self._has_apart:
            return False
        while path:
            if next(self._apart.found(_key(path)), None) is not None:
                return True
            path = path.rpartition("/")[0]
        return False

    def _settle_pairs(self, pairs: Spool[_Pair]) -> None:
        with OnDisk[None]() as asked, OnDisk[tuple[str, str]]() as essences:
            holders: set[str] = set()
            for pair in pairs:
                for one in (pair.a, pair.b):
                    if one.held_by is not None:
                        asked.add(_key("\0".join(one.held_by)), None)
                        holders.add(one.held_by[0])
            for holder in sorted(holders):
                self._find_essences(holder, asked, essences)
            for pair in pairs:
                self.result.add(Difference(_change(pair, essences), "file", pair.b.path))

    def _find_essences(self, holder: str, asked: OnDisk[None], found: OnDisk[tuple[str, str]]) -> None:
        """Look in the records of a bag, if it is at hand, for the music of the files that are asked for."""
        for bag in self._shelf.copies(holder):
            with (
                contextlib.suppress(OSError, ValueError),
                self._shelf.source(bag).open(FILES_RECORD) as stream,
            ):
                for line in read_placing(stream):
                    if isinstance(line, Placed) and line.essence is not None:
                        key = _key(f"{holder}\0{line.bag_path}")
                        if next(asked.found(key), None) is not None:
                            found.add(key, line.essence)
                return

    def _settle_moves(self, new: Iterable[Sided], gone: OnDisk[Sided]) -> None:
        """Bring what is gone and what is new together by their bytes; every file is moved once at most."""
        for entry in new:
            before = next((pair for pair in gone.found(_content(entry)) if _same(pair[1], entry)), None)
            if before is None:
                self.result.add(Difference(Change.NEW, "file", entry.path))
                continue
            gone.take_out(before[0])
            self.result.add(Difference(Change.MOVED, "file", entry.path, before[1].path))
        for _, entry in gone:
            self.result.add(Difference(Change.GONE, "file", entry.path))


_MOST = 16
"""Entries of one path that are looked at; a side has one of each kind."""


def _change(pair: _Pair, essences: OnDisk[tuple[str, str]]) -> Change:
    a, b = (_essence(one, essences) for one in (pair.a, pair.b))
    if a is not None and a == b:
        return Change.RETAGGED
    times = pair.a.modified_ns, pair.b.modified_ns
    return Change.DAMAGED if None not in times and times[0] == times[1] else Change.CHANGED


def _essence(one: Sided, essences: OnDisk[tuple[str, str]]) -> tuple[str, str] | None:
    if one.essence is not None or one.held_by is None:
        return one.essence
    return essences.first(_key("\0".join(one.held_by)))


def _same(a: Sided, b: Sided) -> bool | None:
    """Whether two have the same bytes; ``None`` where that cannot be said."""
    if a.kind == "folder":
        return True
    mine, others = dict(a.digests), dict(b.digests)
    common = mine.keys() & others.keys()
    return all(mine[name] == others[name] for name in common) if common else None


def _content(one: Sided) -> bytes:
    """What two that have the same bytes have in common, where their first digests are of one algorithm."""
    return repr(one.digests[:1]).encode()


def _key(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _sided(row: bytes) -> tuple[bytes, Sided]:
    _, side, packed = row.split(b"\0", 2)
    entry = pickle.loads(packed)  # noqa: S301 - this process wrote it into a file without a name
    assert isinstance(entry, Sided)
    return side, entry
