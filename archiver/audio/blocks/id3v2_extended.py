"""The extended header of an ID3v2 tag, and the checksum that it may hold over the frames.

ID3v2.3.0, section 3.2: the checksum covers the frames before unsynchronisation, without the padding. ID3v2.4.0
structure, section 3.2: it covers what is stored between the extended header and the footer, padding included.
"""

from __future__ import annotations

import zlib

from archiver.audio.blocks.reading import BlockDraft, Draft
from archiver.audio.containers.id3v2_walk import (
    Body,
    Id3Header,
    UnsynchronisedBody,
    extended_header,
    syncsafe,
)
from archiver.audio.containers.inner import Synchroniser

KEY = "extended-header"
"""What the index calls an extended header, which is no frame."""

MAX_CHECKED = 16 << 20
"""Bytes of a tag over which its checksum is computed; that of a longer one is not tested."""

_PIECE = 1 << 16
_UPDATE, _CRC, _RESTRICTIONS = 0x40, 0x20, 0x10


def read_extended_header(draft: Draft, block: BlockDraft, body: Body, header: Id3Header) -> None:
    """Index the extended header, if the tag has one, and test its checksum, if that has one."""
    found = extended_header(body, header)
    if found is None:
        return
    start, end = found
    data = body.read(start, end - start)
    told, crc, padding = _version_3(data) if header.version == 3 else _version_4(data)
    block.add_payload(KEY, start, start, end, "\0".join(told) or None)
    computed = None if crc is None else _computed(draft, body, header, end, padding)
    if computed is not None and computed != crc:
        draft.noted(
            f"the checksum of the ID3v2 tag at byte {header.offset} does not hold; it was changed or damaged since"
        )


def _version_3(data: bytes) -> tuple[list[str], int | None, int]:
    """What the header tells in words, its checksum, and the size of the padding."""
    padding = int.from_bytes(data[6:10], "big")
    crc = int.from_bytes(data[10:14], "big") if data[4:5] >= b"\x80" and len(data) >= 14 else None
    return [*_checksum(crc), f"padding {padding}"], crc, padding


def _version_4(data: bytes) -> tuple[list[str], int | None, int]:
    flags = int.from_bytes(data[5:6], "big")
    told, crc, at = list[str](), None, 6
    for flag in (_UPDATE, _CRC, _RESTRICTIONS):
        if not flags & flag:
            continue
        size = int.from_bytes(data[at : at + 1], "big")
        held = data[at + 1 : at + 1 + size]
        at += 1 + size
        if flag == _UPDATE:
            told.append("update")
        elif flag == _CRC and len(held) == 5:
            crc = syncsafe(held)
            told += _checksum(crc)
        elif flag == _RESTRICTIONS:
            told.append(f"restrictions {held.hex()}")
    return told, crc, 0


def _checksum(crc: int | None) -> list[str]:
    return [] if crc is None else [f"crc-32 {crc:08x}"]


def _computed(draft: Draft, body: Body, header: Id3Header, start: int, padding: int) -> int | None:
    """The checksum over the frames, or ``None`` where the file does not hold them all or they are too many."""
    if header.frames_end > draft.window.size or header.frames_end - start > MAX_CHECKED:
        return None
    unsynchronised = header.version == 3 and isinstance(body, UnsynchronisedBody)
    decode = Synchroniser() if unsynchronised else None
    end, crc = header.frames_end - padding, 0
    for position in range(start, end, _PIECE):
        piece = draft.window.read(position, min(_PIECE, end - position))
        crc = zlib.crc32(piece if decode is None else decode(piece), crc)
    return crc
