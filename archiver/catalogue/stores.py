"""Stores and the copies of bags in them: what a store's listing shows against what the catalogue knows."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from archiver.bagit.bag_source import Container
from archiver.catalogue.database import Catalogue, Row
from archiver.errors import StoreError
from archiver.store.identity import Identity, read_identity


@dataclass(frozen=True, slots=True)
class KnownStore:
    """A store that the catalogue knows.

    Attributes:
        store_id: Its number.
        identifier: The one in the store itself, or ``place:`` and its path where it has none yet.
        label: What people call it.
        place: Absolute path at which it was seen last.
    """

    store_id: int
    identifier: str
    label: str
    place: bytes


@dataclass(frozen=True, slots=True)
class Copy:
    """A bag's presence in a store.

    Attributes:
        copy_id: Its number.
        bag_id: The bag's.
        path: Path below the store.
        state: ``present``, ``damaged``, ``missing`` or ``retired``.
        checked_at: When every byte of it was last read and found right, or ``None``.
    """

    copy_id: int
    bag_id: int
    path: str
    state: str
    checked_at: str | None


@dataclass(frozen=True, slots=True)
class Difference:
    """What a store's listing shows that the catalogue does not say.

    Attributes:
        new: Names in the store of which no copy is known.
        gone: Copies that were there and are not.
        back: Copies that were not there and are again: they may be other bags.
    """

    new: tuple[str, ...]
    gone: tuple[Copy, ...]
    back: tuple[Copy, ...]

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.new or self.gone or self.back)


def know_store(catalogue: Catalogue, identity: Identity | None, place: bytes) -> KnownStore:
    """Return the row of a store, and note its label and where it is now; within a transaction.

    Args:
        catalogue: The catalogue.
        identity: What the store says it is; ``None`` where it does not, so that it is known by its place.
        place: Its absolute path.
    """
    identifier = _by_place(place) if identity is None else identity.identifier
    label = text_of(os.path.basename(place) or place) if identity is None else identity.label
    found = find_store(catalogue, identity, place)
    if found is None:
        sql = "INSERT INTO store (identifier, label, place) VALUES (?, ?, ?)"
        return KnownStore(catalogue.add(sql, (identifier, label, place)), identifier, label, place)
    now = KnownStore(found.store_id, identifier, label, place)
    if now != found:
        sql = "UPDATE store SET identifier = ?, label = ?, place = ? WHERE store_id = ?"
        catalogue.run(sql, (identifier, label, place, now.store_id))
    return now


def find_store(catalogue: Catalogue, identity: Identity | None, place: bytes) -> KnownStore | None:
    """Return the row of a store; one that got its identity since it was seen last is known by its place."""
    for identifier in ([] if identity is None else [identity.identifier]) + [_by_place(place)]:
        row = catalogue.row(f"{_STORE} WHERE identifier = ?", (identifier,))
        if row is not None:
            return _known(row)
    return None


def all_stores(catalogue: Catalogue) -> Iterator[KnownStore]:
    """Yield every store, by its label."""
    yield from map(_known, catalogue.rows(f"{_STORE} ORDER BY label, identifier"))


def difference(catalogue: Catalogue, store: KnownStore, listing: Iterable[str]) -> Difference:
    """Compare what lies in a store with what is known.

    Args:
        catalogue: The catalogue.
        store: The store.
        listing: Names of the bags in it.
    """
    known = {copy.path: copy for copy in copies_in(catalogue, store)}
    there = {text_of(os.fsencode(name)): name for name in listing}
    lost = {"missing", "retired"}
    return Difference(
        new=tuple(name for text, name in there.items() if text not in known),
        gone=tuple(copy for path, copy in known.items() if path not in there and copy.state not in lost),
        back=tuple(copy for path, copy in known.items() if path in there and copy.state in lost),
    )


def copies_in(catalogue: Catalogue, store: KnownStore) -> Iterator[Copy]:
    """Yield the copies in a store, by their path."""
    yield from map(_copy, catalogue.rows(f"{_COPY} WHERE store_id = ? ORDER BY path", (store.store_id,)))


def copy_at(catalogue: Catalogue, store: KnownStore, path: str) -> Copy | None:
    """Return the copy at a path below a store."""
    sql = f"{_COPY} WHERE store_id = ? AND path = ?"
    row = catalogue.row(sql, (store.store_id, text_of(os.fsencode(path))))
    return None if row is None else _copy(row)


def know_copy(  # noqa: PLR0913 - the columns of a copy
    catalogue: Catalogue, store: KnownStore, *, bag_id: int, path: str, form: Container, now: str
) -> None:
    """Note that a bag is present in a store; what was known at that path gives way. Within a transaction.

    What was checked of a copy that then went says nothing of the one that is there now, though it be of the same bag.
    """
    stays = "bag_id = excluded.bag_id AND state NOT IN ('missing', 'retired')"
    catalogue.run(
        "INSERT INTO copy (bag_id, store_id, path, form, state, added_at) VALUES (?, ?, ?, ?, 'present', ?)"
        " ON CONFLICT (store_id, path) DO UPDATE SET form = excluded.form, state = 'present',"
        f" checked_at = CASE WHEN {stays} THEN checked_at END,"
        f" part_since = CASE WHEN {stays} THEN part_since END,"
        f" part_after = CASE WHEN {stays} THEN part_after END,"
        f" part_wrong = CASE WHEN {stays} THEN part_wrong ELSE 0 END,"
        f" added_at = CASE WHEN {stays} THEN added_at ELSE excluded.added_at END,"
        " bag_id = excluded.bag_id",
        (bag_id, store.store_id, text_of(os.fsencode(path)), form, now),
    )


def stores_with(catalogue: Catalogue, identifier: str) -> Iterator[tuple[KnownStore, Copy]]:
    """Yield the stores that a bag should have a copy in, with the copy, by the store's label.

    Args:
        catalogue: The catalogue.
        identifier: The bag's.
    """
    sql = (
        "SELECT store_id, store.identifier, label, place, copy_id, bag_id, path, state, checked_at FROM copy"
        " JOIN store USING (store_id) WHERE state <> 'retired'"
        " AND bag_id IN (SELECT bag_id FROM bag WHERE identifier = ?) ORDER BY label, path"
    )
    for row in catalogue.rows(sql, (identifier,)):
        yield _known(row[:4]), _copy(row[4:])


def mark(catalogue: Catalogue, copy: Copy, state: str) -> None:
    """Note what was seen of a copy: ``present``, ``damaged``, ``missing`` or ``retired``; within a transaction."""
    catalogue.run("UPDATE copy SET state = ? WHERE copy_id = ?", (state, copy.copy_id))


def mark_checked(catalogue: Catalogue, copy: Copy, at: str) -> None:
    """Note that every byte of a copy was read and found right; within a transaction."""
    sql = (
        "UPDATE copy SET state = 'present', checked_at = ?, part_since = NULL, part_after = NULL, part_wrong = 0"
        " WHERE copy_id = ?"
    )
    catalogue.run(sql, (at, copy.copy_id))


def is_mounted(store: KnownStore) -> bool:
    """Whether the store is where it was seen last, and not another one in its place."""
    try:
        identity = read_identity(store.place)
    except StoreError:
        return False
    if identity is None:
        return store.identifier == _by_place(store.place) and os.path.isdir(store.place)
    return identity.identifier == store.identifier


def text_of(name: bytes) -> str:
    """Return a name as text that can be kept: bytes that are not UTF-8 as escapes."""
    return name.decode("utf-8", "backslashreplace")


_STORE = "SELECT store_id, identifier, label, place FROM store"
_COPY = "SELECT copy_id, bag_id, path, state, checked_at FROM copy"


def _by_place(place: bytes) -> str:
    return f"place:{text_of(place)}"


def _known(row: Row) -> KnownStore:
    return KnownStore(*row)  # type: ignore[arg-type]  # the table is strict


def _copy(row: Row) -> Copy:
    return Copy(*row)  # type: ignore[arg-type]  # the same
