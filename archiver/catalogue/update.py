"""Brings the catalogue up to date with stores: bags that it does not know are taken in, copies that went are marked.

Where nothing changed this costs a listing of the store and a look at the end of its log.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from archiver.catalogue.database import Catalogue, making
from archiver.catalogue.events import follow_log, has_more
from archiver.catalogue.folding import FOLD_VERSION
from archiver.catalogue.states import tell_states
from archiver.catalogue.stores import (
    Copy,
    Difference,
    KnownStore,
    difference,
    find_store,
    is_mounted,
    know_store,
    mark,
    text_of,
)
from archiver.catalogue.take_in import RefusedBag, TakenBag, take_in
from archiver.catalogue.told import believe_log
from archiver.errors import Remedy, StoreError, Way
from archiver.machine import reason, refuse_own_limit
from archiver.store.find_bags import bags_in
from archiver.store.identity import Identity, read_identity
from archiver.store.log import BrokenLogError

Watching = Callable[[Iterable[str]], Iterator[str]]
"""Is handed the names of the bags that are to be taken in, and hands them on: whoever shows how far it has come."""


@dataclass(frozen=True, slots=True)
class UpdatedStore:
    """What came of bringing the catalogue up to date with a store.

    Attributes:
        store: The store.
        taken: Bags and copies that were taken in.
        refused: What looks like a bag and could not be taken in.
        missing: Paths below the store of copies that were there and are not.
        events: Lines of the store's log that were taken in.
        notes: What could not be read, or not be believed, in a sentence each.
    """

    store: KnownStore
    taken: tuple[TakenBag, ...] = ()
    refused: tuple[RefusedBag, ...] = ()
    missing: tuple[str, ...] = ()
    events: int = 0
    notes: tuple[str, ...] = ()


class TwinStoreError(StoreError):
    """A store says that it is one that is mounted elsewhere too: it is the copy of a whole disk or folder."""


def update_store(catalogue: Catalogue, place: bytes, now: str, watching: Watching = iter) -> UpdatedStore:
    """Bring the catalogue up to date with the store at an absolute path.

    Args:
        catalogue: The catalogue.
        place: The store.
        now: The time, RFC 3339 in UTC.
        watching: Sees which bags are taken in.

    Raises:
        StoreError: where the store cannot be listed, or what it says it is cannot be read.
        CatalogueError: where the catalogue cannot be written.
    """
    updated = _take_in_store(catalogue, place, now, watching)
    return _with_notes(updated, tell_states(catalogue))


def rebuild(
    path: str, places: Iterable[bytes], now: str, watching: Watching = iter
) -> tuple[UpdatedStore, ...]:
    """Make the catalogue at ``path`` anew from the bags of stores; one that is there is replaced once that is done.

    Raises:
        StoreError, CatalogueError: as :func:`update_store`.
    """
    with making(path) as catalogue:
        updated = [_take_in_store(catalogue, place, now, watching) for place in places]
        catalogue.index()
        notes = tell_states(catalogue)
    if updated:
        updated[-1] = _with_notes(updated[-1], notes)
    return tuple(updated)


def _take_in_store(catalogue: Catalogue, place: bytes, now: str, watching: Watching) -> UpdatedStore:
    names = _names(place)
    identity = read_identity(place)
    store = find_store(catalogue, identity, place)
    if store is not None and _is_twin(store, place):
        shown = os.fsdecode(place)
        raise TwinStoreError(
            f"the store {shown} says that it is the one at {os.fsdecode(store.place)}: it is a copy of it",
            "Nothing was changed. Two stores must not have one identifier, or their copies would count as one.",
            remedies=[Remedy(Way.ADOPT_STORE, shown)],
        )
    if store is None or not _is_told(store, identity, place):
        with catalogue.write():
            store = know_store(catalogue, identity, place)
            catalogue.run("INSERT OR IGNORE INTO meta VALUES ('fold', ?)", (FOLD_VERSION,))
    # the log tells which bags are older descriptions of others
    events, notes = _events(catalogue, store)
    changed = difference(catalogue, store, names)
    outcomes = [take_in(catalogue, store, name, now) for name in watching(_to_take_in(changed))]
    if any(isinstance(one, TakenBag) for one in outcomes):
        new = {text_of(os.fsencode(name)) for name in changed.new}
        with catalogue.write():
            notes = (*notes, *believe_log(catalogue, store, new))
    missing = []
    if changed.gone:
        with catalogue.write():
            for copy in changed.gone:
                retired = _was_retired(catalogue, store, copy)
                mark(catalogue, copy, "retired" if retired else "missing")
                missing += [] if retired else [copy.path]
    return UpdatedStore(
        store=store,
        taken=tuple(one for one in outcomes if isinstance(one, TakenBag)),
        refused=tuple(one for one in outcomes if isinstance(one, RefusedBag)),
        missing=tuple(missing),
        events=events,
        notes=(
            *(f"{one.path}: {one.note}" for one in outcomes if isinstance(one, TakenBag) and one.note),
            *notes,
        ),
    )


def _is_twin(store: KnownStore, place: bytes) -> bool:
    """Whether a store is where it was seen last, and the folder at ``place``, which says that it is it, is another."""
    return store.place != place and is_mounted(store) and not os.path.samefile(store.place, place)


def _is_told(store: KnownStore, identity: Identity | None, place: bytes) -> bool:
    """Whether the row of a store says what the store says of itself."""
    is_same = identity is None or (identity.identifier, identity.label) == (store.identifier, store.label)
    return is_same and store.place == place


def _was_retired(catalogue: Catalogue, store: KnownStore, copy: Copy) -> bool:
    """Whether the log of a store tells that a copy was removed on purpose: a run may have ended before it noted that here."""
    sql = (
        "SELECT count(*) FROM event JOIN bag ON bag.identifier = object JOIN copy USING (bag_id)"
        " WHERE event.store_id = ? AND type = 'deletion' AND copy_id = ? AND at >= added_at"
    )
    return bool(catalogue.number(sql, (store.store_id, copy.copy_id)))


def _to_take_in(changed: Difference) -> list[str]:
    return [*changed.new, *(copy.path for copy in changed.back)]


def _names(place: bytes) -> list[str]:
    try:
        return [os.path.basename(path) for path in bags_in(os.fsdecode(place)).bags]
    except OSError as error:
        refuse_own_limit(error)
        raise StoreError(
            f"cannot list the store {os.fsdecode(place)}: {reason(error)}",
            "Check the spelling, and that its disk is mounted.",
        ) from error


def _events(catalogue: Catalogue, store: KnownStore) -> tuple[int, tuple[str, ...]]:
    try:
        if not has_more(catalogue, store):
            return 0, ()
        with catalogue.write():
            return follow_log(catalogue, store), ()
    except BrokenLogError as error:
        return 0, (error.message,)


def _with_notes(updated: UpdatedStore, notes: tuple[str, ...]) -> UpdatedStore:
    return UpdatedStore(
        updated.store,
        updated.taken,
        updated.refused,
        updated.missing,
        updated.events,
        (*updated.notes, *notes),
    )
