"""Looks at bags, folders and archives alike, and keeps those that were looked at: by identifier, accession and collection."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from archiver.bagit.bag_source import BagSource, source_of
from archiver.catalogue.bag_facts import BagFacts, UnreadableBagError, bag_facts
from archiver.machine import reason, refuse_own_limit
from archiver.model.state import StateHead
from archiver.records.names import (
    EMPTY_FOLDERS_RECORD,
    FILES_RECORD,
    RIGHTS_RECORD,
    STATE_RECORD,
    TREE_RECORD,
)
from archiver.store.find_bags import bags_in, is_bag

_EARLY = (STATE_RECORD, TREE_RECORD, FILES_RECORD, RIGHTS_RECORD, EMPTY_FOLDERS_RECORD)
_MOST_OPEN = 8


@dataclass(frozen=True, slots=True)
class KnownBag:
    """A bag that was looked at: its absolute path, and what it is."""

    path: str
    facts: BagFacts

    @property
    def identifier(self) -> str:
        """As :attr:`archiver.catalogue.bag_facts.BagFacts.identifier`."""
        return self.facts.identifier

    @property
    def name(self) -> str:
        """Its name, without an archive's ending."""
        return self.facts.name

    @property
    def head(self) -> StateHead | None:
        """What its record of the state is of."""
        return self.facts.head


@dataclass(frozen=True, slots=True)
class UnknownBag:
    """What looks like a bag by its name and cannot be looked at: its path, and why."""

    path: str
    reason: str


class Shelf:
    """The bags of some stores, looked at when somebody asks for them; to be closed.

    Args:
        stores: Folders of bags; one that cannot be listed is passed over and told by :attr:`unreached`.

    Attributes:
        unknown: Bags that could not be looked at.
        unreached: Stores that could not be listed, and why.
    """

    def __init__(self, stores: Iterable[str]) -> None:
        self.unknown: list[UnknownBag] = []
        self.unreached: list[tuple[str, str]] = []
        self._stores = list(dict.fromkeys(map(os.path.abspath, stores)))
        self._listed: set[str] = set()
        self._known: dict[str, KnownBag] = {}
        self._open: dict[str, BagSource] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for source in self._open.values():
            source.close()
        self._open.clear()

    @property
    def stores(self) -> tuple[str, ...]:
        """The stores."""
        return tuple(self._stores)

    def add_store(self, store: str) -> None:
        """Take another store, unless it is there."""
        path = os.path.abspath(store)
        if path not in self._stores:
            self._stores.append(path)

    def bag(self, path: str) -> KnownBag | None:
        """Look at the bag at a path; ``None``, and told by :attr:`unknown`, where that cannot be done."""
        path = os.path.abspath(path)
        if path not in self._known:
            found = self._look(path)
            if isinstance(found, UnknownBag):
                if found not in self.unknown:
                    self.unknown.append(found)
                return None
            self._known[path] = found
        return self._known[path]

    def bags(self) -> Iterator[KnownBag]:
        """Yield every bag: those that are known, then those of the stores that were not looked into, by name."""
        told = set()
        for bag in list(self._known.values()):
            told.add(bag.path)
            yield bag
        for store in list(self._stores):
            self._look_into(store)
            for bag in [bag for bag in self._known.values() if bag.path not in told]:
                told.add(bag.path)
                yield bag

    def copies(self, identifier: str) -> Iterator[KnownBag]:
        """Yield the bags with an identifier; a store is looked into when those before it are used up."""
        return (bag for bag in self.bags() if bag.identifier == identifier)

    def source(self, bag: KnownBag) -> BagSource:
        """Return where the bytes of a bag are; the shelf closes it, and does not keep many open."""
        source = self._open.pop(bag.path, None)
        self._keep(bag.path, source_of(bag.path, early=_EARLY) if source is None else source)
        return self._open[bag.path]

    def _look_into(self, store: str) -> None:
        if store in self._listed:
            return
        self._listed.add(store)
        try:
            paths: Sequence[str] = (store,) if is_bag(store) else bags_in(store).bags
        except OSError as error:
            refuse_own_limit(error)
            self.unreached.append((store, reason(error)))
            return
        for path in paths:
            self.bag(path)

    def _look(self, path: str) -> KnownBag | UnknownBag:
        source = source_of(path, early=_EARLY)
        try:
            found = KnownBag(path, bag_facts(source, path))
        except (OSError, UnreadableBagError) as error:
            source.close()
            if isinstance(error, OSError):
                refuse_own_limit(error)
            return UnknownBag(path, reason(error) if isinstance(error, OSError) else str(error))
        self._keep(path, source)
        return found

    def _keep(self, path: str, source: BagSource) -> None:
        """Keep what an archive was listed to: to list a compressed one takes as long as to unpack it."""
        while len(self._open) >= _MOST_OPEN:
            self._open.pop(next(iter(self._open))).close()
        self._open[path] = source
