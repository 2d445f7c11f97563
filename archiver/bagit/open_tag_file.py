"""Opens a tag file of a bag for reading, wherever the bag is: in a folder, or in an archive, which is read as far as it.

This is for who wants one file and nothing else; :class:`archiver.bagit.bag_source.BagSource` has the files of a bag
that is listed.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Generator
from typing import BinaryIO

from archiver.bagit.bag_source import FolderBag
from archiver.bagit.serialized.archive import Archive
from archiver.bagit.serialized.index import place_of
from archiver.bagit.serialized.member import ArchiveError, Limits, Member, MemberKind, stream_of
from archiver.bagit.telling import untold


def open_record(bag: str, path: str) -> BinaryIO:
    """Return a stream over the tag file ``path`` of ``bag``; no link is followed, no pipe or device opened.

    In an archive the file is read where it stands, without unpacking anything else. Reading from the stream raises
    ``OSError`` where it cannot go on.

    Raises:
        FileNotFoundError: where the bag has no such file.
        OSError: where it cannot be read, or is none of the archives that are read here.
    """
    place = os.path.abspath(os.fsencode(bag))
    if not os.path.isfile(place):
        return FolderBag(place).open(path)
    blocks = _member_blocks(place, path)
    try:
        next(blocks)
    except ArchiveError as error:
        raise OSError(str(error)) from error
    return stream_of(blocks)


def _member_blocks(archive_path: bytes, path: str) -> Generator[bytes]:
    """Yield nothing once the file is found, then its blocks; the archive is open as long."""
    with Archive(archive_path, Limits()) as archive:
        for member in archive.members(untold):
            if _is(member, path):
                yield b""
                yield from member.blocks()
                return
    raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)


def _is(member: Member, path: str) -> bool:
    # the bag is the archive's one folder
    return member.kind is MemberKind.FILE and place_of(member.name).partition("/")[2] == path
