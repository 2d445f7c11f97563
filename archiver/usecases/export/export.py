"""Takes out of a bag what may be used for one purpose on one day: decides, redacts where asked, and writes a bag of its own."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal

from archiver.bagit.names import PAYLOAD
from archiver.bagit.paths import check_path
from archiver.config import Settings
from archiver.errors import ArchiverError, ExitStatus, Remedy, Way
from archiver.executors.guarded import GuardedProcesses
from archiver.executors.ordered import jobs_for
from archiver.executors.pools import Threads
from archiver.ingest.capture import Capture
from archiver.ingest.covers import CoverMakers
from archiver.ingest.examine import header_readers
from archiver.ingest.plan import PackagePlan, plan
from archiver.ingest.presence import SourcePresence
from archiver.ingest.reexamine import Reexaminer
from archiver.ingest.spool import Spool
from archiver.model.audio import ExaminedFile
from archiver.model.bag import Accession, Bag, BagForm
from archiver.model.derivation import Derivation, Redaction
from archiver.model.package import AssessedFile, PackedFile, PackEntry, PlanEntry
from archiver.model.rights import Act, Disposition
from archiver.model.rights_context import RightsContext
from archiver.model.rights_summary import RightsSummary
from archiver.model.run import Run
from archiver.model.source import FileStat
from archiver.model.totals import Totals
from archiver.records.estimate import BAG_BYTES, described_bytes
from archiver.records.rights.read import read_entries
from archiver.records.rights.tally import RightsTally
from archiver.rights.deciding.decide import decide
from archiver.rights.declaring.policies import export_policy
from archiver.store.area import INCOMING, locked
from archiver.store.faults import store_faults
from archiver.store.find_bags import taken_by
from archiver.store.scratch import scratch
from archiver.store.sealing import make_ready, publish, recover
from archiver.store.staging import Staging, StagingKey
from archiver.usecases.export.decide import Anew, unread
from archiver.usecases.export.history import export_events
from archiver.usecases.export.original import Original, check_file, damaged, original_at
from archiver.usecases.export.redacted import Redactor
from archiver.usecases.export.registered import exported, register
from archiver.usecases.export.unpacked import unpacked
from archiver.usecases.finished import refuse_finished
from archiver.usecases.pack.make_bag import BagMaker
from archiver.usecases.pack.naming import refuse_taken, refuse_unfit
from archiver.usecases.pack.parts import PlanPart
from archiver.usecases.pack.room import refuse_without_room, room_for
from archiver.usecases.watch import Step, Watch, one


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What is to be exported, and what for.

    Attributes:
        bag: The bag as the user named it.
        act: What the files are to be taken out for.
        to: Folder that gets the new bag.
        settings: What holds where nothing is asked for.
        name: The new bag's name; from the bag's, the act and the day where ``None``.
        redact: What is taken out of copies that would else stay behind; ``None`` for nothing.
        jobs: Threads and processes to use; ``None`` for as many as are configured, or as there are cores.
    """

    bag: str
    act: Act
    to: str
    settings: Settings
    name: str | None = None
    redact: Literal["personal"] | None = None
    jobs: int | None = None


@dataclass(frozen=True, slots=True)
class Unredacted:
    """A file that holds personal data, or may hold some, which could not be taken out, and why not."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What exporting did.

    Attributes:
        bag: Absolute path of the new bag.
        original: The bag that it was made from, as the user named it.
        act: What it is for.
        totals: What went in and what stayed there.
        algorithms: Its checksums.
        rights: What was decided.
        redacted: How many files had personal data taken out.
        unredacted: Files from which it could not be, and why, on disk.
        left: The files that stayed there, with their decisions, in the order of the scan, on disk.
    """

    bag: str
    original: str
    act: Act
    totals: Totals
    algorithms: tuple[str, ...]
    rights: RightsSummary
    redacted: int
    unredacted: Spool[Unredacted]
    left: Spool[PackEntry]


class NothingAllowedError(ArchiverError):
    """No file of the bag may be used for that."""

    exit_code = ExitStatus.INCOMPLETE


@contextlib.contextmanager
def export(request: ExportRequest, run: Run, watch: Watch) -> Iterator[ExportReport]:
    """Write the bag and lend the report for a ``with`` block.

    Raises:
        UsageError: where the request cannot be meant.
        NothingAllowedError: where nothing may be taken out.
        DamagedOriginalError: where the bag is not as it was recorded.
        StoreError: where the folder cannot be written; then no bag stands under its name.
    """
    original = original_at(request.bag)
    store = os.path.abspath(os.fsencode(request.to))
    refuse_finished(store, "folder")
    if request.name is not None:
        refuse_unfit(request.name)
    anew = Anew(original.declarations(), export_policy(request.act), run.day())
    with contextlib.ExitStack() as held:
        held.enter_context(locked(store))
        recover(store)
        if request.name is not None:
            refuse_taken(request.name, store)
        yield _Exporting(request, original, anew, run, watch, held, store).report()


@dataclass(frozen=True, slots=True)
class _Exporting:
    """One run on a folder whose lock is held; what its report rests on stays open as long as ``held``."""

    request: ExportRequest
    original: Original
    anew: Anew
    run: Run
    watch: Watch
    held: contextlib.ExitStack
    store: bytes

    def report(self) -> ExportReport:
        """Choose, copy, describe, and give the bag its name."""
        scratch, run = self.store + b"/" + INCOMING, self.run
        unredacted = self.held.enter_context(Spool[Unredacted](scratch))
        left = self.held.enter_context(Spool[PackEntry](scratch))
        entries = self.held.enter_context(Spool[PlanEntry](scratch))
        started, workers = run.now(), self.held.enter_context(header_readers(1))
        original = self._readable()
        chosen = _Chosen(original, self.anew, self._redactor(original, workers), unredacted)
        package = plan(self.watch.track(Step("Choosing", "files"), chosen.assessed(), one), entries)
        if not package.totals.files:
            raise _nothing(self.request, package)
        key = _key(self.request, self.original, package, run, self.store)
        _refuse_without_room(package, key, self.store)
        maker = self._maker(key, started, chosen.redactions, workers)
        tally, staging = RightsTally(), Staging(self.store, key)
        size = package.totals.bytes
        made = maker.make(staging, PlanPart(package.entries, 0, None, size, size), left, tally)
        with self.watch.during(Step(f"Finishing {key.name}", "")):
            make_ready(staging, None, int(run.now().timestamp()))
        bag = os.fsdecode(publish(staging))
        self._register(key, made, len(chosen.redactions))
        return ExportReport(
            *(bag, self.request.bag, self.request.act, made.totals, key.algorithms, tally.summary()),
            *(len(chosen.redactions), unredacted, left),
        )

    def _register(self, key: StagingKey, made: Bag, redacted: int) -> None:
        detail: dict[str, object] = {
            "for": self.request.act.value,
            "to": key.package,
            "identifier": str(made.plan.identifier),
            "files": made.totals.files,
            "withheld": made.totals.withheld,
            "redacted": redacted,
        }
        happened = exported(self.original, detail, self.run)
        register(self.original, self.store, happened, self.request.settings, self.watch)

    def _readable(self) -> Original:
        """The bag, whose files can be opened: of an archive what is wanted is unpacked first."""
        if not self.original.is_archive:
            return self.original
        folder = self.held.enter_context(scratch(self.store, b"unpacked"))
        writing = partial(store_faults, f"unpack {self.request.bag}")
        redacting = self.request.redact is not None
        with self.watch.during(Step(f"Unpacking {self.original.name}", "")):
            return unpacked(self.original, self.anew, folder, writing, redacting=redacting)

    def _redactor(self, original: Original, workers: GuardedProcesses) -> Redactor | None:
        if self.request.redact is None:
            return None
        folder = self.held.enter_context(scratch(self.store, b"redacted"))
        writing = partial(store_faults, "write a copy without personal data")
        return Redactor(original, folder, workers, writing)

    def _maker(
        self,
        key: StagingKey,
        started: dt.datetime,
        redactions: Mapping[str, Redaction],
        workers: GuardedProcesses,
    ) -> BagMaker:
        jobs, original, anew = (
            jobs_for(self.request.jobs, self.request.settings.jobs),
            self.original,
            self.anew,
        )
        copying, syncing = (self.held.enter_context(Threads(number)) for number in (jobs, 1))
        derivation = Derivation(
            *(original.identifier, original.name, original.pin, self.request.act, original.algorithms[0]),
            redactions,
        )
        return BagMaker(
            run=self.run,
            accession=Accession(self.run.identifier, key.package, started),
            planned=self.run.now(),
            keys=(key,),
            rights=RightsContext(anew.policy, anew.on.on, anew.declarations, {}, anonymous_withheld=True),
            documents=(),
            form=BagForm({}, derivation=derivation),
            capture=Capture(copying, syncing, SourcePresence(()), note=self.watch.note),
            watch=self.watch,
            reexaminer=Reexaminer(partial(_by_bytes_alone, anew=anew), workers),
            cover_makers=self.held.enter_context(CoverMakers()),
            told=lambda _: None,
            history=export_events,
        )


class _Chosen:
    """Goes through what a bag records and says of each file what becomes of it.

    Attributes:
        redactions: By path in the payload, what was taken out of copies.
    """

    def __init__(
        self,
        original: Original,
        anew: Anew,
        redactor: Redactor | None,
        unredacted: Spool[Unredacted],
    ) -> None:
        self.redactions: dict[str, Redaction] = {}
        self._original = original
        self._anew = anew
        self._redactor = redactor
        self._unredacted = unredacted
        self._seen: set[int] = set()

    def assessed(self) -> Iterator[AssessedFile]:
        """Yield every file of the bag's payload that its record has, decided anew; what goes in was checked."""
        for entry in read_entries(self._original.named):
            if isinstance(entry, PackedFile):
                self._refuse_astray(entry.bag_path)
                yield self._decided(entry)

    def _refuse_astray(self, path: str) -> None:
        """Refuse a record that names a place outside the payload, or one place twice: it is not as this program writes it.

        Raises:
            DamagedOriginalError: where it does.
        """
        refusal = check_path(path)
        known = hash(path)
        if not path.startswith(PAYLOAD) or known in self._seen or (refusal and not refusal.only_elsewhere):
            raise damaged(
                self._original.named, "its record of files names a path that cannot be, or one twice"
            )
        self._seen.add(known)

    def _decided(self, file: PackedFile) -> AssessedFile:
        decision = self._anew.decision(file)
        if decision.disposition is Disposition.INCLUDE:
            return AssessedFile(self._found(file), decision)
        redactor = self._redactor
        if redactor is None or not self._would_go_in(file):
            return AssessedFile(file.assessed.examined, decision)
        if unread(file):
            # what nobody read nobody can say is gone
            self._unredacted.append(
                Unredacted(file.assessed.path, "it could not be read whole for personal data")
            )
        elif decision.personal:
            self._found(file)
            copy = redactor.copy_of(file, len(self.redactions) + 1)
            why = copy if isinstance(copy, str) else None
            if not isinstance(copy, str):
                again = self._anew.decision(_with(file, copy.examined))
                if again.disposition is Disposition.INCLUDE:
                    self.redactions[file.assessed.examined.ref.payload_path] = copy.redaction
                    return AssessedFile(copy.examined, again)
                why = "what is left in it keeps it out"
            self._unredacted.append(Unredacted(file.assessed.path, why or ""))
        return AssessedFile(file.assessed.examined, decision)

    def _would_go_in(self, file: PackedFile) -> bool:
        """Whether nothing keeps a file out but personal data, or that it could not be read whole for it."""
        return self._anew.decision(file, but_personal=True).disposition is Disposition.INCLUDE

    def _found(self, file: PackedFile) -> ExaminedFile:
        """The file as it lies in the bag, held against what is recorded of it."""
        examined = file.assessed.examined
        stored = examined.ref.payload_path
        status = check_file(self._original, stored.encode("utf-8"), dict(file.digests))
        stat = FileStat(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
        ref = dataclasses.replace(
            examined.ref,
            root=self._original.payload,
            relative=self._original.place(stored.encode("utf-8")),
            stat=stat,
            stored=stored,
        )
        return dataclasses.replace(examined, ref=ref)


def _with(file: PackedFile, examined: ExaminedFile) -> PackedFile:
    return dataclasses.replace(file, assessed=dataclasses.replace(file.assessed, examined=examined))


def _by_bytes_alone(examined: ExaminedFile, anew: Anew) -> AssessedFile:
    """Decide on what is no longer what was chosen: as of a file of which nothing is declared."""
    decision = decide(
        examined.evidence, examined.protection, (), anew.policy, anew.on, path=examined.ref.path
    )
    return AssessedFile(examined, decision)


def _nothing(request: ExportRequest, package: PackagePlan) -> NothingAllowedError:
    if not package.totals.withheld:
        return NothingAllowedError(
            f"{request.bag} holds no files of its own",
            "No bag was written. Earlier bags hold the bytes of its accession: name one of those.",
        )
    return NothingAllowedError(
        f"of {package.totals.withheld:,} files in {request.bag}, none may be used for {request.act.value}",
        "No bag was written.",
        remedies=[Remedy(Way.EXPLAIN_FILE)],
    )


def _key(
    request: ExportRequest, original: Original, package: PackagePlan, run: Run, store: bytes
) -> StagingKey:
    name = request.name
    if name is None:
        base = f"{original.name[:100]}-{request.act.value}-{run.today().isoformat()}"
        name, number = base, 1
        while taken_by(store, name) is not None:
            number += 1
            name = f"{base}_{number}"
    origin = hashlib.sha256(repr((original.pin, request.act.value, request.redact)).encode()).hexdigest()
    return StagingKey(name, 1, 1, original.algorithms, package.fingerprint, origin)


def _refuse_without_room(package: PackagePlan, key: StagingKey, store: bytes) -> None:
    room = room_for(
        *(package, partial(described_bytes, algorithms=len(key.algorithms)), BAG_BYTES),
        bags=1,
        store=store,
        package=key.package,
        algorithms=key.algorithms,
        parity=None,
        archived=False,
    )
    refuse_without_room(room, store, 0)
