"""Chunks of the IFF family: RIFF and RF64 (little-endian), AIFF (big-endian), DSDIFF and CAF (64-bit sizes)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from archiver.audio.blocks.window import Window

MAX_CHUNKS = 10_000
"""Chunks looked at in one parent."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """One chunk.

    Attributes:
        id: Its four characters as bytes.
        offset: Byte offset of its header in the file.
        payload: Byte offset after the header.
        end: Byte offset after the payload, without padding, never past the parent.
        whole: ``False`` where it claims to run past its parent.
    """

    id: bytes
    offset: int
    payload: int
    end: int
    whole: bool = True


@dataclass(frozen=True, slots=True)
class ChunkForm:
    """How a family writes its chunks: bytes of the size field, their order, and what chunks are padded to."""

    size_bytes: int
    order: Literal["little", "big"]
    alignment: int


RIFF = ChunkForm(4, "little", 2)
AIFF = ChunkForm(4, "big", 2)
DSDIFF = ChunkForm(8, "big", 2)
CAF = ChunkForm(8, "big", 1)


def chunks(
    window: Window, form: ChunkForm, start: int, end: int, long_data: int | None = None
) -> Iterator[Chunk]:
    """The chunks from ``start`` to ``end``, in order, until one is cut short.

    Args:
        window: The file.
        form: The family's way of writing.
        start: Byte offset of the first chunk.
        end: Byte offset after the last.
        long_data: The true size of a ``data`` chunk whose size field is all ones (RF64's ``ds64``). Without
            it such a chunk runs to ``end``.
    """
    header = 4 + form.size_bytes
    unknown = (1 << 8 * form.size_bytes) - 1
    for _ in range(MAX_CHUNKS):
        head = window.read(start, min(header, end - start))
        if len(head) < header or not head[:4].strip(b"\0"):
            return
        size = int.from_bytes(head[4:], form.order)
        payload = start + header
        if size == unknown and head[:4] == b"data":
            size = end - payload if long_data is None else long_data
        stop = payload + size
        yield Chunk(head[:4], start, payload, min(stop, end), stop <= end)
        start = stop + -stop % form.alignment if form.alignment > 1 else stop
        if start >= end:
            return
