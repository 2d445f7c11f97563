"""Windows Media: a header of the same length that holds what says how the streams are read, plain tags, and nothing else.

What becomes free is filled by a Padding object, so that packets and indexes stay where they are. Sources: Advanced Systems
Format Specification 01.20.06, sections 3 to 6.
"""

from __future__ import annotations

import struct
import uuid
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from archiver.audio.containers.asf_objects import (
    EXTENDED_STREAM_PROPERTIES,
    HEADER,
    HEADER_EXTENSION,
    STREAM_PROPERTIES,
)
from archiver.audio.containers.window import MAX_READ, Window
from archiver.audio.properties.asf import FILE_PROPERTIES
from archiver.audio.redacting.fields import ASF_ATTRIBUTES, Plain, with_total
from archiver.audio.redacting.pieces import Piece, Stretch, UnredactableError, lay


def _guids(*texts: str) -> frozenset[bytes]:
    return frozenset(uuid.UUID(text).bytes_le for text in texts)


_STAYS = _guids(
    "86D15240-311D-11D0-A3A4-00A0C90348F6",  # codecs
    "7BF875CE-468D-11D1-8D82-006097C9A2B2",  # bit rates of the streams
    "D6E229DC-35DA-11D1-9034-00A0C90349BE",  # streams that exclude one another
    "75B22635-668E-11CF-A6D9-00AA0062CE6C",  # error correction
) | {FILE_PROPERTIES, STREAM_PROPERTIES}
_GOES = _guids(
    "75B22633-668E-11CF-A6D9-00AA0062CE6C",  # content description
    "D2D0A440-E307-11D2-97F0-00A0C95EA850",  # extended content description
    "2211B3FA-BD23-11D2-B4B7-00A0C955FC6E",  # content branding
    "F487CD01-A951-11CF-8EE6-00C00C205365",  # markers
    "1EFB1A30-0B62-11D0-A39B-00A0C90348F6",  # script commands
    "1806D474-CADF-4509-A4BA-9AABCB96AAE8",  # padding
)
_STAYS_WITHIN = _guids(
    "A08649CF-4775-4670-8A16-6E35357566CD",  # advanced mutual exclusion
    "D1465A40-5A79-4338-B71B-E36B8FD6C249",  # group mutual exclusion
    "D4FED15B-88D3-454F-81F0-ED5C45999E24",  # which stream goes before which
    "A69609E6-517B-11D2-B6AF-00C04FD908E9",  # bandwidth sharing
    "7C4346A9-EFE0-4BFC-B229-393EDE415C85",  # languages
    "D6E229DF-35DA-11D1-9034-00A0C90349BE",  # parameters of the index
    "6B203BAD-3F11-48E4-ACA8-D7613DE2CFA7",  # parameters of the media object index
    "F55E496D-9797-4B5D-8C8B-604DFE9BFB24",  # parameters of the timecode index
    "26F18B5D-4584-47EC-9F5F-0E651F0452C9",  # compatibility
) | {EXTENDED_STREAM_PROPERTIES}
_GOES_WITHIN = _guids(
    "C5F8CBEA-5BAF-4877-8467-AA8C44FA4CCA",  # metadata
    "44231C94-9498-49D1-A141-1D134E457054",  # metadata library
    "D9AADE20-7C17-4F9C-BC28-8555DD98E2A2",  # room for an index
    "1806D474-CADF-4509-A4BA-9AABCB96AAE8",  # padding
)
"""What stays and what goes, in the header and in its extension. What is in neither may be needed, or be a lock."""

_DATA = uuid.UUID("75B22636-668E-11CF-A6D9-00AA0062CE6C").bytes_le
_INDEXES = _guids(
    "33000890-E5B1-11CF-89F4-00A0C90349CB",
    "D6E229D3-35DA-11D1-9034-00A0C90349BE",
    "FEB103F8-12AD-4C64-840F-2A1D2F7AD48C",
)
_CONTENT = uuid.UUID("75B22633-668E-11CF-A6D9-00AA0062CE6C").bytes_le
_EXTENDED = uuid.UUID("D2D0A440-E307-11D2-97F0-00A0C95EA850").bytes_le
_PADDING = uuid.UUID("1806D474-CADF-4509-A4BA-9AABCB96AAE8").bytes_le
_OBJECT, _HEADER_FIXED, _EXTENSION_FIXED, _DATA_FIXED = 24, 30, 46, 50
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
    end = _end_of_indexes(window, length)
    listed = _objects(window.read(_HEADER_FIXED, length - _HEADER_FIXED))
    kept = [one for one in map(_kept, listed) if one is not None]
    body = [_of_size(one, end) for one in kept]
    told, filling = _fitting(tags, length - _HEADER_FIXED - sum(map(len, body)))
    objects = [*body, *told, *filling]
    header = HEADER + length.to_bytes(8, "little") + len(objects).to_bytes(4, "little") + head[28:30]
    pieces: list[Piece] = [header, *objects, Stretch(length, end)]
    lay(file, pieces)


def _objects(data: bytes) -> list[bytes]:
    """The objects that ``data`` is, each in whole."""
    found, at = list[bytes](), 0
    while at < len(data):
        size = int.from_bytes(data[at + 16 : at + 24], "little")
        if not _OBJECT <= size <= len(data) - at:
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
    if kind not in _STAYS:
        raise UnredactableError("its header has parts that are not known")
    return one


def _extension(one: bytes) -> bytes:
    if int.from_bytes(one[42:46], "little") != len(one) - _EXTENSION_FIXED:
        raise UnredactableError("the objects of its header cannot be made out")
    within = _objects(one[_EXTENSION_FIXED:])
    if any(each[:16] not in _STAYS_WITHIN | _GOES_WITHIN for each in within):
        raise UnredactableError("its header has parts that are not known")
    body = b"".join(each for each in within if each[:16] in _STAYS_WITHIN)
    size = (_EXTENSION_FIXED + len(body)).to_bytes(8, "little")
    return one[:16] + size + one[24:42] + len(body).to_bytes(4, "little") + body


def _of_size(one: bytes, size: int) -> bytes:
    """An object of the header, where it says how long the file is with what that is now."""
    return one[:40] + size.to_bytes(8, "little") + one[48:] if one[:16] == FILE_PROPERTIES else one


def _end_of_indexes(window: Window, at: int) -> int:
    """Where the last index behind the packets ends."""
    is_data = True
    while at + _OBJECT <= window.size:
        head = window.read(at, _OBJECT)
        size = int.from_bytes(head[16:], "little")
        if is_data and (head[:16] != _DATA or not _DATA_FIXED <= size <= window.size - at):
            break
        if not is_data and (head[:16] not in _INDEXES or not _OBJECT <= size <= window.size - at):
            return at
        at += size
        is_data = False
    if is_data:
        raise UnredactableError("it does not say how long its sound is")
    return at


def _fitting(tags: Plain, room: int) -> tuple[Sequence[bytes], Sequence[bytes]]:
    """As many of the tags as there is room for, and what fills the rest."""
    pairs = list(_pairs(tags))
    for count in range(len(pairs), -1, -1):
        told = _described(pairs[:count])
        left = room - sum(map(len, told))
        if left == 0:
            return told, ()
        if left >= _OBJECT:
            return told, (_PADDING + left.to_bytes(8, "little") + bytes(left - _OBJECT),)
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
    return kind + (_OBJECT + len(body)).to_bytes(8, "little") + body


def _wide(text: str) -> bytes:
    return text.encode("utf-16-le", "replace") + b"\0\0"
