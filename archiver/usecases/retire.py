"""Removes a copy of a bag, where nothing that any kept accession needs is lost with it."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass

from archiver.catalogue.database import Catalogue
from archiver.catalogue.events import follow_log
from archiver.catalogue.renewed import pin_of_copy
from archiver.catalogue.retiring import Consequence, consequence
from archiver.catalogue.stores import Copy, KnownStore, copy_at, find_store, mark
from archiver.errors import Remedy, UsageError, Way
from archiver.model.run import Run
from archiver.records.moments import rfc3339
from archiver.store.area import locked
from archiver.store.find_bags import is_bag
from archiver.store.identity import read_identity
from archiver.store.keeping import refuse_kept
from archiver.store.log import Happened, append_event
from archiver.store.removal import finish_removals, remove_bag
from archiver.usecases.catalogued import catalogued
from archiver.usecases.watch import Watch


@dataclass(frozen=True, slots=True)
class RetireRequest:
    """What is to be removed, and what is counted on.

    Attributes:
        bag: Path of the bag: a folder or an archive in a store.
        since: Only copies that were found right on that day or later are counted on, ``YYYY-MM-DD``.
        give_up_accession: Whether the accession may go whose state stands in this copy alone.
        give_up_changes: Whether the tag files may go as they were changed, where all other copies have those of before.
        dry_run: Whether nothing is to be removed.
    """

    bag: str
    since: str
    give_up_accession: bool
    give_up_changes: bool
    dry_run: bool


@dataclass(frozen=True, slots=True)
class Retirement:
    """What came of it.

    Attributes:
        bag: Absolute path of the bag.
        store: Label of its store.
        since: As in the request.
        follows: What follows where it goes.
        may_go: Whether nothing would be lost that is not given up.
        removed: Whether it was removed.
    """

    bag: str
    store: str
    since: str
    follows: Consequence
    may_go: bool
    removed: bool


def retire(request: RetireRequest, catalogue: str, run: Run, watch: Watch) -> Retirement:
    """Remove a copy of a bag if nothing is lost with it, or say what would be lost and do nothing.

    The event is in the store's log before anything is removed. The bag goes out of sight with one rename, so that a
    removal that is interrupted leaves no half of it under its name.

    Args:
        request: What to remove.
        catalogue: The catalogue's file.
        run: The run.
        watch: Is told what could not be read.

    Raises:
        UsageError: where the path is no bag in a store.
        StoreError: where the store cannot be written, or its log cannot be believed.
        CatalogueError: where the catalogue cannot be used: without it nobody knows what would be lost.
    """
    path = os.path.realpath(os.fsencode(request.bag))
    if not is_bag(os.fsdecode(path)):
        raise UsageError(f"{request.bag} is no bag", "Nothing was removed. Name a bag that lies in a store.")
    place, name = os.path.split(path)
    with contextlib.ExitStack() as held:
        if not request.dry_run:
            refuse_kept(place, f"remove {request.bag}")
            held.enter_context(locked(place))
            finish_removals(place)
        lent = held.enter_context(catalogued(catalogue, [os.fsdecode(place)], rfc3339(run.now()), watch))
        store, copy = _known(lent, place, name, request.bag)
        follows = consequence(lent, copy, request.since)
        gives_up = request.give_up_accession or follows.accession is None
        gives_up &= request.give_up_changes or not follows.only_older
        may_go = gives_up and not follows.needed.files
        outcome = Retirement(os.fsdecode(path), store.label, request.since, follows, may_go, removed=False)
        if not may_go or request.dry_run:
            return outcome
        append_event(place, _event(lent, copy, os.fsdecode(name), request, run))
        remove_bag(place, name)
        with lent.write():
            mark(lent, copy, "retired")
            follow_log(lent, store)
    return Retirement(outcome.bag, outcome.store, outcome.since, follows, may_go, removed=True)


def _known(catalogue: Catalogue, place: bytes, name: bytes, bag: str) -> tuple[KnownStore, Copy]:
    store = find_store(catalogue, read_identity(place), place)
    copy = None if store is None else copy_at(catalogue, store, os.fsdecode(name))
    if store is None or copy is None:
        raise UsageError(
            f"the catalogue cannot take {bag} in, so that nobody knows what would be lost",
            "Nothing was removed.",
            remedies=[Remedy(Way.VERIFY, bag)],
        )
    return store, copy


def _event(catalogue: Catalogue, copy: Copy, name: str, request: RetireRequest, run: Run) -> Happened:
    identifier = catalogue.value("SELECT identifier FROM bag WHERE bag_id = ?", (copy.bag_id,))
    pin = pin_of_copy(catalogue, copy)
    detail = {"path": name, "pin": pin.hex(), "verified_since": request.since}
    return Happened("deletion", rfc3339(run.now()), str(identifier), "success", detail, run.software)
