"""Reads a zip archive member by member, in bounded memory, in the order in which the members stand in the file.

The layout is PKWARE's APPNOTE 6.3.10. The list at the archive's end says which members there are; every member's
own header must say the same, and no two may share bytes, or the archive shows different programs different files.
"""

from __future__ import annotations

import stat
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from archiver.bagit.codes import found
from archiver.bagit.findings import Tell
from archiver.bagit.serialized.member import (
    ArchiveError,
    Holes,
    Member,
    MemberKind,
    Quota,
    folder,
    refused,
)
from archiver.bagit.serialized.zip_list import (
    LIMIT32,
    UTF8,
    ZipEntry,
    extra_fields,
    list_entries,
    read_at,
    unicode_path,
    unpack,
    wide_numbers,
)
from archiver.bagit.sorting import Sorter

_LOCAL = struct.Struct("<4s5H3L2H")
_LARGEST_DESCRIPTOR = 24
_ENCRYPTED = 1 << 0 | 1 << 6 | 1 << 13
_SIZES_AFTER = 1 << 3
_STORED, _DEFLATED = 0, 8
_NEWEST_VERSION = 63
_UNIX_SYSTEMS = frozenset({3, 19})
_DOS_SYSTEMS = frozenset({0, 10, 14})
_BLOCK = 1 << 20
_RUN_BYTES = 8 << 20


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
    holes = Holes(stream.fileno())
    with Sorter(_RUN_BYTES) as entries:
        list_start = list_entries(stream, entries, tell)
        end = 0
        for record in entries:
            entry = unpack(record)
            if entry.start > end:
                tell(found("B820", entry.name, "there are bytes before it that belong to no member"))
            data_start, end = _judge_local(stream, entry, end, list_start, tell)
            yield _member(stream, entry, data_start, _Counts(quota, holes), tell)
        if list_start > end:
            tell(found("B820", "", "there are bytes before its list of members that belong to no member"))


def _judge_local(stream: BinaryIO, entry: ZipEntry, end: int, list_start: int, tell: Tell) -> tuple[int, int]:
    """Compare the member's own header with the list; return where its bytes start and where it ends."""
    if entry.start < end:
        raise ArchiveError("B819", entry.name, "it shares bytes with another member")
    fields = _LOCAL.unpack(read_at(stream, entry.start, _LOCAL.size))
    signature, _, flags, method, _, _, checksum, packed, size, name_length, extra_length = fields
    if signature != b"PK\3\4":
        raise ArchiveError("B819", entry.name, "it is not where the list of members says")
    names = read_at(stream, entry.start + _LOCAL.size, name_length + extra_length)
    extra = extra_fields(names[name_length:])
    wide = iter(wide_numbers(extra))
    size = next(wide, size) if size == LIMIT32 else size
    packed = next(wide, packed) if packed == LIMIT32 else packed
    name = names[:name_length]
    says = [flags & ~_SIZES_AFTER, method, name, unicode_path(name, extra) or entry.unicode_name]
    listed = [entry.flags & ~_SIZES_AFTER, entry.method, entry.raw_name, entry.unicode_name]
    sums = list(zip((checksum, packed, size), (entry.checksum, entry.packed, entry.size), strict=True))
    unknown = {0, LIMIT32} if flags & _SIZES_AFTER else set()
    if says != listed or any(own not in unknown | {other} for own, other in sums):
        raise ArchiveError("B819", entry.name, "its own header and the list of members differ")
    data_start: int = entry.start + _LOCAL.size + name_length + extra_length
    data_end = data_start + entry.packed
    if data_end > list_start:
        raise ArchiveError("B819", entry.name, "it reaches into the list of members")
    if flags & _SIZES_AFTER:
        data_end += _judge_descriptor(stream, entry, data_end, list_start, tell)
    return data_start, data_end


def _judge_descriptor(stream: BinaryIO, entry: ZipEntry, position: int, list_start: int, tell: Tell) -> int:
    """Compare what stands after the member with the list; return how many bytes it is (APPNOTE §4.3.9)."""
    after = read_at(stream, position, min(_LARGEST_DESCRIPTOR, list_start - position))
    for form in ("<LQQ", "<LLL"):
        if form == "<LLL" and max(entry.packed, entry.size) > LIMIT32:
            continue
        numbers = struct.pack(form, entry.checksum, entry.packed, entry.size)
        for descriptor in (b"PK\7\x08" + numbers, numbers):
            if after.startswith(descriptor):
                return len(descriptor)
    tell(found("B819", entry.name, "what is said after it and the list of members differ"))
    return 0


def _refusal(entry: ZipEntry) -> tuple[str, str] | None:
    """Code and message for a member that cannot be used for what it is."""
    name, kind = entry.name, stat.S_IFMT(entry.mode) if entry.made_by in _UNIX_SYSTEMS else 0
    if stat.S_ISLNK(kind):
        return "B812", "it is a symbolic link"
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        return "B813", f"it has the file type {kind:#o}"
    if entry.made_by in _DOS_SYSTEMS and "\\" in name:
        return "B811", "its name holds a backslash, which some programs take for the end of a folder's name"
    if _bears_two_names(entry):
        return "B819", f"it has a second name, {entry.raw_name.decode('utf-8', 'replace')!r}"
    if (kind == stat.S_IFDIR and not name.endswith("/")) or (name.endswith("/") and entry.size):
        return "B819", "it is both a file and a folder"
    return _packing_refusal(entry)


def _packing_refusal(entry: ZipEntry) -> tuple[str, str] | None:
    """Code and message for a member that cannot be unpacked here."""
    if entry.flags & _ENCRYPTED:
        return "B817", "it is encrypted"
    if entry.method not in {_STORED, _DEFLATED}:
        return "B818", f"it is compressed by method {entry.method}, which is not read here"
    if entry.needs > _NEWEST_VERSION:
        return "B818", f"it needs version {entry.needs / 10} of the zip format, which is not read here"
    return None


def _bears_two_names(entry: ZipEntry) -> bool:
    """Whether programs that know of the Unicode name see another one than those that do not.

    A plain name that stands in for letters it cannot hold, as ``?`` or ``#U00fc``, says so itself.
    """
    plain = entry.raw_name
    if entry.unicode_name in {b"", plain}:
        return False
    return bool(entry.flags & UTF8) or (plain.isascii() and not {*b"?#"} & {*plain})


@dataclass(frozen=True, slots=True)
class _Counts:
    """What is counted while an archive is read, and refused beyond its limits."""

    unpacked: Quota
    holes: Holes


def _member(stream: BinaryIO, entry: ZipEntry, data_start: int, counts: _Counts, tell: Tell) -> Member:
    name, refusal = entry.name, _refusal(entry)
    if refusal is not None:
        return refused(name, *refusal)
    if name.endswith("/"):
        return folder(name)

    def blocks() -> Iterator[bytes]:
        left, checksum = entry.size, 0
        counts.holes.take(data_start, entry.packed, name)
        unpacked = _inflated if entry.method == _DEFLATED else _stored
        try:
            for block in unpacked(stream, data_start, entry.packed):
                counts.unpacked.take(len(block))
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
        block = read_at(stream, position, min(size, _BLOCK))
        position += len(block)
        size -= len(block)
        yield block


def _inflated(stream: BinaryIO, position: int, size: int) -> Iterator[bytes]:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    unread = size
    for packed in _stored(stream, position, size):
        unread -= len(packed)
        while packed and not inflater.eof:
            yield inflater.decompress(packed, _BLOCK)
            packed = inflater.unconsumed_tail  # noqa: PLW2901 - what is left over is fed in again
        if inflater.eof:
            break
    yield inflater.flush()
    if not inflater.eof:
        raise zlib.error("its compressed bytes have no end")
    if unread or inflater.unused_data:
        raise zlib.error("its compressed bytes end before they should")
