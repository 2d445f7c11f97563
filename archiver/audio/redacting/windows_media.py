"""Windows Media: a header of the same length that holds what says how the streams are read, plain tags, and nothing else.

What becomes free is filled by a Padding object, so that packets and indexes stay where they are. The file gets an identity of its
own, as a changed file is to have; the old one stands nowhere any more. Sources: Advanced Systems
Format Specification 01.20.06, sections 3 to 6.
"""

from __future__ import annotations

import hashlib
import struct
import uuid
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from archiver.audio.containers.asf_objects import HEADER, HEADER_EXTENSION
from archiver.audio.containers.window import MAX_READ, Window
from archiver.audio.properties.asf import FILE_PROPERTIES
from archiver.audio.redacting.asf_indexes import INDEXES, SIMPLE_INDEX, holds_entries_alone
from archiver.audio.redacting.asf_parts import (
    IDENTITY,
    OBJECT_HEAD,
    PARTS_OF_EXTENSION,
    PARTS_OF_HEADER,
    refuse_repeated,
)
from archiver.audio.redacting.fields import ASF_ATTRIBUTES, Plain, with_total
from archiver.audio.redacting.pieces import Piece, Stretch, UnredactableError, lay


def _guids(*texts: str) -> frozenset[bytes]:
    return frozenset(uuid.UUID(text).bytes_le for text in texts)


_GOES = _guids(
    "75B22633-668E-11CF-A6D9-00AA0062CE6C",  # content description
    "D2D0A440-E307-11D2-97F0-00A0C95EA850",  # extended content description
    "2211B3FA-BD23-11D2-B4B7-00A0C955FC6E",  # content branding
    "F487CD01-A951-11CF-8EE6-00C00C205365",  # markers
    "1EFB1A30-0B62-11D0-A39B-00A0C90348F6",  # script commands
    "1806D474-CADF-4509-A4BA-9AABCB96AAE8",  # padding
    "86D15240-311D-11D0-A3A4-00A0C90348F6",  # names of the codecs, for people
)
_GOES_WITHIN = _guids(
    "C5F8CBEA-5BAF-4877-8467-AA8C44FA4CCA",  # metadata
    "44231C94-9498-49D1-A141-1D134E457054",  # metadata library
    "D9AADE20-7C17-4F9C-BC28-8555DD98E2A2",  # room for an index
    "1806D474-CADF-4509-A4BA-9AABCB96AAE8",  # padding
)
"""What goes, of the header and of its extension. What neither goes nor is known may be needed, or be a lock."""

_DATA = uuid.UUID("75B22636-668E-11CF-A6D9-00AA0062CE6C").bytes_le
_CONTENT = uuid.UUID("75B22633-668E-11CF-A6D9-00AA0062CE6C").bytes_le
_EXTENDED = uuid.UUID("D2D0A440-E307-11D2-97F0-00A0C95EA850").bytes_le
_PADDING = uuid.UUID("1806D474-CADF-4509-A4BA-9AABCB96AAE8").bytes_le
_EXTENSION_RESERVED = uuid.UUID("ABD3D211-A9BA-11CF-8EE6-00C00C205365").bytes_le + (6).to_bytes(2, "little")
_HEADER_RESERVED = b"\1\2"
_HEADER_FIXED, _EXTENSION_FIXED, _DATA_FIXED = 30, 46, 50
_DESCRIBED = ("title", "artist", "copyright")
"""Fields of the content description, which has one value of each, and two more that stay empty."""
_LONGEST = (1 << 16) - 2


def rewrite_asf(file: BinaryIO, tags: Plain) -> None:
    """Rewrite a Windows Media file.

    Raises:
        UnredactableError: where its objects cannot be made out, or one of them is not known.
    """
    window = Window(file, file.seek(0, 2))
    head = window.read(0, _HEADER_FIXED)
    length = int.from_bytes(head[16:24], "little")
    if (
        len(head) < _HEADER_FIXED
        or head[:16] != HEADER
        or not _HEADER_FIXED <= length <= min(window.size, MAX_READ)
    ):
        raise UnredactableError("its header cannot be made out")
    behind = list(_behind(window, length))
    listed = _objects(window.read(_HEADER_FIXED, length - _HEADER_FIXED))
    body = [_of_size(one, behind[-1].end) for one in map(_kept, listed) if one is not None]
    refuse_repeated(body)
    if not any(one[:16] == FILE_PROPERTIES for one in body):
        raise UnredactableError("its header cannot be made out")
    told, filling = _fitting(tags, length - _HEADER_FIXED - sum(map(len, body)))
    objects = [*body, *told, *filling]
    identity = _identity(objects)
    header = HEADER + length.to_bytes(8, "little") + len(objects).to_bytes(4, "little") + _HEADER_RESERVED
    pieces: list[Piece] = [header, *(_identified(one, identity) for one in objects)]
    for one in behind:
        pieces += _object_behind(window, one, identity)
    lay(file, pieces)


def _identity(objects: Sequence[bytes]) -> bytes:
    """An identity for the file, which its parts refer to, that follows from its header alone."""
    return uuid.UUID(bytes=hashlib.sha256(b"".join(objects)).digest()[:16], version=4).bytes_le


def _identified(one: bytes, identity: bytes) -> bytes:
    return one[: IDENTITY.start] + identity + one[IDENTITY.stop :] if one[:16] == FILE_PROPERTIES else one


def _object_behind(window: Window, one: Stretch, identity: bytes) -> Sequence[Piece]:
    """The packets or an index, where it names the file with its identity now."""
    head = window.read(one.start, OBJECT_HEAD)
    if head[:16] not in (_DATA, SIMPLE_INDEX):
        return (one,)
    return (head, identity, Stretch(one.start + IDENTITY.stop, one.end))


def _objects(data: bytes) -> list[bytes]:
    """The objects that ``data`` is, each in whole."""
    found, at = list[bytes](), 0
    while at < len(data):
        size = int.from_bytes(data[at + 16 : at + 24], "little")
        if not OBJECT_HEAD <= size <= len(data) - at:
            raise UnredactableError("the objects of its header cannot be made out")
        found.append(data[at : at + size])
        at += size
    return found


def _kept(one: bytes) -> bytes | None:
    """What of an object of the header stays."""
    kind = one[:16]
    if kind == HEADER_EXTENSION and len(one) >= _EXTENSION_FIXED:
        return _extension(one)
    if kind in _GOES:
        return None
    if kind not in PARTS_OF_HEADER:
        raise UnredactableError("its header has parts that are not known")
    return PARTS_OF_HEADER[kind](one)


def _extension(one: bytes) -> bytes:
    if int.from_bytes(one[42:46], "little") != len(one) - _EXTENSION_FIXED:
        raise UnredactableError("the objects of its header cannot be made out")
    within = _objects(one[_EXTENSION_FIXED:])
    if any(each[:16] not in PARTS_OF_EXTENSION.keys() | _GOES_WITHIN for each in within):
        raise UnredactableError("its header has parts that are not known")
    kept = [PARTS_OF_EXTENSION[each[:16]](each) for each in within if each[:16] in PARTS_OF_EXTENSION]
    refuse_repeated(kept)
    body = b"".join(kept)
    return _object(one[:16], _EXTENSION_RESERVED, len(body).to_bytes(4, "little"), body)


def _of_size(one: bytes, size: int) -> bytes:
    """An object of the header, where it says how long the file is with what that is now."""
    return one[:40] + size.to_bytes(8, "little") + one[48:] if one[:16] == FILE_PROPERTIES else one


def _behind(window: Window, at: int) -> Iterator[Stretch]:
    """The packets behind the header, and the indexes behind these, up to one that holds more than its entries."""
    is_data = True
    while at + OBJECT_HEAD <= window.size:
        head = window.read(at, OBJECT_HEAD)
        size = int.from_bytes(head[16:], "little")
        if is_data and (head[:16] != _DATA or not _DATA_FIXED <= size <= window.size - at):
            break
        if not is_data and not (
            head[:16] in INDEXES and size <= window.size - at and holds_entries_alone(window, at, at + size)
        ):
            return
        yield Stretch(at, at + size)
        at += size
        is_data = False
    if is_data:
        raise UnredactableError("it does not say how long its sound is")


def _fitting(tags: Plain, room: int) -> tuple[Sequence[bytes], Sequence[bytes]]:
    """As many of the tags as there is room for, and what fills the rest."""
    pairs = list(_pairs(tags))
    for count in range(len(pairs), -1, -1):
        told = _described(pairs[:count])
        left = room - sum(map(len, told))
        if left == 0:
            return told, ()
        if left >= OBJECT_HEAD:
            return told, (_PADDING + left.to_bytes(8, "little") + bytes(left - OBJECT_HEAD),)
    raise UnredactableError("its header has no room for what must stand there")


def _pairs(tags: Plain) -> Iterator[tuple[str, bytes]]:
    for name, key in ASF_ATTRIBUTES.items():
        for value in with_total(name, tags):
            wide = _wide(value)
            if len(wide) <= _LONGEST:
                yield key, wide


def _described(pairs: Sequence[tuple[str, bytes]]) -> list[bytes]:
    """The content description with the first title, author and copyright, and the extended one with all else."""
    keys = [ASF_ATTRIBUTES[name] for name in _DESCRIBED]
    first = {key: value for key, value in reversed(pairs) if key in keys}
    taken = [next((at for at, pair in enumerate(pairs) if pair[0] == key), -1) for key in keys]
    others = [pair for at, pair in enumerate(pairs) if at not in taken]
    objects = []
    if first:
        values = [first.get(key, b"") for key in keys] + [b"", b""]
        objects.append(_object(_CONTENT, struct.pack("<5H", *map(len, values)), *values))
    if others:
        items = (_attribute(key, value) for key, value in others)
        objects.append(_object(_EXTENDED, struct.pack("<H", len(others)), *items))
    return objects


def _attribute(key: str, value: bytes) -> bytes:
    name = _wide(key)
    return struct.pack("<H", len(name)) + name + struct.pack("<HH", 0, len(value)) + value


def _object(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return kind + (OBJECT_HEAD + len(body)).to_bytes(8, "little") + body


def _wide(text: str) -> bytes:
    return text.encode("utf-16-le", "replace") + b"\0\0"
