"""What is to be copied: bags that were named by their path, and bags of collections that a store lacks."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archiver.catalogue.columns import RowReader
from archiver.catalogue.copies import BagCopy, copies_of
from archiver.catalogue.database import Catalogue
from archiver.catalogue.renewed import newest
from archiver.catalogue.stores import KnownStore, all_stores, copy_at, is_mounted
from archiver.errors import Remedy, StoreError, UsageError, Way
from archiver.store.find_bags import is_bag
from archiver.store.identity import read_identity
from archiver.usecases.catalogued import follow_store
from archiver.usecases.watch import Watch


@dataclass(frozen=True, slots=True)
class WantedBag:
    """A bag that is to be copied.

    Attributes:
        bag_id: Its number in the catalogue.
        identifier: Its identifier.
        pin: The pin of what is copied.
        algorithms: Of its payload manifests.
        name: Name of the copy, an archive's with its ending.
        sources: Absolute paths of its copies with that pin that are there, the likeliest to be right first, each with its
            store. They have the tag files of before only where no copy with newer ones is there.
        held: Where the store that is to get it has it already; ``None`` where it has not.
        is_older: Whether what is copied, or held, has tag files of before.
    """

    bag_id: int
    identifier: str
    pin: bytes
    algorithms: tuple[str, ...]
    name: str
    sources: tuple[tuple[KnownStore, bytes], ...]
    held: str | None
    is_older: bool


def wanted_bags(
    catalogue: Catalogue, words: Sequence[str], target: KnownStore | None, now: str, watch: Watch
) -> Iterator[WantedBag]:
    """Yield what is to be copied, each bag once.

    Args:
        catalogue: The catalogue.
        words: Paths of bags, and names of collections.
        target: The store that is to get the copies; ``None`` where it is not known yet, and has nothing.
        now: The time, RFC 3339 in UTC.
        watch: Is told what could not be read.

    Raises:
        UsageError: where a word is neither.
        StoreError: where the store of a bag cannot be read.
    """
    numbers: dict[int, None] = {}
    if not all(map(is_bag, words)):
        _follow_all(catalogue, now, watch)
    for word in words:
        found = [_bag_at(catalogue, word, now, watch)] if is_bag(word) else _of_collection(catalogue, word)
        if not found:
            raise UsageError(
                f"there is no bag at {word}, and no collection of that name in the catalogue",
                "Nothing was copied. Check its spelling, and that the disk is mounted.",
                remedies=[Remedy(Way.LIST_COLLECTIONS)],
            )
        numbers |= dict.fromkeys(found)
    yield from (_wanted(catalogue, number, target) for number in numbers)


def _follow_all(catalogue: Catalogue, now: str, watch: Watch) -> None:
    """Bring the catalogue up to date with every store that is mounted: a copy that went is none to copy from."""
    for store in list(all_stores(catalogue)):
        if is_mounted(store):
            try:
                follow_store(catalogue, store.place, now, watch)
            except StoreError as error:
                watch.note(f"Not looked into: {error.message}.")


def _bag_at(catalogue: Catalogue, path: str, now: str, watch: Watch) -> int:
    place, name = os.path.split(os.path.realpath(os.fsencode(path)))
    store = follow_store(catalogue, place, now, watch)
    copy = copy_at(catalogue, store, os.fsdecode(name))
    if copy is None:
        raise UsageError(
            f"the catalogue cannot take {path} in", "Nothing was copied.", remedies=[Remedy(Way.VERIFY, path)]
        )
    return copy.bag_id


def _of_collection(catalogue: Catalogue, name: str) -> list[int]:
    sql = (
        "SELECT bag_id FROM bag JOIN accession USING (accession_id) JOIN collection USING (collection_id)"
        " WHERE collection.name = ? AND EXISTS (SELECT 1 FROM copy WHERE copy.bag_id = bag.bag_id"
        " AND state <> 'retired') ORDER BY at, bag_id"
    )
    return [int(number or 0) for (number,) in catalogue.rows(sql, (name,))]


def _wanted(catalogue: Catalogue, bag_id: int, target: KnownStore | None) -> WantedBag:
    row = catalogue.row("SELECT identifier, algorithms FROM bag WHERE bag_id = ?", (bag_id,))
    assert row is not None, "it was found"
    read = RowReader(row)
    copies = sorted(copies_of(catalogue, bag_id), key=lambda one: one.checked_at or "", reverse=True)
    own = None if target is None else target.identifier
    present = [one for one in copies if one.state == "present"]
    at_hand = [
        one
        for one in present
        if one.store_identifier != own and _is_in_place(one.place, one.store_identifier)
    ]
    chosen = _newest(catalogue, at_hand)
    sources = [(KnownStore(0, one.store_identifier, one.store, one.place), one.absolute) for one in chosen]
    held = sorted((one for one in present if one.store_identifier == own), key=lambda one: one.is_older)
    paths = [one.path for one in copies if one.state != "retired"] or [one.path for one in copies]
    name = os.path.basename(os.fsdecode(sources[0][1])) if sources else paths[0]
    return WantedBag(
        bag_id,
        read.text(),
        chosen[0].pin if chosen else b"",
        tuple(read.text().split(",")),
        name,
        tuple(sources),
        held[0].path if held else None,
        is_older=any(one.is_older for one in (held or chosen)[:1]),
    )


def _newest(catalogue: Catalogue, copies: Sequence[BagCopy]) -> list[BagCopy]:
    """Return those with the tag files of now; where there are none, those with the newest there are."""
    current = [one for one in copies if not one.is_older]
    if current or not copies:
        return current
    pin = newest(catalogue, [one.pin for one in copies])
    return [one for one in copies if one.pin == pin]


def _is_in_place(place: bytes, identifier: str) -> bool:
    identity = read_identity(place) if os.path.isdir(place) else None
    return os.path.isdir(place) and (identity is None or identity.identifier == identifier)
