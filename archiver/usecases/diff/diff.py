"""Says how two bags, accessions or folders differ."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from archiver.bagit.algorithms import DEFAULT_ALGORITHM
from archiver.usecases.diff.compare import Comparing, Comparison
from archiver.usecases.diff.sides import Side, algorithms_of, entries_of, side_of
from archiver.usecases.states.bags import Shelf
from archiver.usecases.states.known_stores import known_stores
from archiver.usecases.watch import Step, Watch


@dataclass(frozen=True, slots=True)
class DiffRequest:
    """What is to be compared.

    Attributes:
        first: A folder, the path of a bag, an identifier, the name of a bag or a collection, or ``COLLECTION@DATE``.
        second: The same.
        stores: Folders of bags to look in.
        catalogue: Path of the catalogue, which says what other stores there are; nothing fails where it cannot be used.
        jobs: Threads and processes to read folders with.
        zone: The time zone of the place.
    """

    first: str
    second: str
    stores: tuple[str, ...]
    catalogue: str
    jobs: int
    zone: dt.tzinfo | None


@dataclass(frozen=True, slots=True)
class Differing:
    """How two sides differ.

    Attributes:
        first: The first side.
        second: The second.
        comparison: What came of holding them against each other.
    """

    first: Side
    second: Side
    comparison: Comparison

    @property
    def is_equal(self) -> bool:
        """Whether both hold the same, as far as each could be read."""
        return not self.comparison.counts and not self.unread

    @property
    def unread(self) -> int:
        """Files that could not be read."""
        return self.first.unread_files + self.second.unread_files


@contextlib.contextmanager
def diff(request: DiffRequest, watch: Watch) -> Iterator[Differing]:
    """Compare what was asked for; lend what came of it for a ``with`` block.

    Raises:
        UsageError: where one of the two is not there.
        DescriptionError: where what a bag says of its source cannot be read.
        SourceLostError: where a folder is not there any more.
    """
    with Shelf(request.stores) as shelf, known_stores(request.catalogue, watch) as known:
        with watch.during(Step("Looking at the bags", "")):
            first = side_of(request.first, request.zone, shelf, known.mounted)
            second = side_of(request.second, request.zone, shelf, known.mounted)
        algorithms = tuple(dict.fromkeys((*algorithms_of(first), *algorithms_of(second))))
        with Comparing(shelf) as comparing:
            comparing.take(
                *(
                    entries_of(side, shelf, algorithms or (DEFAULT_ALGORITHM,), request.jobs, watch)
                    for side in (first, second)
                )
            )
            with watch.during(Step("Comparing", "")):
                comparing.compare(tree=first.tells_tree and second.tells_tree)
            yield Differing(first, second, comparing.result)
