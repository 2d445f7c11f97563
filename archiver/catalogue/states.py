"""The states of collections: which content each path of a source had, from which accession to which.

An accession adds a row only for a path whose content, time or decision is another than before, so that a line of
hundreds of accessions takes little more room than one. What a path's file looked like from outside, the rescan key,
stands in the same row and in no bag: it says only what need not be read again on this computer.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from archiver.bagit.bag_source import BagSource, source_of
from archiver.bagit.names import PAYLOAD
from archiver.bagit.telling import ignore
from archiver.catalogue.database import Catalogue, Row, Value
from archiver.catalogue.rows import Numbers
from archiver.catalogue.take_in import EARLY, decisions_of_bag
from archiver.model.state import HoldingBag, StateFile
from archiver.records.names import STATE_RECORD
from archiver.records.state import read_state

_AT_ONCE = 2_000
_REMEMBERED = 20_000
_MOST = 1 << 63


@dataclass(frozen=True, slots=True)
class Accession:
    """An accession that the catalogue knows.

    Attributes:
        accession_id: Its number.
        identifier: Its identifier, ``urn:uuid:…``.
        collection_id: The number of its collection.
        at: When it was made, RFC 3339 in UTC.
        started_ns: Clock before the first look at the source; ``None`` where it is known from bags alone.
        granularity_ns: Of times in the source's file system; ``None`` as above.
        policy: Name of the policy; ``None`` where it is not recorded.
        rights: Digest of what its decisions rest on; ``None`` as above.
        holds_until: The last day on which its decisions hold; ``None`` where none ends, or as above.
        bags: Bags that it has in all.
    """

    accession_id: int
    identifier: str
    collection_id: int
    at: str
    started_ns: int | None
    granularity_ns: int | None
    policy: str | None
    rights: bytes | None
    holds_until: str | None
    bags: int


@dataclass(frozen=True, slots=True)
class HeldPath:
    """What a path of a source had.

    Attributes:
        name: The file's name, as records have it.
        file_id: The file in a bag that has its bytes.
        modified_ns: Its modification time.
        decision_id: What was decided of it.
        size, mtime_ns, ctime_ns, inode, racy: The rescan key; ``None`` where it is known from bags alone.
    """

    name: str
    file_id: int
    modified_ns: int
    decision_id: int | None
    size: int | None
    mtime_ns: int | None
    ctime_ns: int | None
    inode: int | None
    racy: int | None


@dataclass(frozen=True, slots=True)
class SeenPath:
    """How a file of a source looked from outside when its content was known: its rescan key.

    Attributes:
        path: Its path, as records have it.
        size: Bytes.
        mtime_ns: Modification time.
        ctime_ns: Time of the last change of state.
        inode: Its number in its file system.
        racy: Whether it was changed so late that its times prove nothing.
    """

    path: str
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    racy: bool


def find_collection(catalogue: Catalogue, store_id: int, name: str) -> int | None:
    """Return the number of a collection's line in a store."""
    sql = "SELECT collection_id FROM collection WHERE store_id = ? AND name = ?"
    return catalogue.number(sql, (store_id, name)) or None


def latest(catalogue: Catalogue, collection_id: int) -> Accession | None:
    """Return the last accession of a line."""
    return _one(catalogue, "collection_id = ? ORDER BY accession_id DESC", (collection_id,))


def accession_at(catalogue: Catalogue, collection_id: int, until: str) -> Accession | None:
    """Return the last accession of a line that was made before a moment, or at it.

    Args:
        catalogue: The catalogue.
        collection_id: The line.
        until: RFC 3339 in UTC; a day alone means its end.
    """
    moment = f"{until}T23:59:60Z" if len(until) == len("2026-01-01") else until
    return _one(
        catalogue, "collection_id = ? AND at <= ? ORDER BY accession_id DESC", (collection_id, moment)
    )


def accession_named(catalogue: Catalogue, identifier: str) -> Accession | None:
    """Return the accession with an identifier."""
    return _one(catalogue, "identifier = ?", (identifier,))


def accession_with_number(catalogue: Catalogue, accession_id: int) -> Accession | None:
    """Return the accession with a number."""
    return _one(catalogue, "accession_id = ?", (accession_id,))


def accessions(catalogue: Catalogue, collection_id: int) -> Iterator[Accession]:
    """Yield the accessions of a line, the oldest first."""
    sql = f"{_ACCESSION} WHERE collection_id = ? ORDER BY accession_id"
    yield from map(_accession, catalogue.rows(sql, (collection_id,)))


def held_now(catalogue: Catalogue, collection_id: int, folder: str) -> dict[str, HeldPath]:
    """Return what the paths in one folder of a source had at the last accession, by name.

    Args:
        catalogue: The catalogue.
        collection_id: The line.
        folder: The folder's path below the source, as records have it; empty for the source itself.
    """
    sql = (
        "SELECT name, file_id, modified_ns, decision_id, size, mtime_ns, ctime_ns, inode, racy FROM held"
        " WHERE place_id = (SELECT place_id FROM place WHERE collection_id = ? AND path = ?) AND last_acc IS NULL"
    )
    found = map(_held, catalogue.rows(sql, (collection_id, folder)))
    return {one.name: one for one in found}


def folders_held(catalogue: Catalogue, collection_id: int) -> Iterator[tuple[str, int]]:
    """Yield each folder of a source that had files at the last accession, with how many; in no particular order."""
    sql = (
        "SELECT place.path, count(*) FROM held JOIN place USING (place_id)"
        " WHERE collection_id = ? AND last_acc IS NULL GROUP BY place_id"
    )
    for path, files in catalogue.rows(sql, (collection_id,)):
        yield str(path), int(files or 0)


def state_of(catalogue: Catalogue, accession: Accession) -> Iterator[tuple[str, HeldPath]]:
    """Yield what every path of a source had at an accession, each after its folder's path."""
    sql = (
        "SELECT place.path, name, file_id, modified_ns, decision_id, size, mtime_ns, ctime_ns, inode, racy"
        " FROM place JOIN held USING (place_id)"
        " WHERE collection_id = ? AND first_acc <= ? AND (last_acc IS NULL OR last_acc >= ?)"
    )
    number = accession.accession_id
    for folder, *held in catalogue.rows(sql, (accession.collection_id, number, number)):
        yield str(folder), _held(tuple(held))


def keep_looks(catalogue: Catalogue, collection_id: int, seen: Iterable[SeenPath]) -> None:
    """Keep the rescan keys of files whose content at the last accession is known; within a transaction."""
    sql = (
        "UPDATE held SET size = ?, mtime_ns = ?, ctime_ns = ?, inode = ?, racy = ?"
        " WHERE place_id = ? AND name = ? AND last_acc IS NULL"
    )
    places = _Places(catalogue, collection_id)

    def rows() -> Iterator[tuple[Value, ...]]:
        for one in seen:
            folder, _, name = one.path.rpartition("/")
            key = (one.size, one.mtime_ns, one.ctime_ns, signed(one.inode), int(one.racy))
            yield (*key, places.number(folder), name)

    for batch in _batches(rows()):
        catalogue.run_many(sql, batch)


def keep_run(  # noqa: PLR0913 - what only the run that made an accession knows
    catalogue: Catalogue,
    identifier: str,
    *,
    started_ns: int,
    granularity_ns: int,
    rights: bytes,
    holds_until: str | None,
) -> None:
    """Keep of an accession what stands in none of its bags; within a transaction."""
    catalogue.run(
        "UPDATE accession SET started_ns = ?, granularity_ns = ?, rights = ?, holds_until = ? WHERE identifier = ?",
        (started_ns, granularity_ns, rights, holds_until, identifier),
    )


def keep_look_at(catalogue: Catalogue, collection_id: int, at: str) -> None:
    """Note when the source of a line was last looked at, RFC 3339 in UTC; within a transaction."""
    catalogue.run("UPDATE collection SET looked_at = ? WHERE collection_id = ?", (at, collection_id))


def signed(inode: int) -> int:
    """Return a number of 64 bits as SQLite can keep it."""
    return inode - 2 * _MOST if inode >= _MOST else inode


def tell_states(catalogue: Catalogue) -> tuple[str, ...]:
    """Bring the held rows up to the accessions whose bags were taken in; return what could not be read.

    Each accession is a transaction. One that comes between others, or a bag of which comes late, has its whole line
    told anew; then rescan keys are lost and everything is read again.
    """
    sql = (
        "SELECT accession_id, collection_id FROM accession WHERE stated <"
        " (SELECT count(*) FROM bag WHERE bag.accession_id = accession.accession_id) ORDER BY at, identifier"
    )
    done: set[int] = set()
    notes: list[str] = []
    for accession_id, collection_id in list(catalogue.rows(sql)):
        number, line = int(accession_id or 0), int(collection_id or 0)
        if line in done:
            continue
        if _is_next(catalogue, number, line):
            with catalogue.write():
                notes += _tell(catalogue, number, line)
        else:
            done.add(line)
            with catalogue.write():
                notes += _tell_anew(catalogue, line)
    return tuple(notes)


def _is_next(catalogue: Catalogue, accession_id: int, collection_id: int) -> bool:
    """Whether nothing is told yet of an accession or of any after it, and its number is past those before it."""
    sql = (
        "SELECT count(*) FROM accession one, accession other WHERE one.accession_id = ? AND other.collection_id = ?"
        " AND (other.stated > 0 AND (other.at, other.identifier) >= (one.at, one.identifier)"
        "  OR (other.at, other.identifier) < (one.at, one.identifier) AND other.accession_id > one.accession_id)"
    )
    return not catalogue.number(sql, (accession_id, collection_id))


def _tell_anew(catalogue: Catalogue, collection_id: int) -> list[str]:
    """Tell a whole line anew, its accessions numbered in the order in which they were made."""
    catalogue.run(
        "DELETE FROM held WHERE place_id IN (SELECT place_id FROM place WHERE collection_id = ?)",
        (collection_id,),
    )
    catalogue.run("PRAGMA defer_foreign_keys = ON")
    sql = "SELECT accession_id FROM accession WHERE collection_id = ? ORDER BY at, identifier"
    old = [int(number or 0) for (number,) in catalogue.rows(sql, (collection_id,))]
    new = old
    if old != sorted(old):
        begin = catalogue.number("SELECT max(accession_id) FROM accession") + 1
        new = list(range(begin, begin + len(old)))
        pairs = list(zip(new, old, strict=True))
        catalogue.run_many("UPDATE accession SET accession_id = ? WHERE accession_id = ?", pairs)
        catalogue.run_many("UPDATE bag SET accession_id = ? WHERE accession_id = ?", pairs)
    return [note for number in new for note in _tell(catalogue, number, collection_id)]


_TELLING = (
    "SELECT bag_id, name FROM bag WHERE accession_id = ?1"
    " AND (bag_id IN (SELECT bag_id FROM copy WHERE state = 'present')"
    "  OR identifier NOT IN (SELECT other.identifier FROM bag AS other JOIN copy USING (bag_id)"
    "   WHERE other.accession_id = ?1 AND state = 'present'))"
    " ORDER BY first_file IS NULL, first_file, name"
)
"""The bags that tell the state of an accession: of one whose tag files were changed since, as it is in a copy now."""


def _tell(catalogue: Catalogue, accession_id: int, collection_id: int) -> list[str]:
    """Tell the state of one accession, the last one of its line that is told."""
    sql = (
        "SELECT accession_id FROM accession WHERE collection_id = ? AND accession_id < ? AND stated > 0"
        " ORDER BY accession_id DESC"
    )
    before = catalogue.number(sql, (collection_id, accession_id))
    catalogue.run(
        "CREATE TEMP TABLE IF NOT EXISTS now (place_id INTEGER, name TEXT, file_id INTEGER, modified_ns INTEGER,"
        " decision_id INTEGER, PRIMARY KEY (place_id, name)) WITHOUT ROWID"
    )
    catalogue.run("DELETE FROM temp.now")
    bags = catalogue.number("SELECT count(*) FROM bag WHERE accession_id = ?", (accession_id,))
    notes = []
    for bag_id, name in list(catalogue.rows(_TELLING, (accession_id,))):
        try:
            _gather(catalogue, collection_id, int(bag_id or 0))
        except (OSError, ValueError, LookupError):
            notes.append(f"the record of the state in {name!s} cannot be read")
    if before:
        _close(catalogue, collection_id, before)
    # how a file looked whose bytes are the same still proves them, whatever was decided of it since
    catalogue.run(
        "INSERT INTO held (place_id, name, first_acc, file_id, modified_ns, decision_id,"
        " size, mtime_ns, ctime_ns, inode, racy)"
        " SELECT now.place_id, now.name, ?1, now.file_id, now.modified_ns, now.decision_id,"
        " was.size, was.mtime_ns, was.ctime_ns, was.inode, was.racy"
        " FROM temp.now LEFT JOIN held AS was ON was.place_id = now.place_id AND was.name = now.name"
        "  AND was.last_acc = ?2 AND was.file_id = now.file_id"
        " WHERE NOT EXISTS (SELECT 1 FROM held"
        "  WHERE held.place_id = now.place_id AND held.name = now.name AND held.last_acc IS NULL)"
        " ORDER BY now.place_id, now.name",
        (accession_id, before),
    )
    catalogue.run("DELETE FROM temp.now")
    catalogue.run("UPDATE accession SET stated = ? WHERE accession_id = ?", (bags, accession_id))
    return notes


def _close(catalogue: Catalogue, collection_id: int, before: int) -> None:
    """End what is not as it was: at the accession before."""
    catalogue.run(
        "UPDATE held SET last_acc = ? WHERE last_acc IS NULL"
        " AND place_id IN (SELECT place_id FROM place WHERE collection_id = ?)"
        " AND NOT EXISTS (SELECT 1 FROM temp.now WHERE now.place_id = held.place_id AND now.name = held.name"
        "  AND now.file_id = held.file_id AND now.modified_ns = held.modified_ns"
        "  AND now.decision_id IS held.decision_id)",
        (before, collection_id),
    )


def _gather(catalogue: Catalogue, collection_id: int, bag_id: int) -> None:
    """Put what a bag records of the state into the table ``now``.

    Raises:
        ValueError, LookupError, OSError: where it cannot be read.
    """
    with _copy_of(catalogue, bag_id) as source:
        numbers = Numbers(catalogue)
        decisions = decisions_of_bag(numbers, source)
        places, files = _Places(catalogue, collection_id), _Files(catalogue, numbers, bag_id)

        def rows(state: Iterable[StateFile]) -> Iterator[tuple[Value, ...]]:
            for one in state:
                file_id = files.number(one)
                if file_id is not None:
                    folder, _, name = one.path.rpartition("/")
                    told = (one.modified_ns, decisions.number(one.decision))
                    yield (places.number(folder), name, file_id, *told)

        with source.open(STATE_RECORD) as stream:
            _, state = read_state(stream)
            for batch in _batches(rows(state)):
                catalogue.run_many("INSERT OR IGNORE INTO temp.now VALUES (?, ?, ?, ?, ?)", batch)
    head = (
        "UPDATE accession SET policy = ? WHERE accession_id = (SELECT accession_id FROM bag WHERE bag_id = ?)"
    )
    if decisions.policy is not None:
        catalogue.run(head, (decisions.policy, bag_id))


@contextmanager
def _copy_of(catalogue: Catalogue, bag_id: int) -> Iterator[BagSource]:
    """Lend a copy of a bag that is there; one that is known to be damaged where there is no other, for its records may be whole.

    Raises:
        FileNotFoundError: where none is.
    """
    sql = (
        "SELECT place, path FROM copy JOIN store USING (store_id) WHERE bag_id = ?"
        " AND state IN ('present', 'damaged') ORDER BY state = 'damaged', copy_id"
    )
    for place, path in list(catalogue.rows(sql, (bag_id,))):
        assert isinstance(place, bytes)
        whole = place + b"/" + os.fsencode(str(path))
        if not os.path.exists(whole):
            continue
        source = source_of(whole, early=EARLY)
        try:
            with source.listing(ignore):  # an archive's records are put aside by it
                pass
            yield source
        finally:
            source.close()
        return
    raise FileNotFoundError(bag_id)


class _Places:
    """Numbers of the folders of a source, made where they are new."""

    def __init__(self, catalogue: Catalogue, collection_id: int) -> None:
        self._catalogue = catalogue
        self._collection_id = collection_id
        self._known: dict[str, int] = {}

    def number(self, path: str) -> int:
        found = self._known.get(path)
        if found is None:
            key = (self._collection_id, path)
            found = self._catalogue.number(
                "SELECT place_id FROM place WHERE collection_id = ? AND path = ?", key
            ) or self._catalogue.add("INSERT INTO place (collection_id, path) VALUES (?, ?)", key)
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[path] = found
        return found


class _Files:
    """Numbers of files in bags, by what a record of the state says of where the bytes are."""

    def __init__(self, catalogue: Catalogue, numbers: Numbers, bag_id: int) -> None:
        self._catalogue = catalogue
        self._numbers = numbers
        self._own = self._range("bag_id = ?", (bag_id,))
        self._earlier: dict[str, tuple[int, int]] = {}

    def number(self, file: StateFile) -> int | None:
        """Return the number of the file; ``None`` where the bag, or such a file in it, is not known."""
        first, last = self._own
        if file.bag is not None:
            span = self._earlier.get(file.bag.pin)
            if span is None:
                span = self._earlier[file.bag.pin] = self._range_of(file.bag)
            first, last = span
        folder, _, name = file.bag_path.removeprefix(PAYLOAD).rpartition("/")
        folder_id = self._numbers.known_folder(folder)
        if folder_id is None or not last:
            return None
        sql = "SELECT file_id FROM file WHERE folder_id = ? AND name = ? AND file_id BETWEEN ? AND ? AND digest = ?"
        return self._catalogue.number(sql, (folder_id, name, first, last, bytes.fromhex(file.digest))) or None

    def _range_of(self, bag: HoldingBag) -> tuple[int, int]:
        """Return the numbers of a bag's files; one whose tag files were changed since is known by its identifier."""
        of_pin = self._range("pin = ?", (bytes.fromhex(bag.pin),))
        return of_pin if any(of_pin) else self._range("identifier = ?", (bag.identifier,))

    def _range(self, where: str, values: tuple[Value, ...]) -> tuple[int, int]:
        row = self._catalogue.row(f"SELECT first_file, last_file FROM bag WHERE {where}", values)
        return (0, 0) if row is None else (int(row[0] or 0), int(row[1] or 0))


_ACCESSION = (
    "SELECT accession_id, identifier, collection_id, at, started_ns, granularity_ns, policy, rights, holds_until, bags"
    " FROM accession"
)


def _one(catalogue: Catalogue, where: str, values: tuple[Value, ...]) -> Accession | None:
    row = catalogue.row(f"{_ACCESSION} WHERE {where}", values)
    return None if row is None else _accession(row)


def _accession(row: Row) -> Accession:
    return Accession(*row)  # type: ignore[arg-type]  # the table is strict


def _held(row: Row) -> HeldPath:
    return HeldPath(*row)  # type: ignore[arg-type]  # the same


def _batches(rows: Iterable[tuple[Value, ...]]) -> Iterator[list[tuple[Value, ...]]]:
    batch: list[tuple[Value, ...]] = []
    for row in rows:
        batch.append(row)
        if len(batch) >= _AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch
