"""Opens the catalogue for those who only look something up in it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from archiver.catalogue.database import Catalogue, reading
from archiver.errors import Remedy, UsageError, Way


@contextlib.contextmanager
def looked_up(path: str) -> Iterator[Catalogue]:
    """Lend the catalogue for reading, as it is when the ``with`` block begins.

    Raises:
        UsageError: where there is none at ``path``.
        CatalogueError: where it cannot be read.
    """
    with contextlib.ExitStack() as held:
        try:
            catalogue = held.enter_context(reading(path))
        except FileNotFoundError:
            raise UsageError(
                f"there is no catalogue at {path}",
                "Packing makes one.",
                remedies=[Remedy(Way.ADD_STORE), Remedy(Way.ANOTHER_CATALOGUE)],
            ) from None
        held.enter_context(catalogue.snapshot())
        yield catalogue
