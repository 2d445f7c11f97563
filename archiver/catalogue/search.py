"""Runs a query: which files it finds, how many, and what is known of each."""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from archiver.catalogue.columns import RowReader
from archiver.catalogue.database import Catalogue, Row, Value
from archiver.catalogue.folding import fold
from archiver.catalogue.query.checks import Texts
from archiver.catalogue.query.conditions import NUMBERS
from archiver.catalogue.query.names import Names
from archiver.catalogue.query.statement import statement_of
from archiver.catalogue.query.terms import Query
from archiver.catalogue.tagged import TagReader
from archiver.model.audio import AudioProperties, Tags
from archiver.model.pickling import by_fields


@by_fields
@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file in a bag, as the catalogue knows it; ``None`` where something is not known.

    Attributes:
        file_id: Its number in this catalogue.
        bag_id: Number of its bag.
        bag: Name of its bag.
        path: Path below ``data/``.
        role: What it is for, as :class:`archiver.model.audio.Role` has it.
        size_bytes: Size.
        modified_ns: Modification time, nanoseconds since 1970 UTC.
        format: Name of its format.
        puid: PRONOM identifier.
        mime: Media type.
        codec: Codec of the audio.
        duration_s: How long it plays.
        sample_rate_hz: Of the audio.
        channels: Of the audio.
        bit_depth: Of the audio.
        bitrate_bps: Of the audio.
        lossless: Whether the audio is kept without loss.
        year: Year of the tag ``date``.
        protection: Scheme of a copy protection.
        personal: ``detected``, ``unknown``, or ``None`` where no personal data was detected.
        integrity: State of the music when it was packed.
        disposition: By the latest decision on its rights.
        algorithm: Of ``digest``.
        digest: Of its bytes.
        essence: Digest of the music apart from its tags.
        tags: Canonical tags.
    """

    file_id: int
    bag_id: int
    bag: str
    path: str
    role: str | None
    size_bytes: int
    modified_ns: int | None
    format: str | None
    puid: str | None
    mime: str | None
    codec: str | None
    duration_s: float | None
    sample_rate_hz: int | None
    channels: int | None
    bit_depth: int | None
    bitrate_bps: int | None
    lossless: bool | None
    year: int | None
    protection: str | None
    personal: str | None
    integrity: str | None
    disposition: str | None
    algorithm: str
    digest: bytes
    essence: bytes | None
    tags: Tags = field(default_factory=dict)

    @property
    def audio(self) -> AudioProperties | None:
        """Its technical properties; ``None`` where it is no audio."""
        if not self.codec:
            return None
        return AudioProperties(
            codec=self.codec,
            duration_s=self.duration_s,
            sample_rate_hz=self.sample_rate_hz,
            channels=self.channels,
            bit_depth=self.bit_depth,
            bitrate_bps=self.bitrate_bps,
            lossless=self.lossless,
        )


@dataclass(frozen=True, slots=True)
class Order:
    """In which order files come.

    Attributes:
        name: One of :data:`ORDERS`.
        descending: Whether the greatest comes first; what is not known comes last in both.
    """

    name: str
    descending: bool = False


_COLUMNS: dict[str, str] = {
    **NUMBERS,
    "modified": "file.modified_ns",
    "name": "file.name",
    "path": "(SELECT path FROM folder WHERE folder.folder_id = file.folder_id)",
    "bag": "(SELECT name FROM bag WHERE bag.bag_id = file.bag_id)",
    "added": "(SELECT sealed_at FROM bag WHERE bag.bag_id = file.bag_id)",
    "format": "(SELECT name FROM format WHERE format.format_id = file.format_id)",
}
_TAGS = ("artist", "title", "album")
ORDERS = (*_TAGS, *_COLUMNS)
"""What files can be sorted by."""

_FILE = """
SELECT file.file_id, file.bag_id, bag.name, folder.path, file.name, file.role, file.size, file.modified_ns,
  format.name, format.puid, format.mime, format.codec, file.duration_ms, file.sample_rate, file.channels,
  file.bit_depth, file.bitrate, file.lossless, file.year, file.protection, file.personal, file.integrity,
  (SELECT disposition FROM decision WHERE decision_id = coalesce(
    (SELECT decision_id FROM held WHERE held.file_id = file.file_id AND last_acc IS NULL LIMIT 1), file.decision_id)),
  bag.algorithms, file.digest, file.essence
FROM file JOIN bag ON bag.bag_id = file.bag_id JOIN folder ON folder.folder_id = file.folder_id
  LEFT JOIN format ON format.format_id = file.format_id
WHERE file.file_id = ?
"""


_RETIRED = """
SELECT bag_id FROM copy GROUP BY bag_id HAVING min(state = 'retired')
"""
_IN_THESE_BAGS = "file.bag_id IN (SELECT value FROM json_each(?))"


class Search:
    """A query that is asked of a catalogue; bags of which every copy was retired are left out.

    Args:
        catalogue: The catalogue.
        query: The query.

    Attributes:
        unknown: Sentences about names in the query that stand for nothing there.
        is_counted_soon: Whether counting the files is quick, since the index says all of them.
    """

    def __init__(self, catalogue: Catalogue, query: Query) -> None:
        self._catalogue = catalogue
        names = Names(catalogue)
        self._statement = statement_of(query, names)
        retired = [number for (number,) in catalogue.rows(_RETIRED)]
        if retired:
            self._statement.add(_IN_THESE_BAGS, (json.dumps(retired),), negated=True)
        self._tags = TagReader(catalogue)
        self.unknown = tuple(names.unknown)
        self.is_counted_soon = not self._statement.checks

    def numbers(self, order: Order | None = None, most: int | None = None) -> Iterator[int]:
        """Yield the numbers of the files that are found.

        Args:
            order: In which order; ``None`` for the one in which they are found soonest.
            most: How many at most; ``None`` for all.
        """
        if order is not None and order.name in _TAGS:
            yield from self._by_tag(order, most)
            return
        found = self._rows(
            "file.file_id" if not self._statement.checks else "file.file_id, file.folder_id, file.name",
            order=_order(order),
            most=None if self._statement.checks else most,
        )
        yield from islice((row[0] for row in found if self._holds(row) and isinstance(row[0], int)), most)

    def count(self, most: int | None = None) -> int:
        """Return how many files are found, counting up to ``most``."""
        if self._statement.checks:
            return sum(1 for _ in self.numbers(most=most))
        sql, values = self._sql("1", "", most)
        return self._catalogue.number(f"SELECT count(*) FROM ({sql})", values)

    def files(self, order: Order | None = None, most: int | None = None) -> Iterator[FoundFile]:
        """Yield the files that are found, as :meth:`numbers` does."""
        for number in self.numbers(order, most):
            found = file_of(self._catalogue, number, self._tags)
            if found is not None:
                yield found

    def _by_tag(self, order: Order, most: int | None) -> Iterator[int]:
        """Of the files with least in the order only as many are held as are asked for."""
        keyed = ((*self._key(number, order), number) for number in self.numbers())
        if most is None:
            known = list(keyed)
            known.sort(key=lambda item: (item[1], item[2]), reverse=order.descending)
            known.sort(key=lambda item: item[0])
        elif order.descending:
            known = heapq.nlargest(most, keyed, key=lambda item: (not item[0], item[1], item[2]))
        else:
            known = heapq.nsmallest(most, keyed)
        yield from (number for _, _, number in known)

    def _key(self, number: int, order: Order) -> tuple[bool, str]:
        values = self._tags.of(number).get(order.name, ())
        key = fold(values[0][:_LONGEST_KEY]) if values else ""
        return not key, key

    def _holds(self, row: Row) -> bool:
        if not self._statement.checks:
            return True
        number, folder_id, name = row
        assert isinstance(number, int)
        folder = self._catalogue.value("SELECT path FROM folder WHERE folder_id = ?", (folder_id,))
        return self._statement.holds(Texts(self._tags.of(number), joined(folder, name)))

    def _rows(self, columns: str, order: str, most: int | None) -> Iterator[Row]:
        yield from self._catalogue.rows(*self._sql(columns, order, most))

    def _sql(self, columns: str, order: str, most: int | None) -> tuple[str, list[Value]]:
        statement = self._statement
        values: list[Value] = []
        tests = list(statement.conditions)
        tables = "file"
        if statement.match:
            # SQLite keeps to the order that CROSS JOIN gives
            tables = "find CROSS JOIN file ON file.file_id = find.rowid"
            tests.insert(0, "find MATCH ?")
            values.append(statement.match)
        values += statement.values
        where = " AND ".join(tests) or "1"
        sql = f"SELECT {columns} FROM {tables} WHERE {where}{order}"
        if most is not None:
            sql += " LIMIT ?"
            values.append(most)
        return sql, values


_LONGEST_KEY = 200


def _order(order: Order | None) -> str:
    if order is None:
        return ""
    direction = "DESC" if order.descending else "ASC"
    also = f", file.name {direction}" if order.name == "path" else ""
    return f" ORDER BY {_COLUMNS[order.name]} {direction} NULLS LAST{also}, file.file_id"


def file_of(catalogue: Catalogue, number: int, tags: TagReader) -> FoundFile | None:
    """Return what is known of a file; ``None`` where there is none of that number."""
    row = catalogue.row(_FILE, (number,))
    if row is None:
        return None
    read = RowReader(row)
    file_id, bag_id, bag = read.whole(), read.whole(), read.text()
    folder, name = read.text(), read.text()
    return FoundFile(
        file_id=file_id,
        bag_id=bag_id,
        bag=bag,
        path=joined(folder, name),
        role=read.text_or_none(),
        size_bytes=read.whole(),
        modified_ns=read.whole_or_none(),
        format=read.text_or_none(),
        puid=read.text_or_none(),
        mime=read.text_or_none(),
        codec=read.text_or_none(),
        duration_s=None if (ms := read.whole_or_none()) is None else ms / 1000,
        sample_rate_hz=read.whole_or_none(),
        channels=read.whole_or_none(),
        bit_depth=read.whole_or_none(),
        bitrate_bps=read.whole_or_none(),
        lossless=None if (lossless := read.whole_or_none()) is None else bool(lossless),
        year=read.whole_or_none(),
        protection=read.text_or_none(),
        personal=read.text_or_none(),
        integrity=read.text_or_none(),
        disposition=read.text_or_none(),
        algorithm=read.text().partition(",")[0],
        digest=read.octets() or b"",
        essence=read.octets(),
        tags=tags.of(file_id),
    )


def joined(folder: object, name: object) -> str:
    """Return the path below ``data/`` of a file by its folder and its name."""
    return f"{folder}/{name}" if folder else str(name)
