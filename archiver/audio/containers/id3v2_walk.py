"""From frame header to frame header through an ID3v2 tag, reading no payload.

Unsynchronisation (ID3v2.3.0 section 5, ID3v2.4.0 section 6.1) writes ``FF 00`` for ``FF`` so that no false
MPEG sync appears. Frame sizes of 2.2 and 2.3 count the bytes before that, so positions in the file are found
only by going through the tag.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

from archiver.audio.containers.window import Window

_PIECE = 1 << 16


class Body(Protocol):
    """A stretch of the file that holds frames; positions are byte offsets in the file."""

    end: int

    def read(self, position: int, length: int) -> bytes:
        """``length`` bytes of frame data from ``position``, or as many as there are."""
        ...

    def skip(self, position: int, length: int) -> int | None:
        """The position after ``length`` bytes of frame data, or ``None`` if the body ends before."""
        ...


class PlainBody:
    """Frame data as it stands in the file."""

    __slots__ = ("_window", "end")

    def __init__(self, window: Window, end: int) -> None:
        self._window = window
        self.end = min(end, window.size)

    def read(self, position: int, length: int) -> bytes:
        """See :class:`Body`."""
        return self._window.read(position, min(length, self.end - position))

    def skip(self, position: int, length: int) -> int | None:
        """See :class:`Body`."""
        return position + length if position + length <= self.end else None


class UnsynchronisedBody:
    """Frame data with a zero byte after each ``FF``, which is taken out on the way."""

    __slots__ = ("_window", "end")

    def __init__(self, window: Window, end: int) -> None:
        self._window = window
        self.end = min(end, window.size)

    def read(self, position: int, length: int) -> bytes:
        """See :class:`Body`."""
        after = self.skip(position, length)
        stop = self.end if after is None else after
        return synchronised(self._window.read(position, stop - position))[:length]

    def skip(self, position: int, length: int) -> int | None:
        """See :class:`Body`."""
        while length > 0:
            piece = self._window.read(position, min(length, _PIECE, self.end - position))
            if not piece:
                return None
            position += len(piece)
            length -= len(piece) - piece.count(b"\xff\x00")
            if piece.endswith(b"\xff") and position < self.end and self._window.read(position, 1) == b"\0":
                position += 1
        return position


def synchronised(data: bytes) -> bytes:
    """``data`` with unsynchronisation undone."""
    return data.replace(b"\xff\x00", b"\xff")


_MARKS = (b"ID3", b"ea3")
_MAX_WALKED = 20_000
_PADDING_SEEN = 1 << 12


@dataclass(frozen=True, slots=True)
class Id3Header:
    """The header of a tag.

    Attributes:
        version: 2, 3 or 4, as in ID3v2.4.
        flags: The header's flag byte.
        offset: Byte offset of ``ID3`` in the file.
        frames_end: Byte offset after frames and padding, by the size the header gives.
        end: Byte offset after the tag, footer included.
        has_plain_size: Whether the size is a plain number, against the specification.
    """

    version: int
    flags: int
    offset: int
    frames_end: int
    end: int
    has_plain_size: bool = False


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
    """The header of a tag at ``offset``, or ``None`` if none is there. Sony's ``ea3`` tags are built alike.

    A size that cannot be syncsafe is a plain number, as RealJukebox wrote it, where a frame follows and the file
    holds it all.
    """
    data = window.read(offset, 10)
    if len(data) < 10 or data[:3] not in _MARKS or data[3] not in (2, 3, 4):
        return None
    plain = max(data[6:]) > 0x7F
    size = int.from_bytes(data[6:], "big") if plain else syncsafe(data[6:])
    frames_end = offset + 10 + size
    if plain and (frames_end > window.size or not _valid_id(window.read(offset + 10, 3 + (data[3] > 2)))):
        return None
    footer = 10 if data[3] == 4 and data[5] & 0x10 else 0
    return Id3Header(data[3], data[5], offset, frames_end, frames_end + footer, plain)


def begins_tag(window: Window, offset: int) -> bool:
    """Whether a tag with a well-named first frame stands at ``offset``, as no chance bytes in a stream do."""
    header = id3v2_header(window, offset)
    return header is not None and header.end <= window.size and has_tag_head(window, offset)


def has_tag_head(window: Window, offset: int) -> bool:
    """Whether such a tag begins at ``offset``, wherever it ends: the file may be cut off before."""
    header = id3v2_header(window, offset)
    if header is None:
        return False
    return bool(header.flags & 0x40) or _valid_id(window.read(offset + 10, 3 if header.version == 2 else 4))


def plain_header(window: Window, header: Id3Header, stopped: int) -> Id3Header | None:
    """The header with its size taken as a plain number, where only that leads to the end of the frames.

    Args:
        window: The file.
        header: A header whose syncsafe size ends within a frame.
        stopped: Where that frame begins.
    """
    frames_end = header.offset + 10 + int.from_bytes(window.read(header.offset + 6, 4), "big")
    if header.version == 2 or header.flags & 0x90 or not header.frames_end < frames_end <= window.size:
        return None
    body = PlainBody(window, frames_end)
    leads = _any_walk_ends(body, stopped) if header.version == 4 else _walks_to_end(body, stopped, plain=True)
    return replace(header, frames_end=frames_end, end=frames_end, has_plain_size=True) if leads else None


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


def id3v2_frames(body: Body, header: Id3Header, start: int | None = None) -> Iterator[Id3Frame]:
    """The frames in order. A last one without an id says where the walk broke off, if it did.

    Args:
        body: The frame data.
        header: Of the tag.
        start: Byte offset of the first frame, where that is not the one after the header.
    """
    position = _after_extended_header(body, header, header.offset + 10) if start is None else start
    width = 6 if header.version == 2 else 10
    plain = header.version == 3
    settled = header.version == 2
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
                plain, settled = _sizes_are_plain(body, position, specified=plain), True
            if not plain and size > 0x7F:
                size = syncsafe(head[4:8])
        payload = body.skip(position, width)
        end = None if payload is None else body.skip(payload, size)
        if payload is None or end is None or not _valid_id(frame_id):
            yield Id3Frame("", 0, position, position, position, 0)
            return
        yield Id3Frame(frame_id.decode("ascii"), flags, position, payload, end, size)
        position = end


def is_cut_frame(body: Body, header: Id3Header, position: int) -> bool:
    """Whether a frame begins at ``position`` that has a good name, so that only its end is missing."""
    return _valid_id(body.read(position, 3 if header.version == 2 else 4).rstrip(b"\0 "))


def _valid_id(data: bytes) -> bool:
    return len(data) >= 3 and data.isalnum() and data.isupper() and data[:1].isalpha()


def extended_header(body: Body, header: Id3Header) -> tuple[int, int] | None:
    """Where the extended header begins and ends; ``None`` where the tag has none."""
    position = header.offset + 10
    if header.version == 2 or not header.flags & 0x40:
        return None
    data = body.read(position, 4)
    if _valid_id(data):
        return None  # the flag lies, as some writers' does: a frame begins here
    size = syncsafe(data) if header.version == 4 else int.from_bytes(data, "big") + 4
    after = body.skip(position, max(size, 4))
    return position, body.end if after is None else after


def _after_extended_header(body: Body, header: Id3Header, position: int) -> int:
    found = extended_header(body, header)
    return position if found is None else found[1]


def _sizes_are_plain(body: Body, start: int, *, specified: bool) -> bool:
    """Whether frame sizes are plain, as 2.3 has them and old iTunes wrote them in 2.4, or syncsafe as in 2.4.

    The reading that reaches the end of the frames wins; the specified one, if both do or neither does.
    """
    if _walks_to_end(body, start, plain=specified) or not _walks_to_end(body, start, plain=not specified):
        return specified
    return not specified


def _any_walk_ends(body: Body, start: int) -> bool:
    return _walks_to_end(body, start, plain=False) or _walks_to_end(body, start, plain=True)


def _walks_to_end(body: Body, position: int, *, plain: bool) -> bool:
    for _ in range(_MAX_WALKED):
        head = body.read(position, 10)
        if len(head) < 10 or not head[0]:
            return not any(body.read(position, _PADDING_SEEN))
        if not _valid_id(head[:4].rstrip(b"\0 ")) or (not plain and max(head[4:8]) > 0x7F):
            return False
        after = body.skip(position, 10 + (int.from_bytes(head[4:8], "big") if plain else syncsafe(head[4:8])))
        if after is None:
            return False
        position = after
    return False
