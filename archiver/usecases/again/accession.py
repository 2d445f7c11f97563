"""Which accession a run makes: later than the one before of its collection, and another one, whatever the clock says."""

from __future__ import annotations

import datetime as dt
import os
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from archiver.catalogue.rescan import is_known
from archiver.model.bag import Accession
from archiver.model.run import Run
from archiver.records.moments import ns_from_rfc3339
from archiver.usecases.again.line import Line
from archiver.usecases.states.bags import Shelf

_A_SECOND = dt.timedelta(seconds=1)
"""What moments of accessions are written to."""


@dataclass(frozen=True, slots=True)
class EarlierAccession:
    """The accession before: its identifier, ``urn:uuid:…``, and when it was made, in UTC."""

    identifier: str
    at: dt.datetime


def next_accession(line: Line | None, collection: str, run: Run) -> Accession:
    """Return the accession that a run makes, by what the catalogue knows.

    Args:
        line: The collection's line; ``None`` where nothing is known of it.
        collection: The collection's name.
        run: The run.
    """
    if line is None:
        return Accession(run.identifier, collection, run.now())
    last = None
    if line.last is not None:
        seconds = ns_from_rfc3339(line.last.at) // 1_000_000_000
        last = EarlierAccession(line.last.identifier, dt.datetime.fromtimestamp(seconds, dt.UTC))
    return _after(last, collection, run, lambda urn: is_known(line.catalogue, line.store.store_id, urn))


def next_accession_by_bags(store: bytes, collection: str, run: Run) -> Accession:
    """Return the accession that a run makes where no catalogue can be used, by what the bags of the store record.

    Args:
        store: Absolute path of the store.
        collection: The collection's name.
        run: The run.
    """
    with Shelf([os.fsdecode(store)]) as shelf:
        heads = [bag.head for bag in shelf.bags() if bag.head is not None]
    of_collection = [head for head in heads if head.collection == collection]
    newest = max(of_collection, key=lambda head: (head.at, head.accession), default=None)
    last = None if newest is None else EarlierAccession(newest.accession, newest.at)
    known = {head.accession for head in heads}
    return _after(last, collection, run, known.__contains__)


def _after(
    last: EarlierAccession | None, collection: str, run: Run, is_taken: Callable[[str], bool]
) -> Accession:
    identifier = run.identifier
    while is_taken(f"urn:uuid:{identifier}"):  # the clock stands still
        identifier = uuid.uuid5(identifier, "again")
    if last is None:
        return Accession(identifier, collection, run.now())
    return Accession(identifier, collection, max(run.now(), last.at + _A_SECOND), last.identifier)
