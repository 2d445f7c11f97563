"""Keeps the text files at the top of the folders of an archive at hand while the archive is read on.

An archive is read in its own order, and which of its folders is the bag, and in what encoding its tag files are, is
known only at the end. The copies lie one after another in one temporary file without a name, compressed, so that
they take room in proportion to the archive and not to what it claims to hold.
"""

from __future__ import annotations

import contextlib
import os
import zlib
from collections.abc import Generator, Iterable, Iterator
from typing import BinaryIO

from archiver.bagit.findings import Tell
from archiver.bagit.serialized.member import ArchiveError
from archiver.machine import temporary_file, temporary_storage

MOST_FOLDERS = 100
MOST_FILES = 10_000
"""Folders and files that copies are held of; an honest archive has one folder and some five files."""

_QUICKEST = 1
_READ_BYTES = 64 << 10
_UNPACKED_BYTES = 256 << 10


class TagCopies:
    """The copies; to be closed.

    Args:
        most_bytes: What they may take on the disk together.

    Raises:
        TemporaryStorageError: from :meth:`copying` and from reading, where the temporary file fails.
    """

    def __init__(self, most_bytes: int) -> None:
        self._left = most_bytes
        self._file: BinaryIO | None = None
        self._end = 0
        self._folders: dict[str, dict[str, tuple[int, int]]] = {}
        self._count = 0

    def close(self) -> None:
        """Give the temporary file back; may be called twice."""
        if self._file is not None:
            with contextlib.suppress(OSError):  # nothing in it is needed any more
                self._file.close()
            self._file = None

    def has_room(self, folder: str) -> bool:
        """Whether files of ``folder`` are held, which those of too many folders are not."""
        return folder in self._folders or len(self._folders) < MOST_FOLDERS

    def copying(self, folder: str, name: str, blocks: Iterable[bytes]) -> Iterator[bytes]:
        """Yield ``blocks``, copying them as the file ``name`` of ``folder``; of two with one name the first is kept.

        Raises:
            ArchiveError: B816 where there is too much to copy, or as reading ``blocks`` does.
        """
        files = self._folders.setdefault(folder, {})
        if name in files:
            yield from blocks
            return
        self._count += 1
        if self._count > MOST_FILES:
            raise ArchiveError("B816", name, f"it holds more than {MOST_FILES:,} text files at its top")
        if self._file is None:
            self._file = temporary_file()
        start = self._end
        packer = zlib.compressobj(_QUICKEST)
        # a file that cannot be read to its end is judged by what was read of it
        try:
            for block in blocks:
                self._write(packer.compress(block), name)
                yield block
        finally:
            self._write(packer.flush(), name)
            files[name] = (start, self._end)

    def of(self, folder: str, *, has_payload: bool) -> CopiedTop:
        """The files of ``folder`` as the top of a bag.

        Args:
            folder: The folder.
            has_payload: Whether it holds anything called ``data``.
        """
        return CopiedTop(self._file, self._folders.get(folder, {}), has_payload=has_payload)

    def _write(self, packed: bytes, name: str) -> None:
        self._left -= len(packed)
        if self._left < 0:
            raise ArchiveError("B816", name, "the text files at its top are too large together")
        data = memoryview(packed)
        assert self._file is not None
        with temporary_storage():
            while data:
                written = os.pwrite(self._file.fileno(), data, self._end)
                self._end += written
                data = data[written:]


class CopiedTop:
    """The top of a bag in an archive, as far as it is text; made by :meth:`TagCopies.of`, and good while those are."""

    def __init__(
        self, file: BinaryIO | None, files: dict[str, tuple[int, int]], *, has_payload: bool
    ) -> None:
        self._file = file
        self._files = files
        self._has_payload = has_payload

    def names(self) -> Iterator[tuple[str, bool]]:
        """Each name at the top, and whether it is a file."""
        yield from ((name, True) for name in self._files)
        if self._has_payload:
            yield "data", False

    def __contains__(self, name: str) -> bool:
        return name in self._files

    def blocks(self, name: str, tell: Tell, most: int | None = None) -> Generator[bytes]:
        """Yield the bytes of the file ``name``, at most ``most`` in all; nothing is ever told of a copy."""
        del tell
        if self._file is None or name not in self._files:
            return
        position, end = self._files[name]
        unpacker = zlib.decompressobj()
        while position < end and most != 0:
            with temporary_storage():
                packed = os.pread(self._file.fileno(), min(_READ_BYTES, end - position), position)
                if not packed:
                    raise OSError("a temporary file is shorter than was written")
            position += len(packed)
            while packed and most != 0:
                block = _inflate(
                    unpacker, packed, _UNPACKED_BYTES if most is None else min(most, _UNPACKED_BYTES)
                )
                packed = unpacker.unconsumed_tail
                most = None if most is None else most - len(block)
                yield block


def _inflate(unpacker: zlib._Decompress, packed: bytes, most: int) -> bytes:
    with temporary_storage():
        try:
            return unpacker.decompress(packed, most)
        except zlib.error as error:
            raise OSError("a temporary file gives back other bytes than were written") from error
