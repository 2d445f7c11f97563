"""Has the catalogue know a bag anew that was changed on purpose: by this program, or by a person who says so.

Only then: a bag that changed in any other way is to be found, so nothing that checks bags takes a new pin over by itself.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from archiver.bagit.bag_source import source_of
from archiver.bagit.report import Depth
from archiver.catalogue.auditing import AuditableCopy, auditable
from archiver.catalogue.bag_pin import pin_of
from archiver.catalogue.database import SHORT_PATIENCE_MS, Catalogue, is_there, opened
from archiver.catalogue.events import follow_log
from archiver.catalogue.faults import CatalogueError
from archiver.catalogue.stores import copy_at, find_store, mark_checked
from archiver.catalogue.take_in import RefusedBag, take_in, take_in_changed
from archiver.errors import Remedy, StoreError, UsageError, Way
from archiver.model.run import Run
from archiver.records.moments import rfc3339
from archiver.store.area import locked
from archiver.store.identity import read_identity
from archiver.store.log import Happened, append_event
from archiver.usecases.verify.signatures import Trust
from archiver.usecases.verify.verify import VerifiedBag, VerifyRequest, verify
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


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What came of accepting a bag as it is.

    Attributes:
        verified: What checking it found.
        before: The pin that the catalogue had.
        after: The pin that it has now; ``None`` where the bag is not valid and nothing was accepted.
    """

    verified: VerifiedBag
    before: bytes
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
        _log(place, name, change, run)
    except StoreError as error:
        watch.note(f"The change is not in the log of the store: {error.message}.")
    if not is_there(catalogue):
        return
    try:
        with opened(catalogue, SHORT_PATIENCE_MS) as lent:
            copy = _copy(lent, place, name)
            if copy is None:
                return
            if copy.pin != change.before:
                watch.note(
                    f"{bag} was not the bag that the catalogue knows, so the change is not noted there."
                )
                return
            with lent.write():
                is_known = take_in_changed(lent, copy.copy, path)
                if is_known:
                    follow_log(lent, copy.store)
            if not is_known:
                _know_anew(lent, copy, rfc3339(run.now()))
    except (CatalogueError, StoreError, UsageError) as error:
        watch.note(f"The change is not noted in the catalogue: {error.message}.")


def accept(bag: str, catalogue: str, jobs: int, run: Run, watch: Watch) -> Acceptance:
    """Check a bag in full and, where it is valid, have the catalogue know it as it is now.

    Raises:
        UsageError: where the catalogue, or a copy at that path, is not there.
        StoreError: where the store's log cannot be written.
        CatalogueError: where the catalogue cannot be used.
    """
    path = os.path.realpath(os.fsencode(bag))
    place, name = os.path.split(path)
    if not is_there(catalogue):
        raise UsageError(
            f"there is no catalogue at {catalogue}",
            remedies=[Remedy(Way.ADD_STORE), Remedy(Way.ANOTHER_CATALOGUE)],
        )
    with opened(catalogue) as lent:
        copy = _copy(lent, place, name)
        if copy is None:
            raise UsageError(
                f"the catalogue knows no bag at {bag}",
                "Nothing was changed.",
                remedies=[Remedy(Way.ADD_STORE, os.fsdecode(place))],
            )
        trust = Trust(None, required=False, now=run.now())
        (verified,) = verify(VerifyRequest((os.fsdecode(path),), Depth.FULL, None, jobs, trust), watch)
        after = verified.pin
        if after is None:
            return Acceptance(verified, copy.pin, None)
        if after != copy.pin or copy.copy.state != "present":
            _log(place, name, Change("accepted as it is", copy.pin, after), run)
            _know_anew(lent, copy, rfc3339(run.now()))
        with lent.write():
            mark_checked(lent, copy.copy, rfc3339(run.now()))
    return Acceptance(verified, copy.pin, after)


def _copy(catalogue: Catalogue, place: bytes, name: bytes) -> AuditableCopy | None:
    store = find_store(catalogue, read_identity(place), place)
    copy = None if store is None else copy_at(catalogue, store, os.fsdecode(name))
    return None if copy is None else auditable(catalogue, copy.copy_id)


def _know_anew(catalogue: Catalogue, copy: AuditableCopy, now: str) -> AuditableCopy:
    with catalogue.write():
        taken = take_in(catalogue, copy.store, copy.copy.path, now)
        if isinstance(taken, RefusedBag):
            raise StoreError(f"{copy.copy.path} cannot be taken into the catalogue: {taken.reason}")
        follow_log(catalogue, copy.store)
    return auditable(catalogue, copy.copy.copy_id)


def _log(place: bytes, name: bytes, change: Change, run: Run) -> None:
    """Tell it in the log of the store; a folder that is no store of this program has none."""
    if read_identity(place) is None or change.before is None or change.after is None:
        return
    pins = {"pin_before": change.before.hex(), "pin": change.after.hex()}
    detail = {"path": os.fsdecode(name), "what": change.what, **pins}
    with locked(place):
        told = Happened(MODIFIED, rfc3339(run.now()), os.fsdecode(name), "success", detail, run.software)
        append_event(place, told)
