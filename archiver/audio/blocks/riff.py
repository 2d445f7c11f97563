"""Tags of WAV and RF64 files: LIST INFO, bext (EBU Tech 3285), cart (AES46), iXML, axml, XMP and ID3 chunks."""

from __future__ import annotations

from archiver.audio.blocks.chunks import RIFF, Chunk, chunks
from archiver.audio.blocks.id3v2 import read_id3v2
from archiver.audio.blocks.reading import MAX_TEXT, BlockDraft, Draft
from archiver.audio.blocks.text import fixed_field, printable_text, utf8_or_latin1

_BEXT = (
    ("Description", 0, 256),
    ("Originator", 256, 32),
    ("OriginatorReference", 288, 32),
    ("OriginationDate", 320, 10),
    ("OriginationTime", 330, 8),
)
_BEXT_HISTORY = 602
_CART = (
    ("Title", 4, 64),
    ("Artist", 68, 64),
    ("CutID", 132, 64),
    ("ClientID", 196, 64),
    ("Category", 260, 64),
    ("Classification", 324, 64),
    ("OutCue", 388, 64),
    ("StartDate", 452, 10),
    ("StartTime", 462, 8),
    ("EndDate", 470, 10),
    ("EndTime", 480, 8),
    ("ProducerAppID", 488, 64),
    ("ProducerAppVersion", 552, 64),
    ("UserDef", 616, 64),
    ("URL", 1024, 1024),
)
_CART_TEXT = 2048
_DOCUMENTS = {b"iXML": "ixml", b"axml": "axml", b"_PMX": "xmp", b"UITS": "uits", b"C2PA": "c2pa"}


def read_riff(draft: Draft, offset: int) -> None:
    """Index the tags of the RIFF, RF64 or BW64 form at ``offset``."""
    window = draft.window
    end = window.size
    head = window.read(offset, 36)
    long_data = int.from_bytes(head[28:36], "little") if head[12:16] == b"ds64" else None
    for chunk in chunks(window, RIFF, offset + 12, end, long_data):
        if not chunk.whole and chunk.id != b"data":
            draft.malformed(f"the RIFF chunk at byte {chunk.offset} runs past the end of the file")
        if chunk.id == b"LIST" and window.read(chunk.payload, 4) == b"INFO":
            _read_info(draft, chunk)
        elif chunk.id == b"bext":
            block = draft.block("bext", chunk.offset, chunk.end - chunk.offset)
            _read_fields(draft, block, chunk, _BEXT)
            _read_rest(draft, block, chunk, "CodingHistory", _BEXT_HISTORY)
        elif chunk.id == b"cart":
            block = draft.block("cart", chunk.offset, chunk.end - chunk.offset)
            _read_fields(draft, block, chunk, _CART)
            _read_rest(draft, block, chunk, "TagText", _CART_TEXT)
        elif chunk.id in _DOCUMENTS:
            block = draft.block(_DOCUMENTS[chunk.id], chunk.offset, chunk.end - chunk.offset)
            _read_rest(draft, block, chunk, chunk.id.decode("latin-1"), 0)
        elif chunk.id in (b"id3 ", b"ID3 "):
            read_id3v2(draft, chunk.payload)


def _read_info(draft: Draft, chunk: Chunk) -> None:
    block = draft.block("riff-info", chunk.offset, chunk.end - chunk.offset)
    for part in chunks(draft.window, RIFF, chunk.payload + 4, chunk.end):
        if not part.whole:
            draft.malformed(f"the RIFF INFO chunk at byte {part.offset} runs past its list")
        size = part.end - part.payload
        text = utf8_or_latin1(draft.window.read(part.payload, size)) if size <= MAX_TEXT else None
        block.add_payload(part.id.decode("latin-1"), part.offset, part.payload, part.end, text)


def _read_fields(
    draft: Draft, block: BlockDraft, chunk: Chunk, fields: tuple[tuple[str, int, int], ...]
) -> None:
    for key, at, size in fields:
        start, end = chunk.payload + at, chunk.payload + at + size
        if end > chunk.end:
            draft.malformed(f"the {block.kind} chunk at byte {chunk.offset} is cut short")
            return
        data = draft.window.read(start, size).partition(b"\0")[0]
        if text := fixed_field(utf8_or_latin1(data).encode(), "utf-8"):
            block.add_payload(key, start, start, end, text)


def _read_rest(draft: Draft, block: BlockDraft, chunk: Chunk, key: str, at: int) -> None:
    start, size = chunk.payload + at, chunk.end - chunk.payload - at
    if size <= 0:
        return
    data = draft.window.read(start, size) if size <= MAX_TEXT else b""
    offset = start if at else chunk.offset
    text = printable_text(data) or (utf8_or_latin1(data) or None if at else None)
    block.add_payload(key, offset, start, chunk.end, text)
