"""Opens the catalogue for those who only look something up in it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from archiver.catalogue.database import Catalogue, reading
from archiver.errors import ArchiverError, Remedy, Way


class NoCatalogueError(ArchiverError):
    """There is no catalogue to look something up in."""


@contextlib.contextmanager
def looked_up(path: str) -> Iterator[Catalogue]:
    """Lend the catalogue for reading, as it is when the ``with`` block begins.

    Raises:
        NoCatalogueError: where there is none at ``path``.
        CatalogueError: where it cannot be read.
    """
    with contextlib.ExitStack() as held:
        try:
            catalogue = held.enter_context(reading(path))
        except FileNotFoundError:
            raise NoCatalogueError(
                f"there is no catalogue at {path}",
                "It is made when something is packed into a store, or of the bags that there are."
                " ARCHIVER_CATALOGUE or --catalogue names one at another place.",
                remedies=[Remedy(Way.MAKE_CATALOGUE)],
            ) from None
        held.enter_context(catalogue.snapshot())
        yield catalogue
