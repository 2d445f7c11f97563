"""Writes the members of a zip archive one after another, uncompressed, holding none of them in memory.

The layout is PKWARE's APPNOTE 6.3.10; names are UTF-8 (flag bit 11), large archives use ZIP64, and the time to the
second stands in the extended-timestamp field (0x5455) beside the two-second DOS time. Music does not compress, so
nothing is compressed, and every file can be read where it stands. The list of members that ends the archive is
gathered in a temporary file.
"""

from __future__ import annotations

import os
import shutil
import struct
import tempfile
import time
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR64 = struct.Struct("<4sLQL")
_END = struct.Struct("<4s4H2LH")
_CRC_OFFSET = 14
_LIMIT16, _LIMIT32 = 0xFFFF, 0xFFFFFFFF
_UTF8 = 1 << 11
_STORED = 0
_PLAIN, _ZIP64 = 20, 45
_MADE_ON_UNIX = 3 << 8
_FOLDER_ATTRIBUTES = 0o40755 << 16 | 0x10
_FILE_ATTRIBUTES = 0o100644 << 16
_DOS_YEARS = range(1980, 2108)


@dataclass(frozen=True, slots=True)
class _Member:
    """What both headers of a member say, and where its local header starts."""

    name: bytes
    size: int
    modified: int
    attributes: int
    start: int


class ZipMembers:
    """Writes folders and files into the open ``stream``, which must be a real file at its beginning."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._offset = 0
        self._count = 0
        self._central = tempfile.TemporaryFile(prefix="archiver-")  # noqa: SIM115 - closed by finish()

    def add_folder(self, path: str, modified: int) -> None:
        """Write the folder ``path``; ``modified`` in seconds since 1970 UTC."""
        member = _Member(f"{path}/".encode(), 0, modified, _FOLDER_ATTRIBUTES, self._offset)
        self._write(_local(member, 0))
        self._list(member, 0)

    def add_file(self, path: str, size: int, modified: int, blocks: Iterable[bytes]) -> None:
        """Write the file ``path``, whose ``blocks`` are ``size`` bytes together."""
        member = _Member(path.encode(), size, modified, _FILE_ATTRIBUTES, self._offset)
        source = iter(blocks)
        first = next(source, b"")
        if len(first) == size:
            checksum = zlib.crc32(first)
            self._write(_local(member, checksum))
            self._write(first)
            # the source is run to its end, so that it can tell whether the file has grown
            self._copy(source)
        else:
            # the checksum of a large file is known only after it, and is then set into its header
            self._write(_local(member, 0))
            checksum = self._copy(chain((first,), source))
            self._stream.flush()
            os.pwrite(self._stream.fileno(), struct.pack("<L", checksum), member.start + _CRC_OFFSET)
        self._list(member, checksum)

    def finish(self) -> None:
        """Write the list of members and the end of the archive."""
        start, size = self._offset, self._central.tell()
        self._central.seek(0)
        shutil.copyfileobj(self._central, self._stream, 1 << 20)
        self._central.close()
        self._offset += size
        if self._count >= _LIMIT16 or start >= _LIMIT32 or size >= _LIMIT32:
            made = _MADE_ON_UNIX | _ZIP64
            where = self._offset
            self._write(
                _END64.pack(
                    b"PK\6\6", _END64.size - 12, made, _ZIP64, 0, 0, self._count, self._count, size, start
                )
            )
            self._write(_LOCATOR64.pack(b"PK\6\7", 0, where, 1))
        count = min(self._count, _LIMIT16)
        self._write(_END.pack(b"PK\5\6", 0, 0, count, count, min(size, _LIMIT32), min(start, _LIMIT32), 0))

    def abandon(self) -> None:
        """Give the temporary file back without finishing."""
        self._central.close()

    def _list(self, member: _Member, checksum: int) -> None:
        self._central.write(_central(member, checksum))
        self._count += 1

    def _copy(self, blocks: Iterator[bytes]) -> int:
        checksum = 0
        for block in blocks:
            checksum = zlib.crc32(block, checksum)
            self._write(block)
        return checksum

    def _write(self, data: bytes) -> None:
        self._stream.write(data)
        self._offset += len(data)


def _local(member: _Member, checksum: int) -> bytes:
    large = member.size >= _LIMIT32
    extra = struct.pack("<HHQQ", 1, 16, member.size, member.size) if large else b""
    extra += _timestamp(member.modified)
    shown = min(member.size, _LIMIT32)
    fixed = _LOCAL.pack(
        b"PK\3\4",
        _ZIP64 if large else _PLAIN,
        _UTF8,
        _STORED,
        *_dos_time(member.modified),
        checksum,
        shown,
        shown,
        len(member.name),
        len(extra),
    )
    return fixed + member.name + extra


def _central(member: _Member, checksum: int) -> bytes:
    wide = [member.size, member.size] if member.size >= _LIMIT32 else []
    wide += [member.start] if member.start >= _LIMIT32 else []
    extra = struct.pack(f"<HH{len(wide)}Q", 1, 8 * len(wide), *wide) if wide else b""
    extra += _timestamp(member.modified)
    needed = _ZIP64 if wide else _PLAIN
    shown = min(member.size, _LIMIT32)
    fixed = _CENTRAL.pack(
        b"PK\1\2",
        _MADE_ON_UNIX | needed,
        needed,
        _UTF8,
        _STORED,
        *_dos_time(member.modified),
        checksum,
        shown,
        shown,
        len(member.name),
        len(extra),
        0,
        0,
        0,
        member.attributes,
        min(member.start, _LIMIT32),
    )
    return fixed + member.name + extra


def _dos_time(modified: int) -> tuple[int, int]:
    """Time and date as DOS has them, in UTC and within the years DOS knows."""
    moment = time.gmtime(modified)
    if moment.tm_year not in _DOS_YEARS:
        edge = 1980 if moment.tm_year < 1980 else 2107
        moment = time.struct_time((edge, 1, 1, 0, 0, 0, 0, 1, 0))
    clock = moment.tm_hour << 11 | moment.tm_min << 5 | min(moment.tm_sec, 59) // 2
    date = (moment.tm_year - 1980) << 9 | moment.tm_mon << 5 | moment.tm_mday
    return clock, date


def _timestamp(modified: int) -> bytes:
    if not -(1 << 31) <= modified < 1 << 31:
        return b""
    return struct.pack("<HHBl", 0x5455, 5, 1, modified)
