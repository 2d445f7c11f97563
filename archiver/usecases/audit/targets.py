"""What an audit is of: copies that the catalogue knows, and bags that it does not, which are held against themselves."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from archiver.catalogue.auditing import AuditableCopy, auditable, longest_unchecked, unchecked_copies
from archiver.catalogue.database import Catalogue, opened
from archiver.catalogue.stores import KnownStore, all_stores, copy_at, find_store, is_mounted
from archiver.errors import Remedy, StoreError, UsageError, Way
from archiver.store.find_bags import is_bag
from archiver.store.identity import read_identity
from archiver.usecases.catalogued import follow_store
from archiver.usecases.watch import Watch


@dataclass(frozen=True, slots=True)
class Audited:
    """What there is to be audited.

    Attributes:
        copies: Copies that the catalogue knows: first what was not right, then the longest unchecked.
        alone: Absolute paths of bags that it does not know.
        unmounted: Labels of stores that were meant and are not mounted.
    """

    copies: tuple[AuditableCopy, ...] = ()
    alone: tuple[bytes, ...] = ()
    unmounted: tuple[str, ...] = ()


def bags_alone(paths: Sequence[str], catalogue: str) -> Audited:
    """Return the bags that were named where there is no catalogue, so that each is held against itself.

    Raises:
        UsageError: where anything else was, or nothing.
    """
    stores = [path for path in paths if not is_bag(path)]
    if stores or not paths:
        what = "the bags of a store" if stores else "everything that is kept"
        raise UsageError(
            f"there is no catalogue at {catalogue}, and an audit of {what} goes by one",
            "It knows what each bag was, and when it was last checked. Bags that are named one by one are audited without.",
            remedies=[Remedy(Way.ADD_STORE, stores[0] if stores else ""), Remedy(Way.ANOTHER_CATALOGUE)],
        )
    return Audited(alone=tuple(os.path.realpath(os.fsencode(path)) for path in paths))


def targets(catalogue: Catalogue, paths: Sequence[str], now: str, trusted: str, watch: Watch) -> Audited:
    """Return what there is to be audited, with the catalogue brought up to date with it.

    Args:
        catalogue: The catalogue.
        paths: Stores and bags that were named; all stores that are mounted where none were.
        now: The time, RFC 3339 in UTC.
        trusted: The latest time of a check that is believed, likewise.
        watch: Is told what could not be read.

    Raises:
        UsageError: where there is nothing at a path.
        StoreError: where a store that was named cannot be read.
    """
    if not paths:
        return _everything(catalogue, now, trusted, watch)
    copies: dict[int, AuditableCopy] = {}
    alone: list[bytes] = []
    for path in paths:
        whole = os.path.realpath(os.fsencode(path))
        if os.path.isdir(whole) and not is_bag(os.fsdecode(whole)):
            store = follow_store(catalogue, whole, now, watch)
            copies |= {one.copy.copy_id: one for one in longest_unchecked(catalogue, store, trusted)}
            continue
        one = _copy(catalogue, whole, now, watch)
        if one is not None:
            copies[one.copy.copy_id] = one
        elif os.path.lexists(whole):
            alone.append(whole)
        else:
            raise UsageError(
                f"there is nothing at {path}",
                "Nothing was audited. Check the spelling, and that the disk is mounted.",
            )
    return Audited(_in_order(copies.values(), trusted), tuple(alone))


def adoptable(catalogue: str, place: bytes) -> tuple[str, ...]:
    """Return the paths of copies in a store that were never checked and are of bags that another store has too.

    Args:
        catalogue: The catalogue's file.
        place: The store's absolute path.
    """
    with opened(catalogue) as lent:
        store = _store(lent, place)
        if store is None:
            return ()
        return tuple(os.fsdecode(place + b"/" + os.fsencode(path)) for path in unchecked_copies(lent, store))


def _everything(catalogue: Catalogue, now: str, trusted: str, watch: Watch) -> Audited:
    copies: list[AuditableCopy] = []
    unmounted: list[str] = []
    for store in list(all_stores(catalogue)):
        if not is_mounted(store):
            unmounted.append(store.label)
            continue
        try:
            copies += longest_unchecked(catalogue, follow_store(catalogue, store.place, now, watch), trusted)
        except StoreError as error:
            watch.note(f"Not audited: {error.message}.")
    return Audited(_in_order(copies, trusted), unmounted=tuple(unmounted))


def _copy(catalogue: Catalogue, path: bytes, now: str, watch: Watch) -> AuditableCopy | None:
    place, name = os.path.split(path)
    store = _store(catalogue, place)
    if store is None:
        return None
    copy = copy_at(catalogue, follow_store(catalogue, place, now, watch), os.fsdecode(name))
    return None if copy is None or copy.state == "retired" else auditable(catalogue, copy.copy_id)


def _store(catalogue: Catalogue, place: bytes) -> KnownStore | None:
    return find_store(catalogue, read_identity(place), place) if os.path.isdir(place) else None


def _in_order(copies: Iterable[AuditableCopy], trusted: str) -> tuple[AuditableCopy, ...]:
    def rank(one: AuditableCopy) -> tuple[bool, str, bool]:
        checked = one.copy.checked_at or ""
        return one.copy.state == "present", checked if checked <= trusted else "", one.part is None

    return tuple(sorted(copies, key=rank))
