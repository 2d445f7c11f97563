"""The catalogue that was asked for: opened, made where it is missing, and brought up to date with the stores at hand.

Nothing that only looks at bags may fail because of it: whoever can do without asks :func:`if_usable`.
"""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from archiver.catalogue import update
from archiver.catalogue.check import CheckedCatalogue, check_catalogue
from archiver.catalogue.database import SHORT_PATIENCE_MS, Catalogue, is_there, opened, reading
from archiver.catalogue.faults import CatalogueError
from archiver.catalogue.stores import KnownStore, all_stores, is_mounted
from archiver.catalogue.update import TwinStoreError, UpdatedStore
from archiver.errors import Remedy, StoreError, UsageError, Way
from archiver.model.run import Run
from archiver.records.moments import rfc3339
from archiver.store.area import locked
from archiver.store.find_bags import is_bag
from archiver.store.identity import read_identity, renew_identity
from archiver.store.log import Happened, append_event
from archiver.usecases.watch import Step, Watch, one


@dataclass(frozen=True, slots=True)
class UpdatedCatalogue:
    """What came of bringing the catalogue up to date with all its stores.

    Attributes:
        path: The catalogue's file.
        stores: What came of each store that is mounted.
        unmounted: Labels of stores that are not, or have another in their place.
        unread: Stores that cannot be listed, and why.
    """

    path: str
    stores: tuple[UpdatedStore, ...]
    unmounted: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


@contextlib.contextmanager
def catalogued(path: str, stores: Sequence[str], now: str, watch: Watch) -> Iterator[Catalogue]:
    """Lend the catalogue at ``path``, up to date with some stores; it is made where it is missing.

    Args:
        path: The catalogue's file.
        stores: Folders of bags; one that is not there yet has nothing to take in.
        now: The time, RFC 3339 in UTC.
        watch: Is told what could not be read.

    Raises:
        CatalogueError: where the catalogue cannot be used.
        StoreError: where a store cannot be listed.
    """
    with opened(path) as catalogue:
        for store in stores:
            if os.path.isdir(store):
                follow_store(catalogue, _place(store), now, watch)
        yield catalogue


def follow_store(catalogue: Catalogue, place: bytes, now: str, watch: Watch) -> KnownStore:
    """Bring an open catalogue up to date with the store at an absolute path, and return it; see :func:`catalogued`.

    Raises:
        StoreError: where the store cannot be listed.
        CatalogueError: where the catalogue cannot be written.
    """
    updated = update.update_store(catalogue, place, now, _watching(watch, os.fsdecode(place)))
    for note in _notes(updated):
        watch.note(note)
    return updated.store


@contextlib.contextmanager
def if_usable(path: str, patience_ms: int = SHORT_PATIENCE_MS) -> Iterator[Catalogue | CatalogueError | None]:
    """Lend the catalogue at ``path`` for reading; in its place the error where it cannot be used, ``None`` where none is.

    What goes wrong within the block is the block's own.
    """
    with contextlib.ExitStack() as held:
        usable: Catalogue | CatalogueError | None
        try:
            usable = held.enter_context(reading(path, patience_ms))
        except FileNotFoundError:
            usable = None
        except CatalogueError as error:
            usable = error
        yield usable


def add_store(path: str, store: str, run: Run, watch: Watch) -> UpdatedCatalogue:
    """Take a store into the catalogue with all its bags, or bring the catalogue up to date with one that it knows.

    A store that is the copy of another one, with the same identifier, gets one of its own.

    Raises:
        UsageError, StoreError, CatalogueError: where that cannot be.
    """
    _refuse_no_store(store)
    place, now = _place(store), rfc3339(run.now())
    with opened(path) as catalogue:
        try:
            updated = update.update_store(catalogue, place, now, _watching(watch, store))
        except TwinStoreError:
            _part_twins(place, run)
            watch.note(
                f"{store} was the copy of a store that is mounted too; it has an identifier of its own now."
            )
            updated = update.update_store(catalogue, place, now, _watching(watch, store))
    return UpdatedCatalogue(path, (updated,))


def _part_twins(place: bytes, run: Run) -> None:
    """Give a store that is the copy of another an identity of its own, and tell in its log where it comes from."""
    with locked(place):
        before = read_identity(place)
        assert before is not None, "by it the two were taken for one"
        made = renew_identity(place, uuid.uuid5(run.identifier, repr(place)))
        detail = {"from": {"store": before.identifier}, "what": "the whole store was copied"}
        append_event(
            place,
            Happened("replication", rfc3339(run.now()), made.identifier, "success", detail, run.software),
        )


def update_stores(path: str, now: str, watch: Watch) -> UpdatedCatalogue:
    """Bring the catalogue up to date with every store that it knows and that is mounted.

    Raises:
        UsageError: where there is no catalogue.
        CatalogueError: where it cannot be used.
    """
    _refuse_no_catalogue(path)
    updated, unmounted, unread = [], [], []
    with opened(path) as catalogue:
        for store in list(all_stores(catalogue)):
            if not is_mounted(store):
                unmounted.append(store.label)
                continue
            try:
                watching = _watching(watch, store.label)
                updated.append(update.update_store(catalogue, store.place, now, watching))
            except StoreError as error:
                unread.append(error.message)
    return UpdatedCatalogue(path, tuple(updated), tuple(unmounted), tuple(unread))


def rebuild(path: str, stores: Sequence[str], now: str, watch: Watch) -> UpdatedCatalogue:
    """Make the catalogue anew from the bags of stores; one that is there is replaced when the new one is whole.

    Raises:
        UsageError, StoreError, CatalogueError: where that cannot be; the old one is then as it was.
    """
    for store in stores:
        _refuse_no_store(store)
    places = list(dict.fromkeys(map(_place, stores)))
    updated = update.rebuild(path, places, now, _watching(watch, "the stores"))
    return UpdatedCatalogue(path, updated)


def check(path: str) -> CheckedCatalogue:
    """Check the catalogue itself; nothing is changed.

    Raises:
        UsageError: where there is none.
        CatalogueError: where it cannot be used, or is damaged.
    """
    _refuse_no_catalogue(path)
    with reading(path) as catalogue:
        return check_catalogue(catalogue)


def _refuse_no_catalogue(path: str) -> None:
    if not is_there(path):
        raise UsageError(
            f"there is no catalogue at {path}",
            "Nothing is lost: it is an index over bags.",
            remedies=[Remedy(Way.ADD_STORE), Remedy(Way.ANOTHER_CATALOGUE)],
        )


def _refuse_no_store(store: str) -> None:
    if not os.path.isdir(store):
        raise UsageError(
            f"there is no folder of bags at {store}",
            "Nothing was changed. Check the spelling, and that the disk is mounted.",
        )
    if is_bag(store):
        raise UsageError(f"{store} is a bag", "Nothing was changed. Name the folder that the bag lies in.")


def _place(store: str) -> bytes:
    return os.path.realpath(os.fsencode(store))


def _watching(watch: Watch, name: str) -> Callable[[Iterable[str]], Iterator[str]]:
    def watching(names: Iterable[str]) -> Iterator[str]:
        listed = list(names)
        if not listed:
            return iter(())
        title = f"Taking in {os.path.basename(os.path.abspath(name)) or name}"
        return watch.track(Step(title, "bags", len(listed)), listed, one)

    return watching


def _notes(updated: UpdatedStore) -> Iterator[str]:
    yield from updated.notes
    yield from (
        f"{bag.path} in {updated.store.label} is not in the catalogue: {bag.reason}"
        for bag in updated.refused
    )
