"""Reads which files a PAR2 file is about (Parity Volume Set Specification 2.0), and nothing else of it.

The program that repairs would make whatever files a set names: a set that names others than those of its bag is not given
to it.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

_MAGIC = b"PAR2\0PKT"
_HEADER = 64
_BLOCK = 1 << 20
_NAMED = (b"PAR 2.0\0FileDesc", b"PAR 2.0\0UniFileN")
_BEFORE_NAME = {_NAMED[0]: 56, _NAMED[1]: 16}
"""Bytes of a packet's body before the name of a file in it: its identifier, and of the first its digests and its length."""

_LONGEST = 64 << 10
"""Bytes of a packet with a name; a longer name has no place on any disk."""


class Described(NamedTuple):
    """What a packet says of a file: its name, and the MD5 of its bytes, which some packets leave out."""

    name: bytes
    md5: bytes | None


class StrangePacketError(ValueError):
    """A name in the file cannot be judged, so that the file is not to be used."""


def files_in(stream: BinaryIO) -> Iterator[Described]:
    """Yield the files that a PAR2 file is about, repeats and all; packets that are damaged are none.

    Every place at which a packet may begin is looked at, since the program that repairs looks for them so.

    Args:
        stream: The file, which can be sought in.

    Raises:
        StrangePacketError: where a name is too long to be judged.
        OSError: where it cannot be read.
    """
    at, tail = 0, b""
    while block := stream.read(_BLOCK):
        data = tail + block
        start = at - len(tail)
        found = data.find(_MAGIC)
        while found >= 0:
            back = stream.tell()
            yield from _described_at(stream, start + found)
            stream.seek(back)
            found = data.find(_MAGIC, found + 1)
        at += len(block)
        tail = data[-(len(_MAGIC) - 1) :]


def _described_at(stream: BinaryIO, place: int) -> Iterator[Described]:
    stream.seek(place)
    header = stream.read(_HEADER)
    kind = header[48:64]
    if len(header) < _HEADER or kind not in _NAMED:
        return
    (length,) = struct.unpack("<Q", header[8:16])
    before = _BEFORE_NAME[kind]
    if length < _HEADER + before:
        return
    if length > _LONGEST:
        raise StrangePacketError("it names a file with a name that is too long")
    body = stream.read(length - _HEADER)
    if hashlib.md5(header[32:] + body, usedforsecurity=False).digest() == header[16:32]:
        if kind == _NAMED[0]:
            yield Described(body[before:].rstrip(b"\0"), body[16:32])
        else:
            name = body[before:].decode("utf-16-le", "replace").encode("utf-8", "replace")
            yield Described(name.rstrip(b"\0"), None)
