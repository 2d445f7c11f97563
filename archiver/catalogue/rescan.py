"""What the last state of a collection says of each path of its source, and where the bytes lie: for packing it again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import cast

from archiver.catalogue.database import Catalogue, Row
from archiver.catalogue.renewed import PIN_OF_COPY
from archiver.model.source import FileStat, Listing
from archiver.model.state import Before, HoldingBag


@dataclass(frozen=True, slots=True)
class PresentBag:
    """A bag that is in the store.

    Attributes:
        bag_id: Its number.
        bag: What other bags call it.
        algorithm: Of the digests that the catalogue has of its files.
        path: Its path below the store.
    """

    bag_id: int
    bag: HoldingBag
    algorithm: str
    path: str


@dataclass(frozen=True, slots=True)
class LastFile:
    """A file of the last state.

    Attributes:
        path: The record path.
        before: What it was.
        key: What the listing said of it; ``None`` where only a bag tells of it.
        file_id: Number of the file in a bag that has its bytes.
        bag_id: Number of that bag.
        bag_path: The path there, ``data/…``.
        record_at: Where its line begins in that bag's ``files.jsonl``; ``None`` where it has none.
    """

    path: str
    before: Before
    key: FileStat | None
    file_id: int
    bag_id: int
    bag_path: str
    record_at: int | None


def present_bags(catalogue: Catalogue, store_id: int) -> dict[int, PresentBag]:
    """Return the bags that are in a store as they were sealed, by their number."""
    rows = catalogue.rows(
        f"SELECT bag_id, identifier, name, {PIN_OF_COPY}, algorithms, path FROM copy JOIN bag USING (bag_id)"
        " WHERE store_id = ? AND state = 'present'",
        (store_id,),
    )
    return {
        cast("int", number): PresentBag(
            cast("int", number),
            HoldingBag(str(identifier), str(name), cast("bytes", pin).hex()),
            str(algorithms).split(",")[0],
            str(path),
        )
        for number, identifier, name, pin, algorithms, path in rows
    }


def is_known(catalogue: Catalogue, store_id: int, identifier: str) -> bool:
    """Whether an accession in a store has an identifier."""
    found = catalogue.value(
        "SELECT 1 FROM accession JOIN collection USING (collection_id) WHERE identifier = ? AND store_id = ?",
        (identifier, store_id),
    )
    return found is not None


def is_all_there(catalogue: Catalogue, store_id: int, collection_id: int) -> bool:
    """Whether every bag that the last state of a collection needs is in the store, as it was sealed."""
    absent = catalogue.value(
        "SELECT 1 FROM copy WHERE store_id = ? AND state <> 'present' LIMIT 1", (store_id,)
    )
    if absent is None:
        return True
    needed = catalogue.value(
        "SELECT 1 FROM held JOIN place USING (place_id) WHERE collection_id = ?1 AND last_acc IS NULL AND NOT EXISTS"
        " (SELECT 1 FROM bag JOIN copy USING (bag_id) WHERE store_id = ?2 AND state = 'present'"
        "  AND held.file_id BETWEEN first_file AND last_file) LIMIT 1",
        (collection_id, store_id),
    )
    return needed is None


class LastState:
    """The last state of a collection, folder by folder.

    Args:
        catalogue: The catalogue, open as long as this is of use.
        collection_id: Number of the collection's line.
        proven_ns: From this moment on times proved nothing when its source was looked at, where only a bag tells.
    """

    def __init__(self, catalogue: Catalogue, collection_id: int, proven_ns: int) -> None:
        self._catalogue = catalogue
        self._proven_ns = proven_ns
        self._collection = collection_id
        self._folders: dict[int, str] = {}

    def folder(self, path: str) -> tuple[int | None, dict[str, LastFile]]:
        """Return the number of a folder of the source and what the last state has in it, by name."""
        place = self._catalogue.value(
            "SELECT place_id FROM place WHERE collection_id = ? AND path = ?", (self._collection, path)
        )
        if not isinstance(place, int):
            return None, {}
        files = map(self._file, self._catalogue.rows(f"{_FILES} AND h.place_id = ?", (place,)))
        return place, {file.path.rpartition("/")[2]: file for file in files}

    def beside(self, seen: Iterable[int]) -> Iterator[LastFile]:
        """Yield what the last state has in all other folders than those with the numbers ``seen``."""
        known = set(seen)
        places = self._catalogue.rows(
            "SELECT place_id, path FROM place WHERE collection_id = ?", (self._collection,)
        )
        for place, _ in places:
            if place not in known:
                yield from map(self._file, self._catalogue.rows(f"{_FILES} AND h.place_id = ?", (place,)))

    def _file(self, row: Row) -> LastFile:
        (folder, name, modified, size, mtime, ctime, inode, racy, decision, *of_file) = row
        file_id, bag_id, folder_id, stored, octets, digest, essence, record_at = of_file
        key = None
        if racy is not None and None not in (size, mtime, ctime, inode):
            key = FileStat(*cast("tuple[int, int, int, int]", (size, mtime, ctime, inode)))
        before = Before(
            size_bytes=cast("int", octets),
            modified_ns=cast("int", modified),
            digest=cast("bytes", digest),
            essence=cast("bytes | None", essence),
            decision=cast("bytes | None", decision),
            racy=cast("int", modified) >= self._proven_ns if racy is None else racy != 0,
        )
        return LastFile(
            path="/".join(filter(None, (str(folder), str(name)))),
            before=before,
            key=key,
            file_id=cast("int", file_id),
            bag_id=cast("int", bag_id),
            bag_path="/".join(filter(None, ("data", self._bag_folder(cast("int", folder_id)), str(stored)))),
            record_at=cast("int | None", record_at),
        )

    def _bag_folder(self, folder_id: int) -> str:
        found = self._folders.get(folder_id)
        if found is None:
            if len(self._folders) >= _FOLDERS_KEPT:
                self._folders.clear()
            row = self._catalogue.value("SELECT path FROM folder WHERE folder_id = ?", (folder_id,))
            found = self._folders[folder_id] = str(row)
        return found


_FOLDERS_KEPT = 4096
_FILES = (
    "SELECT p.path, h.name, h.modified_ns, h.size, h.mtime_ns, h.ctime_ns, h.inode, h.racy, d.digest, f.file_id,"
    " f.bag_id, f.folder_id, f.name, f.size, f.digest, f.essence, f.record_at"
    " FROM held h JOIN place p USING (place_id) JOIN file f USING (file_id)"
    " LEFT JOIN decision d ON d.decision_id = h.decision_id WHERE h.last_acc IS NULL"
)


def listings(catalogue: Catalogue, collection_id: int) -> dict[str, bytes]:
    """Return what the last look at each folder of the source saw, where that proves anything, by the folder's path."""
    rows = catalogue.rows(
        "SELECT path, listing FROM place WHERE collection_id = ? AND listing IS NOT NULL", (collection_id,)
    )
    return {str(path): cast("bytes", listing) for path, listing in rows}


def keep_listings(
    catalogue: Catalogue, collection_id: int, folders: Iterable[tuple[str, Listing | None]], until_ns: int
) -> None:
    """Keep what was seen of each folder, where nothing in it is as late as ``until_ns``; within a transaction."""
    catalogue.run("UPDATE place SET listing = NULL WHERE collection_id = ?", (collection_id,))
    catalogue.run_many(
        "INSERT INTO place (collection_id, path, listing) VALUES (?, ?, ?)"
        " ON CONFLICT (collection_id, path) DO UPDATE SET listing = excluded.listing",
        (
            (collection_id, path, seen.digest)
            for path, seen in folders
            if seen is not None and seen.newest_ns < until_ns
        ),
    )
