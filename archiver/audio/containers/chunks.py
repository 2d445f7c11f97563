"""Chunks of the IFF family: RIFF and RF64 (little-endian), AIFF (big-endian), DSDIFF and CAF (64-bit sizes)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from archiver.audio.containers.element import Element
from archiver.audio.containers.window import Window

MAX_CHUNKS = 10_000
"""Chunks looked at in one parent."""


@dataclass(frozen=True, slots=True)
class ChunkForm:
    """How a family writes its chunks: bytes of the size field, their order, and what chunks are padded to."""

    size_bytes: int
    order: Literal["little", "big"]
    alignment: int


RIFF = ChunkForm(4, "little", 2)
RIFX = ChunkForm(4, "big", 2)
AIFF = ChunkForm(4, "big", 2)
DSDIFF = ChunkForm(8, "big", 2)
CAF = ChunkForm(8, "big", 1)


def chunks(
    window: Window, form: ChunkForm, start: int, end: int, long_data: int | None = None
) -> Iterator[Element]:
    """The chunks from ``start`` to ``end``, in order, until one is cut short or no chunk follows.

    A chunk of odd size that was written without its filling byte is followed by the next all the same.

    Args:
        window: The file.
        form: The family's way of writing.
        start: Byte offset of the first chunk.
        end: Byte offset after the last.
        long_data: The true size of a ``data`` chunk whose size field is all ones (RF64's ``ds64``). Without
            it such a chunk runs to ``end``, and so does one of size zero that no chunk follows.
    """
    header = 4 + form.size_bytes
    unknown = (1 << 8 * form.size_bytes) - 1
    for _ in range(MAX_CHUNKS):
        head = window.read(start, min(header, end - start))
        if len(head) < header or not _is_name(head[:4]):
            return
        size = int.from_bytes(head[4:], form.order)
        payload = start + header
        if head[:4] == b"data":
            if size == unknown:
                size = end - payload if long_data is None else long_data
            elif not size and not _is_name(window.read(payload, 4)):
                size = end - payload
        stop = payload + size
        yield Element(head[:4], start, payload, min(stop, end), stop)
        start = _next(window, form, stop, end)
        if start >= end:
            return


def chunks_by_name(window: Window, form: ChunkForm, start: int, end: int) -> dict[bytes, Element]:
    """The first chunk of each name from ``start`` to ``end``."""
    found: dict[bytes, Element] = {}
    for chunk in chunks(window, form, start, end):
        found.setdefault(chunk.id, chunk)
    return found


def form_size(window: Window, form: ChunkForm, offset: int) -> int:
    """The size of the whole file by the size that its form at ``offset`` states."""
    stated = int.from_bytes(window.read(offset + 4, form.size_bytes), form.order)
    return offset + 4 + form.size_bytes + stated


def _is_name(data: bytes) -> bool:
    """Whether these may be a chunk's four characters: printable, as every registered name is."""
    return len(data) == 4 and data.isascii() and data.decode("ascii").isprintable()


def _next(window: Window, form: ChunkForm, stop: int, end: int) -> int:
    """Where the chunk after one that ends at ``stop`` begins."""
    if form.alignment == 1 or not stop % form.alignment:
        return stop
    if _fits(window, form, stop, end) and not _fits(window, form, stop + 1, end):
        return stop
    return stop + 1


def _fits(window: Window, form: ChunkForm, start: int, end: int) -> bool:
    head = window.read(start, 4 + form.size_bytes)
    if len(head) < 4 + form.size_bytes or not _is_name(head[:4]):
        return False
    return start + len(head) + int.from_bytes(head[4:], form.order) <= end
