"""Lists what the catalogue knows."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from archiver.catalogue import listing
from archiver.catalogue.database import Catalogue
from archiver.catalogue.query.parse import parse_query
from archiver.catalogue.search import Search
from archiver.errors import UsageError
from archiver.usecases.lookup import looked_up


class Listed(StrEnum):
    """What can be listed; the value is what the command line calls it."""

    STORES = "stores"
    BAGS = "bags"
    COLLECTIONS = "collections"
    ACCESSIONS = "accessions"
    ALBUMS = "albums"


_LISTINGS: dict[Listed, Callable[[Catalogue], Iterator[Any]]] = {
    Listed.STORES: listing.stores,
    Listed.BAGS: listing.bags,
    Listed.COLLECTIONS: listing.collections,
    Listed.ACCESSIONS: listing.accessions,
    Listed.ALBUMS: listing.albums,
}


@dataclass(frozen=True, slots=True)
class Overview:
    """How much of each kind there is; ``None`` where counting it would take long."""

    counts: dict[Listed, int | None]


@contextlib.contextmanager
def listed(path: str, what: Listed, query: str = "") -> Iterator[Iterator[Any]]:
    """Lend what there is of a kind, as values of :mod:`archiver.catalogue.listing`, for a ``with`` block.

    Args:
        path: The catalogue's file.
        what: The kind.
        query: Which files' albums are wanted; empty for all.

    Raises:
        UsageError: where there is no catalogue, or something other than albums is asked for by a query.
        CatalogueError: where it cannot be read.
    """
    asked = parse_query(query) if query else None
    if asked is not None and what is not Listed.ALBUMS:
        raise UsageError(f"only albums can be listed by a query, not {what}", "Leave the query out.")
    with looked_up(path) as catalogue:
        if asked is None:
            yield _LISTINGS[what](catalogue)
        else:
            yield listing.albums(catalogue, Search(catalogue, asked).numbers())


def overview(path: str) -> Overview:
    """Return how much of each kind the catalogue knows.

    Raises:
        UsageError, CatalogueError: as :func:`listed`.
    """
    with looked_up(path) as catalogue:
        counts: dict[Listed, int | None] = {
            Listed.STORES: catalogue.number("SELECT count(*) FROM store"),
            Listed.BAGS: catalogue.number("SELECT count(*) FROM bag"),
            Listed.COLLECTIONS: catalogue.number("SELECT count(*) FROM collection"),
            Listed.ACCESSIONS: catalogue.number("SELECT count(*) FROM accession"),
            Listed.ALBUMS: None,
        }
    return Overview(counts)
