"""Says all that the catalogue knows of one bag, one file or one album."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from archiver.catalogue.columns import RowReader
from archiver.catalogue.copies import BagCopy, copies_of
from archiver.catalogue.database import Catalogue, Value
from archiver.catalogue.folding import fold, in_order
from archiver.catalogue.listing import artist_of
from archiver.catalogue.query.terms import Query, Term, Words
from archiver.catalogue.search import FoundFile, Search, file_of
from archiver.catalogue.tagged import TagReader

MOST_FILES = 1_000
"""Files that a name may stand for before it is too wide to be shown."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision on rights.

    Attributes:
        disposition: What becomes of the file.
        basis: The basis that governs.
        acts: Act to answer.
        personal: ``detected``, ``unknown``, or ``None`` where no personal data was detected.
        restricted_until: The last day of a declared restriction, or ``None``.
        reasons: How it came about: code and sentence.
    """

    disposition: str
    basis: str
    acts: Mapping[str, str]
    personal: str | None
    restricted_until: str | None
    reasons: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class HeldAs:
    """A path at which a collection held the bytes of a file, from one accession to another.

    Attributes:
        collection: Name of the collection.
        store: Label of the store.
        path: Path below the source.
        first_at: When the first accession was made that has it so.
        last_at: When the last one was made; ``None`` where the latest still has it so.
        modified_ns: Modification time, nanoseconds since 1970 UTC.
        decided: What was decided of it; ``None`` where that is not recorded.
    """

    collection: str
    store: str
    path: str
    first_at: str
    last_at: str | None
    modified_ns: int
    decided: Decided | None


@dataclass(frozen=True, slots=True)
class ShownFile:
    """All that is known of a file in a bag.

    Attributes:
        file: The file.
        copies: The copies of its bag.
        problems: Code and sentence of what was found.
        decided: What was decided when it was packed; ``None`` where that is not recorded.
        held: At which paths collections hold, or held, its bytes, the oldest first.
        alike: Other files with the same bytes.
        retagged: Other files with the same music and other bytes.
    """

    file: FoundFile
    copies: tuple[BagCopy, ...]
    problems: tuple[tuple[str, str], ...]
    decided: Decided | None
    held: tuple[HeldAs, ...]
    alike: tuple[FoundFile, ...]
    retagged: tuple[FoundFile, ...]


@dataclass(frozen=True, slots=True)
class ShownBag:
    """All that is known of a bag.

    Attributes:
        bag_id: Its number in this catalogue.
        name: Its name.
        identifier: Its identifier.
        sealed_at: When it was made, as far as that is known.
        algorithms: Of its payload manifests, with commas between.
        pin: Digest of its tag manifest, which every copy must match.
        files: Files of its payload.
        octets: Their bytes.
        collection: The collection that it was packed for, or ``None``.
        accession: Identifier of the accession, or ``None``.
        copies: Its copies.
        formats: Name of a format to files and bytes, those with most bytes first.
        dispositions: Disposition to files.
        problems: Code to files.
        integrity: State of the music to files.
    """

    bag_id: int
    name: str
    identifier: str
    sealed_at: str | None
    algorithms: str
    pin: bytes
    files: int
    octets: int
    collection: str | None
    accession: str | None
    copies: tuple[BagCopy, ...]
    formats: Mapping[str, tuple[int, int]]
    dispositions: Mapping[str, int]
    problems: Mapping[str, int]
    integrity: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ShownAlbum:
    """All that is known of an album.

    Attributes:
        title: Its title, as its first file spells it.
        artist: Its artist; empty where no tag says so.
        files: Its files, in the order of their bags.
    """

    title: str
    artist: str
    files: tuple[FoundFile, ...]


_BAG = """
SELECT bag_id, bag.name, bag.identifier, sealed_at, algorithms, pin, files, octets, first_file, last_file,
  collection.name, accession.identifier
FROM bag LEFT JOIN accession USING (accession_id) LEFT JOIN collection USING (collection_id)
"""
_FORMATS = """
SELECT coalesce(format.name, 'not identified'), count(*), sum(size) FROM file LEFT JOIN format USING (format_id)
WHERE file_id BETWEEN ? AND ? GROUP BY 1 ORDER BY 3 DESC
"""
_DISPOSITIONS = """
SELECT coalesce(disposition, 'not recorded'), count(*) FROM file LEFT JOIN decision USING (decision_id)
WHERE file_id BETWEEN ? AND ? GROUP BY 1 ORDER BY 2 DESC
"""
_PROBLEMS = """
SELECT code, count(DISTINCT file_id) FROM problem WHERE file_id BETWEEN ? AND ? GROUP BY 1 ORDER BY 1
"""
_INTEGRITY = """
SELECT integrity, count(*) FROM file WHERE file_id BETWEEN ? AND ? AND integrity IS NOT NULL GROUP BY 1 ORDER BY 2 DESC
"""
_DECISION = """
SELECT disposition, basis, preserve, access, transfer, publish, mine, personal, restricted_until, reasons
FROM decision WHERE decision_id = ?
"""
_HELD = """
SELECT collection.name, label, place.path, held.name, first.at, last.at, modified_ns, decision_id
FROM held JOIN place USING (place_id) JOIN collection USING (collection_id) JOIN store USING (store_id)
  JOIN accession AS first ON first.accession_id = first_acc
  LEFT JOIN accession AS last ON last.accession_id = last_acc
WHERE file_id = ? ORDER BY first.at, place.path, held.name
"""
_LATEST = """
SELECT decision_id, (SELECT policy FROM accession WHERE accession.collection_id = place.collection_id
  ORDER BY accession_id DESC LIMIT 1)
FROM held JOIN place USING (place_id) WHERE file_id = ? AND last_acc IS NULL
"""
_WHEN_PACKED = """
SELECT decision_id, policy FROM file JOIN bag USING (bag_id) LEFT JOIN accession USING (accession_id)
WHERE file_id = ?
"""
_AT_PATH = """
SELECT file_id FROM file JOIN folder USING (folder_id) WHERE folder.path = ? AND file.name = ? LIMIT ?
"""
_SAME_BYTES = """
SELECT file_id FROM file WHERE substr(digest, 1, 8) = substr(?1, 1, 8) AND digest = ?1 AND file_id <> ?2 LIMIT ?3
"""
_SAME_MUSIC = """
SELECT file_id FROM file WHERE essence IS NOT NULL AND substr(essence, 1, 8) = substr(?1, 1, 8) AND essence = ?1
AND digest <> ?4 AND file_id <> ?2 LIMIT ?3
"""
_PLACES = "SELECT bag_id, store.place, path FROM copy JOIN store USING (store_id) ORDER BY state <> 'present'"
_MOST_ALIKE = 100


def bags_called(catalogue: Catalogue, name: str) -> tuple[int, ...]:
    """Return the bags of a name, or with an identifier that is it or begins with it."""
    found = catalogue.rows("SELECT bag_id FROM bag WHERE name = ? ORDER BY sealed_at", (name,))
    numbers = [number for (number,) in found if isinstance(number, int)]
    if not numbers and len(name) >= _SHORTEST_IDENTIFIER:
        identifier = name.casefold().removeprefix("urn:uuid:")
        rows = catalogue.rows("SELECT bag_id, identifier FROM bag ORDER BY sealed_at")
        numbers = [
            number
            for number, known in rows
            if isinstance(number, int)
            and str(known).casefold().removeprefix("urn:uuid:").startswith(identifier)
        ]
    return tuple(numbers)


_SHORTEST_IDENTIFIER = 6


def bag_at(catalogue: Catalogue, place: bytes) -> tuple[int, bytes] | None:
    """Return the bag of which a copy lies, or lay, at a path or above it, and the rest of the path.

    Args:
        catalogue: The catalogue.
        place: An absolute path.
    """
    for bag_id, above, path in catalogue.rows(_PLACES):
        assert isinstance(bag_id, int)
        assert isinstance(above, bytes)
        at = os.path.join(above, os.fsencode(str(path)))
        if place == at or place.startswith(at + b"/"):
            return bag_id, place[len(at) + 1 :]
    return None


def files_at(catalogue: Catalogue, path: str, bag_id: int | None = None) -> tuple[int, ...]:
    """Return the files at a path below ``data/``, in one bag or in any."""
    folder, _, name = path.removeprefix("data/").rpartition("/")
    found = catalogue.rows(_AT_PATH, (folder, name, MOST_FILES))
    numbers = [number for (number,) in found if isinstance(number, int)]
    if bag_id is None:
        return tuple(numbers)
    first, last = catalogue.row("SELECT first_file, last_file FROM bag WHERE bag_id = ?", (bag_id,)) or (0, 0)
    return tuple(
        number
        for number in numbers
        if isinstance(first, int) and isinstance(last, int) and first <= number <= last
    )


def show_file(catalogue: Catalogue, number: int) -> ShownFile | None:
    """Return all that is known of a file; ``None`` where there is none of that number."""
    tags = TagReader(catalogue)
    file = file_of(catalogue, number, tags)
    if file is None:
        return None
    decision_id = catalogue.value("SELECT decision_id FROM file WHERE file_id = ?", (number,))

    def others(sql: str, values: tuple[Value, ...]) -> tuple[FoundFile, ...]:
        numbers = [row[0] for row in catalogue.rows(sql, values) if isinstance(row[0], int)]
        return tuple(other for at in numbers if (other := file_of(catalogue, at, tags)) is not None)

    return ShownFile(
        file=file,
        copies=tuple(copies_of(catalogue, file.bag_id)),
        problems=problems_of(catalogue, number),
        decided=_decided(catalogue, decision_id),
        held=tuple(_held(catalogue, number)),
        alike=others(_SAME_BYTES, (file.digest, number, _MOST_ALIKE)),
        retagged=()
        if file.essence is None
        else others(_SAME_MUSIC, (file.essence, number, _MOST_ALIKE, file.digest)),
    )


def show_bag(catalogue: Catalogue, bag_id: int) -> ShownBag | None:
    """Return all that is known of a bag; ``None`` where there is none of that number."""
    row = catalogue.row(f"{_BAG} WHERE bag_id = ?", (bag_id,))
    if row is None:
        return None
    read = RowReader(row)
    number, name, identifier, sealed_at = read.whole(), read.text(), read.text(), read.text_or_none()
    algorithms, pin, files, octets = read.text(), read.octets() or b"", read.whole(), read.whole()
    within = (read.whole_or_none(), read.whole_or_none())

    def counted(sql: str) -> dict[str, int]:
        return {str(what): of for what, of in catalogue.rows(sql, within) if isinstance(of, int)}

    return ShownBag(
        bag_id=number,
        name=name,
        identifier=identifier,
        sealed_at=sealed_at,
        algorithms=algorithms,
        pin=pin,
        files=files,
        octets=octets,
        collection=read.text_or_none(),
        accession=read.text_or_none(),
        copies=tuple(copies_of(catalogue, bag_id)),
        formats={
            str(what): (of, size)
            for what, of, size in catalogue.rows(_FORMATS, within)
            if isinstance(of, int) and isinstance(size, int)
        },
        dispositions=counted(_DISPOSITIONS),
        problems=counted(_PROBLEMS),
        integrity=counted(_INTEGRITY),
    )


def show_albums(catalogue: Catalogue, title: str) -> tuple[ShownAlbum, ...]:
    """Return the albums of a title, each with its files; those of one title by several artists are several."""
    if not in_order(title):
        return ()
    search = Search(catalogue, Query((Term(Words("album", title, quoted=True)),)))
    wanted = fold(title)
    by_folder: dict[tuple[int, str], list[FoundFile]] = {}
    for file in islice(search.files(), MOST_FILES):
        if any(fold(album) == wanted for album in file.tags.get("album", ())):
            by_folder.setdefault((file.bag_id, file.path.rpartition("/")[0]), []).append(file)
    albums: dict[str, tuple[str, str, list[FoundFile]]] = {}
    for files in by_folder.values():
        artist = artist_of(file.tags for file in files)
        _, _, known = albums.setdefault(fold(artist), (files[0].tags["album"][0], artist, []))
        known += files
    return tuple(ShownAlbum(name, artist, tuple(files)) for name, artist, files in albums.values())


@dataclass(frozen=True, slots=True)
class DecisionInForce:
    """A decision that holds now of a file.

    Attributes:
        decided: The decision.
        policy: Name of the policy that it was taken under; ``None`` where that is not recorded.
    """

    decided: Decided
    policy: str | None


def decisions_in_force(catalogue: Catalogue, number: int) -> tuple[DecisionInForce, ...]:
    """Return what the latest accessions decided of a file; where none has it any more, what its own bag decided.

    A collection in several stores, or several collections, may hold the same bytes, each with a decision of its own.
    """
    rows = list(catalogue.rows(_LATEST, (number,))) or list(catalogue.rows(_WHEN_PACKED, (number,)))
    return tuple(
        DecisionInForce(decided, None if policy is None else str(policy))
        for decision_id, policy in rows
        if (decided := _decided(catalogue, decision_id)) is not None
    )


def problems_of(catalogue: Catalogue, number: int) -> tuple[tuple[str, str], ...]:
    """Return code and sentence of what was found in a file."""
    rows = catalogue.rows("SELECT code, message FROM problem WHERE file_id = ?", (number,))
    return tuple((str(code), str(message)) for code, message in rows)


def _held(catalogue: Catalogue, number: int) -> Iterator[HeldAs]:
    for row in list(catalogue.rows(_HELD, (number,))):
        read = RowReader(row)
        collection, store, folder, name = read.text(), read.text(), read.text(), read.text()
        yield HeldAs(
            collection=collection,
            store=store,
            path=f"{folder}/{name}" if folder else name,
            first_at=read.text(),
            last_at=read.text_or_none(),
            modified_ns=read.whole(),
            decided=_decided(catalogue, read.whole_or_none()),
        )


def _decided(catalogue: Catalogue, decision_id: Value) -> Decided | None:
    row = None if decision_id is None else catalogue.row(_DECISION, (decision_id,))
    if row is None:
        return None
    read = RowReader(row)
    return Decided(
        disposition=read.text(),
        basis=read.text(),
        acts={act: read.text() for act in ("preserve", "access", "transfer", "publish", "mine")},
        personal=read.text_or_none(),
        restricted_until=read.text_or_none(),
        reasons=_reasons(read.text()),
    )


def _reasons(text: str) -> tuple[tuple[str, str], ...]:
    try:
        return tuple((str(one["code"]), str(one["text"])) for one in json.loads(text))
    except (ValueError, TypeError, KeyError):
        return ()
