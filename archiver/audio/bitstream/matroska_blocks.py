"""Elements and blocks of Matroska in a buffer (RFC 8794, sections 4 and 5; RFC 9559, section 10)."""

from __future__ import annotations

from typing import NamedTuple

_XIPH, _FIXED, _EBML = 1, 2, 3
_LONGEST_ID, _LONGEST_SIZE = 4, 8
_LONGEST_HEAD = 12


class BrokenBlockError(Exception):
    """A block contradicts itself. The message is one plain clause."""


class Head(NamedTuple):
    """The header of an element.

    Attributes:
        id: Its ID, with the bits that mark its length.
        payload: Where in the buffer its content begins.
        size: Bytes of its content; ``None`` where it states none.
    """

    id: int
    payload: int
    size: int | None


NO_ELEMENT = Head(0, 0, 0)
"""Stands for bytes that begin no element."""


def head_at(view: memoryview, at: int) -> Head | None:
    """The header at ``at``; ``None`` where not all of it is there, :data:`NO_ELEMENT` where none can be."""
    left = len(view) - at
    if left <= 0:
        return None
    id_width = 9 - view[at].bit_length()
    if id_width > _LONGEST_ID:
        return NO_ELEMENT
    if left <= id_width:
        return None
    payload = at + id_width
    size_width = 9 - view[payload].bit_length()
    if size_width > _LONGEST_SIZE:
        return NO_ELEMENT
    if left < id_width + size_width:
        return None
    number = int.from_bytes(view[at:payload], "big")
    size = int.from_bytes(view[payload : payload + size_width], "big") ^ 1 << 7 * size_width
    unknown = size == (1 << 7 * size_width) - 1
    return Head(number, payload + size_width, None if unknown else size)


class Block(NamedTuple):
    """What a block begins with.

    Attributes:
        track: Its track's number.
        time: When it is heard after its cluster, in the ticks of the segment.
        lacing: 0 where it is one frame, else how frames are laced.
        at: Where in the buffer what follows begins.
    """

    track: int
    time: int
    lacing: int
    at: int


def block_at(view: memoryview, at: int, end: int) -> Block:
    """The header of the block whose content is from ``at`` to ``end``.

    Raises:
        BrokenBlockError: where there is none.
    """
    width = 9 - view[at].bit_length() if at < end else _LONGEST_HEAD
    if width > _LONGEST_SIZE or at + width + 3 > end:
        raise BrokenBlockError("a block is shorter than its header")
    track = int.from_bytes(view[at : at + width], "big") ^ 1 << 7 * width
    time = int.from_bytes(view[at + width : at + width + 2], "big", signed=True)
    return Block(track, time, view[at + width + 2] >> 1 & 3, at + width + 3)


def frames(view: memoryview, block: Block, end: int) -> list[memoryview]:
    """The frames of a block that ends at ``end``.

    Raises:
        BrokenBlockError: where their sizes do not fit it.
    """
    at = block.at
    if not block.lacing:
        return [view[at:end]]
    if at >= end:
        raise BrokenBlockError("a block lacks the number of its frames")
    count = view[at] + 1
    at += 1
    if block.lacing == _FIXED:
        size, left = divmod(end - at, count)
        if left:
            raise BrokenBlockError("the frames of a block do not fit it")
        return [view[begin : begin + size] for begin in range(at, end, size)] if size else []
    sizes, at = (_xiph_sizes if block.lacing == _XIPH else _ebml_sizes)(view, at, end, count - 1)
    found = []
    for size in sizes:
        found.append(view[at : at + size])
        at += size
    if at > end or any(size < 0 for size in sizes):
        raise BrokenBlockError("the frames of a block do not fit it")
    return [*found, view[at:end]]


def _xiph_sizes(view: memoryview, at: int, end: int, count: int) -> tuple[list[int], int]:
    sizes = []
    for _ in range(count):
        size = 0
        while at < end and view[at] == 255:
            size += 255
            at += 1
        if at >= end:
            raise BrokenBlockError("the frames of a block do not fit it")
        sizes.append(size + view[at])
        at += 1
    return sizes, at


def _ebml_sizes(view: memoryview, at: int, end: int, count: int) -> tuple[list[int], int]:
    """Each size but the first is the difference from the one before, moved to be positive."""
    sizes: list[int] = []
    for _ in range(count):
        width = 9 - view[at].bit_length() if at < end else _LONGEST_HEAD
        if width > _LONGEST_SIZE or at + width > end:
            raise BrokenBlockError("the frames of a block do not fit it")
        number = int.from_bytes(view[at : at + width], "big") ^ 1 << 7 * width
        sizes.append(sizes[-1] + number - ((1 << 7 * width - 1) - 1) if sizes else number)
        at += width
    return sizes, at
