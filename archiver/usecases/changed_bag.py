"""Notes that a bag was changed on purpose: in the log of its store, and in the catalogue, which then knows it anew.

What is about to be changed is written down in the catalogue first, with the pin that the bag will have: a run that ends after
the change and before it is noted is then known for what it was, and nobody else's change is taken for it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from archiver import filesystem
from archiver.bagit.bag_source import source_of
from archiver.bagit.updating.journal import is_update_pending
from archiver.bagit.updating.update import Deciding
from archiver.catalogue.auditing import AuditableCopy, auditable
from archiver.catalogue.bag_pin import pin_of
from archiver.catalogue.database import SHORT_PATIENCE_MS, Catalogue, is_there, opened
from archiver.catalogue.events import follow_log
from archiver.catalogue.faults import CatalogueError
from archiver.catalogue.intended import IntendedChange, forget_intended, intend, intended
from archiver.catalogue.stores import copy_at, find_store
from archiver.errors import StoreError, UsageError
from archiver.model.run import Run
from archiver.records.moments import rfc3339
from archiver.store.area import locked
from archiver.store.identity import read_identity
from archiver.store.log import Happened, append_event
from archiver.usecases.pins import logged_pin
from archiver.usecases.watch import Watch

MODIFIED = "metadata modification"
"""The type of the event, in the words of the PREMIS vocabulary."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a bag.

    Attributes:
        what: What was changed, in a few words.
        before: The bag's pin before; ``None`` where it had none that could be read.
        after: Its pin now, likewise.
    """

    what: str
    before: bytes | None
    after: bytes | None


def pin_at(bag: str) -> bytes | None:
    """Return the pin of the bag at a path, as it is now; ``None`` where there is none that can be read."""
    source = source_of(bag)
    try:
        return pin_of(source)
    except OSError:
        return None
    finally:
        source.close()


@contextmanager
def changing(bag: str, what: str, catalogue: str, run: Run, watch: Watch) -> Iterator[Deciding]:
    """Lend, for the block that changes a bag, what is to be told the pin that it will have; then note the change.

    A change that an earlier run made, and did not come to note, is noted as well.

    Args:
        bag: Path of the bag.
        what: What is changed, in a few words.
        catalogue: The catalogue's file; nothing is noted in one that is not there.
        run: The run.
        watch: Is told what could not be noted.
    """
    _settle(bag, catalogue, run, watch)
    before = pin_at(bag)

    def deciding(after: bytes) -> None:
        if before is not None:
            _intend(bag, IntendedChange(before, after, what), catalogue)

    yield deciding
    note_change(bag, Change(what, before, pin_at(bag)), catalogue, run, watch)
    _settle(bag, catalogue, run, watch)


def settle_intended(catalogue: Catalogue, copy: AuditableCopy, run: Run, watch: Watch) -> bool:
    """Note the change of a copy that a run made on purpose and did not come to note, if there is one.

    Returns:
        Whether the catalogue now knows the copy by another pin.
    """
    change = intended(catalogue, copy.copy)
    if change is None:
        return False
    with _free(copy.place) as is_free:
        if not is_free or is_update_pending(copy.place):
            return False
        return _settled(catalogue, copy, change, run, watch)


@contextmanager
def _free(path: bytes) -> Iterator[bool]:
    """Hold the lock of a bag for the block, and lend whether that succeeded: a run that is changing it notes that itself."""
    try:
        folder = filesystem.open_folder(path)
    except OSError:  # it is gone, or an archive, which is not changed
        yield False
        return
    try:
        yield filesystem.try_lock(folder)
    finally:
        os.close(folder)


def _settled(
    catalogue: Catalogue, copy: AuditableCopy, change: IntendedChange, run: Run, watch: Watch
) -> bool:
    now = pin_at(os.fsdecode(copy.place))
    is_unnoted = now == change.after and copy.pin == change.before
    if is_unnoted:
        try:
            made = Change(change.what, change.before, change.after)
            log_change(*os.path.split(copy.place), made, run)
            _know_changed(catalogue, copy, run)
        except StoreError as error:
            watch.note(f"A change that an earlier run made is not noted yet: {error.message}.")
            return False
    if now in (change.before, change.after):
        with catalogue.write():
            forget_intended(catalogue, copy.copy)
    return is_unnoted


def _settle(bag: str, catalogue: str, run: Run, watch: Watch) -> None:
    if not is_there(catalogue):
        return
    # noting the change itself tells of what is wrong with it
    with suppress(CatalogueError, StoreError, UsageError), opened(catalogue, SHORT_PATIENCE_MS) as lent:
        copy = known_copy(lent, *os.path.split(os.path.realpath(os.fsencode(bag))))
        if copy is not None:
            settle_intended(lent, copy, run, watch)


def _intend(bag: str, change: IntendedChange, catalogue: str) -> None:
    if change.before == change.after or not is_there(catalogue):
        return
    # the same
    with suppress(CatalogueError, StoreError, UsageError), opened(catalogue, SHORT_PATIENCE_MS) as lent:
        copy = known_copy(lent, *os.path.split(os.path.realpath(os.fsencode(bag))))
        if copy is not None and copy.pin == change.before:
            with lent.write():
                intend(lent, copy.copy, change)


def note_change(bag: str, change: Change, catalogue: str, run: Run, watch: Watch) -> None:
    """Note in its store's log, and in the catalogue, that a bag was changed on purpose; the change itself is done.

    A bag that was not the one that the catalogue knows stays unknown to it.

    Args:
        bag: Path of the bag.
        change: The change.
        catalogue: The catalogue's file; nothing is noted in one that is not there.
        run: The run.
        watch: Is told what could not be noted.
    """
    path = os.path.realpath(os.fsencode(bag))
    place, name = os.path.split(path)
    if change.before is None or change.after is None or change.before == change.after:
        return
    try:
        log_change(place, name, change, run)
    except StoreError as error:
        watch.note(f"The change is not in the log of the store: {error.message}.")
    if not is_there(catalogue):
        return
    try:
        with opened(catalogue, SHORT_PATIENCE_MS) as lent:
            copy = known_copy(lent, place, name)
            if copy is None or copy.pin == change.after:
                return
            if copy.pin != change.before:
                watch.note(
                    f"{bag} was not the bag that the catalogue knows, so the change is not noted there."
                )
                return
            _know_changed(lent, copy, run)
    except (CatalogueError, StoreError, UsageError) as error:
        watch.note(f"The change is not noted in the catalogue: {error.message}.")


def known_copy(catalogue: Catalogue, place: bytes, name: bytes) -> AuditableCopy | None:
    """Return the copy that the catalogue knows in the store at ``place`` by a name; ``None`` where it knows none."""
    store = find_store(catalogue, read_identity(place), place)
    copy = None if store is None else copy_at(catalogue, store, os.fsdecode(name))
    return None if copy is None else auditable(catalogue, copy.copy_id)


def know_anew(catalogue: Catalogue, copy: AuditableCopy, now: str) -> AuditableCopy:
    """Have the catalogue know a bag as it is, whatever it was; return the copy as it is known then.

    Raises:
        StoreError: where the bag cannot be taken in.
    """
    # whoever verifies or audits finds few changes to take in, and would wait for all that this brings
    from archiver.catalogue.take_in import RefusedBag, take_in  # noqa: PLC0415

    with catalogue.write():
        taken = take_in(catalogue, copy.store, copy.copy.path, now)
        if isinstance(taken, RefusedBag):
            raise StoreError(f"{copy.copy.path} cannot be taken into the catalogue: {taken.reason}")
        follow_log(catalogue, copy.store)
    return auditable(catalogue, copy.copy.copy_id)


def _know_changed(catalogue: Catalogue, copy: AuditableCopy, run: Run) -> None:
    from archiver.catalogue.take_in import take_in_changed  # noqa: PLC0415 - as above

    with catalogue.write():
        is_known = take_in_changed(catalogue, copy.copy, copy.place)
        if is_known:
            follow_log(catalogue, copy.store)
    if not is_known:
        know_anew(catalogue, copy, rfc3339(run.now()))


def log_change(place: bytes, name: bytes, change: Change, run: Run) -> None:
    """Tell it in the log of the store, unless that is the last that it tells; a folder that is no store has none.

    Raises:
        StoreError: where the log cannot be read or written.
    """
    if read_identity(place) is None or change.before is None or change.after is None:
        return
    logged = logged_pin(place, name)
    if logged is not None and logged.digest == change.after.hex():
        return
    pins = {"pin_before": change.before.hex(), "pin": change.after.hex()}
    detail = {"path": os.fsdecode(name), "what": change.what, **pins}
    with locked(place):
        told = Happened(MODIFIED, rfc3339(run.now()), os.fsdecode(name), "success", detail, run.software)
        append_event(place, told)
