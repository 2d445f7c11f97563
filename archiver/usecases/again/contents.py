"""Finds which files that have to be read hold bytes that the store has already, and which have other bytes than they should."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Iterator
from collections.abc import Set as AbstractSet
from typing import cast

from archiver.bagit.algorithms import WEAK_ALGORITHMS
from archiver.catalogue.contents import Content, SizesHeld, holding_of
from archiver.catalogue.database import Catalogue
from archiver.executors.ordered import OrderedMap
from archiver.ingest.consumers import ReadPlan, read_plan
from archiver.ingest.examine import Examined
from archiver.ingest.read_through import ReadThrough, read_through
from archiver.ingest.sound import with_sound
from archiver.model.audio import ExaminedFile
from archiver.model.problem import Problem
from archiver.model.source import FileRef
from archiver.usecases.again.vanished import Vanished

_DAMAGE = "S113"


class StoreContents:
    """What a store holds, by size and digest.

    A file is read where the store holds something of its very size, and only then. Digests that can be forged are not
    believed.

    Args:
        catalogue: The catalogue, open as long as this is of use.
        store_id: The store.
        algorithms: Of the digests that the catalogue has of files in its bags.
    """

    def __init__(self, catalogue: Catalogue, store_id: int, algorithms: AbstractSet[str]) -> None:
        self._catalogue, self._store_id = catalogue, store_id
        self._sizes = SizesHeld(catalogue, store_id)
        self._algorithms = tuple(sorted(algorithms - WEAK_ALGORITHMS))
        self._plan = ReadPlan(tuple((name, True) for name in self._algorithms))

    def sought(
        self,
        entries: Iterable[Examined],
        unknown: Iterable[FileRef],
        threads: OrderedMap,
        vanished: Vanished,
    ) -> Iterator[Examined]:
        """Yield the entries in their order, each file with where its bytes are held, as far as they are.

        A file whose bytes are others, though its time of modification says that nothing changed it, has problem ``S113``.

        Args:
            entries: What was examined.
            unknown: The files among it of which nobody knows yet where their bytes are held, in the same order.
            threads: Does the reading.
            vanished: What is gone from its path, of which some may be found.
        """
        read = read_through(((ref, self._plan) for ref in unknown if self._may_hold(ref)), threads)
        for entry in entries:
            if not isinstance(entry, ExaminedFile) or entry.known.holding is not None:
                yield entry
            elif self._may_hold(entry.ref):
                yield self._told(entry, next(read), vanished)
            else:
                yield _held_against_time(entry, ())

    def _may_hold(self, ref: FileRef) -> bool:
        return bool(self._algorithms) and ref.stat.size_bytes in self._sizes

    def _told(self, file: ExaminedFile, read: ReadThrough, vanished: Vanished) -> ExaminedFile:
        if read.problem is not None:  # copying tells
            return file
        digests = {name: cast("str", read.results[name]) for name in self._algorithms}
        for algorithm, digest in digests.items():
            found = holding_of(self._catalogue, self._store_id, algorithm, digest)
            if found is not None:
                return _held_against_time(_held(file, found, vanished), digests.values())
        return _held_against_time(file, digests.values())


def listened(
    entries: Iterable[Examined], algorithms: tuple[str, ...], threads: OrderedMap
) -> Iterator[Examined]:
    """Yield the entries in their order, each file that has changed with what reading its music through gives.

    Args:
        entries: What was examined; gone through twice.
        algorithms: Of the digests to compute.
        threads: Does the reading.
    """
    wanted = (one for one in entries if isinstance(one, ExaminedFile) and _has_other_music(one))
    read = read_through(((one.ref, read_plan(algorithms, one)) for one in wanted), threads)
    for entry in entries:
        if isinstance(entry, ExaminedFile) and _has_other_music(entry):
            through = next(read)
            yield entry if through.problem is not None else with_sound(entry, through.results, through.faults)
        else:
            yield entry


def _has_other_music(file: ExaminedFile) -> bool:
    before = file.known.before
    return file.known.holding is None and before is not None and before.essence is not None


def _held(file: ExaminedFile, content: Content, vanished: Vanished) -> ExaminedFile:
    """Return a file whose bytes are held; it was moved where they are gone from another path and it is new at its own."""
    moved = vanished.with_content(content.file_id) if file.known.before is None else None
    known = dataclasses.replace(
        file.known,
        holding=content.holding,
        moved_from=None if moved is None else moved.path,
        essence=content.essence,
    )
    return dataclasses.replace(file, known=known)


def _held_against_time(file: ExaminedFile, digests: Collection[str]) -> ExaminedFile:
    """Return a file with a problem where its bytes are others than the last time and its time of modification is not.

    Args:
        file: The file.
        digests: Of its bytes, where it was read; else only its size tells.
    """
    before, stat = file.known.before, file.ref.stat
    if before is None or before.racy or before.modified_ns != stat.mtime_ns:
        return file
    if before.digest.hex() in digests or (not digests and before.size_bytes == stat.size_bytes):
        return file
    message = "its bytes are not those of the last time, though its time of modification is the same"
    if before.size_bytes != stat.size_bytes:
        message += f"; it had {before.size_bytes:,} of them and has {stat.size_bytes:,}"
    return dataclasses.replace(file, problems=(*file.problems, Problem(file.ref.path, _DAMAGE, message)))
