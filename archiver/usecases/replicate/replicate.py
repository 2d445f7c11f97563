"""Makes second copies of bags in another store: verified while they are copied, on the disk, and registered."""

from __future__ import annotations

import contextlib
import hashlib
import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from archiver import disk
from archiver.bagit.algorithms import normalise_algorithms
from archiver.bagit.findings import Severity
from archiver.bagit.report import BagReport, Depth
from archiver.bagit.sizes import human_size
from archiver.bagit.telling import ignore
from archiver.bagit.validate import Validation, open_bag
from archiver.catalogue.database import Catalogue
from archiver.catalogue.events import follow_log
from archiver.catalogue.stores import KnownStore, copy_at, find_store, know_store, mark, mark_checked
from archiver.catalogue.take_in import RefusedBag, take_in
from archiver.errors import Remedy, StoreError, UsageError, Way
from archiver.machine import reason, refuse_own_limit
from archiver.model.run import Run
from archiver.records.moments import rfc3339
from archiver.store import tree
from archiver.store.area import locked
from archiver.store.faults import store_faults
from archiver.store.find_bags import is_bag, taken_by
from archiver.store.identity import make_identity, read_identity
from archiver.store.log import Happened, append_event
from archiver.store.sealing import make_archive_ready, make_ready, publish, recover
from archiver.store.staging import Staging, StagingKey, read_key
from archiver.usecases.catalogued import catalogued, follow_store
from archiver.usecases.replicate.archive import COPYING, copy_archive
from archiver.usecases.replicate.folder import FolderCopier
from archiver.usecases.replicate.wanted import WantedBag, wanted_bags
from archiver.usecases.verify.signatures import Trust
from archiver.usecases.verify.verify import VerifiedBag, judged, listed
from archiver.usecases.watch import Meter, Step, Watch

REPLICATION = "replication"
"""The type of the event, in the words of the PREMIS vocabulary."""

_MARGIN_BYTES = 16 << 20
"""What is to stay free on the disk of the store."""


class Came(StrEnum):
    """What came of copying a bag: it was copied, the store has it already, it cannot be, or every copy at hand is damaged."""

    COPIED = "copied"
    HELD = "there already"
    REFUSED = "refused"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class CopyRequest:
    """What is to be copied, and where to.

    Attributes:
        words: Paths of bags, and names of collections.
        store: The store that gets the copies.
        read_back: Whether each copy is read back from the disk before it gets its name.
    """

    words: tuple[str, ...]
    store: str
    read_back: bool


@dataclass(frozen=True, slots=True)
class CopiedBag:
    """What came of copying one bag.

    Attributes:
        name: Name of the copy.
        came: What came of it.
        source: Absolute path of the copy that was read; ``None`` where none was.
        path: Absolute path of the new copy, or of the one that is there already; ``None`` where there is none.
        octets: Bytes that were copied, or found right where an interrupted run had copied them.
        reason: Why it was not copied; empty where it was.
        damaged: What was found of each copy that is not right.
        is_older: Whether the new copy, or the one that is there already, has the tag files of before those of another.
    """

    name: str
    came: Came
    source: str | None
    path: str | None
    octets: int = 0
    reason: str = ""
    damaged: tuple[VerifiedBag, ...] = ()
    is_older: bool = False


def replicate(request: CopyRequest, catalogue: str, run: Run, watch: Watch) -> Iterator[CopiedBag]:
    """Copy bag after bag, and yield what came of each once it is registered.

    Args:
        request: What is to be copied.
        catalogue: The catalogue's file; it is made where it is missing.
        run: The run.
        watch: Counts the bytes.

    Raises:
        UsageError: where there is no such bag or collection, or the store cannot be meant.
        StoreError: where the store cannot be written; what was copied waits for the next run.
        CatalogueError: where the catalogue cannot be used.
    """
    place = os.path.realpath(os.fsencode(request.store))
    if is_bag(os.fsdecode(place)):
        raise UsageError(
            f"{request.store} is a bag", "Nothing was copied. Name the folder that is to get the copy."
        )
    now = rfc3339(run.now())
    with catalogued(catalogue, (), now, watch) as lent:
        target = follow_store(lent, place, now, watch) if os.path.isdir(place) else None
        wanted = list(wanted_bags(lent, request.words, target, now, watch))
        with locked(place):
            for bag in recover(place):
                watch.note(f"Gave its name to a bag that an interrupted run had finished: {os.fsdecode(bag)}")
            identity = make_identity(place, uuid.uuid5(run.identifier, repr(place)))
            with lent.write():
                store = know_store(lent, identity, place)
            desk = _Desk(lent, store, run, watch)
            for one in wanted:
                yield _Replica(desk, one, read_back=request.read_back).make()


@dataclass(frozen=True, slots=True)
class _Desk:
    """Where copies are registered: the catalogue, and the store that gets them, whose lock is held."""

    catalogue: Catalogue
    store: KnownStore
    run: Run
    watch: Watch


class _Replica:
    """One bag that is to be copied."""

    def __init__(self, desk: _Desk, bag: WantedBag, *, read_back: bool) -> None:
        self._catalogue = desk.catalogue
        self._store = desk.store
        self._run = desk.run
        self._watch = desk.watch
        self._bag = bag
        self._read_back = read_back
        self._trust = Trust(None, required=False, now=desk.run.now())
        self._is_archive = bool(bag.sources) and os.path.isfile(bag.sources[0][1])
        package, ending = os.path.splitext(bag.name) if self._is_archive else (bag.name, "")
        self._ending = ending.removeprefix(".")
        fingerprint = hashlib.sha256(bag.pin + bag.name.encode("utf-8", "surrogateescape")).hexdigest()
        origin = hashlib.sha256(b"copy\0" + bag.pin).hexdigest()
        algorithms = normalise_algorithms(bag.algorithms)
        self._staging = Staging(desk.store.place, StagingKey(package, 1, 1, algorithms, fingerprint, origin))

    def make(self) -> CopiedBag:
        refused = self._refused()
        if refused is not None:
            return refused
        damaged: list[VerifiedBag] = []
        for store, source in self._bag.sources:
            copied = self._from(store, source)
            if isinstance(copied, CopiedBag):
                return copied
            damaged.append(copied)
            self._mark_damaged(store, source)
        return CopiedBag(self._bag.name, Came.DAMAGED, None, None, damaged=tuple(damaged))

    def _refused(self) -> CopiedBag | None:
        """What there is to say where nothing is to be copied."""
        bag, place = self._bag, self._store.place
        if bag.held is not None:
            there = os.fsdecode(place) + "/" + bag.held
            return CopiedBag(bag.name, Came.HELD, None, there, is_older=bag.is_older)
        if not bag.sources:
            return CopiedBag(bag.name, Came.REFUSED, None, None, reason="no whole copy of it is at hand")
        taken = taken_by(place, self._staging.key.package)
        if taken is not None:
            known = copy_at(self._catalogue, self._store, taken)
            is_its = known is not None and known.bag_id == bag.bag_id
            what = "is its copy, and not right" if is_its else "is there, and is another"
            why = f"{os.fsdecode(place)}/{taken} {what}; nothing is overwritten"
            return CopiedBag(bag.name, Came.REFUSED, None, None, reason=why)
        with store_faults(f"look into {os.fsdecode(place)}"):
            key = read_key(self._staging.area)
        if key is not None and key != self._staging.key:
            why = f"an unfinished package of that name waits in {os.fsdecode(self._staging.area.absolute)}"
            return CopiedBag(bag.name, Came.REFUSED, None, None, reason=why)
        return None

    def _from(self, store: KnownStore, source: bytes) -> CopiedBag | VerifiedBag:
        """Copy from one copy of the bag; return what was found of that one where it is not right."""
        self._staging.open()
        making = self._archive if self._is_archive else self._folder
        made = making(source)
        if isinstance(made, VerifiedBag):
            return made
        path = publish(self._staging)
        self._register(store, source, path)
        shown, is_older = os.fsdecode(path), self._bag.is_older
        return CopiedBag(self._bag.name, Came.COPIED, os.fsdecode(source), shown, made, is_older=is_older)

    def _folder(self, source: bytes) -> int | VerifiedBag:
        shown = os.fsdecode(source)
        with listed(shown, Depth.FULL, self._bag.name, self._watch, self._bag.pin) as validation:
            self._ensure_room(validation.total_bytes)
            meter = Meter()
            with contextlib.ExitStack() as held:
                try:
                    copier = held.enter_context(FolderCopier(source, self._staging.bag, meter.add))
                except OSError as error:
                    return self._unread(source, error)
                checking = validation.check(lambda _, batches: copier.copy_all(batches), meter.add)
                step = Step(f"Copying {self._bag.name}", "bytes", validation.total_bytes, meter)
                for _ in self._watch.track(step, checking, lambda checked: checked.bytes):
                    pass
                if validation.report().valid is not False:
                    self._rest(validation, copier)
            verified = judged(shown, validation, None, self._trust)
            total = validation.total_bytes
        if verified.report.valid is False:
            return verified
        make_ready(self._staging, None, 0)
        self._check_copy(self._staging.bag.absolute, Depth.FULL if self._read_back else Depth.COMPLETE)
        return total

    def _rest(self, validation: Validation, copier: FolderCopier) -> None:
        with validation.source.listing(ignore) as listing:
            wrong = copier.copy_rest(listing)
        for one in wrong:
            raise StoreError(
                f"{self._bag.name} cannot be copied whole: {one.path}: {one.message}",
                "No copy got its name.",
                remedies=[Remedy(Way.GO_ON)],
            )

    def _archive(self, source: bytes) -> int | VerifiedBag:
        size = os.path.getsize(source)
        self._ensure_room(size)
        step = Step(f"Copying {self._bag.name}", "bytes", size)
        try:
            for _ in self._watch.track(step, copy_archive(source, self._staging.area), int):
                pass
        except OSError as error:
            return self._unread(source, error)
        copying = self._staging.area.below(COPYING).absolute
        report = self._report(copying, Depth.FULL)
        if report.valid is False:
            with self._staging.area.cursor() as area:
                os.unlink(COPYING, dir_fd=area.folder(b""))
            verified = self._judged(source)
            if verified.report.valid is False:
                return verified
            raise self._unlike(report)
        make_archive_ready(self._staging, COPYING, self._ending)
        return size

    def _unread(self, source: bytes, error: OSError) -> VerifiedBag:
        """Say what there is to find of a copy that cannot be opened."""
        refuse_own_limit(error)
        self._watch.note(f"{os.fsdecode(source)} cannot be read: {reason(error)}")
        return self._judged(source)

    def _judged(self, path: bytes) -> VerifiedBag:
        shown = os.fsdecode(path)
        with listed(shown, Depth.FULL, self._bag.name, self._watch, self._bag.pin) as validation:
            for _ in validation.check():
                pass
            return judged(shown, validation, None, self._trust)

    def _check_copy(self, path: bytes, depth: Depth) -> None:
        report = self._report(path, depth)
        if False in (report.complete, report.valid):
            raise self._unlike(report)

    def _report(self, path: bytes, depth: Depth) -> BagReport:
        disk.forget_cached(path)
        meter = Meter()
        with open_bag(path, depth, pin=self._bag.pin) as validation:
            checking = validation.check(reading=meter.add, through=disk.from_disk)
            step = Step(f"Reading back {self._bag.name}", "bytes", validation.total_bytes, meter)
            for _ in self._watch.track(step, checking, lambda checked: checked.bytes):
                pass
            return validation.report()

    def _unlike(self, report: BagReport) -> StoreError:
        wrong = next(one for one in report.findings if one.severity is Severity.ERROR)
        return StoreError(
            f"the copy of {self._bag.name} is not what was copied: {wrong.code} {wrong.path}: {wrong.message}",
            "No copy got its name. The disk of the store may be failing.",
            remedies=[Remedy(Way.GO_ON)],
        )

    def _ensure_room(self, size: int) -> None:
        place = self._store.place
        with store_faults(f"write to {os.fsdecode(place)}"):
            free = disk.free_bytes(place)
            with self._staging.area.cursor() as area:
                done = tree.disk_bytes(area)
        needed = max(size - done, 0) + _MARGIN_BYTES
        if free is not None and free < needed:
            raise StoreError(
                f"the copy of {self._bag.name} does not fit: {human_size(needed)} are needed in"
                f" {os.fsdecode(place)}, {human_size(free)} are free",
                "What was copied waits in the store's .incoming folder.",
                remedies=[Remedy(Way.FREE_SPACE), Remedy(Way.ANOTHER_STORE)],
            )

    def _register(self, store: KnownStore, source: bytes, path: bytes) -> None:
        """Tell of the copy in the store's log, then have the catalogue know it, and that its source was read and is right."""
        now = rfc3339(self._run.now())
        name = os.fsdecode(os.path.basename(path))
        origin = {"store": store.identifier, "path": os.fsdecode(os.path.relpath(source, store.place))}
        detail = {"path": name, "pin": self._bag.pin.hex(), "from": origin, "read_back": self._is_read_back}
        told = Happened(REPLICATION, now, self._bag.identifier, "success", detail, self._run.software)
        append_event(self._store.place, told)
        taken = take_in(self._catalogue, self._store, name, now)
        if isinstance(taken, RefusedBag):
            raise StoreError(
                f"the copy {os.fsdecode(path)} cannot be taken into the catalogue: {taken.reason}"
            )
        with self._catalogue.write():
            follow_log(self._catalogue, self._store)
            checked = [(store.place, source)] + ([(self._store.place, path)] if self._is_read_back else [])
            for place, bag in checked:
                known = find_store(self._catalogue, read_identity(place), place)
                copy = (
                    None
                    if known is None
                    else copy_at(self._catalogue, known, os.fsdecode(os.path.basename(bag)))
                )
                if copy is not None and copy.bag_id == self._bag.bag_id:
                    mark_checked(self._catalogue, copy, now)

    @property
    def _is_read_back(self) -> bool:
        return self._read_back or self._is_archive

    def _mark_damaged(self, store: KnownStore, source: bytes) -> None:
        with contextlib.suppress(StoreError):
            known = find_store(self._catalogue, read_identity(store.place), store.place)
            copy = (
                None
                if known is None
                else copy_at(self._catalogue, known, os.fsdecode(os.path.basename(source)))
            )
            if copy is not None:
                with self._catalogue.write():
                    mark(self._catalogue, copy, "damaged")
