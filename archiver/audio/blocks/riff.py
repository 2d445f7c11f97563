"""Tags of WAV and RF64 files: LIST INFO, bext (EBU Tech 3285), cart (AES46), iXML, axml, XMP and ID3 chunks."""

from __future__ import annotations

import codecs

from archiver.audio.blocks.id3v2 import read_id3v2
from archiver.audio.blocks.reading import MAX_TEXT, BlockDraft, Draft, judge_end, judge_part
from archiver.audio.blocks.text import fixed_field, is_utf8_beyond_ascii, printable_text, utf8_or_latin1
from archiver.audio.containers.chunks import RIFF, RIFX, ChunkForm, chunks, form_size
from archiver.audio.containers.element import Element

_NAMED = {
    1200: "utf-16-le",
    1201: "utf-16-be",
    10000: "mac-roman",
    20127: "ascii",
    20866: "koi8-r",
    20932: "euc-jp",
    21866: "koi8-u",
    28591: "latin-1",
    51949: "euc-kr",
    54936: "gb18030",
    65001: "utf-8",
}
_LATIN = range(28592, 28607)
_NUMBERED = range(37, 1362)


def codec_of(code_page: int) -> str | None:
    """Python's name for a Windows code page; ``None`` for 0, which states none, and for one that it lacks."""
    if code_page in _NAMED:
        return _NAMED[code_page]
    if code_page in _LATIN:
        return _known(f"iso8859-{code_page - 28590}")
    return _known(f"cp{code_page}") if code_page in _NUMBERED else None


def _known(name: str) -> str | None:
    try:
        return codecs.lookup(name).name
    except LookupError:
        return None


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
    head = window.read(offset, 36)
    long_data = int.from_bytes(head[28:36], "little") if head[12:16] == b"ds64" else None
    form = RIFX if head[:4] == b"RIFX" else RIFF
    whole = form_size(window, form, offset)
    if head[:4] in (b"RIFF", b"RIFX"):
        draft.state_size(whole)
    listed = list(chunks(window, form, offset + 12, window.size, long_data))
    codec = next((_declared_codec(draft, chunk, form) for chunk in listed if chunk.id == b"CSET"), None)
    for chunk in listed:
        judge_end(draft, chunk, "RIFF", whole)
        if chunk.id == b"LIST" and window.read(chunk.payload, 4) == b"INFO":
            _read_info(draft, chunk, form, codec)
        elif chunk.id == b"bext":
            block = draft.block("bext", chunk.offset, chunk.length)
            _read_fields(draft, block, chunk, _BEXT)
            _read_rest(draft, block, chunk, "CodingHistory", _BEXT_HISTORY)
        elif chunk.id == b"cart":
            block = draft.block("cart", chunk.offset, chunk.length)
            _read_fields(draft, block, chunk, _CART)
            _read_rest(draft, block, chunk, "TagText", _CART_TEXT)
        elif chunk.id in _DOCUMENTS:
            block = draft.block(_DOCUMENTS[chunk.id], chunk.offset, chunk.length)
            _read_rest(draft, block, chunk, chunk.name, 0)
        elif chunk.id in (b"id3 ", b"ID3 "):
            read_id3v2(draft, chunk.payload)


def _declared_codec(draft: Draft, chunk: Element, form: ChunkForm) -> str | None:
    """The encoding that a character set chunk names, or ``None`` where it names none that is known."""
    number = int.from_bytes(draft.window.read(chunk.payload, 2), form.order)
    codec = codec_of(number)
    if codec is None and number:
        draft.noted(f"the CSET chunk at byte {chunk.offset} names code page {number}, which is not known")
    return codec


def _read_info(draft: Draft, chunk: Element, form: ChunkForm, codec: str | None) -> None:
    block = draft.block("riff-info", chunk.offset, chunk.length)
    for part in chunks(draft.window, form, chunk.payload + 4, chunk.end):
        judge_part(draft, part, chunk, "RIFF INFO chunk")
        size = part.size
        text = _info_text(draft, part, codec) if size <= MAX_TEXT else None
        block.add_payload(part.name, part.offset, part.payload, part.end, text)


def _info_text(draft: Draft, part: Element, codec: str | None) -> str:
    """A zero-terminated string (RIFF MCI, ZSTR): what stands after the first NUL is not part of it."""
    data = draft.window.read(part.payload, part.size)
    if codec is not None and codec.startswith("utf-16"):
        return data[: len(data) // 2 * 2].decode(codec, "replace").partition("\0")[0]
    data = data.partition(b"\0")[0]
    if codec is None:
        return utf8_or_latin1(data)
    try:
        text = data.decode(codec)
    except UnicodeDecodeError:
        draft.noted(f"the RIFF INFO chunk at byte {part.offset} is not in the code page that CSET names")
        return utf8_or_latin1(data)
    if codec != "utf-8" and is_utf8_beyond_ascii(data):
        draft.noted(f"the RIFF INFO chunk at byte {part.offset} holds UTF-8, against the code page of CSET")
        return data.decode("utf-8")
    return text


def _read_fields(
    draft: Draft, block: BlockDraft, chunk: Element, fields: tuple[tuple[str, int, int], ...]
) -> None:
    for key, at, size in fields:
        start, end = chunk.payload + at, chunk.payload + at + size
        if end > chunk.end:
            if chunk.whole:
                draft.malformed(f"the {block.kind} chunk at byte {chunk.offset} is cut short")
            return
        data = draft.window.read(start, size).partition(b"\0")[0]
        if text := fixed_field(utf8_or_latin1(data).encode(), "utf-8"):
            block.add_payload(key, start, start, end, text)


def _read_rest(draft: Draft, block: BlockDraft, chunk: Element, key: str, at: int) -> None:
    start, size = chunk.payload + at, chunk.size - at
    if size <= 0:
        return
    data = draft.window.read(start, size) if size <= MAX_TEXT else b""
    offset = start if at else chunk.offset
    text = printable_text(data) or (utf8_or_latin1(data) or None if at else None)
    block.add_payload(key, offset, start, chunk.end, text)


def read_kept_riff(draft: Draft, start: int, end: int) -> None:
    pass
