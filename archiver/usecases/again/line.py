"""A collection's line of accessions in a store: what is known of it, and what is kept when it was looked at."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import tempfile
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from archiver.bagit.bag_source import source_of
from archiver.catalogue.bag_facts import UnreadableBagError, bag_facts
from archiver.catalogue.database import Catalogue, is_there, reading
from archiver.catalogue.events import follow_log
from archiver.catalogue.faults import CatalogueError
from archiver.catalogue.rescan import is_all_there, keep_listings, listings
from archiver.catalogue.states import (
    Accession,
    find_collection,
    keep_look_at,
    keep_looks,
    keep_run,
    latest,
)
from archiver.catalogue.stores import KnownStore, difference, find_store
from archiver.catalogue.update import rebuild, update_store
from archiver.errors import Remedy, StoreError, Way
from archiver.machine import temporary_folder
from archiver.model import bag as model
from archiver.model.run import Run
from archiver.records.moments import rfc3339
from archiver.store.find_bags import bags_in
from archiver.store.identity import make_identity, read_identity
from archiver.store.log import Happened, append_event
from archiver.usecases.again.looking import GRANULARITY_NS
from archiver.usecases.again.seen import Seen
from archiver.usecases.catalogued import catalogued
from archiver.usecases.watch import Watch


@dataclass(frozen=True, slots=True)
class Line:
    """A collection's line in a store.

    Attributes:
        catalogue: The catalogue, open, and up to date with the store.
        store: The store's row.
        collection: Name of the collection.
        collection_id: Number of the line; ``None`` where it has no accession yet.
        last: Its latest accession.
    """

    catalogue: Catalogue
    store: KnownStore
    collection: str
    collection_id: int | None
    last: Accession | None

    @property
    def bags_of_last(self) -> list[str]:
        """Paths of the bags of the latest accession, as far as they are there."""
        if self.last is None:
            return []
        rows = self.catalogue.rows(
            "SELECT path FROM bag JOIN copy USING (bag_id)"
            " WHERE accession_id = ? AND store_id = ? AND state = 'present' ORDER BY path",
            (self.last.accession_id, self.store.store_id),
        )
        return [os.path.join(os.fsdecode(self.store.place), str(path)) for (path,) in rows]

    @property
    def is_told(self) -> bool:
        """Whether every bag that tells its last state is there, as far as anybody knows."""
        return self.last is not None and len(self.bags_of_last) == self.last.bags

    @property
    def is_whole(self) -> bool:
        """Whether every bag that its last state needs, or that tells it, is there, as far as anybody knows."""
        if self.collection_id is None or not self.is_told:
            return False
        return is_all_there(self.catalogue, self.store.store_id, self.collection_id)

    def seen(self) -> dict[str, bytes]:
        """What the last look at each folder of the source saw, where that proves anything."""
        return {} if self.collection_id is None else listings(self.catalogue, self.collection_id)


@contextlib.contextmanager
def line_of(catalogue: str, store: bytes, collection: str, run: Run, watch: Watch) -> Iterator[Line]:
    """Lend the line of a collection in a store, which the caller has locked.

    Args:
        catalogue: Path of the catalogue, which is made where it is missing.
        store: Absolute path of the store.
        collection: Name of the collection.
        run: The run.
        watch: Is told what could not be read.

    Raises:
        CatalogueError: where the catalogue cannot be used.
        StoreError: where the store cannot be read.
    """
    with catalogued(catalogue, [os.fsdecode(store)], rfc3339(run.now()), watch) as opened:
        known = find_store(opened, read_identity(store), store)
        if known is None:
            raise StoreError(
                f"cannot list the store {os.fsdecode(store)}: it is not there any more",
                "No bag is left unfinished under its name. Connect its disk again.",
                remedies=[Remedy(Way.GO_ON)],
            )
        yield _line(opened, known, collection)


@contextlib.contextmanager
def line_to_rehearse(
    catalogue: str, store: bytes, collection: str, run: Run, watch: Watch
) -> Iterator[Line | None]:
    """Lend the line of a collection in a store without writing anything; ``None`` where the store holds nothing.

    Where the catalogue is missing or behind the store, one is made of the store's bags for as long as it is needed.

    Raises:
        CatalogueError: where the catalogue cannot be used.
        StoreError: where the store cannot be read.
    """
    if not os.path.isdir(store):
        yield None
        return
    with contextlib.ExitStack() as held:
        opened = _up_to_date(catalogue, store, held)
        if opened is None:
            watch.note(
                "The catalogue does not know all bags of the store: they are looked through once for this."
            )
            folder = held.enter_context(
                tempfile.TemporaryDirectory(prefix="archiver-", dir=temporary_folder())
            )
            path = os.path.join(folder, "catalogue.sqlite")
            rebuild(path, [store], rfc3339(run.now()))
            opened = held.enter_context(reading(path))
        known = find_store(opened, read_identity(store), store)
        yield None if known is None else _line(opened, known, collection)


def _up_to_date(path: str, store: bytes, held: contextlib.ExitStack) -> Catalogue | None:
    if not is_there(path):
        return None
    opened = held.enter_context(reading(path))
    known = find_store(opened, read_identity(store), store)
    names = [os.path.basename(bag) for bag in bags_in(os.fsdecode(store)).bags]
    if known is None:
        return None if names else opened
    return None if difference(opened, known, names) else opened


def _line(catalogue: Catalogue, store: KnownStore, collection: str) -> Line:
    number = find_collection(catalogue, store.store_id, collection)
    last = None if number is None else latest(catalogue, number)
    return Line(catalogue, store, collection, number if last is not None else None, last)


@dataclass(frozen=True, slots=True)
class Look:
    """A look at the source of a collection.

    Attributes:
        started_ns: Clock before the first of the source was listed, nanoseconds since 1970 UTC.
        basis: Digest of all that decisions rest on; empty where the next look must go through everything again.
        holds_until: The last day on which the decisions hold; ``None`` where none ends.
        seen: How its files and folders look.
    """

    started_ns: int
    basis: bytes
    holds_until: dt.date | None
    seen: Seen


def log_accession(store: bytes, bags: Iterable[str], accession: model.Accession, run: Run) -> None:
    """Write to a store's log that an accession was sealed, with the pin of each bag; a store without an identity gets one.

    Raises:
        StoreError: where the log cannot be written.
    """
    identify(store, run)
    told = []
    for path in bags:
        source = source_of(path)
        try:
            with contextlib.suppress(UnreadableBagError):
                facts = bag_facts(source, path)
                told.append({"identifier": facts.identifier, "name": facts.name, "pin": facts.pin.hex()})
        finally:
            source.close()
    detail = {"bags": told, "collection": accession.collection}
    append_event(
        store, Happened("accession", rfc3339(run.now()), accession.urn, "success", detail, run.software)
    )


def identify(store: bytes, run: Run) -> None:
    """Give a store that has none its identity; it comes before the first bag, by which others tell whose store it is.

    Raises:
        StoreError: where it cannot be written.
    """
    # where the clock stands still, stores that are made then are told apart by where they are
    make_identity(store, uuid.uuid5(run.identifier, repr(store)))


def keep_state(line: Line, accession: model.Accession, look: Look, run: Run, watch: Watch) -> None:
    """Take an accession whose bags have their names into the catalogue, all in one transaction.

    Where the catalogue cannot take it, that is told, and the next run does it: the bags and the store's log have it all.

    Args:
        line: The line.
        accession: The accession.
        look: The look that it rests on.
        run: The run.
        watch: Is told what could not be kept.
    """
    with _told(watch), line.catalogue.write():
        update_store(line.catalogue, line.store.place, rfc3339(run.now()))
        number = find_collection(line.catalogue, line.store.store_id, line.collection)
        if number is not None:
            _keep(line.catalogue, number, accession.urn, look, run)


def keep_nothing_new(line: Line, look: Look | None, run: Run, watch: Watch) -> None:
    """Log that a look at the source found nothing new, and keep what it saw for the next.

    Args:
        line: The line, which has an accession.
        look: The look, where everything was gone through; ``None`` where a glance told.
        run: The run.
        watch: Is told what could not be kept.

    Raises:
        StoreError: where the log cannot be written.
    """
    assert line.last is not None and line.collection_id is not None  # noqa: PT018 - nothing is new beside something
    now = rfc3339(run.now())
    detail = {"accession": line.last.identifier}
    append_event(
        line.store.place, Happened("nothing new", now, line.collection, "success", detail, run.software)
    )
    with _told(watch), line.catalogue.write():
        follow_log(line.catalogue, line.store)
        if look is None:
            keep_look_at(line.catalogue, line.collection_id, now)
        else:
            _keep(line.catalogue, line.collection_id, line.last.identifier, look, run)


def _keep(catalogue: Catalogue, collection_id: int, accession: str, look: Look, run: Run) -> None:
    # a server's clock may be ahead of the one here
    until = max(look.started_ns, look.seen.newest_ns) - GRANULARITY_NS
    keep_look_at(catalogue, collection_id, rfc3339(run.now()))
    keep_run(
        catalogue,
        accession,
        started_ns=look.started_ns,
        granularity_ns=GRANULARITY_NS,
        rights=look.basis,
        holds_until=None if look.holds_until is None else look.holds_until.isoformat(),
    )
    keep_looks(catalogue, collection_id, look.seen.files(until))
    keep_listings(catalogue, collection_id, look.seen.folders(), until)


@contextlib.contextmanager
def _told(watch: Watch) -> Iterator[None]:
    try:
        yield
    except CatalogueError as error:
        watch.note(f"The catalogue was not brought up to date: {error.message}. {error.hint}")
