"""Opens one of the records of a finished bag, whether the bag is a folder or an archive."""

from __future__ import annotations

import os
import tempfile
from typing import BinaryIO, cast

from archiver import filesystem
from archiver.bagit.findings import Finding
from archiver.bagit.serialized.archive import Archive
from archiver.bagit.serialized.index import place_of
from archiver.bagit.serialized.member import ArchiveError, Limits, Member, MemberKind

_IN_MEMORY = 1 << 20
_LARGEST = 8 << 30


def open_record(bag: str, path: str) -> BinaryIO:
    """Return a stream over the tag file ``path`` of ``bag``; no link is followed, no pipe or device opened.

    From an archive the file is copied into a temporary one, without unpacking anything else.

    Raises:
        FileNotFoundError: where the bag has no such file.
        OSError: where it cannot be read, or is none of the archives that are read here.
    """
    if os.path.isfile(bag):
        return _from_archive(bag, path)
    descriptor = filesystem.open_regular_beneath(os.path.abspath(os.fsencode(bag)), path.encode())
    return os.fdopen(descriptor, "rb")


def _from_archive(bag: str, path: str) -> BinaryIO:
    try:
        with Archive(os.path.abspath(os.fsencode(bag)), Limits()) as archive:
            for member in archive.members(_untold):
                # the bag is the archive's one folder
                if member.kind is MemberKind.FILE and place_of(member.name).partition("/")[2] == path:
                    return _copied(member, path)
    except ArchiveError as error:
        raise OSError(str(error)) from error
    raise FileNotFoundError(2, "no such file or directory", path)


def _copied(member: Member, path: str) -> BinaryIO:
    if member.size > _LARGEST:
        raise OSError(f"{path} is larger than {_LARGEST >> 30} GiB")
    copy = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - the caller closes it
    try:
        for block in member.blocks():
            copy.write(block)
        copy.seek(0)
    except BaseException:
        copy.close()
        raise
    return cast("BinaryIO", copy)


def _untold(finding: Finding) -> None:
    """Take a finding that is no concern here: ``archiver verify`` tells it."""
