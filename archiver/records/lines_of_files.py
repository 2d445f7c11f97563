"""Holds lines about single files back until it is known whether one line says it for all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Self

from archiver.machine import temporary_file, temporary_storage


class LinesOfFiles:
    """Lines in a temporary file, which is made for the first of them and gone after the ``with`` block.

    Raises:
        TemporaryStorageError: from adding and from giving back, where the temporary file cannot be used.
    """

    def __init__(self) -> None:
        self._file: BinaryIO | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, line: bytes) -> None:
        """Keep one line, which ends in its line break."""
        if self._file is None:
            self._file = temporary_file()
        with temporary_storage():
            self._file.write(line)

    def __iter__(self) -> Iterator[bytes]:
        """Yield the lines in their order."""
        if self._file is None:
            return
        with temporary_storage():
            self._file.seek(0)
            line = self._file.readline()
        while line:
            yield line
            with temporary_storage():
                line = self._file.readline()
