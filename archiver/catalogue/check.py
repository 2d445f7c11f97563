"""Checks the catalogue itself: every page, the chain of events, and whether the copies that it tells of are there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

from archiver.bagit.bag_source import source_of
from archiver.catalogue.bag_facts import UnreadableBagError, bag_facts
from archiver.catalogue.database import Catalogue
from archiver.catalogue.events import events_of
from archiver.catalogue.faults import damaged
from archiver.catalogue.renewed import pin_of_copy
from archiver.catalogue.stores import Copy, KnownStore, all_stores, copies_in, is_mounted
from archiver.errors import StoreError
from archiver.machine import reason, refuse_own_limit
from archiver.store.log import FIRST_PREV, event_hash, read_events


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Something that the catalogue says and that is not so.

    Attributes:
        store: Label of the store.
        path: Path below it, of a copy or of its log.
        message: What is wrong, one sentence.
    """

    store: str
    path: str
    message: str


@dataclass(frozen=True, slots=True)
class CheckedCatalogue:
    """What checking came to.

    Attributes:
        has_checksums: Whether its pages carry checksums.
        bags: Bags that it knows.
        files: Files in them.
        copies: Copies that were looked at.
        events: Events of which the chain is whole.
        unmounted: Labels of stores that were not to be seen.
        disagreements: What is not as it says.
    """

    has_checksums: bool
    bags: int
    files: int
    copies: int
    events: int
    unmounted: tuple[str, ...]
    disagreements: tuple[Disagreement, ...]


def check_catalogue(catalogue: Catalogue) -> CheckedCatalogue:
    """Check every page, every event and every copy whose store is mounted; no payload is read.

    Raises:
        DamagedCatalogueError: where a page is not as it was written.
    """
    for (told,) in catalogue.rows("PRAGMA integrity_check"):
        if told != "ok":
            raise damaged(catalogue.path, "its pages do not match their checksums, or one another")
    copies, events = 0, 0
    unmounted, found = [], []
    for store in list(all_stores(catalogue)):
        seen, wrong = _chain(catalogue, store)
        events += seen
        found += wrong
        if not is_mounted(store):
            unmounted.append(store.label)
            continue
        found += _log(catalogue, store)
        for copy in list(copies_in(catalogue, store)):
            if copy.state in ("present", "damaged"):
                copies += 1
                found += _copy(catalogue, store, copy)
    return CheckedCatalogue(
        has_checksums=catalogue.has_checksums,
        bags=catalogue.number("SELECT count(*) FROM bag"),
        files=catalogue.number("SELECT count(*) FROM file"),
        copies=copies,
        events=events,
        unmounted=tuple(unmounted),
        disagreements=tuple(found),
    )


def _chain(catalogue: Catalogue, store: KnownStore) -> tuple[int, list[Disagreement]]:
    seq, prev = 1, FIRST_PREV
    for event in events_of(catalogue, store):
        if (event.seq, event.prev) != (seq, prev) or event_hash(seq, event.happened, prev) != event.hash:
            message = f"event {event.seq:,} in the catalogue is not as it was written, or does not follow the one before"
            return seq - 1, [Disagreement(store.label, _LOG, message)]
        seq, prev = seq + 1, event.hash
    return seq - 1, []


def _log(catalogue: Catalogue, store: KnownStore) -> Iterator[Disagreement]:
    """Hold the events of a store against its own log."""
    known = events_of(catalogue, store)
    try:
        for logged in read_events(store.place):
            event = next(known, None)
            if event is None:
                return  # lines that are not taken in yet
            if event.hash != logged.hash:
                message = f"line {logged.seq:,} of the store's log is another than the catalogue has"
                yield Disagreement(store.label, _LOG, message)
                return
        missing = next(known, None)
        if missing is not None:
            message = f"the store's log ends before line {missing.seq:,}, which the catalogue has"
            yield Disagreement(store.label, _LOG, message)
    except StoreError as error:
        yield Disagreement(store.label, _LOG, error.message)


def _copy(catalogue: Catalogue, store: KnownStore, copy: Copy) -> Iterator[Disagreement]:
    path = store.place + b"/" + os.fsencode(copy.path)
    if not os.path.lexists(path):
        yield Disagreement(store.label, copy.path, "it is not there")
        return
    source = source_of(path)
    try:
        pin = bag_facts(source, os.fsdecode(path)).pin
    except OSError as error:
        refuse_own_limit(error)
        yield Disagreement(store.label, copy.path, f"it cannot be read: {reason(error)}")
    except UnreadableBagError as error:
        yield Disagreement(store.label, copy.path, f"it cannot be read: {error}")
    else:
        if pin != pin_of_copy(catalogue, copy):
            yield Disagreement(
                store.label,
                copy.path,
                "its tag manifest is not the one that was pinned: it was changed, or replaced",
            )
    finally:
        source.close()


_LOG = ".archiver/events.jsonl"
