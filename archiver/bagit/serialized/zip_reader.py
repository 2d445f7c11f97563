"""Reads a zip archive member by member, in bounded memory, in the order in which the members stand in the file.

The layout is PKWARE's APPNOTE 6.3.10. The list at the archive's end says which members there are; every member's
own header must say the same, and no two may share bytes, or the archive shows different programs different files.
"""

from __future__ import annotations

import os
import stat
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from archiver.bagit.codes import found
from archiver.bagit.serialized.member import ArchiveError, Member, MemberKind, Quota, Tell, folder, refused
from archiver.bagit.sorting import Sorter

_END = struct.Struct("<4s4H2LH")
_LOCATOR64 = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_RECORD = struct.Struct(">QQQLHHH")
_LARGEST_DESCRIPTOR = 24
_LARGEST_ENTRY = _CENTRAL.size + 3 * 0xFFFF
_LIMIT16, _LIMIT32 = 0xFFFF, 0xFFFFFFFF
_ENCRYPTED = 1 << 0 | 1 << 6 | 1 << 13
_SIZES_AFTER = 1 << 3
_UTF8 = 1 << 11
_STORED, _DEFLATED = 0, 8
_UNIX_SYSTEMS = (3, 19)
_BLOCK = 1 << 20
_RUN_BYTES = 8 << 20


@dataclass(frozen=True, slots=True)
class _Entry:
    """One member as the list at the end has it."""

    start: int
    packed: int
    size: int
    checksum: int
    flags: int
    method: int
    mode: int
    raw_name: bytes

    @property
    def name(self) -> str:
        if self.flags & _UTF8:
            return self.raw_name.decode("utf-8", "surrogateescape")
        try:
            # many programs write UTF-8 and do not say so; no text in code page 437 is UTF-8 by accident
            return self.raw_name.decode("utf-8")
        except UnicodeDecodeError:
            return self.raw_name.decode("cp437")


def read_zip(stream: BinaryIO, quota: Quota, tell: Tell) -> Iterator[Member]:
    """Yield every member in the order of its place, those that are refused among them.

    Args:
        stream: The archive, a real file.
        quota: Counts what is unpacked.
        tell: Takes what is wrong with a member, or B820 for bytes that belong to no member.

    Raises:
        ArchiveError: where it cannot be read any further.
        OSError: from temporary files.
    """
    with Sorter(_RUN_BYTES) as entries:
        list_start = _list_entries(stream, entries, tell)
        end, gap = 0, 0
        for record in entries:
            entry = _unpack(record)
            data_start = _judge_local(stream, entry, end, list_start)
            if entry.start > end + gap:
                tell(found("B820", entry.name, "there are bytes before it that belong to no member"))
            end = data_start + entry.packed
            gap = _LARGEST_DESCRIPTOR if entry.flags & _SIZES_AFTER else 0
            yield _member(stream, entry, data_start, quota, tell)


def _read_at(stream: BinaryIO, position: int, size: int) -> bytes:
    """Read exactly ``size`` bytes at ``position``."""
    try:
        data = os.pread(stream.fileno(), size, position)
    except (OSError, OverflowError) as error:
        raise ArchiveError("B801", "", f"it cannot be read: {error}") from error
    if len(data) < size:
        raise ArchiveError("B801", "", "it ends too early")
    return data


def _find_end(stream: BinaryIO, tell: Tell) -> tuple[int, int, int]:
    """Return where the list of members starts, its size in bytes, and how many members it has."""
    total = os.fstat(stream.fileno()).st_size
    tail_start = max(0, total - _END.size - _LIMIT16)
    tail = _read_at(stream, tail_start, total - tail_start)
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
            _read_at(stream, end - _LOCATOR64.size, _LOCATOR64.size)
        )
        if signature == b"PK\6\7":
            signature, _, _, _, _, _, _, count, size, start = _END64.unpack(
                _read_at(stream, where, _END64.size)
            )
            if signature != b"PK\6\6" or disks > 1:
                raise ArchiveError("B801", "", "the end of its list of members is damaged")
            end = where
    if start + size != end:
        raise ArchiveError("B819", "", "its list of members is not where it says")
    return start, size, count


def _list_entries(stream: BinaryIO, entries: Sorter, tell: Tell) -> int:
    """Sort the list's entries by where the members start; return where the list itself starts."""
    start, size, count = _find_end(stream, tell)
    position, end = start, start + size
    buffer, buffered = b"", start
    for _ in range(count):
        if position + _CENTRAL.size > end:
            raise ArchiveError("B819", "", "its list of members is shorter than it says")
        offset = position - buffered
        if len(buffer) - offset < _LARGEST_ENTRY and buffered + len(buffer) < end:
            buffer, buffered, offset = _read_at(stream, position, min(_BLOCK, end - position)), position, 0
        entry, length = _parse_central(buffer, offset)
        entries.add(_pack(entry))
        position += length
    if position != end:
        raise ArchiveError("B819", "", "its list of members is longer than it says")
    return start


def _parse_central(buffer: bytes, offset: int) -> tuple[_Entry, int]:
    fields = _CENTRAL.unpack_from(buffer, offset)
    signature, made_by, _, flags, method, _, _, checksum, packed, size, *rest = fields
    name_length, extra_length, comment_length, disk, _, attributes, start = rest
    after = offset + _CENTRAL.size
    length = _CENTRAL.size + name_length + extra_length + comment_length
    if signature != b"PK\1\2" or offset + length > len(buffer):
        raise ArchiveError("B801", "", "its list of members is damaged")
    name = buffer[after : after + name_length]
    extra = buffer[after + name_length : after + name_length + extra_length]
    wide = iter(_wide_fields(extra))
    try:
        size = next(wide) if size == _LIMIT32 else size
        packed = next(wide) if packed == _LIMIT32 else packed
        start = next(wide) if start == _LIMIT32 else start
    except StopIteration:
        raise ArchiveError("B801", "", "its list of members lacks a large size") from None
    if disk not in (0, _LIMIT16):
        raise ArchiveError("B801", "", "it is one of several parts")
    mode = attributes >> 16 if made_by >> 8 in _UNIX_SYSTEMS else 0
    return _Entry(start, packed, size, checksum, flags, method, mode, name), length


def _wide_fields(extra: bytes) -> tuple[int, ...]:
    """The 64-bit numbers of the ZIP64 field (0x0001), which stand in for those that do not fit."""
    position = 0
    while position + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, position)
        data = extra[position + 4 : position + 4 + length]
        if kind == 1:
            return struct.unpack_from(f"<{len(data) // 8}Q", data)
        position += 4 + length
    return ()


def _pack(entry: _Entry) -> bytes:
    # written as digits, for a sorter's records hold no line feed; big-endian, so that they sort by where they start
    numbers = (entry.start, entry.packed, entry.size, entry.checksum, entry.flags, entry.method, entry.mode)
    return (_RECORD.pack(*numbers) + entry.raw_name).hex().encode()


def _unpack(record: bytes) -> _Entry:
    packed = bytes.fromhex(record.decode())
    start, length, size, checksum, flags, method, mode = _RECORD.unpack_from(packed)
    return _Entry(start, length, size, checksum, flags, method, mode, packed[_RECORD.size :])


def _judge_local(stream: BinaryIO, entry: _Entry, end: int, list_start: int) -> int:
    """Compare the member's own header with the list; return where its bytes start."""
    if entry.start < end:
        raise ArchiveError("B819", entry.name, "it shares bytes with another member")
    fields = _LOCAL.unpack(_read_at(stream, entry.start, _LOCAL.size))
    signature, _, flags, method, _, _, checksum, packed, size, name_length, extra_length = fields
    if signature != b"PK\3\4":
        raise ArchiveError("B819", entry.name, "it is not where the list of members says")
    names = _read_at(stream, entry.start + _LOCAL.size, name_length + extra_length)
    says = [flags & ~_SIZES_AFTER, method, names[:name_length]]
    listed: list[object] = [entry.flags & ~_SIZES_AFTER, entry.method, entry.raw_name]
    if not flags & _SIZES_AFTER:
        wide = iter(_wide_fields(names[name_length:]))
        size = next(wide, size) if size == _LIMIT32 else size
        packed = next(wide, packed) if packed == _LIMIT32 else packed
        says += [checksum, packed, size]
        listed += [entry.checksum, entry.packed, entry.size]
    if says != listed:
        raise ArchiveError("B819", entry.name, "its own header and the list of members differ")
    data_start: int = entry.start + _LOCAL.size + name_length + extra_length
    if data_start + entry.packed > list_start:
        raise ArchiveError("B819", entry.name, "it reaches into the list of members")
    return data_start


def _refusal(entry: _Entry) -> tuple[str, str] | None:
    """Code and message for a member that cannot be used."""
    if stat.S_ISLNK(entry.mode):
        return "B812", "it is a symbolic link"
    if stat.S_IFMT(entry.mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "B813", f"it has the file type {stat.S_IFMT(entry.mode):#o}"
    if entry.flags & _ENCRYPTED:
        return "B817", "it is encrypted"
    if entry.method not in (_STORED, _DEFLATED):
        return "B818", f"it is compressed by method {entry.method}"
    return None


def _member(stream: BinaryIO, entry: _Entry, data_start: int, quota: Quota, tell: Tell) -> Member:
    name, refusal = entry.name, _refusal(entry)
    if refusal is not None:
        return refused(name, *refusal)
    if stat.S_ISDIR(entry.mode) or name.endswith("/"):
        return folder(name)

    def blocks() -> Iterator[bytes]:
        left, checksum = entry.size, 0
        unpacked = _inflated if entry.method == _DEFLATED else _stored
        try:
            for block in unpacked(stream, data_start, entry.packed):
                quota.take(len(block))
                left -= len(block)
                if left < 0:
                    raise ArchiveError("B819", name, "it unpacks to more than the list of members says")
                checksum = zlib.crc32(block, checksum)
                yield block
        except zlib.error as error:
            tell(found("B821", name, f"it cannot be unpacked: {error}"))
            return
        if left or checksum != entry.checksum:
            tell(found("B821", name, "its bytes do not fit the archive's own checksum"))

    return Member(name, MemberKind.FILE, entry.size, blocks)


def _stored(stream: BinaryIO, position: int, size: int) -> Iterator[bytes]:
    while size:
        block = _read_at(stream, position, min(size, _BLOCK))
        position += len(block)
        size -= len(block)
        yield block


def _inflated(stream: BinaryIO, position: int, size: int) -> Iterator[bytes]:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    for packed in _stored(stream, position, size):
        while packed:
            block = inflater.decompress(packed, _BLOCK)
            packed = inflater.unconsumed_tail  # noqa: PLW2901 - what is left over is fed in again
            if not block and not packed:
                break
            yield block
    yield inflater.flush()
