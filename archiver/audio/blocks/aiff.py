"""Tags of AIFF and AIFF-C files: NAME, AUTH, ``(c) ``, ANNO, COMT, APPL and ID3 chunks (Apple, AIFF 1.3)."""

from __future__ import annotations

from archiver.audio.blocks.chunks import AIFF, Chunk, chunks, form_size, judge_end
from archiver.audio.blocks.id3v2 import read_id3v2
from archiver.audio.blocks.reading import MAX_TEXT, Draft
from archiver.audio.blocks.text import printable_text, utf8_or_latin1

_APPLICATIONS = {b"UITS": "uits", b"XMP ": "xmp"}
_TEXT = frozenset({b"NAME", b"AUTH", b"(c) ", b"ANNO"})


def read_aiff(draft: Draft, offset: int) -> None:
    """Index the tags of the AIFF form at ``offset``."""
    window = draft.window
    whole = form_size(window, AIFF, offset)
    draft.state_size(whole)
    for chunk in chunks(window, AIFF, offset + 12, window.size):
        judge_end(draft, chunk, "AIFF", whole)
        key, length = chunk.id.decode("latin-1"), chunk.end - chunk.offset
        size = chunk.end - chunk.payload
        if chunk.id in _TEXT:
            text = utf8_or_latin1(window.read(chunk.payload, size)) if size <= MAX_TEXT else None
            block = draft.block("aiff-text", chunk.offset, length)
            block.add_payload(key, chunk.offset, chunk.payload, chunk.end, text)
        elif chunk.id == b"COMT":
            _read_comments(draft, chunk)
        elif chunk.id in (b"ID3 ", b"id3 "):
            read_id3v2(draft, chunk.payload)
        elif chunk.id == b"UITS":
            _read_document(draft, chunk, "uits", chunk.payload)
        elif chunk.id == b"APPL" and (kind := _APPLICATIONS.get(window.read(chunk.payload, 4))):
            _read_document(draft, chunk, kind, chunk.payload + 4)


def _read_document(draft: Draft, chunk: Chunk, kind: str, start: int) -> None:
    """Index a receipt or XMP, in a chunk of its own or in that of an application, behind its signature."""
    size = chunk.end - start
    text = printable_text(draft.window.read(start, size)) if 0 < size <= MAX_TEXT else None
    block = draft.block(kind, chunk.offset, chunk.end - chunk.offset)
    block.add_payload(kind.upper(), chunk.offset, start, chunk.end, text)


def _read_comments(draft: Draft, chunk: Chunk) -> None:
    block = draft.block("aiff-comments", chunk.offset, chunk.end - chunk.offset)
    position = chunk.payload + 2
    for _ in range(int.from_bytes(draft.window.read(chunk.payload, 2), "big")):
        head = draft.window.read(position, 8)
        start = position + 8
        end = start + int.from_bytes(head[6:8], "big")
        if len(head) < 8 or end > chunk.end:
            if chunk.whole:
                draft.malformed(
                    f"the AIFF comment at byte {position} is malformed; those after it are not listed"
                )
            return
        block.add_payload("COMT", position, start, end, utf8_or_latin1(draft.window.read(start, end - start)))
        position = end + end % 2
