"""Says how things stand: how many copies bags have, when they were checked, what falls due."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from archiver.catalogue.database import Catalogue


@dataclass(frozen=True, slots=True)
class Kept:
    """Bags that have the same number of copies.

    Attributes:
        copies: Copies that were there and not damaged when last seen.
        bags: How many bags.
    """

    copies: int
    bags: int


@dataclass(frozen=True, slots=True)
class NamedCopy:
    """A copy that is named by itself.

    Attributes:
        name: The bag's name.
        store: Label of the store that the copy is in.
        path: Path of the copy below the store.
        octets: Bytes of its payload.
    """

    name: str
    store: str
    path: str
    octets: int


@dataclass(frozen=True, slots=True)
class LastChecked:
    """Copies in one store whose last whole check lies in one month.

    Attributes:
        store: Label of the store.
        month: The month, as ``2026-11``; ``None`` where they were never checked.
        copies: How many copies.
        octets: Bytes of their payloads.
    """

    store: str
    month: str | None
    copies: int
    octets: int


@dataclass(frozen=True, slots=True)
class FallingDue:
    """What falls due.

    Attributes:
        unchecked: Copies that were never checked, or not since a day.
        restricted_files: Files of the latest states whose declared restriction ends within the time asked about.
        restricted_until: The first of these days; ``None`` where there are no such files.
    """

    unchecked: int
    restricted_files: int
    restricted_until: str | None


def kept(catalogue: Catalogue) -> tuple[Kept, ...]:
    """Return how many bags have how many copies, the fewest first; bags that were retired everywhere do not count."""
    sql = (
        "SELECT whole, count(*) FROM (SELECT sum(state = 'present') AS whole FROM copy GROUP BY bag_id"
        " HAVING sum(state <> 'retired') > 0) GROUP BY whole ORDER BY whole"
    )
    return tuple(Kept(int(copies or 0), int(bags or 0)) for copies, bags in catalogue.rows(sql))


def last_checks(catalogue: Catalogue, now: str) -> tuple[LastChecked, ...]:
    """Return how much was last checked in which month, by store and month; what never was comes first.

    Args:
        catalogue: The catalogue.
        now: The latest moment of a check that is believed, RFC 3339 in UTC; one later counts for nothing.
    """
    sql = (
        "SELECT label, CASE WHEN checked_at <= ? THEN substr(checked_at, 1, 7) END AS month, count(*), sum(octets)"
        " FROM copy JOIN store USING (store_id) JOIN bag USING (bag_id) WHERE state IN ('present', 'damaged')"
        " GROUP BY label, store_id, month ORDER BY label, store_id, month"
    )
    return tuple(
        LastChecked(str(store), None if month is None else str(month), int(copies or 0), int(octets or 0))
        for store, month, copies, octets in catalogue.rows(sql, (now,))
    )


def protected(catalogue: Catalogue) -> int:
    """Return how many bags have recovery data; bags that were retired everywhere do not count."""
    sql = (
        "SELECT count(*) FROM bag WHERE parity > 0 AND EXISTS"
        " (SELECT 1 FROM copy WHERE copy.bag_id = bag.bag_id AND state <> 'retired')"
    )
    return catalogue.number(sql)


def in_one_copy(catalogue: Catalogue) -> Iterator[NamedCopy]:
    """Yield the only copy of each bag of which one whole copy is known and no more, the largest first."""
    sql = (
        "SELECT bag.name, label, copy.path, octets FROM bag JOIN copy USING (bag_id) JOIN store USING (store_id)"
        " WHERE state = 'present' AND (SELECT count(*) FROM copy other WHERE other.bag_id = bag.bag_id"
        "  AND other.state = 'present') = 1 ORDER BY octets DESC, bag.name"
    )
    for name, store, path, octets in catalogue.rows(sql):
        yield NamedCopy(str(name), str(store), str(path), int(octets or 0))


def with_older_files(catalogue: Catalogue) -> Iterator[NamedCopy]:
    """Yield the copies with the tag files of before, while another copy of the bag has newer ones, by their names.

    Where every copy with newer ones was retired nothing newer is left to bring them up to date with.
    """
    sql = (
        "SELECT bag.name, label, copy.path, octets FROM older_copy JOIN copy USING (copy_id) JOIN bag USING (bag_id)"
        " JOIN store USING (store_id) WHERE state IN ('present', 'damaged')"
        " AND EXISTS (SELECT 1 FROM copy newer WHERE newer.bag_id = copy.bag_id AND newer.state <> 'retired'"
        "  AND newer.copy_id NOT IN (SELECT copy_id FROM older_copy)) ORDER BY bag.name, label"
    )
    for name, store, path, octets in catalogue.rows(sql):
        yield NamedCopy(str(name), str(store), str(path), int(octets or 0))


def falling_due(catalogue: Catalogue, checked_since: str, today: str, until: str) -> FallingDue:
    """Return what falls due.

    Args:
        catalogue: The catalogue.
        checked_since: A copy that was checked on that day or later need not be checked.
        today: The day.
        until: The last day to look ahead to.
    """
    unchecked = catalogue.number(
        "SELECT count(*) FROM copy WHERE state IN ('present', 'damaged') AND coalesce(checked_at, '') < ?",
        (checked_since,),
    )
    ending = "SELECT decision_id FROM decision WHERE restricted_until BETWEEN ? AND ?"
    if catalogue.row(ending, (today, until)) is None:
        return FallingDue(unchecked, 0, None)
    row = catalogue.row(
        f"SELECT count(*), min(restricted_until) FROM held JOIN decision USING (decision_id)"
        f" WHERE last_acc IS NULL AND decision_id IN ({ending})",
        (today, until),
    )
    assert row is not None, "a count is always given"
    return FallingDue(unchecked, int(row[0] or 0), None if row[1] is None else str(row[1]))
