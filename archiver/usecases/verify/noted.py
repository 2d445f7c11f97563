"""Notes in the catalogue which copies were checked, and found right or damaged; checking itself never depends on it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from archiver.bagit.report import Depth
from archiver.catalogue.database import Catalogue, is_there, opened
from archiver.catalogue.faults import CatalogueError
from archiver.catalogue.renewed import pin_of_copy
from archiver.catalogue.stores import KnownStore, copy_at, find_store, mark, mark_checked
from archiver.errors import StoreError, UsageError
from archiver.store.identity import read_identity
from archiver.usecases.catalogued import SHORT_PATIENCE_MS
from archiver.usecases.verify.verify import VerifiedBag
from archiver.usecases.watch import Watch


def noting(outcomes: Iterable[VerifiedBag], catalogue: str, now: str, watch: Watch) -> Iterator[VerifiedBag]:
    """Yield what was found of each bag, once it is noted of the copies that the catalogue at a path knows.

    Where there is no catalogue none is made. Where it cannot be used that is told, once, and the rest is only yielded.

    Args:
        outcomes: What was found.
        catalogue: The catalogue's file.
        now: The time, RFC 3339 in UTC.
        watch: Is told that it cannot be used.
    """
    usable = is_there(catalogue)
    for outcome in outcomes:
        if usable:
            try:
                with opened(catalogue, SHORT_PATIENCE_MS) as lent:
                    _note(lent, outcome, now, watch)
            except (CatalogueError, UsageError) as error:
                usable = False
                watch.note(f"What was checked is not noted in the catalogue: {error.message}.")
        yield outcome


def _note(catalogue: Catalogue, outcome: VerifiedBag, now: str, watch: Watch) -> None:
    path = os.path.realpath(os.fsencode(outcome.report.bag))
    place, name = os.path.split(path)
    store = _store(catalogue, place)
    copy = None if store is None else copy_at(catalogue, store, os.fsdecode(name))
    if store is None or copy is None:
        return
    with catalogue.write():
        if False in (outcome.report.complete, outcome.report.valid):
            mark(catalogue, copy, "damaged")
            return
        if outcome.report.depth is not Depth.FULL or outcome.pin is None:
            return
        if outcome.pin != pin_of_copy(catalogue, copy):
            if outcome.broken_signatures:  # somebody changed it who could not sign it
                mark(catalogue, copy, "damaged")
            watch.note(
                f"{outcome.report.bag} is valid, yet not the bag that the catalogue knows at this place: somebody changed it"
                " and made it valid again, or another bag stands there. If you changed it on purpose, have"
                " the catalogue accept it."
            )
            return
        mark_checked(catalogue, copy, now)


def _store(catalogue: Catalogue, place: bytes) -> KnownStore | None:
    try:
        return find_store(catalogue, read_identity(place), place)
    except StoreError:
        return None
