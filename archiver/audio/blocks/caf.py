"""Tags of Core Audio Format files: the ``info`` chunk's strings (Apple, CAF Specification 1.0)."""

from __future__ import annotations

from archiver.audio.blocks.chunks import CAF, Chunk, chunks, judge_end
from archiver.audio.blocks.reading import MAX_TEXT, Draft
from archiver.audio.blocks.text import key_part, utf8_or_latin1


def read_caf(draft: Draft, offset: int) -> None:
    """Index the ``info`` chunks of the file at ``offset``."""
    for chunk in chunks(draft.window, CAF, offset + 8, draft.window.size):
        judge_end(draft, chunk, "CAF", chunk.claimed)
        if chunk.id == b"info":
            _read_information(draft, chunk)


def _read_information(draft: Draft, chunk: Chunk) -> None:
    block = draft.block("caf-info", chunk.offset, chunk.end - chunk.offset)
    start = chunk.payload + 4
    if chunk.end - start > MAX_TEXT:
        draft.malformed(f"the CAF information at byte {chunk.offset} is too long to be listed")
        return
    data = draft.window.read(start, chunk.end - start)
    position = 0
    for _ in range(int.from_bytes(draft.window.read(chunk.payload, 4), "big")):
        name_end = data.find(b"\0", position)
        end = data.find(b"\0", name_end + 1)
        if name_end < 0 or end < 0:
            if chunk.whole:
                draft.malformed(f"the CAF information at byte {chunk.offset} is cut short")
            return
        key = key_part(utf8_or_latin1(data[position:name_end]))
        text = utf8_or_latin1(data[name_end + 1 : end])
        block.add_payload(key, start + position, start + name_end + 1, start + end, text)
        position = end + 1
