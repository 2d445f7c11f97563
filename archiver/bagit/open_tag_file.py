"""Opens a tag file of a bag for reading, wherever the bag is: in a folder, or in an archive, which is read as far as it."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO, cast

from archiver import filesystem
from archiver.bagit.findings import Finding
from archiver.bagit.serialized.archive import Archive
from archiver.bagit.serialized.index import place_of
from archiver.bagit.serialized.member import ArchiveError, Limits, Member, MemberKind

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_SPARSE_BYTES = 1 << 30
"""From this size on a record that is mostly holes is not read: no honest one is like that, and reading never ends."""


def open_record(bag: str, path: str) -> BinaryIO:
    """Return a stream over the tag file ``path`` of ``bag``; no link is followed, no pipe or device opened.

    In an archive the file is read where it stands, without unpacking anything else. Reading from the stream raises
    ``OSError`` where it cannot go on.

    Raises:
        FileNotFoundError: where the bag has no such file.
        OSError: where it cannot be read, or is none of the archives that are read here.
    """
    if os.path.isfile(bag):
        return _from_archive(bag, path)
    descriptor = filesystem.open_regular_beneath(os.path.abspath(os.fsencode(bag)), path.encode())
    stream = os.fdopen(descriptor, "rb")
    size = os.fstat(descriptor).st_size
    if size >= _SPARSE_BYTES and filesystem.hole_bytes(descriptor, 0, size) > size // 2:
        stream.close()
        raise OSError(errno.EFBIG, f"{path} is mostly holes")
    return stream


def _from_archive(bag: str, path: str) -> BinaryIO:
    reader = _ArchiveRecord(os.path.abspath(os.fsencode(bag)), path)
    # the members' blocks come in any size, and lines are wanted
    return cast("BinaryIO", io.BufferedReader(reader))


class _ArchiveRecord(io.RawIOBase):
    """The bytes of one member of an archive, which stays open as long."""

    def __init__(self, archive: bytes, path: str) -> None:
        super().__init__()
        self._block = memoryview(b"")
        try:
            self._archive = Archive(archive, Limits())
        except ArchiveError as error:
            raise OSError(str(error)) from error
        try:
            self._members = self._archive.members(_untold)
            self._blocks = self._find(path)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        if not self.closed and hasattr(self, "_archive"):
            self._archive.__exit__(None, None, None)
        super().close()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        try:
            while not self._block:
                self._block = memoryview(next(self._blocks))
        except StopIteration:
            return 0
        except ArchiveError as error:
            raise OSError(str(error)) from error
        view = memoryview(buffer)
        taken = min(len(view), len(self._block))
        view[:taken], self._block = self._block[:taken], self._block[taken:]
        return taken

    def _find(self, path: str) -> Iterator[bytes]:
        try:
            for member in self._members:
                if _is(member, path):
                    return member.blocks()
        except ArchiveError as error:
            raise OSError(str(error)) from error
        raise FileNotFoundError(errno.ENOENT, "no such file or directory", path)


def _is(member: Member, path: str) -> bool:
    # the bag is the archive's one folder
    return member.kind is MemberKind.FILE and place_of(member.name).partition("/")[2] == path


def _untold(finding: Finding) -> None:
    """Take a finding that is no concern here: ``archiver verify`` tells it."""
