"""Drives the copying of a plan's files: batches, threads, syncing behind the copying, the journal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from typing import TypeVar

from archiver.bagit.telling import Reading, ignore
from archiver.errors import ArchiverError
from archiver.executors.ordered import OrderedMap
from archiver.ingest.consumers import ReadPlan
from archiver.ingest.copy import Copied, CopyBatch, copied_bytes, copy_batch
from archiver.ingest.durable import MANY_FILES, Durable
from archiver.ingest.journal import EarlierCopies, Journal
from archiver.ingest.presence import SourcePresence
from archiver.machine import MachineError
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


def unheard(sentence: str) -> None:
    """Take a sentence that nobody asked for."""


@dataclass(frozen=True, slots=True)
class Capture:
    """Copies files into staged bags.

    Attributes:
        copying: Runs the copying.
        syncing: Makes copies durable, behind the copying.
        standing: Is told which files were read and which could not be.
        read_back: Whether every file is read from the disk again after syncing, and compared.
        note: Is told, in a sentence, of what the disk could not write before the copying began.
    """

    copying: OrderedMap
    syncing: OrderedMap
    standing: SourcePresence
    read_back: bool = False
    note: Callable[[str], object] = unheard

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
        pending = iter(files)
        first = list(islice(pending, MANY_FILES))
        with (
            store_faults(f"write the journal of {staging.key.name}"),
            Journal(staging.area) as journal,
            EarlierCopies((staging.laid, *left)) as earlier,
            Durable(
                staging.payload,
                staging.key.algorithms if self.read_back else (),
                expected=len(first),
                note=self.note,
            ) as durable,
        ):
            stop = _Stop()
            batch_of = partial(_copied, reading=reading, standing=self.standing)
            batches = self.copying.map_ordered(
                batch_of, _batches(chain(first, pending), earlier, staging.payload)
            )
            groups = _by_weight(watched(stop.until(batches)), copied_bytes, SYNC_FILES, SYNC_BYTES)
            for outcomes in self.syncing.map_ordered(durable.made, groups):
                journal.record(outcomes)
                yield from outcomes
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
