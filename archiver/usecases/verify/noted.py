"""Notes in the catalogue which copies were checked, and found right or damaged; checking itself never depends on it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from archiver.bagit.report import Depth
from archiver.catalogue.auditing import AuditableCopy, auditable
from archiver.catalogue.database import SHORT_PATIENCE_MS, Catalogue, is_there, opened
from archiver.catalogue.faults import CatalogueError
from archiver.catalogue.stores import KnownStore, copy_at, find_store, mark, mark_checked
from archiver.errors import StoreError, UsageError
from archiver.model.run import Run
from archiver.records.moments import rfc3339
from archiver.store.identity import read_identity
from archiver.usecases.changed_bag import settle_intended
from archiver.usecases.check_log import Check, CheckLog, wrong_in
from archiver.usecases.verify.verify import VerifiedBag
from archiver.usecases.watch import Watch


def noting(outcomes: Iterable[VerifiedBag], catalogue: str, run: Run, watch: Watch) -> Iterator[VerifiedBag]:
    """Yield what was found of each bag, once it is noted of the copies that the catalogue at a path knows.

    What came of reading all of a copy is told in the log of its store too. Where there is no catalogue none is made.
    Where it cannot be used that is told, once, and the rest is only yielded.

    Args:
        outcomes: What was found; of each bag, it is read when it is asked for.
        catalogue: The catalogue's file.
        run: The run.
        watch: Is told that it cannot be used.
    """
    usable = is_there(catalogue)
    began, checks = rfc3339(run.now()), CheckLog(run, watch)
    for outcome in outcomes:
        if usable:
            try:
                with opened(catalogue, SHORT_PATIENCE_MS) as lent:
                    _note(lent, outcome, began, checks, run, watch)
            except (CatalogueError, UsageError) as error:
                usable = False
                watch.note(f"What was checked is not noted in the catalogue: {error.message}.")
        yield outcome
        began = rfc3339(run.now())


def _note(  # noqa: PLR0913, PLR0917 - what was found when, and who is told
    catalogue: Catalogue, outcome: VerifiedBag, began: str, checks: CheckLog, run: Run, watch: Watch
) -> None:
    path = os.path.realpath(os.fsencode(outcome.report.bag))
    place, name = os.path.split(path)
    store = _store(catalogue, place)
    found = None if store is None else copy_at(catalogue, store, os.fsdecode(name))
    if found is None:
        return
    copy = auditable(catalogue, found.copy_id)
    if outcome.pin != copy.pin and settle_intended(catalogue, copy, run, watch):
        copy = auditable(catalogue, found.copy_id)
    report = outcome.report
    is_wrong = False in (report.complete, report.valid)
    is_read = report.depth is Depth.FULL
    if is_read and (is_wrong or outcome.pin == copy.pin):
        checks.tell(catalogue, copy.store, _check(copy, outcome, began, is_right=not is_wrong))
    with catalogue.write():
        if is_wrong:
            mark(catalogue, copy.copy, "damaged")
            return
        if not is_read or outcome.pin is None:
            return
        if outcome.pin != copy.pin:
            if outcome.broken_signatures:  # somebody changed it who could not sign it
                mark(catalogue, copy.copy, "damaged")
            watch.note(
                f"{outcome.report.bag} is valid, yet not the bag that the catalogue knows at this place: somebody changed it"
                " and made it valid again, or another bag stands there. If you changed it on purpose, have"
                " the catalogue accept it."
            )
            return
        mark_checked(catalogue, copy.copy, began)


def _check(copy: AuditableCopy, outcome: VerifiedBag, began: str, *, is_right: bool) -> Check:
    wrong, paths = wrong_in(outcome.report)
    return Check(
        identifier=copy.identifier,
        path=copy.copy.path,
        pin=copy.pin.hex(),
        since=began,
        is_whole=True,
        files=outcome.report.files,
        octets=outcome.report.bytes,
        is_right=is_right,
        wrong=wrong,
        paths=paths,
    )


def _store(catalogue: Catalogue, place: bytes) -> KnownStore | None:
    try:
        return find_store(catalogue, read_identity(place), place)
    except StoreError:
        return None
