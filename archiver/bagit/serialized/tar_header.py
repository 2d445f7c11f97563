"""Reads one header block of a tar archive (POSIX.1-1988 ``ustar``; GNU tar, "Basic Tar Format")."""

from __future__ import annotations

import re
import tarfile
from dataclasses import dataclass

from archiver.bagit.serialized.member import ArchiveError

UNIT = tarfile.BLOCKSIZE
"""Everything in a tar archive stands in blocks of so many bytes."""

_CHECKSUM = slice(148, 156)
_NO_CHECKSUM = b" " * 8
_USTAR = b"ustar\0"
_GNU = b"ustar  \0"
_ASCII = bytes(range(128))
_OCTAL = re.compile(rb" *([0-7]*)[ \0]*")
_BASE_256, _BASE_256_NEGATIVE = b"\x80", b"\xff"


@dataclass(frozen=True, slots=True)
class TarHeader:
    """What a header block says.

    Attributes:
        name: The member's name; bytes that are not UTF-8 are surrogate escapes.
        kind: The type flag, one byte, as :mod:`tarfile` names them.
        size: Bytes that follow, as far as the kind has any.
        link: Where a link leads.
        of_gnu: Whether GNU tar's older format is declared, in which other fields stand where ustar has the prefix.
        goes_on: Whether, for a sparse file in that format, further blocks of the map follow.
    """

    name: str
    kind: bytes
    size: int
    link: str
    of_gnu: bool
    goes_on: bool


def looks_like_header(block: bytes) -> bool:
    """Whether a file that begins with ``block`` is a tar archive, though perhaps a damaged one."""
    try:
        return block[257:262] == _USTAR[:5] or _number(block[_CHECKSUM]) in _checksums(block)
    except ArchiveError:
        return False


def read_header(block: bytes) -> TarHeader:
    """Read the header ``block``.

    Raises:
        ArchiveError: B801 where it is no whole header with a fitting checksum, B819 where its size is negative.
    """
    if len(block) < UNIT:
        raise ArchiveError("B801", "", "it ends in the middle of a header")
    if _number(block[_CHECKSUM]) not in _checksums(block):
        raise ArchiveError("B801", "", "a header of it is damaged: the checksum does not fit")
    name, kind = _text(block[:100]), block[156:157]
    # only ustar has a prefix: GNU tar keeps times there, and older formats nothing at all
    if block[257:263] == _USTAR and (prefix := _text(block[345:500])):
        name = f"{prefix}/{name}"
    size = _number(block[124:136])
    if size < 0:
        raise ArchiveError("B819", name, f"it says it has {size} bytes")
    of_gnu = block[257:265] == _GNU
    return TarHeader(name, kind, size, _text(block[157:257]), of_gnu, goes_on=bool(block[482]))


def _checksums(block: bytes) -> tuple[int, int]:
    """The sum of all bytes, and the sum that programs came to for which a byte has a sign."""
    summed = block[: _CHECKSUM.start] + _NO_CHECKSUM + block[_CHECKSUM.stop :]
    unsigned = sum(summed)
    return unsigned, unsigned - 256 * len(summed.translate(None, _ASCII))


def _number(field: bytes) -> int:
    """An octal number, or what does not fit such a one: a big-endian number behind a first byte that says so."""
    if field[:1] in (_BASE_256, _BASE_256_NEGATIVE):
        return int.from_bytes(field[1:], "big") - (256 ** (len(field) - 1) if field[:1] != _BASE_256 else 0)
    digits = _OCTAL.fullmatch(field)
    if digits is None:
        raise ArchiveError("B801", "", "a header of it is damaged: a number is none")
    return int(digits[1] or b"0", 8)


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode("utf-8", "surrogateescape")
