"""``metadata/empty-folders.txt``: folders with nothing in them, which BagIt itself cannot hold.

One folder a line, encoded as a manifest encodes paths. There is no such file where there is no such folder.
"""

from __future__ import annotations

from typing import BinaryIO

from archiver.bagit.paths import encode_path
from archiver.model.package import PackEntry
from archiver.model.source import EmptyFolder
from archiver.records.names import EMPTY_FOLDERS_RECORD
from archiver.records.writing import Closing, Opening


class EmptyFoldersWriter:
    """Writes the list, which begins with the first of them."""

    def __init__(self, opening: Opening) -> None:
        self._new_file = opening.new_file
        self._above = opening.plan.layout.files_folder
        self._stream: BinaryIO | None = None

    def add(self, entry: PackEntry) -> None:
        """List an empty folder."""
        if not isinstance(entry, EmptyFolder):
            return
        if self._stream is None:
            self._stream = self._new_file(EMPTY_FOLDERS_RECORD)
        self._stream.write(f"{self._above}{encode_path(entry.path)}/\n".encode())

    def finish(self, closing: Closing) -> None:
        """All is written."""
