"""How the archive stands, as far as the catalogue knows it: collections, stores, copies, checks, and what falls due."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass

from archiver import disk
from archiver.catalogue.listing import ListedCollection, ListedStore, collections, stores
from archiver.catalogue.standing import (
    FallingDue,
    Kept,
    LastChecked,
    NamedCopy,
    falling_due,
    in_one_copy,
    kept,
    last_checks,
    protected,
    with_older_files,
)
from archiver.catalogue.stores import KnownStore, all_stores, is_mounted
from archiver.usecases.lookup import looked_up

CHECKED_WITHIN = dt.timedelta(days=365)
"""A copy that was not read for longer falls due for a check."""

AHEAD = dt.timedelta(days=90)
"""How far ahead ends of restrictions are told."""


@dataclass(frozen=True, slots=True)
class StoreStatus:
    """A store.

    Attributes:
        listed: What the catalogue knows of it.
        mounted: Whether it is where it was seen last.
        free: Bytes that are free there; ``None`` where it is not mounted, or that cannot be told.
    """

    listed: ListedStore
    mounted: bool
    free: int | None


@dataclass(frozen=True, slots=True)
class Status:
    """How the archive stands.

    Attributes:
        catalogue: The catalogue's file.
        collections: Each collection in each store.
        stores: Every store.
        kept: How many bags have how many copies, the fewest first.
        protected: How many bags have recovery data.
        single: Bags of which one whole copy is known and no more, the largest first.
        older: Copies with the tag files of before, while another copy of the bag has newer ones.
        checked: How much was last checked in which month, by store.
        due: What falls due.
    """

    catalogue: str
    collections: tuple[ListedCollection, ...]
    stores: tuple[StoreStatus, ...]
    kept: tuple[Kept, ...]
    protected: int
    single: tuple[NamedCopy, ...]
    older: tuple[NamedCopy, ...]
    checked: tuple[LastChecked, ...]
    due: FallingDue


def status(path: str, today: dt.date) -> Status:
    """Return how the archive stands; no bag is looked at.

    Args:
        path: The catalogue's file.
        today: The day.

    Raises:
        UsageError: where there is no catalogue.
        CatalogueError: where it cannot be read.
    """
    since, until = today - CHECKED_WITHIN, today + AHEAD
    with looked_up(path) as catalogue:
        known = {store.identifier: store for store in all_stores(catalogue)}
        return Status(
            catalogue=path,
            collections=tuple(collections(catalogue)),
            stores=tuple(_store(listed, known[listed.identifier]) for listed in stores(catalogue)),
            kept=kept(catalogue),
            protected=protected(catalogue),
            single=tuple(in_one_copy(catalogue)),
            older=tuple(with_older_files(catalogue)),
            # a day on which a clock elsewhere may be already counts, and what is said to lie beyond it does not
            checked=last_checks(catalogue, (today + dt.timedelta(days=2)).isoformat()),
            due=falling_due(catalogue, since.isoformat(), today.isoformat(), until.isoformat()),
        )


def _store(listed: ListedStore, known: KnownStore) -> StoreStatus:
    if not is_mounted(known):
        return StoreStatus(listed, mounted=False, free=None)
    try:
        free = disk.free_bytes(os.fsencode(known.place))
    except OSError:
        free = None
    return StoreStatus(listed, mounted=True, free=free)
