"""ID3v2.2, 2.3 and 2.4 tags: https://id3.org/id3v2.4.0-structure and its forerunners."""

from __future__ import annotations

import hashlib

from archiver.audio.blocks.id3v2_body import Body, PlainBody, synchronised
from archiver.audio.blocks.id3v2_frames import MAX_EXPANDED, expanded, key_and_text
from archiver.audio.blocks.id3v2_walk import (
    Id3Frame,
    Id3Header,
    body_of,
    id3v2_frames,
    id3v2_header,
    syncsafe,
)
from archiver.audio.blocks.reading import MAX_TEXT, BlockDraft, Draft

_BINARY = frozenset(
    {"APIC", "PIC", "GEOB", "GEO", "SYLT", "SLT", "MCDI", "MCI", "CHAP", "CTOC", "AENC", "CRA"}
)
_BINARY_HEAD = 1 << 12
_CHAPTERS = frozenset({"CHAP", "CTOC"})
_FOOTER = 10


def read_id3v2(draft: Draft, offset: int) -> int:
    """Index the tag at ``offset`` and return the offset after it; ``offset`` itself if there is no tag."""
    window = draft.window
    header = id3v2_header(window, offset)
    if header is None:
        return offset
    if header.end > window.size:
        draft.malformed(f"the ID3v2 tag at byte {offset} runs past the end of the file")
    length = min(header.end, window.size) - offset
    block = draft.block(f"id3v2.{header.version}", offset, length)
    if header.version == 2 and header.flags & 0x40:
        draft.malformed(f"the ID3v2.2 tag at byte {offset} is compressed as a whole, which nobody defined")
        return offset + length
    body = body_of(window, header)
    for frame in id3v2_frames(body, header):
        if frame.id:
            _add_frame(draft, block, body, header, frame)
        else:
            draft.malformed(
                f"the ID3v2 frame at byte {frame.start} is malformed; those after it are not listed"
            )
    return offset + length


def read_appended_id3v2(draft: Draft, end: int) -> int:
    """Index the 2.4 tag whose footer ends at ``end`` and return where it begins; ``end`` if there is none."""
    footer = draft.window.read(end - _FOOTER, _FOOTER) if end >= 2 * _FOOTER else b""
    if footer[:3] != b"3DI" or max(footer[6:]) > 0x7F:
        return end
    start = end - 2 * _FOOTER - syncsafe(footer[6:])
    header = id3v2_header(draft.window, start) if start >= 0 else None
    if header is None or header.end != end:
        draft.malformed(f"the ID3v2 tag that ends at byte {end} does not begin where its footer says")
        return end
    read_id3v2(draft, start)
    return start


def _add_frame(draft: Draft, block: BlockDraft, body: Body, header: Id3Header, frame: Id3Frame) -> None:
    compressed = frame.flags & (0x80 if header.version == 3 else 0x08)
    encrypted = frame.flags & (0x40 if header.version == 3 else 0x04)
    limit = _BINARY_HEAD if frame.id in _BINARY and not compressed else MAX_TEXT
    if encrypted or (compressed and frame.size > limit):
        block.add_payload(frame.id, frame.start, frame.payload, frame.end, None)
        return
    stored = body.read(frame.payload, min(frame.size, limit))
    data: bytes | None = stored
    if frame.flags or header.flags & 0x80:
        data = _unwrapped(stored, body, header, frame.flags)
    if data is None:
        draft.malformed(
            f"the compressed frame {frame.id} at byte {frame.start} is broken or expands beyond "
            f"{MAX_EXPANDED >> 10} KiB; it is recorded by digest only"
        )
        block.add_payload(frame.id, frame.start, frame.payload, frame.end, None)
        return
    key, text = key_and_text(frame.id, data)
    if len(stored) == frame.end - frame.payload:
        block.add(key, frame.start, frame.end, hashlib.sha256(stored).hexdigest(), text)
    else:
        block.add_payload(key, frame.start, frame.payload, frame.end, text if frame.size <= limit else None)
    if frame.id in _CHAPTERS and not frame.flags and isinstance(body, PlainBody):
        _add_chapter_frames(draft, block, header, frame, data)


def _unwrapped(data: bytes, body: Body, header: Id3Header, flags: int) -> bytes | None:
    """Frame data without group byte, length and compression, as the frame's format flags declare them."""
    if header.version == 4:
        if isinstance(body, PlainBody) and (flags & 0x02 or header.flags & 0x80):
            data = synchronised(data)
        compressed, extra = flags & 0x08, (1 if flags & 0x40 else 0) + (4 if flags & 0x01 else 0)
    else:
        compressed, extra = flags & 0x80, (4 if flags & 0x80 else 0) + (1 if flags & 0x20 else 0)
    data = data[extra:]
    return expanded(data) if compressed else data


def _add_chapter_frames(
    draft: Draft, block: BlockDraft, header: Id3Header, chapter: Id3Frame, data: bytes
) -> None:
    """Index the frames inside a chapter or table of contents (ID3v2 Chapter Frame Addendum 1.0)."""
    element = data.find(b"\0") + 1
    if not element:
        return
    fixed = 16
    if chapter.id == "CTOC":
        fixed, listed = 2, element + 2
        for _ in range(data[element + 1] if len(data) > element + 1 else 0):
            listed = data.find(b"\0", listed) + 1
            if not listed:
                return
            fixed = listed - element
    start = chapter.payload + element + fixed
    inner = Id3Header(header.version, header.flags & 0x80, start - _FOOTER, chapter.end, chapter.end)
    body = PlainBody(draft.window, chapter.end)
    for frame in id3v2_frames(body, inner):
        if frame.id and frame.id not in _CHAPTERS:
            _add_frame(draft, block, body, inner, frame)
