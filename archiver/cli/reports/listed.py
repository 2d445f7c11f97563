"""What the catalogue knows, as lists: for people and for programs."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from archiver.bagit.sizes import human_size
from archiver.catalogue.listing import (
    ListedAccession,
    ListedAlbum,
    ListedBag,
    ListedCollection,
    ListedStore,
)
from archiver.cli.terminal.table import fitted_lines
from archiver.cli.terminal.text import brief, count
from archiver.usecases.listed import Listed, Overview

_CELL = 200


@dataclasses.dataclass(frozen=True, slots=True)
class _Table:
    """How a kind is shown.

    Attributes:
        header: Titles of the columns.
        cut: Columns that are cut where there is not enough room.
        right: Columns that are set to the right.
        cells: Gives the cells of a row.
    """

    header: tuple[str, ...]
    cut: tuple[int, ...]
    right: tuple[int, ...]
    cells: Callable[[Any], tuple[str, ...]]


def overview_lines(overview: Overview) -> Iterator[str]:
    """Yield how much there is of each kind."""
    rows = [(what.value, "" if number is None else f"{number:,}") for what, number in overview.counts.items()]
    yield from fitted_lines(("", "How many"), rows, cut=(0,), right=(1,))
    yield ""
    yield "To list them: archiver list WHAT, such as: archiver list bags"


def listed_lines(what: Listed, items: Iterable[Any], most: int | None) -> Iterator[str]:
    """Yield a table of the first ``most`` of a kind, and how many there are."""
    table = _TABLES[what]
    rows: list[tuple[str, ...]] = []
    total = 0
    for item in items:
        total += 1
        if most is None or len(rows) < most:
            rows.append(tuple(brief(cell, _CELL) for cell in table.cells(item)))
    if not rows:
        yield f"There are no {what} in the catalogue."
        return
    yield from fitted_lines(table.header, rows, cut=table.cut, right=table.right)
    yield ""
    more = f"; the first {len(rows):,} are shown. --limit 0 shows all" if total > len(rows) else ""
    yield f"{count(total, what.value.removesuffix('s'))}{more}"


def listed_object(item: Any) -> dict[str, Any]:  # noqa: ANN401 - a value of any kind that is listed
    """Return one of a kind as JSON has it; what is not known is left out."""
    members = dataclasses.asdict(item)
    members.pop("bag_id", None)
    if "octets" in members:
        members["bytes"] = members.pop("octets")
    if "place" in members:
        members["place"] = os.fsdecode(members["place"])
    return {name: value for name, value in members.items() if value is not None}


def _store(store: ListedStore) -> tuple[str, ...]:
    state = ", ".join(
        f"{number:,} {word}"
        for number, word in ((store.damaged, "damaged"), (store.missing, "missing"))
        if number
    )
    return (store.label, os.fsdecode(store.place), f"{store.bags:,}", human_size(store.octets), state)


def _bag(bag: ListedBag) -> tuple[str, ...]:
    checked = day(bag.checked_at) or "never"
    return (
        bag.name,
        bag.collection or "",
        day(bag.sealed_at),
        f"{bag.files:,}",
        human_size(bag.octets),
        f"{bag.copies:,}" + (f" and {bag.damaged:,} damaged" if bag.damaged else ""),
        checked,
    )


def _collection(one: ListedCollection) -> tuple[str, ...]:
    return (
        one.name,
        one.store,
        f"{one.accessions:,}",
        day(one.last_at),
        f"{one.files:,}",
        human_size(one.octets),
    )


def _accession(one: ListedAccession) -> tuple[str, ...]:
    bags = (
        one.bags[0]
        if len(one.bags) == 1
        else f"{one.bags[0]} and {len(one.bags) - 1:,} more"
        if one.bags
        else ""
    )
    return (one.collection, one.store, moment(one.at), f"{one.files:,}", human_size(one.octets), bags)


def _album(album: ListedAlbum) -> tuple[str, ...]:
    years = str(album.first_year or "")
    if album.last_year != album.first_year:
        years += f"\N{EN DASH}{album.last_year}"
    return (album.artist, album.title, years, f"{album.files:,}")


_TABLES = {
    Listed.STORES: _Table(("Store", "Place", "Bags", "Size", "State"), (0, 1), (2, 3), _store),
    Listed.BAGS: _Table(
        ("Bag", "Collection", "Made", "Files", "Size", "Copies", "Checked"), (0, 1), (3, 4, 5), _bag
    ),
    Listed.COLLECTIONS: _Table(
        ("Collection", "Store", "Accessions", "Last", "Files now", "In bags"), (0, 1), (2, 4, 5), _collection
    ),
    Listed.ACCESSIONS: _Table(
        ("Collection", "Store", "When (UTC)", "New files", "Size", "Bag"), (0, 1, 5), (3, 4), _accession
    ),
    Listed.ALBUMS: _Table(("Artist", "Album", "Year", "Files"), (0, 1), (3,), _album),
}


def day(at: str | None) -> str:
    """Return the day of a moment in RFC 3339; empty where there is none."""
    return (at or "")[:10]


def moment(at: str | None) -> str:
    """Return day and minute of a moment in RFC 3339; empty where there is none."""
    return (at or "")[:16].replace("T", " ")
