"""Brings together the music files of sources and bags as files that can be compared."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from archiver.duplicates.copy import Copy, Place, copy_of
from archiver.errors import ArchiverError
from archiver.ingest.examine import Examined
from archiver.model.audio import ExaminedFile, Role
from archiver.model.package import PackedFile
from archiver.model.problem import NOT_READ
from archiver.model.source import Source, Unpacked
from archiver.records.rights.read import read_entries
from archiver.store.area import INCOMING
from archiver.store.find_bags import bag_around, tells_of_bag


@dataclass(slots=True)
class Gathered:
    """What was met on the way.

    Attributes:
        files: Music files that are compared.
        bytes: Their bytes.
        bags: Bags whose records were read.
        unread: What could not be listed or read, with the reason; the first :data:`MOST_UNREAD`.
        unread_files: How many that are.
        faults: Bags whose records cannot be read, and why.
    """

    files: int = 0
    bytes: int = 0
    bags: int = 0
    unread: list[tuple[str, str]] = field(default_factory=list)
    unread_files: int = 0
    faults: list[ArchiverError] = field(default_factory=list)

    def count(self, copy: Copy) -> None:
        """Count a file that is compared."""
        self.files += 1
        self.bytes += copy.stat.size_bytes

    def miss(self, path: str, reason: str) -> None:
        """Count what could not be read."""
        self.unread_files += 1
        if len(self.unread) < MOST_UNREAD:
            self.unread.append((path, reason))


MOST_UNREAD = 1_000


def in_sources(
    entries: Iterable[Examined], sources: tuple[Source, ...], gathered: Gathered
) -> Iterator[Copy]:
    """Yield the music files of scanned sources.

    Files that lie in a bag, or where one is being made, are told to: nobody should take one away from there.

    Args:
        entries: What the scan found, in its order.
        sources: The sources.
        gathered: Counts what is met.
    """
    named = len({source.folder for source in sources}) == 1 and all(source.only is None for source in sources)
    prefix = f"{sources[0].name}/" if named and sources else ""
    around = {source.root: bag_around(os.fsdecode(source.root)) for source in sources}
    bag: str | None = None
    for entry in entries:
        if isinstance(entry, Unpacked):
            gathered.miss(prefix + entry.problem.path, entry.problem.message)
        if not isinstance(entry, ExaminedFile):
            continue
        folder, _, name = entry.ref.path.rpartition("/")
        if bag is not None and not _lies_in(entry.ref.path, bag):
            bag = None
        if bag is None and (tells_of_bag(name) or os.fsdecode(INCOMING) in folder.split("/")):
            bag = folder
        if entry.role is not Role.AUDIO or not entry.ref.stat.size_bytes:
            continue
        bad = next((one for one in entry.problems if one.kind.effect in NOT_READ), None)
        if bad is not None:
            gathered.miss(prefix + entry.ref.path, bad.message)
            continue
        place = Place(prefix + entry.ref.path, entry.ref.root, entry.ref.relative)
        outer = around[entry.ref.root]
        holds = outer if outer is not None else None if bag is None else prefix + bag
        copy = copy_of(entry, gathered.files, place, holds)
        gathered.count(copy)
        yield copy


def in_bags(bags: Iterable[str], gathered: Gathered) -> Iterator[Copy]:
    """Yield the music files of bags as their records have them; no payload is read.

    A bag whose record cannot be read is kept among the faults, and the others follow.
    """
    for bag in bags:
        try:
            for entry in read_entries(bag):
                if isinstance(entry, PackedFile):
                    copy = _recorded(entry, bag, gathered.files)
                    if copy is not None:
                        gathered.count(copy)
                        yield copy
            gathered.bags += 1
        except ArchiverError as fault:
            gathered.faults.append(fault)


def _recorded(entry: PackedFile, bag: str, number: int) -> Copy | None:
    file = entry.assessed.examined
    if file.role is not Role.AUDIO or not entry.size_bytes:
        return None
    root, relative = b"", b""
    if os.path.isdir(bag):
        root = os.path.abspath(os.fsencode(bag))
        relative = entry.bag_path.encode("utf-8", "surrogateescape")
    path = f"{os.path.basename(os.path.abspath(bag))}/{entry.bag_path}"
    copy = copy_of(file, number, Place(path, root, relative), bag)
    stat = replace(copy.stat, size_bytes=entry.size_bytes)
    return replace(copy, stat=stat, recorded=entry.digests)


def _lies_in(path: str, folder: str) -> bool:
    return not folder or path.startswith(folder + "/")
