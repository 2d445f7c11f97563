"""WAV, RIFX, RF64, BW64 and Wave64: the samples in the ``data`` chunk, and what the chunks around them say.

Sources: Microsoft's Multimedia Programming Interface and Data Specifications 1.0 (RIFF), EBU Tech 3285 and 3306
(Broadcast Wave, ``ds64``), ITU-R BS.2088 (BW64), Sony's Wave64, and the ``MD5 `` chunk of BWF MetaEdit
(https://mediaarea.net/BWFMetaEdit/md5).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from itertools import islice

from archiver.audio.bitstream.spans import CHUNKS_MISSING, Spans
from archiver.audio.containers.chunks import RIFF, RIFX, ChunkForm, chunks
from archiver.audio.containers.element import Element
from archiver.audio.containers.window import Window
from archiver.audio.properties.stretch import Stretch
from archiver.audio.properties.wave import W64_DATA, W64_FORMAT, WaveData, is_open_size, wave_data
from archiver.model.sound import Bitstream

METHOD = "wave-data-v1"
_EXTENSIBLE = 0xFFFE
_STEADY = frozenset((0x0001, 0x0003, 0x0006, 0x0007))
"""Format codes of which every block is one sample of each channel: PCM, floating point, A-law and µ-law."""
_FRAMED = frozenset((0x0050, 0x0055, 0x0092, 0x2000, 0x2001))
"""MPEG audio, AC-3 and DTS, whose frames state their own length: writers put what they like for a block."""
_MOST_CHUNKS = 64
_FACT_DIFFERS = "the fact chunk counts another number of samples"
_AFTER_FORM = "bytes follow the end of the form"


def wave_stream(stretch: Stretch) -> Bitstream | None:
    """WAV, RIFX, RF64 and BW64."""
    window, start, end = stretch.window, stretch.start, stretch.end
    form = RIFX if window.read(start, 4) == b"RIFX" else RIFF
    found, data = wave_data(window, start, end) if form is RIFF else _rifx_data(window, start, end)
    if data is None or data.length is None:
        return None
    fmt = stretch.payload(found.get(b"fmt "), 16, 40)
    spans = _spans(fmt, form, data, ("wave-sizes",))
    after = data.start + data.length
    later = _later(window, form, after, end)
    for chunk in (*found.values(), *later):
        _told(spans, window, form, chunk)
    form_size = int.from_bytes(window.read(start + 4, 4), form.order)
    long = found.get(b"ds64")
    if long is not None and form_size == 0xFFFF_FFFF:
        form_size = int.from_bytes(window.read(long.payload, 8), "little")
    elif is_open_size(form_size) or stretch.length >= 1 << 32:
        form_size = 0
    if form_size and not spans.damage:
        _form_end(spans, start + 8 + form_size, later[-1].claimed if later else after, end)
    return spans.bitstream()


def _rifx_data(window: Window, start: int, end: int) -> tuple[dict[bytes, Element], WaveData | None]:
    found: dict[bytes, Element] = {}
    for chunk in islice(chunks(window, RIFX, start + 12, end), _MOST_CHUNKS):
        found.setdefault(chunk.id, chunk)
        if chunk.id == b"data":
            size = int.from_bytes(window.read(chunk.offset + 4, 4), "big")
            stated = None if is_open_size(size) or (size == 0 and chunk.size > 0) else size
            return found, WaveData(chunk.payload, stated, chunk.size)
    return found, None


def _later(window: Window, form: ChunkForm, after: int, end: int) -> list[Element]:
    """The chunks behind the data."""
    start = after + after % 2
    odd = window.read(after, 4) if after % 2 else b""
    if odd[:1] not in (b"", b"\0"):  # written without its filling byte
        start = after
    return list(islice(chunks(window, form, start, end), _MOST_CHUNKS))


def _spans(fmt: bytes, form: ChunkForm, data: WaveData, checked: tuple[str, ...]) -> Spans:
    """What is digested, and what can be tested by the format and the length of the data."""
    letter = "<" if form.order == "little" else ">"
    code, channels, rate, _, block, _ = struct.unpack(f"{letter}HHIIHH", fmt[:16])
    if code == _EXTENSIBLE and len(fmt) >= 26:
        code = int.from_bytes(fmt[24:26], form.order)
    before = struct.pack(f"{letter}HHIH", code, channels, rate, 0 if code in _FRAMED else block)
    steady = block if code in _STEADY else 0
    spans = Spans(METHOD, before, data.start, data.start + (data.length or 0), checked, rate or None, steady)
    spans.stated(data.stated)
    return spans


def _told(spans: Spans, window: Window, form: ChunkForm, chunk: Element) -> None:
    """What one chunk beside the data says of it."""
    if chunk.id == b"fact" and spans.block and chunk.size >= 4:
        samples = int.from_bytes(window.read(chunk.payload, 4), form.order)
        if samples not in (0, 0xFFFF_FFFF, (spans.end - spans.start) // spans.block) and not spans.damage:
            spans.details.append(_FACT_DIFFERS)
    elif chunk.id == b"MD5 " and chunk.size == 16 and spans.md5 is None:
        spans.md5 = window.read(chunk.payload, 16).hex()
        spans.checked += ("bwf-md5",)


def _form_end(spans: Spans, stated: int, reached: int, end: int) -> None:
    """Hold the end of the form against the end of its last chunk and of the file; a filling byte may lack."""
    if stated > end + 1:
        spans.details.append(CHUNKS_MISSING)
    elif min(stated, reached) + 1 < end:
        spans.details.append(_AFTER_FORM)


def w64_stream(stretch: Stretch) -> Bitstream | None:
    """Sony Wave64."""
    window, end = stretch.window, stretch.end
    fmt, data = b"", None
    for name, payload, size in islice(_w64_chunks(window, stretch.start + 40, end), _MOST_CHUNKS):
        if name == W64_FORMAT:
            fmt = window.read(payload, min(size, 40))
        elif name == W64_DATA:
            open_size = size >= (1 << 62) or size <= 0
            there = max(end - payload, 0)
            data = WaveData(payload, None if open_size else size, there if open_size else min(size, there))
            break
    if data is None or len(fmt) < 16:
        return None
    spans = _spans(fmt, RIFF, data, ("wave-sizes",))
    form = int.from_bytes(window.read(stretch.start + 16, 8), "little")
    if not spans.damage and stretch.start + form > end + 7 and form < 1 << 62:
        spans.details.append(CHUNKS_MISSING)
    return spans.bitstream()


def _w64_chunks(window: Window, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Name, payload and its length of each chunk; the names are GUIDs, sizes count the header of 24 bytes."""
    while at + 24 <= end:
        head = window.read(at, 24)
        size = int.from_bytes(head[16:24], "little")
        yield head[:16], at + 24, size - 24
        if size < 24:
            return
        at += size + -size % 8
