"""The stores that the catalogue knows: those that are mounted, and those that should have a copy of a bag."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from archiver.catalogue.database import Catalogue
from archiver.catalogue.faults import CatalogueError
from archiver.catalogue.stores import all_stores, is_mounted, stores_with
from archiver.usecases.catalogued import if_usable
from archiver.usecases.watch import Watch


class KnownStores:
    """What the catalogue says of stores; nothing where it cannot be used.

    Args:
        catalogue: The catalogue, open for reading; ``None`` where there is none.

    Attributes:
        mounted: Paths of the stores that are there.
    """

    def __init__(self, catalogue: Catalogue | None) -> None:
        self._catalogue = catalogue
        stores = () if catalogue is None else tuple(all_stores(catalogue))
        self.mounted = tuple(os.fsdecode(store.place) for store in stores if is_mounted(store))

    def places_of(self, identifier: str) -> tuple[str, ...]:
        """Return where copies of a bag should be, by its identifier: the label of each store, and the name in it."""
        if self._catalogue is None:
            return ()
        try:
            return tuple(
                f"{store.label}: {copy.path}" for store, copy in stores_with(self._catalogue, identifier)
            )
        except CatalogueError:  # it was told when it was opened, or it has been damaged since
            return ()


@contextlib.contextmanager
def known_stores(path: str, watch: Watch) -> Iterator[KnownStores]:
    """Lend what the catalogue at ``path`` says; why it cannot be used is noted, and nothing fails of it."""
    with if_usable(path) as catalogue:
        try:
            if isinstance(catalogue, CatalogueError):
                raise catalogue
            known = KnownStores(catalogue)
        except CatalogueError as error:
            watch.note(f"The catalogue is not used: {error.message}")
            known = KnownStores(None)
        yield known
