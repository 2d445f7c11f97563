"""Reads a tar archive member by member, in bounded memory, from a file or from a stream that is unpacked on the way.

Understood are the formats of POSIX.1-1988 (ustar), POSIX.1-2001 (pax) and GNU tar with long names. Anything that is
neither a file nor a folder is named and passed over; so are sparse files, whose bytes do not stand in the archive.
"""

from __future__ import annotations

import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from archiver.bagit.codes import found
from archiver.bagit.serialized.member import ArchiveError, Member, MemberKind, Quota, Tell, folder, refused

_UNIT = tarfile.BLOCKSIZE
_BLOCK = 1 << 20
_LARGEST_HEADER = 1 << 20
_FILES = frozenset({tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE})
_LINKS = frozenset({tarfile.LNKTYPE, tarfile.SYMTYPE})
_WITHOUT_DATA = _LINKS | {tarfile.DIRTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE}
_SPARSE = "GNU.sparse."


class TarSource:
    """The bytes of a tar archive, read once from start to end.

    Args:
        stream: The archive, unpacked if it is compressed.
        size: Its size where that is known, so that what is not wanted is passed over by seeking; None where the
            stream must be read through.
        quota: Counts what is unpacked; None where nothing is.
    """

    def __init__(self, stream: BinaryIO, size: int | None, quota: Quota | None) -> None:
        self._stream = stream
        self._size = size
        self._quota = quota
        self._position = 0

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


@dataclass(slots=True)
class _Extended:
    """What extended headers say of the next member."""

    name: str | None = None
    size: int | None = None
    sparse: bool = False


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
        while header.type in (
            tarfile.XHDTYPE,
            tarfile.XGLTYPE,
            tarfile.GNUTYPE_LONGNAME,
            tarfile.GNUTYPE_LONGLINK,
        ):
            _extend(extended, header, source)
            following = _next_header(source, tell)
            if following is None:
                raise ArchiveError("B801", "", "it ends after a header that announces a member")
            header = following
        yield from _member(header, extended, source)


def _next_header(source: TarSource, tell: Tell) -> tarfile.TarInfo | None:
    """Read one header block; None at the end of the archive, which is judged."""
    block = source.read(_UNIT)
    while 0 < len(block) < _UNIT and (more := source.read(_UNIT - len(block))):
        block += more
    if not any(block):
        _judge_end(block, source, tell)
        return None
    try:
        header = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except tarfile.HeaderError as error:
        raise ArchiveError("B801", "", f"a header of it is damaged: {error}") from error
    if header.size < 0:
        raise ArchiveError("B819", "", f"a member of it has {header.size} bytes")
    return header


def _judge_end(first: bytes, source: TarSource, tell: Tell) -> None:
    """Tell whether the archive ends with two empty blocks and nothing after them but empty ones."""
    rest = source.read(_BLOCK)
    if len(first) < _UNIT or len(rest) < _UNIT:
        tell(found("B820", "", "it ends without the two empty blocks that end a tar archive"))
    while rest:
        if any(rest):
            tell(found("B820", "", "there are bytes after its end"))
            return
        rest = source.read(_BLOCK)


def _extend(extended: _Extended, header: tarfile.TarInfo, source: TarSource) -> None:
    if header.size > _LARGEST_HEADER:
        raise ArchiveError("B816", "", f"a header of it has {header.size:,} bytes")
    data = source.exactly(header.size, "a header")
    source.skip(-header.size % _UNIT, "a header")
    if header.type == tarfile.GNUTYPE_LONGNAME:
        extended.name = data.partition(b"\0")[0].decode("utf-8", "surrogateescape")
    elif header.type in (tarfile.XHDTYPE, tarfile.XGLTYPE):
        records = _pax_records(data)
        if header.type == tarfile.XGLTYPE and {"path", "size"} & records.keys():
            raise ArchiveError("B819", "", "a header for all members gives a name or size")
        if "path" in records:
            extended.name = records["path"].decode("utf-8", "surrogateescape")
        if "size" in records:
            extended.size = _pax_size(records["size"])
        extended.sparse |= any(key.startswith(_SPARSE) for key in records)


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


def _member(header: tarfile.TarInfo, extended: _Extended, source: TarSource) -> Iterator[Member]:
    """Yield the one member, and afterwards stand at the header that follows it."""
    name = header.name if extended.name is None else extended.name
    size = header.size if extended.size is None else extended.size
    if header.type == tarfile.GNUTYPE_SPARSE:
        raise ArchiveError("B813", name, "it is stored as a sparse file; it and what follows it was not read")
    if header.type in _FILES and not extended.sparse:
        yield from _file(name, size, source)
        return
    if header.type == tarfile.DIRTYPE:
        yield folder(name)
    elif header.type in _LINKS:
        yield refused(name, "B812", f"it is a link to {header.linkname!r}")
    else:
        kind = "is stored as a sparse file" if extended.sparse else f"is of type {header.type!r}"
        yield refused(name, "B813", f"it {kind}")
    if header.type not in _WITHOUT_DATA:
        source.skip(size + -size % _UNIT, name)


def _file(name: str, size: int, source: TarSource) -> Iterator[Member]:
    started = False

    def blocks() -> Iterator[bytes]:
        nonlocal started
        started = True
        yield from source.blocks(size, name)
        source.skip(-size % _UNIT, name)

    yield Member(name, MemberKind.FILE, size, blocks)
    if not started:
        source.skip(size + -size % _UNIT, name)
