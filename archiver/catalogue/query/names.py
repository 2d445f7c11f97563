"""Looks up what the names in a query stand for: formats, decisions, bags."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from archiver.catalogue.database import Catalogue
from archiver.catalogue.folding import fold
from archiver.catalogue.query.fields import ACTS
from archiver.catalogue.query.stars import fits
from archiver.catalogue.query.terms import Days
from archiver.toml.document import nearest

BagRange = tuple[int, int | None, int | None]
"""Number of a bag, and of its first and last file."""

_OTHER_NAMES = {
    "aif": "aiff",
    "jpg": "jpeg",
    "m4a": "mp4",
    "m4b": "mp4",
    "oga": "ogg",
    "tif": "tiff",
    "txt": "plain",
    "wave": "wav",
}
"""What people call formats, by their media types."""


class Names:
    """What names stand for in one catalogue.

    Attributes:
        unknown: Sentences about names that stand for nothing there.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self.unknown: list[str] = []

    def formats(self, field: str, values: Iterable[str]) -> tuple[int, ...]:
        """Return the rows of the formats that one of several names means."""
        found: dict[int, None] = {}
        rows = [
            (_whole(number), _names_of_format(field, *map(_text, rest)), fold(_text(rest[1])).split())
            for number, *rest in self._catalogue.rows("SELECT format_id, puid, name, mime, codec FROM format")
        ]
        for value in values:
            asked = _OTHER_NAMES.get(value.casefold(), value.casefold())
            words = fold(asked).split() if field == "format" else []
            meant = [
                number
                for number, names, in_name in rows
                if asked in names or (words and set(words) <= set(in_name))
            ]
            found.update(dict.fromkeys(meant))
            if not meant:
                known = sorted({name for _, names, _ in rows for name in names if "/" not in name})
                self._miss(field, value, known)
        return tuple(found)

    def decisions(self, column: str, values: Iterable[str]) -> tuple[int, ...]:
        """Return the rows of the decisions that say one of several words."""
        assert column in ("disposition", "basis", *ACTS)
        wanted = set(values)
        rows = self._catalogue.rows(f"SELECT decision_id, {column} FROM decision")
        return tuple(_whole(number) for number, said in rows if said in wanted)

    def bags(self, field: str, values: Iterable[str]) -> tuple[BagRange, ...]:
        """Return the bags that have a name, were packed for a collection, or lie in a store."""
        found: dict[int, BagRange] = {}
        for value in values:
            known: set[str] = set()
            for row in _BAGS_BY[field](self._catalogue, value, known):
                found[row[0]] = row
            if not any(_is_meant(value, name) for name in known):
                self._miss(field, value, sorted(known))
        return tuple(found.values())

    def bags_added(self, spans: Iterable[Days]) -> tuple[BagRange, ...]:
        """Return the bags that were sealed on one of several days."""
        found: dict[int, BagRange] = {}
        for span in spans:
            first = "" if span.first is None else span.first.isoformat()
            end = "\U0010ffff" if span.end is None else span.end.isoformat()
            for row in self._catalogue.rows(_SEALED_WITHIN, (first, end)):
                bag = _range(row)
                found[bag[0]] = bag
        return tuple(found.values())

    def _miss(self, field: str, value: str, known: Sequence[str]) -> None:
        meant = nearest(value, known) if known else ""
        told = f" {meant}" if meant.startswith("Did") or len(known) <= _MOST_TOLD else ""
        self.unknown.append(f"Nothing in the catalogue has the {field} {value!r}.{told if known else ''}")


_MOST_TOLD = 12
_PACKED_FOR = """
SELECT bag_id, first_file, last_file FROM bag
WHERE accession_id IN (SELECT accession_id FROM accession WHERE collection_id = ?)
"""
_WITH_A_COPY_IN = """
SELECT bag_id, first_file, last_file FROM bag
WHERE bag_id IN (SELECT bag_id FROM copy WHERE store_id = ? AND state <> 'retired')
"""
_SEALED_WITHIN = "SELECT bag_id, first_file, last_file FROM bag WHERE sealed_at >= ? AND sealed_at < ?"


def _named(catalogue: Catalogue, value: str, known: set[str]) -> Iterator[BagRange]:
    for *row, name, identifier in catalogue.rows(
        "SELECT bag_id, first_file, last_file, name, identifier FROM bag"
    ):
        known.add(_text(name))
        if _is_meant(value, _text(name)) or _is_identifier(value, _text(identifier)):
            known.add(value)
            yield _range(row)


def _of_collection(catalogue: Catalogue, value: str, known: set[str]) -> Iterator[BagRange]:
    for number, name in catalogue.rows("SELECT collection_id, name FROM collection"):
        known.add(_text(name))
        if _is_meant(value, _text(name)):
            yield from map(_range, catalogue.rows(_PACKED_FOR, (number,)))


def _in_store(catalogue: Catalogue, value: str, known: set[str]) -> Iterator[BagRange]:
    for number, identifier, label in catalogue.rows("SELECT store_id, identifier, label FROM store"):
        known.add(_text(label))
        if _is_meant(value, _text(label)) or _is_identifier(value, _text(identifier)):
            known.add(value)
            yield from map(_range, catalogue.rows(_WITH_A_COPY_IN, (number,)))


_BAGS_BY: dict[str, Callable[[Catalogue, str, set[str]], Iterator[BagRange]]] = {
    "bag": _named,
    "collection": _of_collection,
    "store": _in_store,
}
_SHORTEST_IDENTIFIER = 6


def _is_meant(value: str, name: str) -> bool:
    """Whether a name is meant: without regard to case and accents, with ``*`` for what is left out."""
    if "*" in value:
        return fits(value.casefold().split("*"), name.casefold())
    return value.casefold() == name.casefold() or (fold(value) == fold(name) != "")


def _is_identifier(value: str, identifier: str) -> bool:
    begins = value.casefold()
    bare = identifier.casefold().removeprefix("urn:uuid:")
    return len(value) >= _SHORTEST_IDENTIFIER and (
        bare.startswith(begins) or identifier.casefold().startswith(begins)
    )


def _names_of_format(field: str, puid: str, _name: str, mime: str, codec: str) -> set[str]:
    if field == "codec":
        return {codec} - {""}
    kind = mime.partition("/")[2]
    return {puid, mime, kind, kind.removeprefix("x-"), codec} - {""}


def _range(row: Sequence[object]) -> BagRange:
    number, first, last = row
    return (
        _whole(number),
        first if isinstance(first, int) else None,
        last if isinstance(last, int) else None,
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _whole(value: object) -> int:
    assert isinstance(value, int)
    return value
