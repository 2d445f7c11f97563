"""Chunks of the IFF family: RIFF and RF64 (little-endian), AIFF (big-endian), DSDIFF and CAF (64-bit sizes)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from archiver.audio.blocks.reading import Draft
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
        claimed: Byte offset after the payload, as the chunk's own size has it.
    """

    id: bytes
    offset: int
    payload: int
    end: int
    claimed: int

    @property
    def whole(self) -> bool:
        """Whether it ends within its parent."""
        return self.claimed <= self.end


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

_AUDIO = frozenset({b"data", b"SSND", b"DSD ", b"DST "})
_PLACEHOLDERS = (range(0x7FFF_0000, 0x8000_0000), range(0xFFFF_0000, 0x1_0000_0000))
"""Sizes that programs write which send a file into a pipe and do not know its length yet."""


def chunks(
    window: Window, form: ChunkForm, start: int, end: int, long_data: int | None = None
) -> Iterator[Chunk]:
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
        yield Chunk(head[:4], start, payload, min(stop, end), stop)
        start = _next(window, form, stop, end)
        if start >= end:
            return


def judge_end(draft: Draft, chunk: Chunk, family: str, form_end: int) -> None:
    """Say of a chunk of the file's form that runs past the end of the file what that means.

    The file breaks off, unless the form's own size says that it is all there: then the chunk's size is wrong.
    An audio chunk of which the writer did not know the size says nothing.

    Args:
        draft: The reading.
        chunk: The chunk.
        family: What the form is called.
        form_end: Byte offset after the form by its own size.
    """
    if chunk.whole:
        return
    size = chunk.claimed - chunk.payload
    if chunk.id in _AUDIO:
        if not any(size in placeholder for placeholder in _PLACEHOLDERS):
            draft.breaks_off(chunk.claimed)
    elif form_end > draft.window.size:
        draft.breaks_off(chunk.claimed)
    else:
        draft.malformed(f"the {family} chunk at byte {chunk.offset} runs past the end of the file")


def judge_part(draft: Draft, part: Chunk, parent: Chunk, what: str) -> None:
    """Say that a chunk runs past its parent, unless the parent itself is cut short."""
    if not part.whole and parent.whole:
        draft.malformed(f"the {what} at byte {part.offset} runs past its parent")


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
