"""Where the copies of a bag are, and what was last seen of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

from archiver.catalogue.columns import RowReader
from archiver.catalogue.database import Catalogue
from archiver.catalogue.renewed import PIN_OF_COPY

_COPIES = f"""
SELECT store.label, store.identifier, store.place, copy.path, copy.form, copy.state, copy.added_at, copy.checked_at,
  copy_id IN (SELECT copy_id FROM older_copy), {PIN_OF_COPY}
FROM copy JOIN store USING (store_id) JOIN bag USING (bag_id) WHERE copy.bag_id = ?
ORDER BY copy.state <> 'present', copy_id IN (SELECT copy_id FROM older_copy), copy.form <> 'folder', store.label, copy.path
"""


@dataclass(frozen=True, slots=True)
class BagCopy:
    """One bag's presence in one store.

    Attributes:
        store: Label of the store.
        store_identifier: Its identifier.
        place: Where the store was seen last, an absolute path.
        path: Path of the copy below it.
        form: ``folder``, ``tar``, ``tar.gz`` or ``zip``.
        state: ``present``, ``damaged``, ``missing`` or ``retired``, as it was last seen.
        added_at: When it was taken into the catalogue: RFC 3339, UTC.
        checked_at: When every byte of it was last read and found right, or ``None``.
        is_older: Whether its tag files are those of before, while another copy has newer ones.
        pin: What its own tag manifest is held against.
    """

    store: str
    store_identifier: str
    place: bytes
    path: str
    form: str
    state: str
    added_at: str
    checked_at: str | None
    is_older: bool
    pin: bytes

    @property
    def absolute(self) -> bytes:
        """Where it lies, or lay."""
        return os.path.join(self.place, os.fsencode(self.path))


def copies_of(catalogue: Catalogue, bag_id: int) -> Iterator[BagCopy]:
    """Yield the copies of a bag, the handiest first: those that are there, with the tag files of now, and of these the folders."""
    for row in catalogue.rows(_COPIES, (bag_id,)):
        read = RowReader(row)
        yield BagCopy(
            store=read.text(),
            store_identifier=read.text(),
            place=read.octets() or b"",
            path=read.text(),
            form=read.text(),
            state=read.text(),
            added_at=read.text(),
            checked_at=read.text_or_none(),
            is_older=bool(read.whole()),
            pin=read.octets() or b"",
        )
