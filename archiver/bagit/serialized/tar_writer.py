"""Writes the members of a tar archive one after another in POSIX pax form, holding none of them in memory."""

from __future__ import annotations

import tarfile
from collections.abc import Iterable
from typing import BinaryIO

_RECORD = 20 * tarfile.BLOCKSIZE


class TarMembers:
    """Writes folders and files into the open ``stream``; owner and group are 0, nothing of this machine goes in.

    A name that is long or not ASCII stands in a pax header as UTF-8 (POSIX.1-2001, ``pax`` utility).
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._written = 0

    def add_folder(self, path: str, modified: int) -> None:
        """Write the folder ``path``; ``modified`` in seconds since 1970 UTC."""
        header = tarfile.TarInfo(path)
        header.type = tarfile.DIRTYPE
        header.mode = 0o755
        header.mtime = modified
        self._write(_bytes_of(header))

    def add_file(self, path: str, size: int, modified: int, blocks: Iterable[bytes]) -> None:
        """Write the file ``path``, whose ``blocks`` are ``size`` bytes together."""
        header = tarfile.TarInfo(path)
        header.size = size
        header.mode = 0o644
        header.mtime = modified
        self._write(_bytes_of(header))
        for block in blocks:
            self._write(block)
        self._pad(tarfile.BLOCKSIZE)

    def finish(self) -> None:
        """Write the end of the archive: two empty blocks, then up to a whole record, as tar does."""
        self._write(bytes(2 * tarfile.BLOCKSIZE))
        self._pad(_RECORD)

    def _write(self, data: bytes) -> None:
        self._stream.write(data)
        self._written += len(data)

    def _pad(self, unit: int) -> None:
        self._write(bytes(-self._written % unit))


def _bytes_of(header: tarfile.TarInfo) -> bytes:
    return header.tobuf(tarfile.PAX_FORMAT, "utf-8", "strict")
