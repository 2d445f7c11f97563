"""Reads the list of members that ends a zip archive (PKWARE's APPNOTE 6.3.10, §4.3.12 to §4.3.16), however long."""

from __future__ import annotations

import os
import struct
import zlib
from dataclasses import dataclass
from typing import BinaryIO

from archiver.bagit.codes import found
from archiver.bagit.findings import Tell
from archiver.bagit.serialized.member import ArchiveError
from archiver.bagit.sorting import Sorter

LIMIT32 = 0xFFFFFFFF
"""Stands in a field for a number that is too large for it and is given in 64 bits elsewhere."""

UTF8 = 1 << 11
"""The flag of a member whose name is UTF-8."""

_END = struct.Struct("<4s4H2LH")
_LOCATOR64 = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_RECORD = struct.Struct(">3QL5H")
_LARGEST_ENTRY = _CENTRAL.size + 3 * 0xFFFF
_LIMIT16 = 0xFFFF
_WIDE, _UNICODE_PATH = 0x0001, 0x7075
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class ZipEntry:
    """One member as the list has it.

    Attributes:
        start: Where its own header starts.
        packed: Bytes it takes in the archive.
        size: Bytes it unpacks to.
        checksum: CRC-32 of the unpacked bytes.
        flags: General purpose bits.
        method: How it is compressed.
        made_by: The system it was made on.
        needs: The version of the format that is needed to unpack it, times ten.
        mode: File type and permissions as Unix has them, where it was made there.
        raw_name: The name as its own header has it too.
        unicode_name: The name as UTF-8 where an extra field gives it (Info-ZIP Unicode Path, 0x7075), or nothing.
    """

    start: int
    packed: int
    size: int
    checksum: int
    flags: int
    method: int
    made_by: int
    needs: int
    mode: int
    raw_name: bytes
    unicode_name: bytes

    @property
    def name(self) -> str:
        """The name that a program goes by that knows all ways to write one."""
        if self.unicode_name or self.flags & UTF8:
            return (self.unicode_name or self.raw_name).decode("utf-8", "surrogateescape")
        try:
            # many programs write UTF-8 and do not say so; no text in code page 437 is UTF-8 by accident
            return self.raw_name.decode("utf-8")
        except UnicodeDecodeError:
            return self.raw_name.decode("cp437")


def read_at(stream: BinaryIO, position: int, size: int) -> bytes:
    """Read exactly ``size`` bytes at ``position``.

    Raises:
        ArchiveError: B801 where there are not so many or reading fails.
    """
    try:
        data = os.pread(stream.fileno(), size, position)
    except (OSError, OverflowError) as error:
        raise ArchiveError("B801", "", f"it cannot be read: {error}") from error
    if len(data) < size:
        raise ArchiveError("B801", "", "it ends too early")
    return data


def list_entries(stream: BinaryIO, entries: Sorter, tell: Tell) -> int:
    """Give every entry of the list to ``entries``, sorted by where the members start; :func:`unpack` reads them.

    Args:
        stream: The archive, a real file.
        entries: Takes them.
        tell: Takes B820 for bytes after the archive.

    Returns:
        Where the list itself starts.

    Raises:
        ArchiveError: where the list cannot be read or contradicts itself.
        OSError: from temporary files.
    """
    start, size, count = _find_end(stream, tell)
    position, end = start, start + size
    buffer, buffered = b"", start
    for _ in range(count):
        if position + _CENTRAL.size > end:
            raise ArchiveError("B819", "", "its list of members is shorter than it says")
        offset = position - buffered
        if len(buffer) - offset < _LARGEST_ENTRY and buffered + len(buffer) < end:
            buffer, buffered, offset = read_at(stream, position, min(_BLOCK, end - position)), position, 0
        entry, length = _parse(buffer, offset)
        entries.add(_pack(entry))
        position += length
    if position != end:
        raise ArchiveError("B819", "", "its list of members is longer than it says")
    return start


def _find_end(stream: BinaryIO, tell: Tell) -> tuple[int, int, int]:
    """Return where the list of members starts, its size in bytes, and how many members it has."""
    total = os.fstat(stream.fileno()).st_size
    tail_start = max(0, total - _END.size - _LIMIT16)
    tail = read_at(stream, tail_start, total - tail_start)
    place = tail.rfind(b"PK\5\6")
    if place < 0 or len(tail) - place < _END.size:
        raise ArchiveError("B801", "", "it has no list of members; it was cut off, or is no zip archive")
    _, disk, list_disk, here, count, size, start, comment = _END.unpack_from(tail, place)
    if disk or list_disk or here != count:
        raise ArchiveError("B801", "", "it is one of several parts")
    end = tail_start + place
    if end + _END.size + comment != total:
        tell(found("B820", "", "there are bytes after its end"))
    if end >= _LOCATOR64.size:
        signature, _, where, disks = _LOCATOR64.unpack(
            read_at(stream, end - _LOCATOR64.size, _LOCATOR64.size)
        )
        if signature == b"PK\6\7":
            wide = _find_wide_end(stream, where, end - _LOCATOR64.size, disks)
            narrow = ((start, LIMIT32), (size, LIMIT32), (count, _LIMIT16))
            if any(one not in {limit, other} for (one, limit), other in zip(narrow, wide, strict=True)):
                raise ArchiveError("B819", "", "it ends twice, and the two ends differ")
            start, size, count = wide
            end = where
    if start + size != end:
        raise ArchiveError("B819", "", "its list of members is not where it says")
    return start, size, count


def _find_wide_end(stream: BinaryIO, where: int, until: int, disks: int) -> tuple[int, int, int]:
    """What :func:`_find_end` returns, in 64 bits (APPNOTE §4.3.14)."""
    signature, length, _, _, disk, list_disk, here, count, size, start = _END64.unpack(
        read_at(stream, where, _END64.size)
    )
    if signature != b"PK\6\6" or disks > 1 or disk or list_disk or here != count:
        raise ArchiveError("B801", "", "the end of its list of members is damaged")
    if where + 12 + length != until:
        raise ArchiveError("B819", "", "the end of its list of members is not as long as it says")
    return start, size, count


def _parse(buffer: bytes, offset: int) -> tuple[ZipEntry, int]:
    fields = _CENTRAL.unpack_from(buffer, offset)
    signature, made_by, needs, flags, method, _, _, checksum, packed, size, *rest = fields
    name_length, extra_length, comment_length, disk, _, attributes, start = rest
    after = offset + _CENTRAL.size
    length = _CENTRAL.size + name_length + extra_length + comment_length
    if signature != b"PK\1\2" or offset + length > len(buffer):
        raise ArchiveError("B801", "", "its list of members is damaged")
    if disk not in {0, _LIMIT16}:
        raise ArchiveError("B801", "", "it is one of several parts")
    name = buffer[after : after + name_length]
    extra = extra_fields(buffer[after + name_length : after + name_length + extra_length])
    wide = iter(wide_numbers(extra))
    try:
        size = next(wide) if size == LIMIT32 else size
        packed = next(wide) if packed == LIMIT32 else packed
        start = next(wide) if start == LIMIT32 else start
    except StopIteration:
        raise ArchiveError("B801", "", "its list of members lacks a large size") from None
    entry = ZipEntry(
        start=start,
        packed=packed,
        size=size,
        checksum=checksum,
        flags=flags,
        method=method,
        made_by=made_by >> 8,
        needs=needs & 0xFF,
        mode=attributes >> 16,
        raw_name=name,
        unicode_name=unicode_path(name, extra),
    )
    return entry, length


def extra_fields(extra: bytes) -> dict[int, bytes]:
    """Return the extra fields of a header by their number (APPNOTE §4.5); the first of a number counts.

    Raises:
        ArchiveError: B801 where their lengths do not fit.
    """
    fields: dict[int, bytes] = {}
    position = 0
    # fewer bytes than make a field are padding, as programs write that align members
    while position + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, position)
        position += 4 + length
        if position > len(extra):
            raise ArchiveError("B801", "", "an extra field in it is longer than its room")
        fields.setdefault(kind, extra[position - length : position])
    return fields


def wide_numbers(extra: dict[int, bytes]) -> tuple[int, ...]:
    """The 64-bit numbers of the ZIP64 field, which stand in for those that do not fit."""
    data = extra.get(_WIDE, b"")
    return struct.unpack_from(f"<{len(data) // 8}Q", data)


def unicode_path(raw_name: bytes, extra: dict[int, bytes]) -> bytes:
    """The name in the Unicode Path field, if that belongs to this very name (APPNOTE §4.6.9)."""
    data = extra.get(_UNICODE_PATH, b"")
    if len(data) < 5 or data[0] != 1 or int.from_bytes(data[1:5], "little") != zlib.crc32(raw_name):
        return b""
    return data[5:]


def _pack(entry: ZipEntry) -> bytes:
    # big-endian, so that they sort by where they start
    numbers = (entry.start, entry.packed, entry.size, entry.checksum)
    marks = (entry.flags, entry.method, entry.made_by << 8 | entry.needs, entry.mode, len(entry.raw_name))
    return _RECORD.pack(*numbers, *marks) + entry.raw_name + entry.unicode_name


def unpack(record: bytes) -> ZipEntry:
    """Read back what :func:`list_entries` gave to the sorter."""
    start, length, size, checksum, flags, method, made_for, mode, name_length = _RECORD.unpack_from(record)
    names = record[_RECORD.size :]
    return ZipEntry(
        start=start,
        packed=length,
        size=size,
        checksum=checksum,
        flags=flags,
        method=method,
        made_by=made_for >> 8,
        needs=made_for & 0xFF,
        mode=mode,
        raw_name=names[:name_length],
        unicode_name=names[name_length:],
    )
