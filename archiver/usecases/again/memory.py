"""What is remembered of a collection while it is packed again: stage for stage, what need not be done anew."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterable, Iterator
from typing import Self

from archiver.catalogue.database import Catalogue
from archiver.catalogue.rescan import LastState, present_bags
from archiver.catalogue.states import Accession
from archiver.executors.guarded import GuardedProcesses
from archiver.executors.pools import Threads
from archiver.ingest.examine import Examined, examine, header_readers
from archiver.ingest.linking import LinkedEntries
from archiver.ingest.spool import Spool
from archiver.model.audio import ExaminedFile
from archiver.model.source import FileRef, ScanEntry
from archiver.records.moments import ns_from_rfc3339
from archiver.usecases.again.contents import StoreContents, listened
from archiver.usecases.again.looking import GRANULARITY_NS, Looking, Remembered
from archiver.usecases.again.recall import Recall
from archiver.usecases.again.vanished import Vanished
from archiver.usecases.planning import Examining
from archiver.usecases.watch import Step, Watch, one


class CollectionMemory:
    """Remembers a collection; use it in a ``with`` block.

    Args:
        catalogue: The catalogue, up to date with the store.
        store: Absolute path of the store.
        store_id: The store's number in the catalogue.
        last: The collection's latest accession in the store; ``None`` where it has none.
        scratch: Folder for temporary files.
        trusting: Whether a file that looks unchanged from outside need not be read.
        listening: Algorithms of the bags to be made, where the music of what has changed is to be read through, to
            know what was only retagged; empty where copying does that.
    """

    def __init__(  # noqa: PLR0913 - what is remembered, of what, and where
        self,
        catalogue: Catalogue,
        store: bytes,
        store_id: int,
        last: Accession | None,
        *,
        scratch: bytes | None,
        trusting: bool,
        listening: tuple[str, ...] = (),
    ) -> None:
        bags = present_bags(catalogue, store_id)
        state = None
        if last is not None:
            proven_ns = ns_from_rfc3339(last.at) - GRANULARITY_NS
            state = LastState(catalogue, last.collection_id, proven_ns)
        self._held = contextlib.ExitStack()
        self._looking = Looking(state, bags if trusting else {}, scratch)
        self._sought = Spool[FileRef](scratch)
        self._recall = Recall(store)
        self._scratch, self._listening = scratch, listening
        self._contents = StoreContents(catalogue, store_id, {bag.algorithm for bag in bags.values()})
        self._spare: GuardedProcesses | None = None

    def __enter__(self) -> Self:
        self._held.enter_context(self._looking)
        self._held.enter_context(self._sought)
        self._held.enter_context(self._recall)
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()

    @property
    def vanished(self) -> Vanished:
        """What the last state had under paths at which nothing was listed."""
        return self._looking.vanished

    @property
    def without_numbers(self) -> bool:
        """Whether the source gives its files other numbers each time, so that these prove nothing."""
        return self._looking.without_numbers

    def __len__(self) -> int:
        """How many entries were listed."""
        return len(self._looking)

    def look(self, listed: Iterable[ScanEntry]) -> int:
        """Look up everything as it is listed, and return how many files have to be examined."""
        self._looking.look(listed)
        return self._looking.unread

    def examined(self, processes: GuardedProcesses, examining: Examining) -> Iterator[Examined]:
        """Yield what was listed in its order, examined: recalled where that holds, else by reading headers."""
        read = examining(self._looking.to_examine(), processes)
        for entry in self._looking:
            found = self._examined(entry, read)
            if isinstance(found, ExaminedFile) and found.known.holding is None:
                self._sought.append(found.ref)
            yield found

    def _examined(self, entry: ScanEntry | Remembered, read: Iterator[Examined]) -> Examined:
        if isinstance(entry, FileRef):
            return next(read)
        if not isinstance(entry, Remembered):
            return entry
        if entry.record_at is None:
            return _knowing(next(read), entry)
        found = self._recall.examined(entry.ref, entry.known, entry.bag, entry.record_at)
        return self._examined_now(entry) if found is None else found

    def sought(self, entries: LinkedEntries, jobs: int, watch: Watch) -> Iterator[Examined]:
        """Yield the entries in their order, each file with where the store holds its bytes, if it does."""
        with Threads(jobs) as threads:
            found = self._contents.sought(entries, self._sought, threads, self.vanished)
            told = watch.track(Step("Comparing with the store", "files", len(entries)), found, one)
            if not self._listening:
                yield from told
                return
            with Spool[Examined](self._scratch) as compared:
                compared.extend(told)
                yield from listened(compared, self._listening, threads)

    def _examined_now(self, entry: Remembered) -> Examined:
        """Examine a file of which the bag that has its bytes does not tell as it should."""
        if self._spare is None:
            self._spare = self._held.enter_context(header_readers(1))
        (found,) = examine([entry.ref], self._spare)
        return _knowing(found, entry)


def _knowing(entry: Examined, remembered: Remembered) -> Examined:
    if isinstance(entry, ExaminedFile):
        return dataclasses.replace(entry, known=remembered.known)
    return entry
