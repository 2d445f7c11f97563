"""Makes one bag in its staging area: payload and payload manifests while the copies come in, then the rest."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Self

from archiver import filesystem
from archiver.bagit.sizes import human_size
from archiver.bagit.writer import ManifestWriter, new_tag_file
from archiver.executors.ordered import OrderedMap
from archiver.ingest.capture import CopyWays, capture
from archiver.ingest.copy import Copied, copied_bytes
from archiver.ingest.plan import Totals
from archiver.ingest.reexamine import Reexaminer
from archiver.ingest.spool import Spool
from archiver.ingest.standing import Standing
from archiver.model.audio import Role
from archiver.model.package import AssessedFile, PackedFile, PackEntry, PlanEntry, WithheldFile
from archiver.model.rights_context import RightsContext
from archiver.model.run import Run
from archiver.model.source import Unpacked
from archiver.records.baginfo import Labels
from archiver.records.files import FileRecords
from archiver.store.faults import store_faults
from archiver.store.staging import Staging, StagingKey, left_of
from archiver.usecases.documents import Document
from archiver.usecases.pack.describe import Description, describe
from archiver.usecases.pack.events import Course, events_of
from archiver.usecases.pack.parts import PlanPart
from archiver.usecases.watch import Meter, Step, Watch


@dataclass(frozen=True, slots=True)
class CopyTools:
    """What copying runs on.

    Attributes:
        copying: Runs the copying.
        syncing: Makes copies durable, behind the copying.
        read_back: Whether every copy is read from the disk again and compared.
        watch: Counts the bytes copied.
        reexaminer: Examines again what changed, or could not be read, before it was copied.
        standing: Watches over the sources.
    """

    copying: OrderedMap
    syncing: OrderedMap
    read_back: bool
    watch: Watch
    reexaminer: Reexaminer
    standing: Standing


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come before copying.

    Attributes:
        started: When the sources began to be listed.
        planned: When everything was examined and decided.
        keys: What the bags of the run are made of.
    """

    started: dt.datetime
    planned: dt.datetime
    keys: tuple[StagingKey, ...]


@dataclass(frozen=True, slots=True)
class BagMaker:
    """Makes the bags of one run, each in its staging area, ready to be sealed.

    Attributes:
        run: The run.
        progress: How far it has come.
        rights: What the decisions rest on.
        documents: Deeds, licences and letters to take into each bag.
        tag_labels: Labels that the user gave, by the tag file they go into.
        tools: What copying runs on.
    """

    run: Run
    progress: Progress
    rights: RightsContext
    documents: tuple[Document, ...]
    tag_labels: Mapping[str, Labels]
    tools: CopyTools

    def make(self, staging: Staging, part: PlanPart, packed: Spool[PackEntry]) -> Totals:
        """Copy the part's files into the staged bag and describe them; all but the folders is then on the disk.

        Args:
            staging: The staging area, not yet opened.
            part: What goes into this bag.
            packed: An empty spool that takes every entry with its outcome.

        Returns:
            What was packed, withheld and lost.

        Raises:
            StoreError: where the staging area cannot be written.
        """
        staging.open()
        totals, kept = self._capture(staging, part, packed)
        course = Course(
            started=self.progress.started,
            planned=self.progress.planned,
            captured=self.run.now(),
            totals=totals,
            algorithms=staging.key.algorithms,
            policy=self.rights.policy.name,
            read_back=self.tools.read_back,
            continued=kept > 0,
            part=staging.key.part,
            parts=staging.key.parts,
            cut=part.cut,
        )
        events = tuple(events_of(self.run, course))
        with self.tools.watch.during(Step(f"Describing {staging.key.name}", "")):
            describe(
                staging,
                Description(
                    run=self.run,
                    entries=packed,
                    totals=totals,
                    events=events,
                    contents=contents_sentence(totals),
                    tag_labels=self.tag_labels,
                    rights=self.rights,
                    documents=self.documents,
                ),
            )
        return totals

    def _capture(self, staging: Staging, part: PlanPart, packed: Spool[PackEntry]) -> tuple[Totals, int]:
        """Copy the part's files into the staged bag; write its payload manifests and the record of its files.

        Returns:
            What the files add up to, and how many of their copies an interrupted run had made.
        """
        tools, totals = self.tools, Totals()
        key, kept = staging.key, _Kept()
        left = left_of(staging.area.store, key.package, key.algorithms, but=self.progress.keys)
        for_refs, for_outcomes = itertools.tee(part)
        refs = (entry.examined.ref for entry in for_refs if isinstance(entry, AssessedFile))
        meter = Meter()
        with _Ledgers.opened(staging) as ledgers, contextlib.ExitStack() as last:
            watched = partial(self._watched, Step("Copying", "bytes", part.bytes, meter), last)
            ways = CopyWays(tools.copying, tools.syncing, watched, meter.add, tools.standing)
            outcomes = kept.counted(capture(refs, staging, ways, read_back=tools.read_back, left=left))
            for entry in for_outcomes:
                outcome = _with_outcome(entry, outcomes, staging, tools.reexaminer)
                _count(totals, outcome)
                if not (self.rights.anonymous_withheld and isinstance(outcome, WithheldFile)):
                    ledgers.add(outcome)
                packed.append(_without_blocks(outcome))
        return totals, kept.files

    def _watched(
        self, step: Step, last: contextlib.ExitStack, outcomes: Iterable[Copied | Unpacked]
    ) -> Iterator[Copied | Unpacked]:
        """Watch the copying; when all is copied and the disk has yet to take it, show that for as long as ``last``."""
        yield from self.tools.watch.track(step, outcomes, copied_bytes)
        last.enter_context(self.tools.watch.during(Step("Writing to the disk", "")))


class _Kept:
    """Counts the copies that an interrupted run had made."""

    def __init__(self) -> None:
        self.files = 0

    def counted(self, outcomes: Iterable[Copied | Unpacked]) -> Iterator[Copied | Unpacked]:
        for outcome in outcomes:
            self.files += isinstance(outcome, Copied) and outcome.kept
            yield outcome


@dataclass(frozen=True, slots=True)
class _Ledgers:
    """The tag files that grow with every copy: payload manifests, ``files.jsonl`` and ``files.csv``."""

    manifests: tuple[ManifestWriter, ...]
    records: FileRecords

    @classmethod
    @contextlib.contextmanager
    def opened(cls, staging: Staging) -> Iterator[Self]:
        with contextlib.ExitStack() as held:
            held.enter_context(store_faults(f"write the manifests and records of {staging.key.name}"))
            top, below = (
                held.enter_context(staging.bag.cursor(filesystem.make_folders_beneath)) for _ in range(2)
            )
            bag, metadata = top.folder(b""), below.folder(b"metadata")
            jsonl, table = (
                held.enter_context(new_tag_file(metadata, name)) for name in ("files.jsonl", "files.csv")
            )
            algorithms = staging.key.algorithms
            records = held.enter_context(FileRecords(jsonl, table, algorithms))
            manifests = [held.enter_context(ManifestWriter(bag, name, "payload")) for name in algorithms]
            yield cls(tuple(manifests), records)

    def add(self, outcome: PackEntry) -> None:
        self.records.add(outcome)
        if isinstance(outcome, PackedFile):
            for manifest, (_, digest) in zip(self.manifests, outcome.digests, strict=True):
                manifest.add(outcome.bag_path, digest)


def _without_blocks(entry: PackEntry) -> PackEntry:
    """Leave the raw tag blocks behind, which only ``files.jsonl`` holds and which are most of an entry's size."""
    if not isinstance(entry, PackedFile | WithheldFile):
        return entry
    examined = dataclasses.replace(entry.assessed.examined, tag_blocks=())
    return dataclasses.replace(entry, assessed=dataclasses.replace(entry.assessed, examined=examined))


def contents_sentence(totals: Totals) -> str:
    """Say in one sentence what the files add up to."""
    audio = totals.roles[Role.AUDIO]
    albums = f"{len(totals.albums)} album{'' if len(totals.albums) == 1 else 's'}"
    return (
        f"Music: {albums}, {audio} audio file{'' if audio == 1 else 's'} and"
        f" {totals.roles.total() - audio} accompanying files, {human_size(totals.bytes)} in all."
    )


def _with_outcome(
    entry: PlanEntry, outcomes: Iterator[Copied | Unpacked], staging: Staging, reexaminer: Reexaminer
) -> PackEntry:
    if not isinstance(entry, AssessedFile):
        return entry
    outcome = next(outcomes)
    if isinstance(outcome, Unpacked):
        return outcome
    entry = reexaminer.assess_copied(entry, outcome, staging.payload)
    if not entry.decision.disposition.packed:
        staging.remove_copy(outcome.path)
        return WithheldFile(entry)
    digests = tuple(zip(staging.key.algorithms, outcome.digests, strict=True))
    return PackedFile(entry, outcome.size_bytes, outcome.modified_ns, digests)


def _count(totals: Totals, entry: PackEntry) -> None:
    match entry:
        case PackedFile():
            totals.count_packed(entry.assessed.examined, entry.size_bytes)
        case WithheldFile():
            totals.count_withheld(entry.assessed.examined)
        case _:
            totals.count_other(entry)
