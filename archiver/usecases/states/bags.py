"""Looks at bags, folders and archives alike, and keeps those that were looked at: by identifier, accession and collection."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from archiver.bagit.bag_source import BagSource, source_of
from archiver.bagit.manifest_reader import ManifestName
from archiver.bagit.reading import BagTop, read_top
from archiver.bagit.telling import ignore
from archiver.machine import reason, refuse_own_limit
from archiver.model.state import HoldingBag, StateHead
from archiver.records.empty_folders import EMPTY_FOLDERS_RECORD
from archiver.records.files import FILES_RECORD
from archiver.records.rights.lines import RIGHTS_RECORD
from archiver.records.state import STATE_RECORD, read_state
from archiver.records.tree import TREE_RECORD
from archiver.store.find_bags import bags_in, is_bag

_EARLY = (STATE_RECORD, TREE_RECORD, FILES_RECORD, RIGHTS_RECORD, EMPTY_FOLDERS_RECORD)
_COUNT = re.compile(r"(?a)(\d{1,6}) of (\d{1,6})")
_STRENGTH = ("sha512", "sha3512", "blake2b", "blake2b512", "sha384", "sha3384", "sha256", "sha3256")
_MOST_OPEN = 8


@dataclass(frozen=True, slots=True)
class KnownBag:
    """A bag that was looked at.

    Attributes:
        path: Its path.
        name: What it is called: its path's last part.
        identifier: Its ``External-Identifier``; ``None`` where it has none.
        head: What its record of the state is of; ``None`` where it has none that can be read.
        group: Its ``Bag-Group-Identifier``; ``None`` where it stands alone.
        part: Its number in its group, from 1.
        parts: Bags of the group.
        packed_on: Its ``Bagging-Date`` as it is written; empty where it has none.
    """

    path: str
    name: str
    identifier: str | None
    head: StateHead | None
    group: str | None
    part: int
    parts: int
    packed_on: str


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
        """Yield every bag: those that were asked for by their path, then those of the stores, by name."""
        self._list()
        yield from list(self._known.values())

    def copies(self, identifier: str) -> Iterator[KnownBag]:
        """Yield the bags with an identifier: those that are known before those that must be looked for."""
        told = [bag for bag in self._known.values() if bag.identifier == identifier]
        yield from told
        paths = {bag.path for bag in told}
        yield from (bag for bag in self.bags() if bag.identifier == identifier and bag.path not in paths)

    def source(self, bag: KnownBag) -> BagSource:
        """Return where the bytes of a bag are; the shelf closes it, and does not keep many open."""
        source = self._open.pop(bag.path, None)
        if source is None:
            while len(self._open) >= _MOST_OPEN:
                self._open.pop(next(iter(self._open))).close()
            source = source_of(bag.path, early=_EARLY)
        self._open[bag.path] = source
        return source

    def is_as_pinned(self, bag: KnownBag, holding: HoldingBag) -> bool:
        """Whether a copy's strongest tag manifest is the one that was pinned."""
        try:
            with self.source(bag).listing(ignore) as listing:
                if listing.top is None:
                    return False
                manifest = strongest_tag_manifest(read_top(listing.top))
                if manifest is None:
                    return False
                digest = hashlib.sha512()
                for block in listing.top.blocks(manifest.name, ignore):
                    digest.update(block)
        except OSError as error:
            refuse_own_limit(error)
            return False
        return digest.hexdigest() == holding.pin

    def _list(self) -> None:
        for store in self._stores:
            if store in self._listed:
                continue
            self._listed.add(store)
            try:
                paths: Sequence[str] = (store,) if is_bag(store) else bags_in(store).bags
            except OSError as error:
                refuse_own_limit(error)
                self.unreached.append((store, reason(error)))
                continue
            for path in paths:
                self.bag(path)

    def _look(self, path: str) -> KnownBag | UnknownBag:
        source = source_of(path, early=_EARLY)
        try:
            return _known(path, source)
        except (OSError, ValueError) as error:
            if isinstance(error, OSError):
                refuse_own_limit(error)
            return UnknownBag(path, reason(error) if isinstance(error, OSError) else str(error))
        finally:
            if os.path.isdir(path):
                source.close()
            else:
                self._keep(path, source)

    def _keep(self, path: str, source: BagSource) -> None:
        """Keep what an archive was listed to: to list a compressed one takes as long as to unpack it."""
        while len(self._open) >= _MOST_OPEN:
            self._open.pop(next(iter(self._open))).close()
        self._open[path] = source


def strongest_tag_manifest(top: BagTop) -> ManifestName | None:
    """Return the tag manifest that pins are digests of; ``None`` where a bag has none."""
    manifests = [one for one in top.manifests if one.of_tags and one.algorithm is not None]
    return min(manifests, key=lambda one: (_rank(one.algorithm or ""), one.name), default=None)


def _rank(algorithm: str) -> int:
    return _STRENGTH.index(algorithm) if algorithm in _STRENGTH else len(_STRENGTH)


def _known(path: str, source: BagSource) -> KnownBag | UnknownBag:
    with source.listing(ignore) as listing:
        if listing.top is None:
            told = next((one.message for one in listing.found.report()), "it cannot be opened")
            return UnknownBag(path, told)
        top = read_top(listing.top)
    if not top.is_bag:
        return UnknownBag(path, "it is no bag")
    part, parts = _part(top.metadata.values("Bag-Count"))
    return KnownBag(
        path=path,
        name=os.path.basename(path),
        identifier=next(iter(top.metadata.values("External-Identifier")), None),
        head=_head(source),
        group=next(iter(top.metadata.values("Bag-Group-Identifier")), None),
        part=part,
        parts=parts,
        packed_on=next(iter(top.metadata.values("Bagging-Date")), ""),
    )


def _head(source: BagSource) -> StateHead | None:
    with contextlib.suppress(OSError, ValueError), source.open(STATE_RECORD) as stream:
        return read_state(stream)[0]
    return None


def _part(values: tuple[str, ...]) -> tuple[int, int]:
    found = _COUNT.fullmatch(values[0].strip()) if values else None
    if found is None:
        return 1, 1
    part, parts = int(found[1]), int(found[2])
    return (part, parts) if 1 <= part <= parts else (1, 1)
