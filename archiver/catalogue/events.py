"""Events of stores in the catalogue: the lines of their own logs, which go first and are the truth."""

from __future__ import annotations

import json
from collections.abc import Iterator

from archiver.catalogue.database import Catalogue
from archiver.catalogue.stores import KnownStore
from archiver.store.log import BrokenLogError, Happened, LoggedEvent, detail_text, last_event, read_events

_INSERT = (
    "INSERT INTO event (store_id, seq, at, type, object, outcome, detail, agent, prev, hash)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def last_known(catalogue: Catalogue, store: KnownStore) -> tuple[int, bytes] | None:
    """Return the number and digest of the last event of a store that the catalogue has."""
    sql = "SELECT seq, hash FROM event WHERE store_id = ? ORDER BY seq DESC LIMIT 1"
    row = catalogue.row(sql, (store.store_id,))
    return None if row is None else (int(row[0] or 0), bytes(row[1]))  # type: ignore[arg-type]  # the table is strict


def has_more(catalogue: Catalogue, store: KnownStore) -> bool:
    """Whether the log of a store ends otherwise than the catalogue knows; only its last line is read.

    Raises:
        StoreError: where it cannot be read.
        BrokenLogError: where its last line is not as it was written.
    """
    last, known = last_event(store.place), last_known(catalogue, store)
    return (None if last is None else (last.seq, last.hash)) != known


def follow_log(catalogue: Catalogue, store: KnownStore) -> int:
    """Take in what a store's log has beyond the catalogue, and return how many lines; within a transaction.

    Raises:
        StoreError: where the log cannot be read.
        BrokenLogError: where it is not as it was written, or is another than the one known so far.
    """
    known, added = last_known(catalogue, store), 0
    for event in read_events(store.place):
        if known is None or event.seq > known[0]:
            _add(catalogue, store, event)
            added += 1
        elif event.seq == known[0] and event.hash != known[1]:
            raise _other(store)
    if known is not None and not added:
        last = last_event(store.place)
        if last is None or last.seq < known[0]:
            raise _other(store)
    return added


def events_of(catalogue: Catalogue, store: KnownStore) -> Iterator[LoggedEvent]:
    """Yield the events of a store, in their order."""
    sql = "SELECT seq, type, at, object, outcome, detail, agent, prev, hash FROM event WHERE store_id = ? ORDER BY seq"
    for seq, kind, at, what, outcome, detail, agent, prev, own in catalogue.rows(sql, (store.store_id,)):
        happened = Happened(str(kind), str(at), str(what), str(outcome), json.loads(str(detail)), str(agent))
        yield LoggedEvent(int(seq or 0), happened, bytes(prev), bytes(own))  # type: ignore[arg-type]  # as above


def _add(catalogue: Catalogue, store: KnownStore, event: LoggedEvent) -> None:
    told = event.happened
    values = (told.at, told.type, told.object, told.outcome, detail_text(told), told.agent)
    catalogue.run(_INSERT, (store.store_id, event.seq, *values, event.prev, event.hash))


def _other(store: KnownStore) -> BrokenLogError:
    return BrokenLogError(
        f"the log of the store {store.label} is not the one that the catalogue knows",
        "Lines of it are missing or were changed; nothing of it was taken over, and no bag is touched by this. If"
        " the store was put back from an older copy, make the catalogue anew.",
    )
