"""Tags of DSD files: the ID3v2 tag that a DSF file points to, and DSDIFF's DIIN, COMT and ID3 chunks."""

from __future__ import annotations

from archiver.audio.blocks.chunks import DSDIFF, Chunk, chunks, form_size, judge_end, judge_part
from archiver.audio.blocks.id3v2 import read_id3v2
from archiver.audio.blocks.reading import MAX_TEXT, Draft
from archiver.audio.blocks.text import utf8_or_latin1

_COUNTED = frozenset({b"DIAR", b"DITI"})


def read_dsf(draft: Draft, offset: int) -> None:
    """Index the tag of the DSF file at ``offset`` (Sony, DSF File Format 1.01: pointer at byte 20)."""
    pointer = int.from_bytes(draft.window.read(offset + 20, 8), "little")
    stated = offset + int.from_bytes(draft.window.read(offset + 12, 8), "little")
    if draft.window.size <= offset + pointer < stated:
        draft.state_size(stated)
        draft.breaks_off(stated)
    elif pointer and read_id3v2(draft, offset + pointer) == offset + pointer:
        draft.malformed(f"there is no ID3v2 tag at byte {offset + pointer}, where the DSF header says")


def read_dsdiff(draft: Draft, offset: int) -> None:
    """Index the tags of the DSDIFF form at ``offset`` (Philips, DSDIFF 1.5)."""
    whole = form_size(draft.window, DSDIFF, offset)
    draft.state_size(whole)
    for chunk in chunks(draft.window, DSDIFF, offset + 16, draft.window.size):
        judge_end(draft, chunk, "DSDIFF", whole)
        if chunk.id == b"DIIN":
            _read_edited_master(draft, chunk)
        elif chunk.id == b"COMT":
            _read_comments(draft, chunk)
        elif chunk.id in (b"ID3 ", b"id3 "):
            read_id3v2(draft, chunk.payload)


def _read_edited_master(draft: Draft, chunk: Chunk) -> None:
    block = draft.block("dsdiff-diin", chunk.offset, chunk.end - chunk.offset)
    for part in chunks(draft.window, DSDIFF, chunk.payload, chunk.end):
        judge_part(draft, part, chunk, "DSDIFF chunk")
        start = part.payload + 4 if part.id in _COUNTED else part.payload
        size = max(part.end - start, 0)
        text = None
        if part.id in (*_COUNTED, b"EMID") and size <= MAX_TEXT:
            text = utf8_or_latin1(draft.window.read(start, size))
        block.add_payload(part.id.decode("latin-1"), part.offset, part.payload, part.end, text)


def _read_comments(draft: Draft, chunk: Chunk) -> None:
    block = draft.block("dsdiff-comments", chunk.offset, chunk.end - chunk.offset)
    position = chunk.payload + 2
    for _ in range(int.from_bytes(draft.window.read(chunk.payload, 2), "big")):
        head = draft.window.read(position, 14)
        start = position + 14
        end = start + int.from_bytes(head[10:14], "big")
        if len(head) < 14 or end > chunk.end:
            if chunk.whole:
                draft.malformed(
                    f"the DSDIFF comment at byte {position} is malformed; those after it are not listed"
                )
            return
        text = utf8_or_latin1(draft.window.read(start, end - start)) if end - start <= MAX_TEXT else None
        block.add_payload("COMT", position, start, end, text)
        position = end + end % 2
