"""Reads the tags of files, of which many stand in one row."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator

from archiver.catalogue.database import Catalogue
from archiver.catalogue.faults import damaged
from archiver.model.audio import Tags

_MOST_BYTES = 256 << 20
"""What a row may hold when it is no longer compressed; a catalogue may be somebody else's."""

_ROW = "SELECT first_file FROM tags WHERE first_file <= ? ORDER BY first_file DESC LIMIT 1"


class TagReader:
    """Gives the tags of one file after another; those of a row are kept until another is read.

    Args:
        catalogue: The catalogue.

    Attributes:
        first: Number of the first file of the row that was read last; files of one row lie in one folder.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self.first: int | None = None
        self._tags: dict[int, Tags] = {}

    def of(self, file_id: int) -> Tags:
        """Return the canonical tags of a file; none where it has none."""
        first = self._catalogue.value(_ROW, (file_id,))
        if not isinstance(first, int):
            return {}
        if first != self.first:
            body = self._catalogue.value("SELECT body FROM tags WHERE first_file = ?", (first,))
            self._tags = self._read(body) if isinstance(body, bytes) else {}
            self.first = first
        return self._tags.get(file_id - first, {})

    def groups(self) -> Iterator[list[Tags]]:
        """Yield the tags of all files that have some, those of one row together."""
        for (body,) in self._catalogue.rows("SELECT body FROM tags ORDER BY first_file"):
            if isinstance(body, bytes):
                yield list(self._read(body).values())

    def _read(self, body: bytes) -> dict[int, Tags]:
        try:
            inflater = zlib.decompressobj()
            plain = inflater.decompress(body, _MOST_BYTES)
            if inflater.unconsumed_tail:
                raise ValueError("a row of tags is too large")  # noqa: TRY301 - told as what follows
            return {
                int(after): {str(name): tuple(map(str, values)) for name, values in tags.items()}
                for after, tags in json.loads(plain)
            }
        except (zlib.error, ValueError, TypeError, AttributeError, RecursionError) as error:
            raise damaged(self._catalogue.path, "a row of tags cannot be read") from error
