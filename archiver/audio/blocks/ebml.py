"""Elements of EBML (RFC 8794), which Matroska and WebM files (RFC 9559) are made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from archiver.audio.blocks.window import Window

MAX_ELEMENTS = 10_000
"""Elements looked at in one parent."""

_LONGEST_HEADER = 12


@dataclass(frozen=True, slots=True)
class Element:
    """One element.

    Attributes:
        id: Its number with the bits that mark its length, as it is written in RFC 9559; 0 where no element could be
            made out, or no more are looked at, and the walk ends.
        offset: Byte offset of its header in the file.
        payload: Byte offset after the header.
        end: Byte offset after the element, never past its parent.
        whole: Whether it ends within its parent.
    """

    id: int
    offset: int
    payload: int
    end: int
    whole: bool = True


def elements(window: Window, start: int, end: int, entered: int | None = None) -> Iterator[Element]:
    """The elements from ``start`` to ``end``, in order. A last one with id 0 says where the walk broke off, if it did.

    Args:
        window: The file.
        start: Byte offset of the first.
        end: Byte offset after the last.
        entered: An element that is followed by what it holds, as one of unknown size always is.
    """
    for _ in range(MAX_ELEMENTS):
        if start >= end:
            return
        head = window.read(start, min(_LONGEST_HEADER, end - start))
        id_width = _width(head, 4)
        size_width = _width(head[id_width:], 8) if id_width else 0
        if not size_width or len(head) < id_width + size_width:
            break
        number = int.from_bytes(head[:id_width], "big")
        size = int.from_bytes(head[id_width : id_width + size_width], "big") - (1 << 7 * size_width)
        payload = start + id_width + size_width
        unknown = size == (1 << 7 * size_width) - 1
        stop = end if unknown else payload + size
        yield Element(number, start, payload, min(stop, end), stop <= end)
        start = payload if unknown or number == entered else stop
    else:
        if start >= end:
            return
    yield Element(0, start, start, start)


def _width(data: bytes, most: int) -> int:
    """How many bytes a number takes that begins here: its first bit that is set tells; 0 where it cannot be one."""
    width = 9 - data[0].bit_length() if data else 0
    return width if width <= most else 0
