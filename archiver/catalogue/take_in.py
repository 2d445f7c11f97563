"""Takes a bag of a store into the catalogue: what it is, its files, which accession it is of; from its own records alone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from archiver.bagit.bag_source import BagSource, source_of
from archiver.bagit.telling import ignore
from archiver.catalogue.bag_facts import BagFacts, UnreadableBagError, bag_facts
from archiver.catalogue.database import Catalogue
from archiver.catalogue.records_of_bag import listed_files, recorded_files
from archiver.catalogue.renewed import (
    describe_anew,
    mark_older,
    mark_renewed,
    older_pin,
    renewed_as,
    renewed_from,
)
from archiver.catalogue.rows import DecisionsOfBag, FileRows, Numbers
from archiver.catalogue.stores import Copy, KnownStore, copy_at, know_copy
from archiver.machine import reason, refuse_own_limit
from archiver.model.state import StateHead
from archiver.records.moments import rfc3339
from archiver.records.names import FILES_RECORD, RIGHTS_RECORD, STATE_RECORD
from archiver.records.rights.read import read_decisions

EARLY = (FILES_RECORD, RIGHTS_RECORD, STATE_RECORD)
"""What is put aside of an archive while it is listed."""


@dataclass(frozen=True, slots=True)
class TakenBag:
    """A bag that was taken in.

    Attributes:
        path: Path below the store.
        bag_id: Its number.
        is_new: Whether it was not known before; else a copy of it is.
        note: What could not be read of it, or ``None``.
    """

    path: str
    bag_id: int
    is_new: bool
    note: str | None = None


@dataclass(frozen=True, slots=True)
class RefusedBag:
    """What looks like a bag and cannot be taken in: its path below the store, and why."""

    path: str
    reason: str


def take_in(catalogue: Catalogue, store: KnownStore, path: str, now: str) -> TakenBag | RefusedBag:
    """Take in the bag at a path below a store, in one transaction; of a bag that is known, another copy is noted.

    Args:
        catalogue: The catalogue.
        store: The store.
        path: Path below it.
        now: The time, RFC 3339 in UTC.

    Raises:
        CatalogueError: where the catalogue cannot be written.
    """
    whole = store.place + b"/" + os.fsencode(path)
    try:
        with _source(whole) as source:
            facts = bag_facts(source, os.fsdecode(whole))
            with catalogue.write():
                bag_id, is_older = _known_bag(catalogue, facts)
                is_new, note = not bag_id, None
                if is_new:
                    bag_id, note = _add_bag(catalogue, store, source, facts)
                know_copy(catalogue, store, bag_id=bag_id, path=path, form=facts.form, now=now)
                copy = copy_at(catalogue, store, path)
                assert copy is not None, "it was taken in"
                if is_older:
                    mark_older(catalogue, copy, facts.pin)
                else:
                    mark_renewed(catalogue, copy)
    except UnreadableBagError as error:
        return RefusedBag(path, str(error))
    except OSError as error:
        refuse_own_limit(error)
        return RefusedBag(path, reason(error))
    return TakenBag(path, bag_id, is_new, note)


def _known_bag(catalogue: Catalogue, facts: BagFacts) -> tuple[int, bool]:
    """Return the number of the bag, 0 where it is not known, and whether what was met of it has the tag files of before."""
    number = catalogue.number("SELECT bag_id FROM bag WHERE pin = ?", (facts.pin,))
    if number:
        return number, False
    newer = renewed_as(catalogue, facts)
    if newer is not None:
        return newer, True
    before = renewed_from(catalogue, facts)
    if before is not None:
        describe_anew(catalogue, before, facts)
    return before or 0, False


def take_in_changed(catalogue: Catalogue, copy: Copy, whole: bytes) -> bool:
    """Have the row of a bag tell its tag files as they are now in a copy in which they alone were changed.

    Its files, its accession and the state that it tells stay the same rows; other copies have the tag files of before.

    Args:
        catalogue: The catalogue, in a transaction.
        copy: The copy that was changed.
        whole: Its absolute path.

    Returns:
        Whether that was possible; nothing was done where it was not, or where the bag cannot be read.
    """
    row = catalogue.row("SELECT identifier, algorithms FROM bag WHERE bag_id = ?", (copy.bag_id,))
    try:
        with _source(whole) as source:
            facts = bag_facts(source, os.fsdecode(whole))
    except UnreadableBagError:
        return False
    except OSError as error:
        refuse_own_limit(error)
        return False
    known = catalogue.number("SELECT count(*) FROM bag WHERE pin = ?", (facts.pin,))
    # the digests of its files are of the strongest algorithm
    same = (_text(facts.identifier), facts.algorithms[0])
    is_older = (
        older_pin(catalogue, copy) is not None
    )  # two changes apart from each other are two descriptions
    if row is None or is_older or known or same != (row[0], str(row[1]).split(",")[0]):
        return False
    describe_anew(catalogue, copy.bag_id, facts)
    mark_renewed(catalogue, copy)
    # what was read before says nothing of tag files that were written since
    catalogue.run(
        "UPDATE copy SET state = 'present', checked_at = NULL, part_since = NULL, part_after = NULL, part_wrong = 0"
        " WHERE copy_id = ?",
        (copy.copy_id,),
    )
    return True


@contextmanager
def _source(path: bytes) -> Iterator[BagSource]:
    source = source_of(path, early=EARLY)
    try:
        yield source
    finally:
        source.close()


def _add_bag(
    catalogue: Catalogue, store: KnownStore, source: BagSource, facts: BagFacts
) -> tuple[int, str | None]:
    accession_id = None if facts.head is None else _accession(catalogue, store, facts.head, facts.parts)
    bag_id = catalogue.add(
        "INSERT INTO bag (identifier, name, sealed_at, algorithms, pin, octets, files, accession_id, parity)"
        " VALUES (?, ?, ?, ?, ?, 0, 0, ?, ?)",
        (
            _text(facts.identifier),
            _text(facts.name),
            _text(facts.sealed_at or "") or None,
            ",".join(facts.algorithms),
            facts.pin,
            accession_id,
            facts.parity,
        ),
    )
    catalogue.run("INSERT INTO payload_manifest (bag_id, digest) VALUES (?, ?)", (bag_id, facts.payload))
    numbers, algorithm = Numbers(catalogue), facts.algorithms[0]
    note = None
    try:
        with catalogue.attempt():
            rows = _recorded(catalogue, numbers, source, bag_id, algorithm)
    except (OSError, ValueError, LookupError) as error:
        if not isinstance(error, FileNotFoundError):
            note = "its own records cannot be read, so that only names, sizes and digests are known"
        with source.listing(ignore) as listing:
            rows = FileRows(catalogue, numbers, bag_id, DecisionsOfBag())
            for file in listed_files(listing, algorithm):
                rows.add(file)
            rows.finish()
    files = rows.next - rows.first
    octets, count = facts.oxum or (rows.octets, files)
    catalogue.run(
        "UPDATE bag SET octets = ?, files = ?, first_file = ?, last_file = ? WHERE bag_id = ?",
        (octets, count, rows.first if files else None, rows.next - 1 if files else None, bag_id),
    )
    return bag_id, note


def _recorded(
    catalogue: Catalogue, numbers: Numbers, source: BagSource, bag_id: int, algorithm: str
) -> FileRows:
    decisions = decisions_of_bag(numbers, source)
    rows = FileRows(catalogue, numbers, bag_id, decisions)
    for file in recorded_files(source, algorithm):
        rows.add(file)
    rows.finish()
    return rows


def decisions_of_bag(numbers: Numbers, source: BagSource) -> DecisionsOfBag:
    """Take in what a bag records of decisions; nothing where it has no such record.

    Raises:
        ValueError, OSError: where it cannot be read.
    """
    decisions = DecisionsOfBag()
    try:
        stream = source.open(RIGHTS_RECORD)
    except FileNotFoundError:
        return decisions
    with stream:
        policy, lines = read_decisions(stream)
        decisions.policy = _text(policy)
        for line in lines:
            decisions.add(line, numbers.decision(line))
    return decisions


def _accession(catalogue: Catalogue, store: KnownStore, head: StateHead, parts: int) -> int:
    """Return the number of an accession; one that is new gets its place in the line of its collection in the store.

    Its bags may lie in several stores. One that has all its bags gets no more: where the clock was made to stand still,
    an accession of something else has the same identifier.
    """
    sql = (
        "SELECT accession_id FROM accession WHERE identifier = ?"
        " AND (SELECT count(*) FROM bag WHERE bag.accession_id = accession.accession_id) < bags"
    )
    found = catalogue.number(sql, (head.accession,))
    if found:
        return found
    name = _text(head.collection)
    sql = "SELECT collection_id FROM collection WHERE store_id = ? AND name = ?"
    collection_id = catalogue.number(sql, (store.store_id, name)) or catalogue.add(
        "INSERT INTO collection (store_id, name) VALUES (?, ?)", (store.store_id, name)
    )
    return catalogue.add(
        "INSERT INTO accession (identifier, collection_id, at, bags, stated) VALUES (?, ?, ?, ?, 0)",
        (head.accession, collection_id, rfc3339(head.at), parts),
    )


def _text(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
