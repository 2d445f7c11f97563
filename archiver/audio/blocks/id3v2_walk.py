"""From frame header to frame header through an ID3v2 tag, reading no payload."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from archiver.audio.blocks.id3v2_body import Body, PlainBody, UnsynchronisedBody
from archiver.audio.blocks.window import Window

_MARKS = (b"ID3", b"ea3")
_MAX_WALKED = 20_000


@dataclass(frozen=True, slots=True)
class Id3Header:
    """The header of a tag.

    Attributes:
        version: 2, 3 or 4, as in ID3v2.4.
        flags: The header's flag byte.
        offset: Byte offset of ``ID3`` in the file.
        frames_end: Byte offset after frames and padding, by the size the header gives.
        end: Byte offset after the tag, footer included.
    """

    version: int
    flags: int
    offset: int
    frames_end: int
    end: int


@dataclass(frozen=True, slots=True)
class Id3Frame:
    """Where one frame stands.

    Attributes:
        id: Three letters (2.2) or four; empty where no frame could be made out and the walk ends.
        flags: The format flags, the second flag byte.
        start: Byte offset of its header.
        payload: Byte offset after its header.
        end: Byte offset after the frame.
        size: Bytes of payload, as the frame's header counts them.
    """

    id: str
    flags: int
    start: int
    payload: int
    end: int
    size: int


def syncsafe(data: bytes) -> int:
    """The number in seven bits per byte."""
    value = 0
    for byte in data:
        value = value << 7 | byte & 0x7F
    return value


def id3v2_header(window: Window, offset: int) -> Id3Header | None:
    """The header of a tag at ``offset``, or ``None`` if none is there. Sony's ``ea3`` tags are built alike."""
    data = window.read(offset, 10)
    if len(data) < 10 or data[:3] not in _MARKS or data[3] not in (2, 3, 4) or max(data[6:]) > 0x7F:
        return None
    frames_end = offset + 10 + syncsafe(data[6:])
    footer = 10 if data[3] == 4 and data[5] & 0x10 else 0
    return Id3Header(data[3], data[5], offset, frames_end, frames_end + footer)


def body_of(window: Window, header: Id3Header) -> Body:
    """The tag's frame data.

    In 2.2 and 2.3 unsynchronisation covers it as a whole. In 2.4 each frame is unsynchronised for itself and its
    size counts the bytes after that; some writers do it the older way, which shows where only that way leads
    from frame to frame.
    """
    plain = PlainBody(window, header.frames_end)
    if not header.flags & 0x80:
        return plain
    whole = UnsynchronisedBody(window, header.frames_end)
    if header.version < 4:
        return whole
    start = _after_extended_header(plain, header, header.offset + 10)
    return plain if _any_walk_ends(plain, start) or not _any_walk_ends(whole, start) else whole


def id3v2_frames(body: Body, header: Id3Header) -> Iterator[Id3Frame]:
    """The frames in order. A last one without an id says where the walk broke off, if it did."""
    position = _after_extended_header(body, header, header.offset + 10)
    width = 6 if header.version == 2 else 10
    plain = header.version == 3
    settled = header.version != 4
    while position + width <= body.end:
        head = body.read(position, width)
        if len(head) < width or not head[0]:
            return
        if header.version == 2:
            frame_id, size, flags = head[:3], int.from_bytes(head[3:], "big"), 0
        else:
            frame_id, flags = head[:4].rstrip(b"\0 "), head[9]
            size = int.from_bytes(head[4:8], "big")
            if not settled and size > 0x7F:
                plain, settled = not _sizes_are_syncsafe(body, position), True
            if not plain and size > 0x7F:
                size = syncsafe(head[4:8])
        payload = body.skip(position, width)
        end = None if payload is None else body.skip(payload, size)
        if payload is None or end is None or not _valid_id(frame_id):
            yield Id3Frame("", 0, position, position, position, 0)
            return
        yield Id3Frame(frame_id.decode("ascii"), flags, position, payload, end, size)
        position = end


def _valid_id(data: bytes) -> bool:
    return len(data) >= 3 and data.isalnum() and data.isupper() and data[:1].isalpha()


def _after_extended_header(body: Body, header: Id3Header, position: int) -> int:
    if header.version == 2 or not header.flags & 0x40:
        return position
    data = body.read(position, 4)
    if _valid_id(data):
        return position  # the flag lies, as some writers' does: a frame begins here
    size = syncsafe(data) if header.version == 4 else int.from_bytes(data, "big") + 4
    after = body.skip(position, max(size, 4))
    return body.end if after is None else after


def _sizes_are_syncsafe(body: Body, start: int) -> bool:
    """Whether 2.4 frame sizes are syncsafe, as specified, or plain as old iTunes wrote them.

    The reading that reaches the end of the frames wins; the specified one, if both do or neither does.
    """
    return _walks_to_end(body, start, plain=False) or not _walks_to_end(body, start, plain=True)


def _any_walk_ends(body: Body, start: int) -> bool:
    return _walks_to_end(body, start, plain=False) or _walks_to_end(body, start, plain=True)


def _walks_to_end(body: Body, position: int, *, plain: bool) -> bool:
    for _ in range(_MAX_WALKED):
        head = body.read(position, 10)
        if len(head) < 10 or not head[0]:
            return True
        if not _valid_id(head[:4].rstrip(b"\0 ")) or (not plain and max(head[4:8]) > 0x7F):
            return False
        after = body.skip(position, 10 + (int.from_bytes(head[4:8], "big") if plain else syncsafe(head[4:8])))
        if after is None:
            return False
        position = after
    return False
