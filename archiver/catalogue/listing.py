"""Lists what the catalogue knows: stores, bags, collections, accessions, albums."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from archiver.catalogue.columns import RowReader
from archiver.catalogue.database import Catalogue
from archiver.catalogue.folding import fold
from archiver.catalogue.tagged import TagReader
from archiver.model.audio import Tags

SEVERAL_ARTISTS = "Various Artists"
"""What an album's artist is called where its tracks name several and none for the whole."""


@dataclass(frozen=True, slots=True)
class ListedStore:
    """A store.

    Attributes:
        label: What people call it.
        identifier: The one in the store itself.
        place: Where it was seen last.
        bags: Copies of bags that were there when it was looked at.
        octets: Bytes of their payloads.
        damaged: Copies that were found damaged.
        missing: Copies that were no longer there.
        checked_at: When the copy whose last whole check is longest ago was checked; ``None`` where one never was.
    """

    label: str
    identifier: str
    place: bytes
    bags: int
    octets: int
    damaged: int
    missing: int
    checked_at: str | None


@dataclass(frozen=True, slots=True)
class ListedBag:
    """A bag.

    Attributes:
        bag_id: Its number in this catalogue.
        name: Its name.
        identifier: Its identifier.
        sealed_at: When it was made, as far as that is known.
        collection: The collection that it was packed for, or ``None``.
        files: Files of its payload.
        octets: Their bytes.
        copies: Copies that were there when their stores were looked at.
        damaged: Copies that were found damaged.
        checked_at: When a copy of it was last found whole, or ``None``.
    """

    bag_id: int
    name: str
    identifier: str
    sealed_at: str | None
    collection: str | None
    files: int
    octets: int
    copies: int
    damaged: int
    checked_at: str | None


@dataclass(frozen=True, slots=True)
class ListedCollection:
    """A collection in one store.

    Attributes:
        name: What people call it.
        store: Label of the store.
        accessions: How many accessions it has.
        last_at: When the last one was made, or ``None``.
        looked_at: When its source was last looked at, or ``None``.
        files: Files of its latest state.
        octets: Bytes that its bags hold.
    """

    name: str
    store: str
    accessions: int
    last_at: str | None
    looked_at: str | None
    files: int
    octets: int


@dataclass(frozen=True, slots=True)
class ListedAccession:
    """An accession.

    Attributes:
        identifier: Its identifier.
        collection: Name of its collection.
        store: Label of the store.
        at: When it was made.
        policy: Name of the policy, or ``None``.
        bags: Its bags.
        files: Files that these hold: those that were new.
        octets: Their bytes.
    """

    identifier: str
    collection: str
    store: str
    at: str
    policy: str | None
    bags: tuple[str, ...]
    files: int
    octets: int


@dataclass(frozen=True, slots=True)
class ListedAlbum:
    """An album, by the tags of its files.

    Attributes:
        artist: Its artist; empty where no tag says so.
        title: Its title.
        first_year: The earliest year that its files name, or ``None``.
        last_year: The latest.
        files: Files that name it.
    """

    artist: str
    title: str
    first_year: int | None
    last_year: int | None
    files: int


_STORES = """
SELECT label, identifier, place,
  (SELECT count(*) FROM copy WHERE copy.store_id = store.store_id AND state = 'present'),
  (SELECT coalesce(sum(octets), 0) FROM copy JOIN bag USING (bag_id)
   WHERE copy.store_id = store.store_id AND state = 'present'),
  (SELECT count(*) FROM copy WHERE copy.store_id = store.store_id AND state = 'damaged'),
  (SELECT count(*) FROM copy WHERE copy.store_id = store.store_id AND state = 'missing'),
  (SELECT nullif(min(coalesce(checked_at, '')), '') FROM copy WHERE copy.store_id = store.store_id AND state = 'present')
FROM store ORDER BY label, identifier
"""
_BAGS = """
SELECT bag_id, bag.name, bag.identifier, sealed_at, collection.name, files, octets,
  (SELECT count(*) FROM copy WHERE copy.bag_id = bag.bag_id AND state = 'present'),
  (SELECT count(*) FROM copy WHERE copy.bag_id = bag.bag_id AND state = 'damaged'),
  (SELECT max(checked_at) FROM copy WHERE copy.bag_id = bag.bag_id AND state = 'present')
FROM bag LEFT JOIN accession USING (accession_id) LEFT JOIN collection USING (collection_id)
ORDER BY sealed_at, bag_id
"""
_COLLECTIONS = """
SELECT name, label, count(accession_id), max(at), looked_at,
  (SELECT count(*) FROM held JOIN place USING (place_id)
   WHERE place.collection_id = collection.collection_id AND last_acc IS NULL),
  (SELECT coalesce(sum(octets), 0) FROM bag JOIN accession USING (accession_id)
   WHERE accession.collection_id = collection.collection_id)
FROM collection JOIN store USING (store_id) LEFT JOIN accession USING (collection_id)
GROUP BY collection.collection_id ORDER BY name, label
"""
_ACCESSIONS = """
SELECT accession_id, accession.identifier, collection.name, label, at, policy,
  (SELECT coalesce(sum(files), 0) FROM bag WHERE bag.accession_id = accession.accession_id),
  (SELECT coalesce(sum(octets), 0) FROM bag WHERE bag.accession_id = accession.accession_id)
FROM accession JOIN collection USING (collection_id) JOIN store USING (store_id) ORDER BY at, accession_id
"""
_BAGS_OF_ACCESSION = "SELECT name FROM bag WHERE accession_id = ? ORDER BY bag_id"


def stores(catalogue: Catalogue) -> Iterator[ListedStore]:
    """Yield every store, by its label."""
    for row in catalogue.rows(_STORES):
        read = RowReader(row)
        yield ListedStore(
            label=read.text(),
            identifier=read.text(),
            place=read.octets() or b"",
            bags=read.whole(),
            octets=read.whole(),
            damaged=read.whole(),
            missing=read.whole(),
            checked_at=read.text_or_none(),
        )


def bags(catalogue: Catalogue) -> Iterator[ListedBag]:
    """Yield every bag, the oldest first."""
    for row in catalogue.rows(_BAGS):
        read = RowReader(row)
        yield ListedBag(
            bag_id=read.whole(),
            name=read.text(),
            identifier=read.text(),
            sealed_at=read.text_or_none(),
            collection=read.text_or_none(),
            files=read.whole(),
            octets=read.whole(),
            copies=read.whole(),
            damaged=read.whole(),
            checked_at=read.text_or_none(),
        )


def collections(catalogue: Catalogue) -> Iterator[ListedCollection]:
    """Yield every collection of every store, by its name."""
    for row in catalogue.rows(_COLLECTIONS):
        read = RowReader(row)
        yield ListedCollection(
            name=read.text(),
            store=read.text(),
            accessions=read.whole(),
            last_at=read.text_or_none(),
            looked_at=read.text_or_none(),
            files=read.whole(),
            octets=read.whole(),
        )


def accessions(catalogue: Catalogue) -> Iterator[ListedAccession]:
    """Yield every accession, the oldest first."""
    for row in catalogue.rows(_ACCESSIONS):
        read = RowReader(row)
        number = read.whole()
        yield ListedAccession(
            identifier=read.text(),
            collection=read.text(),
            store=read.text(),
            at=read.text(),
            policy=read.text_or_none(),
            files=read.whole(),
            octets=read.whole(),
            bags=tuple(str(name) for (name,) in catalogue.rows(_BAGS_OF_ACCESSION, (number,))),
        )


def albums(catalogue: Catalogue, numbers: Iterable[int] | None = None) -> Iterator[ListedAlbum]:
    """Yield every album that tags name, by artist and title; files of one album are those that spell it alike.

    Args:
        catalogue: The catalogue.
        numbers: The files whose albums are wanted; ``None`` for those of all.
    """
    reader = TagReader(catalogue)
    groups = reader.groups() if numbers is None else _grouped(reader, numbers)
    known: dict[tuple[str, str], ListedAlbum] = {}
    for files in groups:
        for album in _albums_of(files):
            key = (fold(album.artist), fold(album.title) or album.title)
            known[key] = album if key not in known else _together(known[key], album)
    yield from (known[key] for key in sorted(known))


def _grouped(reader: TagReader, numbers: Iterable[int]) -> Iterator[list[Tags]]:
    first: int | None = None
    found: list[Tags] = []
    for number in numbers:
        tags = reader.of(number)
        if reader.first != first and found:
            yield found
            found = []
        first = reader.first
        found.append(tags)
    if found:
        yield found


def _albums_of(files: Iterable[Tags]) -> Iterator[ListedAlbum]:
    """The albums of files that lie in one folder."""
    titles: dict[str, list[Tags]] = {}
    for tags in files:
        for title in tags.get("album", ())[:1]:
            titles.setdefault(title, []).append(tags)
    for title, tracks in titles.items():
        years = [year for tags in tracks if (year := _year(tags)) is not None]
        yield ListedAlbum(
            artist=artist_of(tracks),
            title=title,
            first_year=min(years, default=None),
            last_year=max(years, default=None),
            files=len(tracks),
        )


def artist_of(tracks: Iterable[Tags]) -> str:
    """Return the artist of an album by the tags of its tracks; empty where none says one."""
    tracks = list(tracks)
    for tag in ("album_artist", "artist"):
        named = {fold(values[0]): values[0] for tags in tracks if (values := tags.get(tag, ()))}
        if named:
            return next(iter(named.values())) if len(named) == 1 else SEVERAL_ARTISTS
    return ""


def _year(tags: Tags) -> int | None:
    date = tags.get("date", ("",))[0][:4]
    return int(date) if date.isascii() and date.isdecimal() and len(date) == 4 else None


def _together(one: ListedAlbum, other: ListedAlbum) -> ListedAlbum:
    years = [
        year
        for year in (one.first_year, one.last_year, other.first_year, other.last_year)
        if year is not None
    ]
    return ListedAlbum(
        one.artist,
        one.title,
        min(years, default=None),
        max(years, default=None),
        one.files + other.files,
    )
