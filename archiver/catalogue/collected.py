"""The files of a collection as its latest accession left it."""

from __future__ import annotations

import os
from collections.abc import Iterator

from archiver.catalogue.columns import RowReader
from archiver.catalogue.database import Catalogue
from archiver.catalogue.search import FoundFile, file_of, joined
from archiver.catalogue.stores import text_of
from archiver.catalogue.tagged import TagReader

_LATEST = """
SELECT collection_id FROM collection JOIN accession USING (collection_id)
WHERE name = ? ORDER BY at DESC, accession_id DESC LIMIT 1
"""
_HELD = """
SELECT place.path, held.name, file_id FROM place JOIN held USING (place_id)
WHERE collection_id = ? AND last_acc IS NULL ORDER BY file_id, place.path, held.name
"""


def collection_called(catalogue: Catalogue, name: str) -> int | None:
    """Return the collection of a name: of several, in as many stores, the one with the latest accession."""
    found = catalogue.value(_LATEST, (text_of(os.fsencode(name)),))
    return found if isinstance(found, int) else None


def files_of(catalogue: Catalogue, collection_id: int) -> Iterator[tuple[str, FoundFile]]:
    """Yield each file of a collection's latest state: its path below the source, and what a bag holds of it."""
    tags = TagReader(catalogue)
    for row in catalogue.rows(_HELD, (collection_id,)):
        read = RowReader(row)
        folder, name, number = read.text(), read.text(), read.whole()
        found = file_of(catalogue, number, tags)
        if found is not None:
            yield joined(folder, name), found
