"""Which bag of a store holds the bytes with a digest, and what is known of bytes that are held."""

from __future__ import annotations

import bisect
from array import array
from dataclasses import dataclass

from archiver.bagit.names import PAYLOAD
from archiver.catalogue.database import Catalogue, Row
from archiver.model.state import Holding, HoldingBag


@dataclass(frozen=True, slots=True)
class Content:
    """Bytes that a bag holds.

    Attributes:
        file_id: The number of their file.
        size: How many.
        essence: Digest of the music apart from its tags, or ``None``.
        holding: Where they are.
    """

    file_id: int
    size: int
    essence: bytes | None
    holding: Holding


class SizesHeld:
    """The sizes of the files that a store holds: bytes of any other size are new without being read.

    Args:
        catalogue: The catalogue.
        store_id: The store.
    """

    def __init__(self, catalogue: Catalogue, store_id: int) -> None:
        sql = (
            "SELECT DISTINCT size FROM file WHERE bag_id IN"
            " (SELECT bag_id FROM copy WHERE store_id = ? AND state = 'present') ORDER BY size"
        )
        self._sizes = array("q", (int(size or 0) for (size,) in catalogue.rows(sql, (store_id,))))

    def __contains__(self, size: int) -> bool:
        """Whether a file of that size is held."""
        place = bisect.bisect_left(self._sizes, size)
        return place < len(self._sizes) and self._sizes[place] == size


def holding_of(catalogue: Catalogue, store_id: int, algorithm: str, digest: str) -> Content | None:
    """Return the first file of a store's bags that has the bytes with a digest.

    Args:
        catalogue: The catalogue.
        store_id: The store.
        algorithm: The digest's algorithm, as manifests name it; a bag is asked only by its strongest.
        digest: In hex.
    """
    value = bytes.fromhex(digest)
    sql = (
        f"{_CONTENT} WHERE substr(digest, 1, 8) = substr(?, 1, 8) AND digest = ?"
        " AND (algorithms = ? OR algorithms GLOB ? || ',*')"
        " AND EXISTS (SELECT 1 FROM copy WHERE copy.bag_id = bag.bag_id AND store_id = ? AND state = 'present')"
        " ORDER BY file_id"
    )
    row = catalogue.row(sql, (value, value, algorithm, algorithm, store_id))
    return None if row is None else _content(row)


def content_of(catalogue: Catalogue, file_id: int) -> Content | None:
    """Return the bytes of a file that is in a bag."""
    row = catalogue.row(f"{_CONTENT} WHERE file_id = ?", (file_id,))
    return None if row is None else _content(row)


def is_in_store(catalogue: Catalogue, store_id: int, file_id: int) -> bool:
    """Whether a copy of the bag of a file is present in a store."""
    sql = "SELECT count(*) FROM file JOIN copy USING (bag_id) WHERE file_id = ? AND store_id = ? AND state = 'present'"
    return bool(catalogue.number(sql, (file_id, store_id)))


_CONTENT = (
    "SELECT file_id, size, essence, identifier, bag.name, pin, folder.path, file.name, algorithms, digest"
    " FROM file JOIN bag USING (bag_id) JOIN folder USING (folder_id)"
)


def _content(row: Row) -> Content:
    file_id, size, essence, identifier, bag, pin, folder, name, algorithms, digest = row
    assert isinstance(file_id, int) and isinstance(size, int)  # noqa: PT018 - the table is strict
    assert isinstance(pin, bytes) and isinstance(digest, bytes)  # noqa: PT018 - the same
    assert essence is None or isinstance(essence, bytes)
    path = PAYLOAD + (f"{folder!s}/{name!s}" if folder else str(name))
    holding_bag = HoldingBag(str(identifier), str(bag), pin.hex())
    algorithm = str(algorithms).partition(",")[0]
    return Content(file_id, size, essence, Holding(holding_bag, path, algorithm, digest.hex()))
