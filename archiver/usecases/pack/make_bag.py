"""Makes one bag in its staging area: payload, manifests and records while the copies come in, then the rest."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import os
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import BinaryIO, Self

from archiver import filesystem
from archiver.bagit import writer
from archiver.bagit.names import PAYLOAD
from archiver.bagit.paths import encode_path
from archiver.bagit.sizes import human_size
from archiver.bagit.tagfiles import BAG_INFO
from archiver.bagit.writer import ManifestWriter
from archiver.ingest.capture import Capture
from archiver.ingest.consumers import all_digests, read_plan
from archiver.ingest.copy import Copied, copied_bytes
from archiver.ingest.covers import CoverMakers
from archiver.ingest.decoded import with_decoded
from archiver.ingest.fixity import held_against
from archiver.ingest.reexamine import Reexaminer
from archiver.ingest.sound import with_sound
from archiver.ingest.spool import Spool
from archiver.model.accrual import NOTHING_ACCRUED, Accrual
from archiver.model.audio import Role
from archiver.model.bag import Accession, Bag, BagForm, BagPlan
from archiver.model.package import (
    AssessedFile,
    HeldFile,
    PackedFile,
    PackEntry,
    PlanEntry,
    WithheldFile,
    file_to_copy,
    packed_file,
)
from archiver.model.rights_context import RightsContext
from archiver.model.run import Run
from archiver.model.source import BesideFiles, Unpacked
from archiver.model.totals import Totals
from archiver.records.baginfo import bag_info_labels
from archiver.records.layout import RecordWriters
from archiver.records.rights.labels import rights_labels
from archiver.records.rights.record import recorded
from archiver.records.rights.tally import RightsTally
from archiver.records.writing import Closing
from archiver.report.layout import WRITTEN
from archiver.store.faults import store_faults
from archiver.store.staging import Staging, StagingKey, left_of
from archiver.usecases.documents import Document, copy_document
from archiver.usecases.pack.ahead import two_readers
from archiver.usecases.pack.events import History, Milestones, events_of
from archiver.usecases.pack.noted import is_noted
from archiver.usecases.pack.parts import PlanPart
from archiver.usecases.pack.recovery import Recovery
from archiver.usecases.watch import Meter, Step, Watch


@dataclass(frozen=True, slots=True)
class BagMaker:
    """Makes the bags of one run, each in its staging area, ready to be sealed.

    Attributes:
        run: The run.
        accession: The accession that the bags are of.
        planned: When everything was examined and decided.
        keys: What the bags of the run are made of.
        rights: What the decisions rest on.
        documents: Deeds, licences and letters to take into each bag.
        form: What is asked of every bag.
        capture: Copies files into the bags.
        watch: Counts the bytes copied.
        reexaminer: Examines again what changed, or could not be read, before it was copied.
        cover_makers: Makes small pictures of the covers inside files.
        history: Tells what was done to the files of a bag.
        told: Is told what became of every entry.
        recovery: Gives the bags recovery data; ``None`` where they get none.
    """

    run: Run
    accession: Accession
    planned: dt.datetime
    keys: tuple[StagingKey, ...]
    rights: RightsContext
    documents: tuple[Document, ...]
    form: BagForm
    capture: Capture
    watch: Watch
    reexaminer: Reexaminer
    cover_makers: CoverMakers
    told: Callable[[PackEntry], object]
    history: History = events_of
    recovery: Recovery | None = None

    def make(self, staging: Staging, part: PlanPart, noted: Spool[PackEntry], decided: RightsTally) -> Bag:
        """Copy the part's files into the staged bag and describe them; all but the folders is then on the disk.

        Args:
            staging: The staging area, not yet opened.
            part: What goes into this bag.
            noted: An empty spool that takes the entries which a report names by themselves.
            decided: Takes in what was decided, over all bags of the run.

        Returns:
            The bag.

        Raises:
            StoreError: where the staging area cannot be written.
            ArchiverError: where a document is no longer what it was.
        """
        staging.open()
        name = staging.key.name
        plan = bag_plan(self.accession, staging.key, self.form, part.cut)
        if plan.layout.records_in_payload is not None:
            staging.clear(plan.layout.records_in_payload)
        gathered = _Gathered(plan.accrual)
        with (
            store_faults(f"write the manifests and records of {name}"),
            _Manifests(staging) as manifests,
            contextlib.ExitStack() as held,
        ):
            tag_files = _TagFiles(staging, held)
            covers = partial(self.cover_makers.covers, staging.payload.absolute)
            records = RecordWriters(plan, self.rights, tag_files, WRITTEN, covers)
            self._capture(staging, part, manifests, records, gathered, noted)
            decided.include(gathered.tally)
            bag = self._bag(plan, gathered)
            with self.watch.during(Step(f"Describing {name}", "")):
                context = recorded(self.rights, gathered.tally.of_packed)
                records.finish(Closing(self.run, bag, context, records.described))
                for document in self._documents(context):
                    copy_document(document, tag_files.new(f"{plan.layout.documents}/{document.name}"))
                held.close()
                in_payload = manifests.list_records(tag_files.paths)
                bag = dataclasses.replace(bag, records_in_payload=in_payload)
        with store_faults(f"write the descriptions of the bag {name}"):
            self._write_tag_files(staging, bag, context)
        return bag

    def _capture(  # noqa: PLR0913, PLR0917 - what one pass over the entries feeds
        self,
        staging: Staging,
        part: PlanPart,
        manifests: _Manifests,
        records: RecordWriters,
        gathered: _Gathered,
        noted: Spool[PackEntry],
    ) -> None:
        """Copy the part's files into the staged bag; every entry passes once, and all that tells of it takes it in."""
        key = staging.key
        left = left_of(staging.area.store, key.package, key.algorithms, but=self.keys)
        for_files, for_outcomes = two_readers(part)
        examined = (file.examined for file in filter(None, map(file_to_copy, for_files)))
        files = ((one.ref, read_plan(key.algorithms, one)) for one in examined)
        meter = Meter()
        with contextlib.ExitStack() as last:
            watched = partial(self._watched, Step("Copying", "bytes", part.bytes, meter), last)
            outcomes = gathered.counting(self.capture.copies(files, staging, left, watched, meter.add))
            for entry in for_outcomes:
                outcome = _with_outcome(entry, outcomes, staging, self.reexaminer)
                gathered.add(outcome)
                self.told(outcome)
                records.add(outcome)
                if (file := packed_file(outcome)) is not None:
                    manifests.add(file.bag_path, file.digests)
                if is_noted(outcome):
                    noted.append(_without_blocks(outcome))

    def _watched(
        self, step: Step, last: contextlib.ExitStack, outcomes: Iterable[Copied | Unpacked]
    ) -> Iterator[Copied | Unpacked]:
        """Watch the copying; when all is copied and the disk has yet to take it, show that for as long as ``last``."""
        yield from self.watch.track(step, outcomes, copied_bytes)
        last.enter_context(self.watch.during(Step("Writing to the disk", "")))

    def _bag(self, plan: BagPlan, gathered: _Gathered) -> Bag:
        totals = gathered.totals
        milestones = Milestones(
            *(self.accession.at, self.planned, self.run.now(), self.capture.read_back, gathered.kept > 0),
            protected="" if self.recovery is None else str(self.recovery.amount),
        )
        events = tuple(
            self.history(self.run, plan, totals, gathered.accrued, self.rights.policy.name, milestones)
        )
        summary = gathered.tally.summary()
        return Bag(
            *(plan, totals, summary, contents_sentence(totals), gathered.escaped, events),
            accrued=gathered.accrued,
        )

    def _documents(self, context: RightsContext) -> Iterator[Document]:
        kept = set(context.documents.values())
        return (one for one in self.documents if f"{self.form.layout.documents}/{one.name}" in kept)

    def _write_tag_files(self, staging: Staging, bag: Bag, context: RightsContext) -> None:
        """Write the declaration, the files of labels and, last of all, the tag manifests."""
        with staging.bag.cursor(filesystem.make_folders_beneath) as folders:
            folder = folders.folder(b"")
            writer.write_declaration(folder)
            writer.write_bag_info(folder, bag_info_labels(self.run, bag, rights_labels(bag.rights, context)))
            for name, labels in self.form.labels.items():
                if name != BAG_INFO:
                    with writer.new_tag_file(folder, name) as stream:
                        stream.write(writer.format_bag_info(labels))
            if self.recovery is not None:
                self.recovery.write(staging.bag, self.watch)
            writer.write_tag_manifests(folder, bag.plan.algorithms)


class _TagFiles:
    """Creates the tag files of a staged bag and holds them open as long as ``held``."""

    def __init__(self, staging: Staging, held: contextlib.ExitStack) -> None:
        self._staging = staging
        self._held = held
        self._folders: dict[str, int] = {}
        self.paths: list[str] = []

    def _folder(self, path: str) -> int:
        """The descriptor of a folder of the bag, which is made where it is missing."""
        if path not in self._folders:
            cursor = self._held.enter_context(self._staging.bag.cursor(filesystem.make_folders_beneath))
            self._folders[path] = cursor.folder(path.encode())
        return self._folders[path]

    def new(self, path: str) -> BinaryIO:
        """Create the tag file with a path in the bag."""
        return self._held.enter_context(self.lent(path))

    def lent(self, path: str) -> contextlib.AbstractContextManager[BinaryIO]:
        """Create the tag file with a path in the bag for a ``with`` block."""
        folder, _, name = path.rpartition("/")
        self.paths.append(path)
        return writer.new_tag_file(self._folder(folder), name)


class _Manifests:
    """The payload manifests of a staged bag, one for each algorithm; they are whole at the end of the ``with`` block."""

    def __init__(self, staging: Staging) -> None:
        self._staging = staging
        self._held = contextlib.ExitStack()
        self._algorithms = staging.key.algorithms

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as held:
            cursor = held.enter_context(self._staging.bag.cursor(filesystem.make_folders_beneath))
            self._bag = cursor.folder(b"")
            self._manifests = [
                held.enter_context(ManifestWriter(self._bag, name, "payload")) for name in self._algorithms
            ]
            self._held = held.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._held.__exit__(kind, error, trace)

    def add(self, path: str, digests: Iterable[tuple[str, str]]) -> None:
        """List one file of the payload with its digests, in the order of the algorithms."""
        for manifest, (_, digest) in zip(self._manifests, digests, strict=True):
            manifest.add(path, digest)

    def list_records(self, paths: Iterable[str]) -> tuple[int, int]:
        """List those of the records that lie in the payload, which are written by now; say how many, and their bytes."""
        files = total = 0
        with self._staging.bag.cursor() as folders:
            for path in (one for one in paths if one.startswith(PAYLOAD)):
                digests = writer.hash_beneath(self._bag, path, self._algorithms)
                self.add(path, [(name, digests[name]) for name in self._algorithms])
                above, _, name = path.encode().rpartition(b"/")
                total += os.stat(name, dir_fd=folders.folder(above), follow_symlinks=False).st_size
                files += 1
        return files, total


class _Gathered:
    """What the entries of one bag add up to.

    Attributes:
        totals: Counts of files, bytes and problems.
        tally: What was decided.
        kept: Copies that an interrupted run had made.
        escaped: Whether a payload path holds a character that manifests must encode.
        accrued: Where the bag adds to an accession, its files by whether that had them.
    """

    def __init__(self, accrual: Accrual | None) -> None:
        self._accrual = accrual
        self.accrued = NOTHING_ACCRUED
        self.totals = Totals()
        self.tally = RightsTally()
        self.kept = 0
        self.escaped = False

    def counting(self, outcomes: Iterable[Copied | Unpacked]) -> Iterator[Copied | Unpacked]:
        """Count the kept copies among the outcomes as they pass."""
        for outcome in outcomes:
            self.kept += isinstance(outcome, Copied) and outcome.kept
            yield outcome

    def add(self, entry: PackEntry) -> None:
        """Count one entry."""
        self.tally.add(entry)
        if self._accrual is not None and isinstance(entry, PackedFile | HeldFile):
            self.accrued = self.accrued.counted(entry, self._accrual)
        match entry:
            case PackedFile():
                self.totals.count_packed(entry.assessed.examined, entry.size_bytes)
                self.escaped = self.escaped or encode_path(entry.bag_path) != entry.bag_path
            case HeldFile():
                self.totals.count_held(entry.size_bytes)
            case WithheldFile():
                self.totals.count_withheld(entry.assessed.examined)
            case _:
                self.totals.count_other(entry)


def bag_plan(accession: Accession, key: StagingKey, form: BagForm, cut: tuple[str, ...]) -> BagPlan:
    """Return what a bag is before anything is in it.

    Args:
        accession: The accession that it is of.
        key: What it is made of.
        form: What is asked of it.
        cut: Folders of albums that are only partly in it.
    """
    # the accession's own identifier, unless the accession makes several bags
    own = accession.identifier
    identifier = own if key.parts == 1 else uuid.uuid5(own, key.name)
    return BagPlan(
        *(key.name, identifier, accession, key.part, key.parts, key.algorithms, form.labels, cut),
        *(form.premis, form.layout, form.descriptions, form.accrual, form.derivation),
    )


def _without_blocks(entry: PackEntry) -> PackEntry:
    """Leave the raw tag blocks behind, which only ``files.jsonl`` holds and which are most of an entry's size."""
    if isinstance(entry, BesideFiles):
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
    if entry.examined.sound is None:
        heard = with_sound(entry.examined, outcome.results, outcome.faults)
        entry = dataclasses.replace(entry, examined=heard)
    examined = held_against(entry.examined, all_digests(staging.key.algorithms, outcome.results))
    if examined.decoded is not None:
        examined = with_decoded(examined, examined.decoded)
    entry = dataclasses.replace(entry, examined=examined)
    digests = tuple(outcome.digests(staging.key.algorithms).items())
    return PackedFile(entry, outcome.size_bytes, outcome.modified_ns, digests)
