"""Tags of the chunked formats beside WAV: AIFF and AIFF-C (Apple, AIFF 1.3), Core Audio, DSDIFF, and DSF with its pointer."""

from __future__ import annotations

from archiver.audio.blocks.id3v2 import read_id3v2
from archiver.audio.blocks.reading import MAX_TEXT, Draft, judge_end, judge_part
from archiver.audio.blocks.text import key_part, printable_text, utf8_or_latin1
from archiver.audio.containers.chunks import AIFF, CAF, DSDIFF, chunks, form_size
from archiver.audio.containers.element import Element

_ID3 = (b"ID3 ", b"id3 ")
_APPLICATIONS = {b"UITS": "uits", b"XMP ": "xmp"}
_TEXT = frozenset({b"NAME", b"AUTH", b"(c) ", b"ANNO"})
_BEFORE_TEXT = {b"DIAR": 4, b"DITI": 4, b"EMID": 0, b"MARK": 22}
"""Bytes before the words in a part of DSDIFF's edited master: their count, and a marker's time and sort."""

_AIFF_COMMENT, _DSDIFF_COMMENT = 8, 14
_AIFF_SOUND = frozenset((b"COMM", b"SSND", b"FVER", b"PAD ", b"FLLR"))
_DSDIFF_SOUND = frozenset((b"FVER", b"PROP", b"DSD ", b"DST ", b"DSTI"))
_CAF_SOUND = frozenset((b"desc", b"data", b"pakt", b"kuki", b"free", b"chan", b"ldsc"))
"""Chunks of the sound itself, and those that fill up room."""

_FOUR, _UUID = 4, 16


def read_aiff(draft: Draft, offset: int) -> None:
    """Index the chunks of the AIFF form at ``offset`` that are neither sound nor what describes it."""
    window = draft.window
    whole = form_size(window, AIFF, offset)
    draft.state_size(whole)
    for chunk in chunks(window, AIFF, offset + 12, window.size):
        judge_end(draft, chunk, "AIFF", whole)
        _read_aiff_chunk(draft, chunk)


def read_kept_aiff(draft: Draft, start: int, end: int) -> None:
    """Index chunks of an AIFF file that another format keeps; as :func:`archiver.audio.blocks.riff.read_kept_riff`."""
    if draft.window.read(start, 4) == b"FORM":
        start += 12
    for chunk in chunks(draft.window, AIFF, start, end):
        if chunk.whole:
            _read_aiff_chunk(draft, chunk)


def _read_aiff_chunk(draft: Draft, chunk: Element) -> None:
    window = draft.window
    if chunk.id in _TEXT:
        text = utf8_or_latin1(window.read(chunk.payload, chunk.size)) if chunk.size <= MAX_TEXT else None
        block = draft.block("aiff-text", chunk.offset, chunk.length)
        block.add_payload(chunk.name, chunk.offset, chunk.payload, chunk.end, text)
    elif chunk.id == b"COMT":
        _read_comments(draft, chunk, "AIFF", _AIFF_COMMENT)
    elif chunk.id == b"MARK":
        _read_markers(draft, chunk)
    elif chunk.id in _ID3:
        read_id3v2(draft, chunk.payload)
    elif chunk.id == b"UITS":
        _read_document(draft, chunk, "uits", chunk.payload)
    elif chunk.id == b"APPL" and (kind := _APPLICATIONS.get(window.read(chunk.payload, 4))):
        _read_document(draft, chunk, kind, chunk.payload + 4)
    elif chunk.id == b"APPL" and chunk.size >= 4:
        key = f"APPL:{key_part(window.read(chunk.payload, 4).decode('latin-1'))}"
        block = draft.block("aiff-chunk", chunk.offset, chunk.length)
        block.add_payload(key, chunk.offset, chunk.payload + 4, chunk.end, None)
    elif chunk.id not in _AIFF_SOUND and chunk.size > 0:
        _read_other(draft, chunk, "aiff")


def _read_markers(draft: Draft, chunk: Element) -> None:
    """Index the names of the markers (AIFF 1.3, section 6): number, position, and a string after its length."""
    block = draft.block("aiff-markers", chunk.offset, chunk.length)
    position = chunk.payload + 2
    for _ in range(int.from_bytes(draft.window.read(chunk.payload, 2), "big")):
        head = draft.window.read(position, 7)
        start = position + 7
        end = start + int.from_bytes(head[6:], "big")
        if len(head) < 7 or end > chunk.end:
            if chunk.whole:
                draft.malformed(
                    f"the AIFF marker at byte {position} is malformed; those after it are not listed"
                )
            return
        text = utf8_or_latin1(draft.window.read(start, end - start)) or None
        block.add_payload(f"MARK:{int.from_bytes(head[:2], 'big')}", position, start, end, text)
        position = end + (end - position) % 2


def _read_other(draft: Draft, chunk: Element, family: str, named: int = 0) -> None:
    """Index a chunk of which nothing is known, by digest, and by its text if it is nothing else.

    Args:
        draft: The reading.
        chunk: The chunk.
        family: What its form is called.
        named: Bytes at its beginning that say what it holds, which become part of the key.
    """
    window = draft.window
    start, key = chunk.payload + named, chunk.name
    if named:
        told = window.read(chunk.payload, named)
        key = f"{key}:{key_part(told.decode('latin-1') if named == _FOUR else told.hex())}"
    block = draft.block(f"{family}-chunk", chunk.offset, chunk.length)
    if chunk.end - start > MAX_TEXT:
        block.add(key, chunk.offset, chunk.end, None, None)
        return
    text = printable_text(window.read(start, chunk.end - start))
    block.add_payload(key, chunk.offset, start, chunk.end, text)


def _read_document(draft: Draft, chunk: Element, kind: str, start: int) -> None:
    """Index a receipt or XMP, in a chunk of its own or in that of an application, behind its signature."""
    size = chunk.end - start
    text = printable_text(draft.window.read(start, size)) if 0 < size <= MAX_TEXT else None
    block = draft.block(kind, chunk.offset, chunk.length)
    block.add_payload(kind.upper(), chunk.offset, start, chunk.end, text)


def _read_comments(draft: Draft, chunk: Element, family: str, header: int) -> None:
    """Index the counted comments of a COMT chunk.

    Args:
        draft: The reading.
        chunk: The chunk.
        family: What the form is called.
        header: Bytes of a comment's header; the last of them state its length, 2 in AIFF and 4 in DSDIFF.
    """
    block = draft.block(f"{family.lower()}-comments", chunk.offset, chunk.length)
    length_at = 6 if header == _AIFF_COMMENT else 10
    position = chunk.payload + 2
    for _ in range(int.from_bytes(draft.window.read(chunk.payload, 2), "big")):
        head = draft.window.read(position, header)
        start = position + header
        end = start + int.from_bytes(head[length_at:], "big")
        if len(head) < header or end > chunk.end:
            if chunk.whole:
                draft.malformed(
                    f"the {family} comment at byte {position} is malformed; those after it are not listed"
                )
            return
        text = utf8_or_latin1(draft.window.read(start, end - start)) if end - start <= MAX_TEXT else None
        block.add_payload("COMT", position, start, end, text)
        position = end + end % 2


def read_caf(draft: Draft, offset: int) -> None:
    """Index information, strings and what else is no sound in the Core Audio file at ``offset`` (Apple, CAF Specification 1.0)."""
    for chunk in chunks(draft.window, CAF, offset + 8, draft.window.size):
        judge_end(draft, chunk, "CAF", chunk.claimed)
        if chunk.id == b"info":
            _read_information(draft, chunk)
        elif chunk.id == b"strg":
            _read_strings(draft, chunk)
        elif chunk.id == b"uuid" and chunk.size >= _UUID:
            _read_other(draft, chunk, "caf", _UUID)
        elif chunk.id not in _CAF_SOUND and chunk.size > 0:
            _read_other(draft, chunk, "caf")


def _read_information(draft: Draft, chunk: Element) -> None:
    block = draft.block("caf-info", chunk.offset, chunk.length)
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


def _read_strings(draft: Draft, chunk: Element) -> None:
    """Index the names of markers, regions and instruments: a table of numbers and places, then the strings."""
    window = draft.window
    block = draft.block("caf-strings", chunk.offset, chunk.length)
    count = int.from_bytes(window.read(chunk.payload, 4), "big")
    table = chunk.payload + 4
    if chunk.end - table > MAX_TEXT or table + 12 * count > chunk.end:
        draft.malformed(f"the CAF strings at byte {chunk.offset} are too long to be listed")
        return
    data = window.read(table, chunk.end - table)
    left = len(data)
    for at in range(0, 12 * count, 12):
        start = 12 * count + int.from_bytes(data[at + 4 : at + 12], "big")
        end = data.find(b"\0", start)
        left -= end - start
        if end < 0 or left < 0:  # strings that lie in each other could be many times as long as the chunk
            draft.malformed(f"the CAF strings at byte {chunk.offset} are cut short")
            return
        key = f"STRG:{int.from_bytes(data[at : at + 4], 'big')}"
        block.add_payload(key, table + start, table + start, table + end, utf8_or_latin1(data[start:end]))


def read_dsdiff(draft: Draft, offset: int) -> None:
    """Index the tags of the DSDIFF form at ``offset``: DIIN, COMT, ID3 and other chunks (Philips, DSDIFF 1.5)."""
    whole = form_size(draft.window, DSDIFF, offset)
    draft.state_size(whole)
    for chunk in chunks(draft.window, DSDIFF, offset + 16, draft.window.size):
        judge_end(draft, chunk, "DSDIFF", whole)
        if chunk.id == b"DIIN":
            _read_edited_master(draft, chunk)
        elif chunk.id == b"COMT":
            _read_comments(draft, chunk, "DSDIFF", _DSDIFF_COMMENT)
        elif chunk.id in _ID3:
            read_id3v2(draft, chunk.payload)
        elif chunk.id == b"MANF" and chunk.size >= _FOUR:
            _read_other(draft, chunk, "dsdiff", _FOUR)
        elif chunk.id not in _DSDIFF_SOUND and chunk.size > 0:
            _read_other(draft, chunk, "dsdiff")


def _read_edited_master(draft: Draft, chunk: Element) -> None:
    block = draft.block("dsdiff-diin", chunk.offset, chunk.length)
    for part in chunks(draft.window, DSDIFF, chunk.payload, chunk.end):
        judge_part(draft, part, chunk, "DSDIFF chunk")
        start = part.payload + _BEFORE_TEXT.get(part.id, 0)
        size = max(part.end - start, 0)
        text = None
        if part.id in _BEFORE_TEXT and size <= MAX_TEXT:
            text = utf8_or_latin1(draft.window.read(start, size)) or None
        block.add_payload(part.name, part.offset, part.payload, part.end, text)


def read_dsf(draft: Draft, offset: int) -> None:
    """Index the tag of the DSF file at ``offset`` (Sony, DSF File Format 1.01: pointer at byte 20)."""
    pointer = int.from_bytes(draft.window.read(offset + 20, 8), "little")
    stated = offset + int.from_bytes(draft.window.read(offset + 12, 8), "little")
    if draft.window.size <= offset + pointer < stated:
        draft.state_size(stated)
        draft.breaks_off(stated)
    elif pointer and read_id3v2(draft, offset + pointer) == offset + pointer:
        draft.malformed(f"there is no ID3v2 tag at byte {offset + pointer}, where the DSF header says")
