"""Elements of EBML (RFC 8794), which Matroska and WebM files (RFC 9559) are made of."""

from __future__ import annotations

from collections.abc import Iterator

from archiver.audio.containers.element import Element
from archiver.audio.containers.window import Window

MAX_ELEMENTS = 10_000
"""Elements looked at in one parent."""

MAX_SIZED = 50_000
"""Elements looked at in one parent of which each states its size."""

SEGMENT = bytes.fromhex("18538067")
_LONGEST_HEADER = 12


def element_at(window: Window, start: int, end: int) -> Element | None:
    """The element whose header stands at ``start`` in a parent that ends at ``end``; ``None`` where none does.

    Its ID keeps the bits that mark its length, as RFC 9559 writes it. One of unknown size runs to ``end``.
    """
    head = window.read(start, min(_LONGEST_HEADER, end - start))
    id_width = _width(head, 4)
    size_width = _width(head[id_width:], 8) if id_width else 0
    if not size_width or len(head) < id_width + size_width:
        return None
    size = int.from_bytes(head[id_width : id_width + size_width], "big") - (1 << 7 * size_width)
    payload = start + id_width + size_width
    sized = size != (1 << 7 * size_width) - 1
    claimed = payload + size if sized else end
    return Element(head[:id_width], start, payload, min(claimed, end), claimed, sized)


def sized_elements(window: Window, start: int, end: int) -> Iterator[Element]:
    """The elements from ``start`` to ``end`` in order, until what follows is none; one without a size runs to ``end``."""
    for _ in range(MAX_SIZED):
        element = element_at(window, start, end)
        if element is None:
            return
        yield element
        start = element.claimed
        if start >= end:
            return


def elements(window: Window, start: int, end: int, entered: bytes | None = None) -> Iterator[Element]:
    """The elements from ``start`` to ``end``, in order. A last one without an ID says where the walk broke off, if it did.

    Args:
        window: The file.
        start: Byte offset of the first.
        end: Byte offset after the last.
        entered: An element that is followed by what it holds, as one of unknown size always is.
    """
    for _ in range(MAX_ELEMENTS):
        if start >= end:
            return
        element = element_at(window, start, end)
        if element is None:
            break
        yield element
        start = element.payload if not element.sized or element.id == entered else element.claimed
    else:
        if start >= end:
            return
    yield Element(b"", start, start, start, start)


def _width(data: bytes, most: int) -> int:
    """How many bytes a number takes that begins here: its first bit that is set tells; 0 where it cannot be one."""
    width = 9 - data[0].bit_length() if data else 0
    return width if width <= most else 0
