"""Drives the copying of a plan's files: batches, threads, syncing behind the copying, the journal, reading back."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from archiver import disk, filesystem
from archiver.bagit.algorithms import hash_descriptor
from archiver.bagit.telling import Reading, ignore
from archiver.errors import ArchiverError, StoreError
from archiver.executors.ordered import OrderedMap
from archiver.ingest.consumers import ReadPlan
from archiver.ingest.copy import Copied, CopyBatch, copied_bytes, copy_batch
from archiver.ingest.journal import EarlierCopies, Journal
from archiver.ingest.presence import SourcePresence
from archiver.machine import MachineError, reason
from archiver.model.source import FileRef, Unpacked
from archiver.store.area import Place
from archiver.store.faults import store_faults
from archiver.store.staging import Laid, Staging

T = TypeVar("T")

BATCH_FILES = 64
BATCH_BYTES = 16 << 20
"""Files are handed to the copying threads in groups of this size."""
SYNC_FILES = 1024
SYNC_BYTES = 256 << 20
"""Syncing in groups of this size, behind the copying, costs hardly more than one sync at the end."""


@dataclass(frozen=True, slots=True)
class _SyncGroup:
    """Copies to make durable together; with ``algorithms``, to read back from the disk and compare as well."""

    payload: Place
    outcomes: tuple[Copied | Unpacked, ...]
    algorithms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Capture:
    """Copies files into staged bags.

    Attributes:
        copying: Runs the copying.
        syncing: Makes copies durable, behind the copying.
        standing: Is told which files were read and which could not be.
        read_back: Whether every file is read from the disk again after syncing, and compared.
    """

    copying: OrderedMap
    syncing: OrderedMap
    standing: SourcePresence
    read_back: bool = False

    def copies(
        self,
        files: Iterable[tuple[FileRef, ReadPlan]],
        staging: Staging,
        left: Sequence[Laid] = (),
        watched: Callable[[Iterable[Copied | Unpacked]], Iterator[Copied | Unpacked]] = iter,
        reading: Reading = ignore,
    ) -> Iterator[Copied | Unpacked]:
        """Copy the files into the staged bag and yield one outcome for each, in order, once it is on the disk.

        Files that an interrupted run copied, into this bag or into what is ``left`` of others, are not copied again.

        Args:
            files: The files, and what their bytes are to be given to.
            staging: The staged bag.
            left: What is left of others.
            watched: Takes the outcomes as the copying gives them and gives them back, so that somebody can watch.
            reading: Is told of every byte read while it is copied, and of every byte that need not be.

        Raises:
            StoreError: where the staging area cannot be written, or does not give back what was written.
            SourceLostError: where a source is not there any more. Whatever ended the copying, what was copied before is
                made durable and journaled first, where the disk takes it.
        """
        with (
            store_faults(f"write the journal of {staging.key.name}"),
            Journal(staging.area) as journal,
            EarlierCopies((staging.laid, *left)) as earlier,
        ):
            stop = _Stop()
            batch_of = partial(_copied, reading=reading, standing=self.standing)
            batches = self.copying.map_ordered(batch_of, _batches(files, earlier, staging.payload))
            compared = staging.key.algorithms if self.read_back else ()
            groups = _groups(watched(stop.until(batches)), staging.payload, compared)
            for group in self.syncing.map_ordered(_sync, groups):
                journal.record(group.outcomes)
                yield from group.outcomes
            if stop.fault is not None:
                raise stop.fault


@dataclass(frozen=True, slots=True)
class _CopiedBatch:
    """The outcomes of a batch, up to what ended the run, if anything did."""

    outcomes: tuple[Copied | Unpacked, ...]
    fault: ArchiverError | MachineError | None = None


def _copied(batch: CopyBatch, reading: Reading, standing: SourcePresence) -> _CopiedBatch:
    outcomes = []
    try:
        for outcome in copy_batch(batch, reading, standing):
            outcomes.append(outcome)  # noqa: PERF402 - what was copied before a fault is kept
    except (ArchiverError, MachineError) as fault:
        return _CopiedBatch(tuple(outcomes), fault)
    return _CopiedBatch(tuple(outcomes))


class _Stop:
    """Ends a stream of outcomes where something ended the copying, and keeps what it was until the rest is journaled."""

    def __init__(self) -> None:
        self.fault: ArchiverError | MachineError | None = None

    def until(self, batches: Iterable[_CopiedBatch]) -> Iterator[Copied | Unpacked]:
        for batch in batches:
            yield from batch.outcomes
            if batch.fault is not None:
                self.fault = batch.fault
                return


def _batches(
    files: Iterable[tuple[FileRef, ReadPlan]], earlier: EarlierCopies, payload: Place
) -> Iterator[CopyBatch]:
    for batch in _by_weight(files, lambda pair: pair[0].stat.size_bytes, BATCH_FILES, BATCH_BYTES):
        yield CopyBatch(tuple(batch), tuple(earlier.find(ref, plan) for ref, plan in batch), payload)


def _groups(
    copied: Iterable[Copied | Unpacked], payload: Place, algorithms: tuple[str, ...]
) -> Iterator[_SyncGroup]:
    for group in _by_weight(copied, copied_bytes, SYNC_FILES, SYNC_BYTES):
        yield _SyncGroup(payload, tuple(group), algorithms)


def _by_weight(
    items: Iterable[T], weight: Callable[[T], int], most_items: int, most_weight: int
) -> Iterator[list[T]]:
    """Gather neighbours until there are ``most_items`` of them or they weigh ``most_weight``."""
    gathered: list[T] = []
    total = 0
    for item in items:
        gathered.append(item)
        total += weight(item)
        if len(gathered) >= most_items or total >= most_weight:
            yield gathered
            gathered, total = [], 0
    if gathered:
        yield gathered


def _sync(group: _SyncGroup) -> _SyncGroup:
    """Make the group's copies durable, and read them back where asked; give the group back."""
    with store_faults("write the copies to the disk"), group.payload.cursor() as cursor:
        if len(group.outcomes) > 1:
            disk.start_sync(cursor.folder(b""))
        for outcome in group.outcomes:
            if isinstance(outcome, Copied):
                try:
                    _sync_file(cursor, outcome, group.algorithms)
                except OSError as error:
                    raise StoreError(
                        f"cannot write the copy of {outcome.path} to the disk: {reason(error)}",
                        "No bag was written. Do not trust this disk before you have checked it.",
                    ) from error
    return group


def _sync_file(cursor: filesystem.FolderCursor, copied: Copied, algorithms: tuple[str, ...]) -> None:
    folder, _, name = copied.path.encode("utf-8").rpartition(b"/")
    descriptor = filesystem.open_regular(name, cursor.folder(folder))
    try:
        os.fsync(descriptor)
        if algorithms:
            disk.drop_cache(descriptor)
            if hash_descriptor(descriptor, algorithms) != copied.digests(algorithms):
                raise StoreError(
                    f"the disk gives back other bytes than were written for {copied.path}",
                    "No bag was written. Do not trust this disk or its cable; pack to another one.",
                )
    finally:
        os.close(descriptor)
