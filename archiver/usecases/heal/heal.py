"""Heals a bag of a store: makes whole what is damaged or missing in it, and never leaves it worse than it was."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import tempfile
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from archiver import filesystem
from archiver.bagit.names import PAYLOAD
from archiver.bagit.updating.journal import is_update_pending
from archiver.catalogue.auditing import keep_part
from archiver.catalogue.database import SHORT_PATIENCE_MS, Catalogue, is_there, opened
from archiver.catalogue.events import follow_log
from archiver.catalogue.faults import CatalogueError
from archiver.catalogue.renewed import mark_renewed
from archiver.catalogue.stores import know_store, mark, mark_checked
from archiver.errors import ArchiverError, StoreError, UsageError
from archiver.executors.pools import Threads
from archiver.machine import temporary_folder
from archiver.model.run import Run
from archiver.records.moments import rfc3339
from archiver.store.area import locked
from archiver.store.find_bags import is_bag
from archiver.store.healing import Placer, Workshop, aside_name, workshop_of
from archiver.store.identity import make_identity, read_identity
from archiver.store.keeping import is_kept, refuse_kept
from archiver.store.log import BrokenLogError, Happened, append_event
from archiver.usecases.changed_bag import known_copy, settle_intended
from archiver.usecases.heal.archive import heal_archive, is_archive_alike
from archiver.usecases.heal.bag_files import BagFiles
from archiver.usecases.heal.copies import (
    SameBytes,
    has_tag_files_of,
    identifier_of,
    known_copies,
    named_copies,
    same_bytes,
)
from archiver.usecases.heal.folder import FolderHealer
from archiver.usecases.heal.mend import Asked, Mender
from archiver.usecases.heal.outcome import Healed, Healing, HealRequest, Unhealed
from archiver.usecases.heal.recovery import RecoveryData
from archiver.usecases.heal.signatures import SignatureHealer
from archiver.usecases.pins import Pin, digests_of_manifests, known_pin, logged_pin
from archiver.usecases.watch import Watch

_MOST_NAMED = 1_000
"""Files that an event in the log names; of more, it says how many."""


class UpdatePendingError(ArchiverError):
    """An update of the bag's tag files was interrupted and must be completed before it is healed."""


def heal(request: HealRequest, catalogue: str, run: Run, watch: Watch) -> Healing:
    """Make a bag whole as far as copies, parts of them and recovery data allow; say what cannot be healed.

    What is right follows from the pin of the catalogue, else from that of the store's log, else from the bag's own tag
    manifest. A file takes its place with one rename, after it was read again from the disk; what stood there is kept
    outside the bag. The event is in the store's log before the catalogue knows of it.

    Args:
        request: What to heal.
        catalogue: The catalogue's file; healing does without where there is none.
        run: The run.
        watch: Is told what could not be read.

    Raises:
        UsageError: where the path is no bag, or what was named holds no copy of it.
        UpdatePendingError: where an update of the bag waits to be completed.
        StoreError: where the store cannot be written.
    """
    path = os.path.realpath(os.fsencode(request.bag))
    place, name = os.path.split(path)
    with contextlib.ExitStack() as held:
        lent = _catalogue(catalogue, watch, held)
        if lent is not None and not request.dry_run:
            _settle(lent, place, name, run, watch)
        pin = _pin(lent, place, name, watch)
        _refuse_no_bag(request.bag, path, pin)
        if not request.dry_run:
            if is_kept(place):
                return _unharmed(request, catalogue, run, watch)
            held.enter_context(locked(place))
        if os.path.isdir(path):
            held.enter_context(_alone(path))
        copies = _copies(request, lent, pin, path)
        known, pin = pin, _within_reach(pin, path, copies)
        workshop = held.enter_context(_scratch() if request.dry_run else workshop_of(place))
        placer = None if request.dry_run else Placer(place, name, aside_name(run.now()))
        healer = _Healer(path, pin, Asked(copies, _others(lent)), workshop, placer, request, watch)

        def stopped(done: Healing) -> None:
            with contextlib.suppress(
                ArchiverError
            ):  # what stopped it is told, and may keep the log from being written
                _log(place, name, pin, done, run, "fail")

        done = healer.archive() if os.path.isfile(path) else healer.folder(stopped)
        done = dataclasses.replace(done, notes=(*done.notes, *_on_older(known, pin, lent, done)))
        if not request.dry_run:
            _log(place, name, pin, done, run, "success" if done.is_whole else "warning")
            _log_renewed(place, name, pin, done, run)
            _note(lent, pin, done, run, watch)
        return done


def _unharmed(request: HealRequest, catalogue: str, run: Run, watch: Watch) -> Healing:
    """Check a bag that is kept from being changed; refuse to heal it where there is anything to heal.

    Raises:
        UsageError: where something is wrong with it, or another copy is newer.
    """
    found = heal(dataclasses.replace(request, dry_run=True), catalogue, run, watch)
    wrong = len(found.mended) + len(found.unhealed) + len(found.strays)
    place = os.path.dirname(os.fsencode(found.bag))
    if wrong:
        refuse_kept(
            place,
            f"heal {request.bag}, in which {wrong:,} {'file is' if wrong == 1 else 'files are'} not right",
        )
    elif found.renewed:
        older = len(found.renewed)
        refuse_kept(
            place,
            f"bring {older:,} {'file' if older == 1 else 'files'} of {request.bag} up to date with a newer copy"
            " (nothing in it is wrong)",
        )
    return dataclasses.replace(found, dry_run=False)


@dataclass(frozen=True, slots=True)
class _Healer:
    """What a bag is healed with."""

    path: bytes
    pin: Pin
    asked: Asked
    workshop: Workshop
    placer: Placer | None
    request: HealRequest
    watch: Watch

    def folder(self, stopped: Callable[[Healing], object]) -> Healing:
        """Heal a folder; where a fault or a person stops that, ``stopped`` is told what was done until then."""
        files = BagFiles(self.path, self.workshop, self.placer)
        recovery = RecoveryData(files, self.watch)
        mender = Mender(files, self.asked, recovery, self.watch)
        signatures = SignatureHealer(files, self.asked.copies)
        with Threads(self.request.jobs) as threads:
            healer = FolderHealer(files, mender, self.pin, threads, self.watch)

            def done() -> Healing:
                return self._done(files, healer, signatures, recovery)

            try:
                healer.heal()
                if healer.believed is not None and healer.believed.of_tags:
                    signatures.heal(healer.believed, is_whole=not healer.unhealed)
            except BaseException:
                stopped(done())
                raise
        return done()

    def _done(
        self, files: BagFiles, healer: FolderHealer, signatures: SignatureHealer, recovery: RecoveryData
    ) -> Healing:
        mender = healer.mender
        return Healing(
            bag=os.fsdecode(self.path),
            trusted=self.pin.trusted,
            copies=self.asked.copies,
            checked=healer.checked,
            healed=(*mender.healed, *signatures.healed),
            unhealed=(*healer.unhealed, *signatures.unhealed),
            strays=tuple(healer.strays),
            aside=files.aside,
            notes=(*mender.notes, *recovery.notes, *signatures.notes),
            dry_run=self.request.dry_run,
        )

    def archive(self) -> Healing:
        found = heal_archive(self.path, self.pin, self.asked.copies, self.workshop, self.placer, self.watch)
        return Healing(
            bag=os.fsdecode(self.path),
            trusted=self.pin.trusted,
            copies=self.asked.copies,
            checked=1,
            healed=(found,) if isinstance(found, Healed) else (),
            unhealed=(found,) if isinstance(found, Unhealed) else (),
            strays=(),
            aside=None if self.placer is None else self.placer.aside,
            notes=(),
            dry_run=self.request.dry_run,
        )


def _catalogue(path: str, watch: Watch, held: contextlib.ExitStack) -> Catalogue | None:
    """Open the catalogue if there is one that can be used; what lies in stores is not taken in, for it may be damaged."""
    if not is_there(path):
        return None
    try:
        return held.enter_context(opened(path, SHORT_PATIENCE_MS))
    except (CatalogueError, UsageError) as error:
        watch.note(f"Healing without the catalogue: {error.message}.")
        return None


def _settle(catalogue: Catalogue, place: bytes, name: bytes, run: Run, watch: Watch) -> None:
    """Note a change on purpose that a run did not come to note: it is not to be undone as damage."""
    try:
        copy = known_copy(catalogue, place, name)
        if copy is not None:
            settle_intended(catalogue, copy, run, watch)
    except (CatalogueError, StoreError) as error:
        watch.note(f"A change that an earlier run made is not noted yet: {error.message}.")


def _pin(catalogue: Catalogue | None, place: bytes, name: bytes, watch: Watch) -> Pin:
    """Return what says which bytes are right.

    Where catalogue and log differ, one of them was not told of a change to the tag files: the one that fits the bag counts.
    """
    known = None if catalogue is None else known_pin(catalogue, place, name)
    logged = None
    try:
        logged = logged_pin(place, name)
    except (StoreError, BrokenLogError) as error:
        watch.note(f"Healing without the store's log: {error.message}.")
    if known is None or logged is None or logged.digest in (known.digest, known.older):
        return known or logged or Pin("bag")
    if logged.digest in digests_of_manifests(place + b"/" + name):
        return dataclasses.replace(known, trusted="log", digest=logged.digest, older=None)
    return known


def _refuse_no_bag(named: str, path: bytes, pin: Pin) -> None:
    if is_update_pending(path):
        raise UpdatePendingError(
            f"an interrupted update of {named} waits to be completed",
            "Nothing was changed. Do again what was interrupted: that completes it. Then heal.",
        )
    if os.path.isdir(path):
        if is_bag(os.fsdecode(path)) or pin.digest is not None:
            return
    elif os.path.isfile(path) and (is_bag(os.fsdecode(path)) or pin.digest is not None):
        return
    if not os.path.lexists(path) and pin.digest is not None:
        raise UsageError(
            f"nothing is left of {named}", "Nothing was changed. Copy the whole bag to its place from a copy."
        )
    raise UsageError(f"{named} is no bag", "Nothing was changed. Name a bag.")


@contextlib.contextmanager
def _alone(path: bytes) -> Iterator[None]:
    """Hold the lock of a bag, which its updates take too."""
    folder = filesystem.open_folder(path)
    try:
        if not filesystem.try_lock(folder):
            raise StoreError(
                f"another run is changing {os.fsdecode(path)}",
                "Nothing was changed. Wait until it has ended.",
            )
        yield
    finally:
        os.close(folder)


def _copies(request: HealRequest, catalogue: Catalogue | None, pin: Pin, path: bytes) -> tuple[str, ...]:
    identifier = pin.identifier or identifier_of(os.fsdecode(path))
    if request.copies:
        return named_copies(request.copies, path, identifier)
    if catalogue is None or identifier is None:
        return ()
    return known_copies(catalogue, identifier, path)


def _within_reach(pin: Pin, path: bytes, copies: Sequence[str]) -> Pin:
    """Return what a copy can be healed to: one with older tag files to the newer ones only where a copy has them all.

    A copy that is older and right would be neither, were half of what is newer put into it.
    """
    if pin.older is None:
        return pin
    if os.path.isfile(path):  # an archive is replaced as a whole
        copies = [one for one in copies if is_archive_alike(os.fsencode(one), path)]
    if any(_has_newer(os.fsencode(copy), pin) for copy in copies):
        return pin
    return dataclasses.replace(pin, digest=pin.older, older=None)


def _has_newer(copy: bytes, pin: Pin) -> bool:
    if pin.digest is None:
        return False
    return (
        has_tag_files_of(copy, pin.digest)
        if os.path.isdir(copy)
        else pin.digest in digests_of_manifests(copy)
    )


def _on_older(known: Pin, pin: Pin, catalogue: Catalogue | None, done: Healing) -> Iterator[str]:
    """Yield what there is to say of tag files of before, in this copy or in those that were asked."""
    if known.older is not None:
        if pin.older is None:
            yield "It stays older than another copy of the bag: none that has all of the newer tag files right is at hand"
        return
    if catalogue is None or all(one.path.startswith(PAYLOAD) for one in done.unhealed):
        return
    for copy in done.copies:
        other = known_pin(catalogue, *os.path.split(os.fsencode(copy)))
        if other is not None and other.older is not None:
            yield f"{copy} has the tag files of before, and of those that were changed since it has none"


def _others(catalogue: Catalogue | None) -> _SameBytes:
    return _SameBytes(catalogue)


@dataclass(frozen=True, slots=True)
class _SameBytes:
    """Asks the catalogue for other files with the same bytes."""

    catalogue: Catalogue | None

    def __call__(self, algorithm: str, digest: str) -> Iterator[SameBytes]:
        if self.catalogue is not None:
            yield from same_bytes(self.catalogue, algorithm, digest)


@contextlib.contextmanager
def _scratch() -> Iterator[Workshop]:
    with tempfile.TemporaryDirectory(prefix="archiver-", dir=temporary_folder()) as folder:
        yield Workshop(os.fsencode(folder))


def _log(place: bytes, name: bytes, pin: Pin, done: Healing, run: Run, outcome: str) -> None:  # noqa: PLR0913, PLR0917 - an event
    """Write to the store's log what was made whole; nothing where nothing was.

    Where all is right at the end, files that were right before, and older, are told of by :func:`_log_renewed`.
    """
    healed = done.mended if outcome == "success" else done.healed
    if done.dry_run or not (healed or (done.strays and done.aside)):
        return
    make_identity(place, uuid.uuid5(run.identifier, repr(place)))
    detail = {
        "path": os.fsdecode(name),
        "trusted": done.trusted,
        "healed": [{"path": one.path, "means": one.means} for one in healed[:_MOST_NAMED]],
        "healed_files": len(healed),
        "unhealed": [one.path for one in done.unhealed[:_MOST_NAMED]],
        "unhealed_files": len(done.unhealed),
        "aside": done.aside,
    }
    append_event(
        place,
        Happened("recovery", rfc3339(run.now()), pin.identifier or "", outcome, detail, run.software),
    )


def _log_renewed(place: bytes, name: bytes, pin: Pin, done: Healing, run: Run) -> None:
    """Write to the store's log that a copy has the tag files that another one was given on purpose."""
    if pin.older is None or not done.is_whole:
        return
    make_identity(place, uuid.uuid5(run.identifier, repr(place)))
    pins = {"pin_before": pin.older, "pin": pin.digest}
    told = {"path": os.fsdecode(name), "what": "brought up to date with another copy"}
    detail = {**told, **pins, "aside": done.aside}
    append_event(
        place,
        Happened(
            "metadata modification", rfc3339(run.now()), os.fsdecode(name), "success", detail, run.software
        ),
    )


def _note(catalogue: Catalogue | None, pin: Pin, done: Healing, run: Run, watch: Watch) -> None:
    """Note in the catalogue how the copy stands now; all of it was read."""
    if catalogue is None or pin.copy is None or pin.store is None:
        return
    try:
        with catalogue.write():
            if done.is_whole:
                mark_checked(catalogue, pin.copy, rfc3339(run.now()))
                if pin.older is not None:
                    mark_renewed(catalogue, pin.copy)
            else:
                mark(catalogue, pin.copy, "damaged")
                keep_part(
                    catalogue, pin.copy, None
                )  # what an audit under way has seen is no longer what is there
        with catalogue.write():  # a store that had no identity may have got one
            store = know_store(catalogue, read_identity(pin.store.place), pin.store.place)
            follow_log(catalogue, store)
    except (CatalogueError, StoreError) as error:
        watch.note(f"What was done is not all noted in the catalogue: {error.message}.")
