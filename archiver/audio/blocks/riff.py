"""Tags of WAV and RF64 files: LIST INFO and the labels of cue points, bext and cart, iXML, axml, XMP, ID3 and other chunks."""

from __future__ import annotations

import codecs

from archiver.audio.blocks.broadcast import read_bext, read_cart
from archiver.audio.blocks.id3v2 import read_id3v2
from archiver.audio.blocks.reading import MAX_TEXT, Draft, judge_end, judge_part
from archiver.audio.blocks.text import is_utf8_beyond_ascii, key_part, printable_text, utf8_or_latin1
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


_STRUCTURE = frozenset(
    (b"fmt ", b"fact", b"data", b"ds64", b"CSET", b"JUNK", b"junk", b"PAD ", b"FLLR", b"fllr", b"filr")
)
"""Chunks of the sound itself, and those that fill up room."""

_BEFORE_LABEL = {b"labl": 4, b"note": 4, b"ltxt": 20}
"""Bytes before the text of a label: the cue point's number, and of a stretch its length, purpose and language."""

_CLIPBOARD_TEXT = 1
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
        _read_chunk(draft, chunk, form, codec)


def read_kept_riff(draft: Draft, start: int, end: int) -> None:
    """Index chunks of a WAV file that another format keeps, so that the file can be given back as it was.

    Args:
        draft: The reading.
        start: Byte offset of the first chunk, or of the form that it stands in.
        end: Byte offset after what is kept; sound chunks run past it.
    """
    head = draft.window.read(start, 12)
    form = RIFX if head[:4] == b"RIFX" else RIFF
    if head[:4] in (b"RIFF", b"RIFX", b"RF64", b"BW64"):
        start += 12
    for chunk in chunks(draft.window, form, start, end):
        if chunk.whole:
            _read_chunk(draft, chunk, form, None)


def _read_chunk(draft: Draft, chunk: Element, form: ChunkForm, codec: str | None) -> None:
    listed = draft.window.read(chunk.payload, 4) if chunk.id == b"LIST" else b""
    if listed == b"INFO":
        _read_info(draft, chunk, form, codec)
    elif listed == b"adtl":
        _read_labels(draft, chunk, form, codec)
    elif chunk.id == b"bext":
        read_bext(draft, chunk, form)
    elif chunk.id == b"cart":
        read_cart(draft, chunk, form)
    elif chunk.id in _DOCUMENTS:
        _read_document(draft, chunk, _DOCUMENTS[chunk.id])
    elif chunk.id in (b"id3 ", b"ID3 "):
        read_id3v2(draft, chunk.payload)
    elif chunk.id == b"DISP":
        _read_display(draft, chunk, form, codec)
    elif chunk.id not in _STRUCTURE and chunk.size > 0:
        _read_other(draft, chunk, f"LIST:{key_part(listed.decode('latin-1'))}" if listed else chunk.name)


def _read_document(draft: Draft, chunk: Element, kind: str) -> None:
    if chunk.size > 0:
        data = draft.window.read(chunk.payload, chunk.size) if chunk.size <= MAX_TEXT else b""
        block = draft.block(kind, chunk.offset, chunk.length)
        block.add_payload(chunk.name, chunk.offset, chunk.payload, chunk.end, printable_text(data))


def _read_display(draft: Draft, chunk: Element, form: ChunkForm, codec: str | None) -> None:
    """Index what a program shows of the file (Microsoft, RIFF MCI): a text, or a picture of the clipboard."""
    block = draft.block("riff-display", chunk.offset, chunk.length)
    is_text = int.from_bytes(draft.window.read(chunk.payload, 4), form.order) == _CLIPBOARD_TEXT
    text = None
    if is_text and 4 <= chunk.size <= MAX_TEXT:
        text = _zero_terminated(draft, chunk, 4, codec)
    block.add_payload(chunk.name, chunk.offset, chunk.payload, chunk.end, text)


def _read_other(draft: Draft, chunk: Element, key: str) -> None:
    """Index a chunk of which nothing is known, by digest, and by its text if it is nothing else."""
    block = draft.block("riff-chunk", chunk.offset, chunk.length)
    if chunk.size > MAX_TEXT:
        block.add(key, chunk.offset, chunk.end, None, None)
        return
    text = printable_text(draft.window.read(chunk.payload, chunk.size))
    block.add_payload(key, chunk.offset, chunk.payload, chunk.end, text)


def _read_labels(draft: Draft, chunk: Element, form: ChunkForm, codec: str | None) -> None:
    """Index what a list says of the cue points: labels, notes, texts of stretches (Microsoft, RIFF MCI)."""
    block = draft.block("riff-adtl", chunk.offset, chunk.length)
    for part in chunks(draft.window, form, chunk.payload + 4, chunk.end):
        judge_part(draft, part, chunk, "RIFF label chunk")
        point = int.from_bytes(draft.window.read(part.payload, min(4, max(part.size, 0))), form.order)
        before = _BEFORE_LABEL.get(part.id)
        text = None
        if before is not None and before <= part.size <= MAX_TEXT:
            text = _zero_terminated(draft, part, before, codec)
        key = f"{key_part(part.name)}:{point}"
        block.add_payload(key, part.offset, part.payload, part.end, text)


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
        text = _zero_terminated(draft, part, 0, codec) if size <= MAX_TEXT else None
        block.add_payload(part.name, part.offset, part.payload, part.end, text)


def _zero_terminated(draft: Draft, part: Element, before: int, codec: str | None) -> str:
    """The text that follows ``before`` bytes (RIFF MCI, ZSTR): what stands after the first NUL is not part of it."""
    data = draft.window.read(part.payload + before, part.size - before)
    if codec is not None and codec.startswith("utf-16"):
        return data[: len(data) // 2 * 2].decode(codec, "replace").partition("\0")[0]
    data = data.partition(b"\0")[0]
    if codec is None:
        return utf8_or_latin1(data)
    try:
        text = data.decode(codec)
    except UnicodeDecodeError:
        draft.noted(f"the RIFF text at byte {part.offset} is not in the code page that CSET names")
        return utf8_or_latin1(data)
    if codec != "utf-8" and is_utf8_beyond_ascii(data):
        draft.noted(f"the RIFF text at byte {part.offset} holds UTF-8, against the code page of CSET")
        return data.decode("utf-8")
    return text
