"""Finds files in bags by a query, and says where their bytes can be read."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from archiver.catalogue.copies import BagCopy, copies_of
from archiver.catalogue.database import Catalogue
from archiver.catalogue.folding import FOLD_VERSION
from archiver.catalogue.query.parse import parse_query
from archiver.catalogue.search import FoundFile, Order, Search
from archiver.catalogue.showing import DecisionInForce, decisions_in_force, problems_of
from archiver.usecases.lookup import looked_up

_PAYLOAD = b"data"
_OTHERWISE_FOLDED = (
    "Another version of this program or of Python made the words of the catalogue; some may not be found until it is"
    " made anew."
)


class Finding:
    """What a query finds, for a ``with`` block.

    Args:
        catalogue: The catalogue.
        text: The query, as it was typed.

    Attributes:
        query: The same.
        unknown: Sentences about names in the query that stand for nothing in the catalogue, and what else to know.
        is_counted_soon: Whether counting the files is quick.
    """

    def __init__(self, catalogue: Catalogue, text: str) -> None:
        self._catalogue = catalogue
        self._search = Search(catalogue, parse_query(text))
        self._copies: dict[int, tuple[BagCopy, ...]] = {}
        self._folders: dict[int, bytes | None] = {}
        self.query = text
        self.unknown = (*self._search.unknown, *_otherwise_folded(catalogue))
        self.is_counted_soon = self._search.is_counted_soon

    def count(self, most: int | None = None) -> int:
        """Return how many files there are, counting up to ``most``."""
        return self._search.count(most)

    def files(self, order: Order | None = None, most: int | None = None) -> Iterator[FoundFile]:
        """Yield the files, at most ``most`` of them."""
        return self._search.files(order, most)

    def copies(self, bag_id: int) -> tuple[BagCopy, ...]:
        """Return the copies of a bag, the handiest first."""
        if bag_id not in self._copies:
            self._copies[bag_id] = tuple(copies_of(self._catalogue, bag_id))
        return self._copies[bag_id]

    def decisions(self, file: FoundFile) -> tuple[DecisionInForce, ...]:
        """Return what holds now of the rights in a file."""
        return decisions_in_force(self._catalogue, file.file_id)

    def problems(self, file: FoundFile) -> tuple[tuple[str, str], ...]:
        """Return code and sentence of what was found in a file."""
        return problems_of(self._catalogue, file.file_id)

    def place(self, file: FoundFile) -> bytes | None:
        """Return where the bytes of a file lie now; ``None`` where no copy of its bag is there as a folder that has it."""
        if file.bag_id not in self._folders:
            self._folders[file.bag_id] = folder_at_hand(self.copies(file.bag_id))
        folder = self._folders[file.bag_id]
        if folder is None:
            return None
        path = os.path.join(folder, _PAYLOAD, os.fsencode(file.path))
        return path if os.path.lexists(path) else None


def _otherwise_folded(catalogue: Catalogue) -> tuple[str, ...]:
    version = catalogue.value("SELECT value FROM meta WHERE key = 'fold'")
    if version in (None, FOLD_VERSION):
        return ()
    return (_OTHERWISE_FOLDED,)


def folder_at_hand(copies: tuple[BagCopy, ...]) -> bytes | None:
    """Return the first copy that is a folder and is there now."""
    usable = (copy for copy in copies if copy.form == "folder" and copy.state == "present")
    return next((copy.absolute for copy in usable if os.path.isdir(copy.absolute)), None)


@contextlib.contextmanager
def finding(path: str, text: str) -> Iterator[Finding]:
    """Ask the catalogue at ``path``, and lend what is found for a ``with`` block.

    Raises:
        QueryError: where the query is none.
        UsageError: where there is no catalogue.
        CatalogueError: where it cannot be read.
    """
    parse_query(text)  # what is wrong with it is told also where there is no catalogue
    with looked_up(path) as catalogue:
        yield Finding(catalogue, text)
