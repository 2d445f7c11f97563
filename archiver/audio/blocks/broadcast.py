"""The chunks of broadcasters in WAV files: ``bext`` (EBU Tech 3285, with its supplements to version 2) and ``cart`` (AES46)."""

from __future__ import annotations

from archiver.audio.blocks.reading import MAX_TEXT, BlockDraft, Draft
from archiver.audio.blocks.text import fixed_field, printable_text, utf8_or_latin1
from archiver.audio.containers.chunks import ChunkForm
from archiver.audio.containers.element import Element

_BEXT = (
    ("Description", 0, 256),
    ("Originator", 256, 32),
    ("OriginatorReference", 288, 32),
    ("OriginationDate", 320, 10),
    ("OriginationTime", 330, 8),
)
_TIME_REFERENCE, _VERSION, _UMID, _UMID_BYTES = 338, 346, 348, 64
_LOUDNESS = (
    ("LoudnessValue", 412),
    ("LoudnessRange", 414),
    ("MaxTruePeakLevel", 416),
    ("MaxMomentaryLoudness", 418),
    ("MaxShortTermLoudness", 420),
)
_LOUDNESS_UNSET = 0x7FFF
_BEXT_HISTORY = 602
_WITH_UMID, _WITH_LOUDNESS = 1, 2
_CART = (
    ("Version", 0, 4),
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
_LEVEL_REFERENCE, _POST_TIMERS, _TIMERS, _TIMER_BYTES = 680, 684, 8, 8
_CART_TEXT = 2048


def read_bext(draft: Draft, chunk: Element, form: ChunkForm) -> None:
    """Index every field of a ``bext`` chunk that is not empty, and the coding history."""
    block = draft.block("bext", chunk.offset, chunk.length)
    _read_fields(draft, block, chunk, _BEXT)
    version = 0
    if chunk.size >= _UMID:
        version = _add_number(draft, block, ("Version", chunk.payload + _VERSION, 2), form)
        _add_number(draft, block, ("TimeReference", chunk.payload + _TIME_REFERENCE, 8), form)
    if version >= _WITH_UMID and chunk.size >= _UMID + _UMID_BYTES:
        start = chunk.payload + _UMID
        umid = draft.window.read(start, _UMID_BYTES)
        if any(umid):
            block.add_payload("UMID", start, start, start + _UMID_BYTES, umid.hex())
    if version >= _WITH_LOUDNESS and chunk.size >= _BEXT_HISTORY:
        for key, at in _LOUDNESS:
            start = chunk.payload + at
            level = int.from_bytes(draft.window.read(start, 2), form.order, signed=True)
            if level != _LOUDNESS_UNSET:
                block.add_payload(key, start, start, start + 2, f"{level / 100:.2f}")
    _read_rest(draft, block, chunk, "CodingHistory", _BEXT_HISTORY)


def read_cart(draft: Draft, chunk: Element, form: ChunkForm) -> None:
    """Index every field of a ``cart`` chunk that is not empty, and the text behind them."""
    block = draft.block("cart", chunk.offset, chunk.length)
    _read_fields(draft, block, chunk, _CART)
    if chunk.size >= _CART_TEXT:
        level = chunk.payload + _LEVEL_REFERENCE
        if any(draft.window.read(level, 4)):
            _add_number(draft, block, ("LevelReference", level, 4), form)
        for number in range(_TIMERS):
            _add_timer(draft, block, chunk.payload + _POST_TIMERS + number * _TIMER_BYTES, form)
    _read_rest(draft, block, chunk, "TagText", _CART_TEXT)


def _add_timer(draft: Draft, block: BlockDraft, start: int, form: ChunkForm) -> None:
    """Index one of the timers, whose four characters say what begins or ends at a sample."""
    data = draft.window.read(start, _TIMER_BYTES)
    if any(data):
        use = utf8_or_latin1(data[:4]).rstrip()
        text = f"{use} {int.from_bytes(data[4:], form.order)}"
        block.add_payload("PostTimer", start, start, start + _TIMER_BYTES, text)


def _add_number(draft: Draft, block: BlockDraft, field: tuple[str, int, int], form: ChunkForm) -> int:
    """Index a number by its key, byte offset and size; the number."""
    key, start, size = field
    number = int.from_bytes(draft.window.read(start, size), form.order)
    block.add_payload(key, start, start, start + size, str(number))
    return number


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
    block.add_payload(key, start, start, chunk.end, printable_text(data) or utf8_or_latin1(data) or None)
