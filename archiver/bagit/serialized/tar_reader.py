"""Reads a tar archive member by member, in bounded memory, from a file or from a stream that is unpacked on the way.

Understood are the formats of POSIX.1-1988 (ustar), POSIX.1-2001 (pax) and GNU tar with long names. Anything that is
neither a file nor a folder is named and passed over; so are sparse files, whose bytes do not stand in the archive.
Where programs that unpack tar archives would come to different members, reading ends.
"""

from __future__ import annotations

import itertools
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from archiver import disk
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
from archiver.bagit.serialized.tar_header import UNIT, TarHeader, read_header

_BLOCK = 1 << 20
_LARGEST_HEADER = 1 << 20
_FILES = frozenset({tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE})
_LINKS = frozenset({tarfile.LNKTYPE, tarfile.SYMTYPE})
_WITHOUT_DATA = _LINKS | {tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE}
_EXTENDED = frozenset(
    {
        tarfile.XHDTYPE,
        tarfile.XGLTYPE,
        tarfile.GNUTYPE_LONGNAME,
        tarfile.GNUTYPE_LONGLINK,
    }
)
_LISTING, _LABEL, _CONTINUED = b"D", b"V", b"M"
"""Types of GNU tar: a folder with a listing of it, the archive's label, the rest of a file from another volume."""
_SPARSE = "GNU.sparse."


class TarSource:
    """The bytes of a tar archive, read once from start to end.

    Args:
        stream: The archive, unpacked if it is compressed.
        size: Its size where the stream is a real file, so that what is not wanted is passed over by seeking; None
            where the stream must be read through.
        quota: Counts what is unpacked; None where nothing is.
    """

    def __init__(self, stream: BinaryIO, size: int | None, quota: Quota | None) -> None:
        self._stream = stream
        self._size = size
        self._quota = quota
        self._position = 0
        self._holes = None if size is None else Holes(stream.fileno())

    def read(self, size: int) -> bytes:
        """Read ``size`` bytes, fewer only at the end.

        Raises:
            ArchiveError: B801 where compression is damaged, B816 where too much comes out of it.
        """
        try:
            data = self._stream.read(size)
        except (EOFError, zlib.error, OSError) as error:
            raise ArchiveError("B801", "", f"it cannot be read any further: {error}") from error
        self._position += len(data)
        if self._quota is not None:
            self._quota.take(len(data))
        return data

    def exactly(self, size: int, name: str) -> bytes:
        """Read ``size`` bytes of the member ``name``.

        Raises:
            ArchiveError: as :meth:`read`; B801 where the archive ends before.
        """
        data = self.read(size)
        while len(data) < size:
            more = self.read(size - len(data))
            if not more:
                raise ArchiveError("B801", "", f"it ends in the middle of {name!r}")
            data += more
        return data

    def blocks(self, size: int, name: str) -> Iterator[bytes]:
        """Yield the next ``size`` bytes, which belong to ``name``, in blocks."""
        if self._holes is not None:
            self._holes.take(self._position, size, name)
        while size:
            block = self.exactly(min(size, _BLOCK), name)
            size -= len(block)
            yield block

    def skip(self, size: int, name: str) -> None:
        """Pass over the next ``size`` bytes, which belong to ``name``.

        Raises:
            ArchiveError: as :meth:`exactly`.
        """
        if self._size is None:
            for _ in self.blocks(size, name):
                pass
            return
        if self._position + size > self._size:
            raise ArchiveError("B801", "", f"it ends in the middle of {name!r}")
        self._stream.seek(size, 1)
        self._position += size

    def rest(self) -> Iterator[bytes]:
        """Yield all that follows, in blocks; of a real file, the holes are passed over, which read as zeros.

        Raises:
            ArchiveError: as :meth:`read`; B801 where the file cannot be looked into.
        """
        if self._size is None:
            while data := self.read(_BLOCK):
                yield data
            return
        try:
            for start, end in disk.data_extents(self._stream.fileno(), self._position, self._size):
                self._position = self._stream.seek(start)
                while self._position < end and (data := self.read(min(_BLOCK, end - self._position))):
                    yield data
        except OSError as error:
            raise ArchiveError("B801", "", f"it cannot be read any further: {error}") from error


@dataclass(slots=True)
class _Extended:
    """What extended headers say of the next member."""

    name: str | None = None
    size: int | None = None
    sparse: bool = False
    kinds: set[bytes] = field(default_factory=set)


def read_tar(source: TarSource, tell: Tell) -> Iterator[Member]:
    """Yield every member in the archive's order, those that are refused among them.

    Args:
        source: The archive.
        tell: Takes B820 where the archive does not end as it should.

    Raises:
        ArchiveError: where it cannot be read any further.
    """
    while (header := _next_header(source, tell)) is not None:
        extended = _Extended()
        while header.kind in _EXTENDED:
            _extend(extended, header, source)
            following = _next_header(source, tell)
            if following is None:
                raise ArchiveError("B801", "", "it ends after a header that announces a member")
            header = following
        yield from _member(header, extended, source)


def _next_header(source: TarSource, tell: Tell) -> TarHeader | None:
    """Read one header block; None at the end of the archive, which is judged."""
    block = source.read(UNIT)
    while 0 < len(block) < UNIT and (more := source.read(UNIT - len(block))):
        block += more
    if block.strip(b"\0"):
        return read_header(block)
    _judge_end(block, source, tell)
    return None


def _judge_end(first: bytes, source: TarSource, tell: Tell) -> None:
    """Tell whether the archive ends with two empty blocks and nothing after them but empty ones."""
    second = source.read(_BLOCK)
    if len(first) < UNIT or len(second) < UNIT:
        tell(found("B820", "", "it ends without the two empty blocks that end a tar archive"))
    told = False
    # it is read to its end, whatever stands there, so that damage to compression is seen
    for rest in itertools.chain([second], source.rest()):
        if not told and rest.strip(b"\0"):
            told = True
            tell(
                found("B820", "", "there are bytes after its end, which other programs may take for members")
            )


def _extend(extended: _Extended, header: TarHeader, source: TarSource) -> None:
    if header.size > _LARGEST_HEADER:
        raise ArchiveError("B816", "", f"a header of it has {header.size:,} bytes")
    data = source.exactly(header.size, "a header")
    source.skip(-header.size % UNIT, "a header")
    if header.kind == tarfile.XGLTYPE:
        records = _pax_records(data)
        if any(key in {"path", "size"} or key.startswith(_SPARSE) for key in records):
            raise ArchiveError("B819", "", "a header for all members gives a name or size")
        return
    if header.kind in extended.kinds:
        raise ArchiveError("B819", "", "two headers of one kind announce the same member")
    extended.kinds.add(header.kind)
    if header.kind == tarfile.GNUTYPE_LONGNAME:
        _rename(extended, data.partition(b"\0")[0])
    elif header.kind == tarfile.XHDTYPE:
        records = _pax_records(data)
        extended.sparse = any(key.startswith(_SPARSE) for key in records)
        name = records.get("GNU.sparse.name", records.get("path"))
        if name is not None:
            _rename(extended, name)
        if "size" in records:
            extended.size = _pax_size(records["size"])


def _rename(extended: _Extended, name: bytes) -> None:
    if extended.name is not None:
        raise ArchiveError(
            "B819", extended.name, "two headers name it, and programs differ in which they follow"
        )
    extended.name = name.decode("utf-8", "surrogateescape")


def _pax_records(data: bytes) -> dict[str, bytes]:
    """Read records of the form ``LENGTH KEY=VALUE`` and a line feed (POSIX.1-2001, pax Extended Header)."""
    records: dict[str, bytes] = {}
    position = 0
    while position < len(data):
        length, space, _ = data[position : position + 20].partition(b" ")
        end = position + int(length) if space and length.isdigit() else 0
        record = data[position + len(length) + 1 : end]
        key, equals, value = record.removesuffix(b"\n").partition(b"=")
        if end > len(data) or not equals or not record.endswith(b"\n"):
            raise ArchiveError("B801", "", "an extended header of it is malformed")
        records[key.decode("utf-8", "replace")] = value
        position = end
    return records


def _pax_size(value: bytes) -> int:
    if not value.isdigit() or len(value) > 20:
        raise ArchiveError("B801", "", "an extended header of it gives no usable size")
    return int(value)


def _member(header: TarHeader, extended: _Extended, source: TarSource) -> Iterator[Member]:
    """Yield the one member, and afterwards stand at the header that follows it."""
    name = header.name if extended.name is None else extended.name
    size = header.size if extended.size is None else extended.size
    if header.kind == tarfile.GNUTYPE_SPARSE:
        _skip_sparse_map(header, name, source)
    if header.kind == tarfile.GNUTYPE_SPARSE or extended.sparse:
        yield refused(name, "B818", "it is stored as a sparse file, which is not read here")
    elif header.kind in {tarfile.DIRTYPE, _LISTING} or (header.kind in _FILES and name.endswith("/")):
        if size and header.kind != _LISTING:
            raise ArchiveError("B819", name, f"it is a folder, yet says it has {size:,} bytes")
        yield folder(name)
    elif header.kind in _FILES:
        yield from _file(name, size, source)
        return
    elif header.kind in _LINKS:
        yield refused(name, "B812", f"it is a link to {header.link!r}")
    elif header.kind == _CONTINUED:
        yield refused(name, "B818", "it goes on from another volume of this archive, which is not read here")
    elif header.kind != _LABEL:
        yield refused(name, "B813", f"it is of type {header.kind.decode('latin-1')!r}")
    if header.kind not in _WITHOUT_DATA:
        source.skip(size + -size % UNIT, name)


def _skip_sparse_map(header: TarHeader, name: str, source: TarSource) -> None:
    if not header.of_gnu:
        raise ArchiveError("B818", name, "it is stored as a sparse file; it and what follows it was not read")
    goes_on = header.goes_on
    while goes_on:
        goes_on = bool(source.exactly(UNIT, name)[504])


def _file(name: str, size: int, source: TarSource) -> Iterator[Member]:
    started = False

    def blocks() -> Iterator[bytes]:
        nonlocal started
        started = True
        yield from source.blocks(size, name)
        source.skip(-size % UNIT, name)

    yield Member(name, MemberKind.FILE, size, blocks)
    if not started:
        source.skip(size + -size % UNIT, name)
