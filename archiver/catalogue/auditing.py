"""Which copies are to be read again, the longest unchecked first, how far that has come, and how much was checked when."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from dataclasses import dataclass

from archiver.catalogue.columns import RowReader
from archiver.catalogue.copies import BagCopy, copies_of
from archiver.catalogue.database import Catalogue, Row
from archiver.catalogue.renewed import PIN_OF_COPY
from archiver.catalogue.stores import Copy, KnownStore


@dataclass(frozen=True, slots=True)
class Part:
    """How far an audit of a copy has come that is not at its end.

    Attributes:
        since: When it began: RFC 3339, UTC.
        after: Order and place of the file that it read last; only who wrote it can tell what it means.
        wrong: How many things it has found wrong so far.
    """

    since: str
    after: bytes
    wrong: int


@dataclass(frozen=True, slots=True)
class AuditableCopy:
    """A copy that can be audited.

    Attributes:
        copy: The copy.
        store: Its store.
        identifier: The bag's.
        pin: What its tag manifest is held against: the bag's, or that of before where it was not brought up to date.
        octets: Bytes of the bag's payload.
        part: How far an audit of it has come; ``None`` where none is under way.
    """

    copy: Copy
    store: KnownStore
    identifier: str
    pin: bytes
    octets: int
    part: Part | None

    @property
    def place(self) -> bytes:
        """Absolute path at which it lies, where its store was last met."""
        return self.store.place + b"/" + os.fsencode(self.copy.path)


@dataclass(frozen=True, slots=True)
class Debt:
    """Copies whose last whole check lies in one stretch of time.

    Attributes:
        since: The day from which on they were checked; ``None`` for no bound.
        until: The day before which they were; ``None`` where that is now.
        never: Whether they were never checked, and there are no days.
        copies: How many.
        octets: Bytes of their payloads.
    """

    since: str | None
    until: str | None
    never: bool
    copies: int
    octets: int


_COPIES = f"""
SELECT copy_id, bag_id, copy.path, copy.state, copy.checked_at, store_id, store.identifier, label, place,
  bag.identifier, {PIN_OF_COPY}, octets, part_since, part_after, part_wrong
FROM copy JOIN store USING (store_id) JOIN bag USING (bag_id)
"""


def longest_unchecked(catalogue: Catalogue, store: KnownStore, now: str) -> Iterator[AuditableCopy]:
    """Yield the copies in a store: first what was not right, then the longest unchecked.

    Args:
        catalogue: The catalogue.
        store: The store.
        now: The time, RFC 3339 in UTC; a check that is said to have been later counts for nothing.
    """
    sql = (
        f"{_COPIES} WHERE store_id = ? AND copy.state <> 'retired' ORDER BY copy.state = 'present',"
        " CASE WHEN checked_at <= ? THEN checked_at ELSE '' END, part_since IS NULL, copy.path"
    )
    yield from map(_auditable, catalogue.rows(sql, (store.store_id, now)))


def auditable(catalogue: Catalogue, copy_id: int) -> AuditableCopy:
    """Return a copy by its number."""
    row = catalogue.row(f"{_COPIES} WHERE copy_id = ?", (copy_id,))
    assert row is not None, "a copy is never removed"
    return _auditable(row)


def unchecked_copies(catalogue: Catalogue, store: KnownStore) -> tuple[str, ...]:
    """Return the paths of copies in a store that were never checked and are of bags that another store has, or had."""
    sql = (
        "SELECT path FROM copy WHERE store_id = ? AND state = 'present' AND checked_at IS NULL AND EXISTS"
        " (SELECT 1 FROM copy other WHERE other.bag_id = copy.bag_id AND other.store_id <> copy.store_id) ORDER BY path"
    )
    return tuple(str(path) for (path,) in catalogue.rows(sql, (store.store_id,)))


def keep_part(catalogue: Catalogue, copy: Copy, part: Part | None) -> None:
    """Note how far the audit of a copy has come, or that none is under way; within a transaction."""
    values = (None, None, 0) if part is None else (part.since, part.after, part.wrong)
    sql = "UPDATE copy SET part_since = ?, part_after = ?, part_wrong = ? WHERE copy_id = ?"
    catalogue.run(sql, (*values, copy.copy_id))


def whole_copies(catalogue: Catalogue, copy: Copy) -> tuple[BagCopy, ...]:
    """Return the other copies of the same bag of which nothing wrong is known, the latest checked first."""
    sql = "SELECT identifier, path FROM copy JOIN store USING (store_id) WHERE copy_id = ?"
    own = catalogue.row(sql, (copy.copy_id,))
    others = [one for one in copies_of(catalogue, copy.bag_id) if one.state == "present"]
    others = [one for one in others if (one.store_identifier, one.path) != own]
    return tuple(sorted(others, key=lambda one: one.checked_at or "", reverse=True))


def debts(catalogue: Catalogue, days: tuple[str, ...], now: str) -> tuple[Debt, ...]:
    """Return how much was last checked when: never, then before each of ``days``, the earliest first, then since the last.

    Args:
        catalogue: The catalogue.
        days: Days, each later than the one before.
        now: The time, RFC 3339 in UTC.
    """
    bounds = (None, *days, None)
    never = _debt(catalogue, "checked_at IS NULL OR checked_at > ?", (now,))
    found = [Debt(None, None, True, *never)]
    for since, until in itertools.pairwise(bounds):
        where = "checked_at >= ? AND checked_at < ? AND checked_at <= ?"
        counted = _debt(catalogue, where, (since or "", until or "9999", now))
        found.append(Debt(since, until, False, *counted))
    return tuple(one for one in found if one.copies)


def _debt(catalogue: Catalogue, where: str, values: tuple[str, ...]) -> tuple[int, int]:
    sql = f"SELECT count(*), coalesce(sum(octets), 0) FROM copy JOIN bag USING (bag_id) WHERE state IN ('present', 'damaged') AND ({where})"
    row = catalogue.row(sql, values)
    assert row is not None, "a count is always given"
    return int(row[0] or 0), int(row[1] or 0)


def _auditable(row: Row) -> AuditableCopy:
    read = RowReader(row)
    copy = Copy(read.whole(), read.whole(), read.text(), read.text(), read.text_or_none())
    store = KnownStore(read.whole(), read.text(), read.text(), read.octets() or b"")
    identifier, pin, octets = read.text(), read.octets() or b"", read.whole()
    since, after, wrong = read.text_or_none(), read.octets(), read.whole()
    part = None if since is None or after is None else Part(since, after, wrong)
    return AuditableCopy(copy, store, identifier, pin, octets, part)
