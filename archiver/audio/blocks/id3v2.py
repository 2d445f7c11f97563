"""ID3v2.2, 2.3 and 2.4 tags: https://id3.org/id3v2.4.0-structure and its forerunners."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import NamedTuple

from archiver.audio.blocks.id3v2_extended import read_extended_header
from archiver.audio.blocks.id3v2_frames import MAX_EXPANDED, InMemory, expanded, parsed
from archiver.audio.blocks.pictures import InnerPicture, picture_in_memory
from archiver.audio.blocks.reading import MAX_TEXT, BlockDraft, Draft
from archiver.audio.containers.id3v2_walk import (
    Body,
    Id3Frame,
    Id3Header,
    PlainBody,
    UnsynchronisedBody,
    body_of,
    id3v2_frames,
    id3v2_header,
    is_cut_frame,
    plain_header,
    synchronised,
    syncsafe,
)
from archiver.audio.containers.inner import InnerDigest, Synchroniser

INSIDE = "-inside"
"""What the kind of a tag in the midst of the audio ends with."""

CHAPTER = "-chapter"
"""What the kind of a block ends with that holds the frames inside a chapter or table of contents."""

_BINARY = frozenset(
    {"APIC", "PIC", "GEOB", "GEO", "MCDI", "MCI", "CHAP", "CTOC", "AENC", "CRA", "CRM", "RVA2", "EQU2"}
)
_BINARY_HEAD = 1 << 12
_CHAPTERS = frozenset({"CHAP", "CTOC"})
_FOOTER = 10
_FRAME_HEADER = 10
_PADDING_SEEN = 1 << 16


class _Tag(NamedTuple):
    """A tag, or the frames inside one of its frames, on the way into its block."""

    draft: Draft
    block: BlockDraft
    body: Body
    header: Id3Header


def read_id3v2(draft: Draft, offset: int, where: str = "") -> int:
    """Index the tag at ``offset`` and return the offset after it; ``offset`` itself if there is no tag.

    Args:
        draft: The reading.
        offset: Byte offset of ``ID3``.
        where: What the block's kind ends with; :data:`INSIDE` for a tag in the midst of the audio.
    """
    window = draft.window
    header = id3v2_header(window, offset)
    if header is None:
        return offset
    if header.has_plain_size:
        draft.noted(f"the ID3v2 tag at byte {offset} has a plain size; it is read so")
    length = min(header.end, window.size) - offset
    block = draft.block(f"id3v2.{header.version}{where}", offset, length)
    if header.version == 2 and header.flags & 0x40:
        draft.malformed(f"the ID3v2.2 tag at byte {offset} is compressed as a whole, which nobody defined")
        return offset + length
    tag = _Tag(draft, block, body_of(window, header), header)
    read_extended_header(draft, block, tag.body, header)
    stopped = _walk(tag)
    longer = plain_header(window, header, stopped) if stopped is not None else None
    if longer is not None:
        draft.noted(f"the ID3v2 tag at byte {offset} has a plain size; it is read so")
        tag = _Tag(draft, block, body_of(window, longer), longer)
        block.end = longer.end
        stopped = _walk(tag, stopped)
    _judge_end(tag, stopped)
    return block.end


def _walk(tag: _Tag, start: int | None = None) -> int | None:
    """Index the frames; where the walk broke off, or ``None`` where it came to the end or to padding."""
    for frame in id3v2_frames(tag.body, tag.header, start):
        if not frame.id:
            return frame.start
        _add_frame(tag, frame)
    return None


def _judge_end(tag: _Tag, stopped: int | None) -> None:
    """Say what is wrong at the end of a tag: a frame in it, its own size, or that the file ends before."""
    draft, block, body, header = tag
    size = draft.window.size
    if header.end > size:
        if stopped is None:
            after = max(
                (frame.offset + frame.length for frame in block.frames), default=block.offset + _FOOTER
            )
            left = draft.window.read(after, min(size - after, _PADDING_SEEN))
            if len(left) >= _FRAME_HEADER and any(left):
                draft.malformed(f"the ID3v2 tag at byte {block.offset} runs past the end of the file")
                return
        elif not is_cut_frame(body, header, stopped):
            draft.malformed(f"the ID3v2 tag at byte {block.offset} runs past the end of the file")
            draft.malformed(f"the ID3v2 frame at byte {stopped} is malformed; those after it are not listed")
            return
        draft.breaks_off(header.end)
    elif stopped is not None:
        draft.malformed(f"the ID3v2 frame at byte {stopped} is malformed; those after it are not listed")


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


def _add_frame(tag: _Tag, frame: Id3Frame) -> None:
    draft, block, body, header = tag
    compressed = frame.flags & (0x80 if header.version == 3 else 0x08)
    encrypted = frame.flags & (0x40 if header.version == 3 else 0x04)
    limit = _BINARY_HEAD if frame.id in _BINARY and not compressed else MAX_TEXT
    if encrypted:
        block.add_payload(frame.id, frame.start, frame.payload, frame.end, None)
        return
    stored = body.read(frame.payload, min(frame.size, limit))
    data: bytes | None = stored
    if frame.flags or header.flags & 0x80:
        data = None if compressed and frame.size > limit else _unwrapped(tag, stored, frame.flags)
    if data is None:
        draft.malformed(
            f"the compressed frame {frame.id} at byte {frame.start} is broken or expands beyond "
            f"{MAX_EXPANDED >> 10} KiB; it is recorded by digest only"
        )
        block.add_payload(frame.id, frame.start, frame.payload, frame.end, None)
        return
    found = parsed(frame.id, data)
    if found.note:
        draft.noted(f"the frame {frame.id} at byte {frame.start} {found.note}")
    if frame.size <= limit:
        digest = (
            hashlib.sha256(stored).hexdigest()
            if len(stored) == frame.end - frame.payload
            else draft.window.digest(frame.payload, frame.end - frame.payload)
        )
        shown = found.picture
        pictures = () if shown is None else picture_in_memory(data[shown.start :], shown.type)
        block.add(found.key, frame.start, frame.end, digest, found.text, pictures=pictures)
    else:
        inner = _passing_picture(tag, frame, found.picture)
        text = found.text if frame.id in _BINARY else None  # words before binary data were read to their end
        block.add_payload(found.key, frame.start, frame.payload, frame.end, text, inner=inner)
    if frame.id == "SEEK" and found.text is not None:
        draft.expect_tag(block.end + int(found.text))
    if frame.id in _CHAPTERS and not compressed:
        _add_chapter_frames(tag, frame, data)


def _passing_picture(tag: _Tag, frame: Id3Frame, picture: InMemory | None) -> list[InnerPicture]:
    """The picture of a frame of which only the beginning was read."""
    if picture is None:
        return []
    decode = Synchroniser() if _is_unsynchronised(tag, frame.flags) else None
    skip = _bytes_before(tag.header, frame.flags) + picture.start
    return [InnerPicture(InnerDigest(skip, None, decode), picture.type)]


def _is_unsynchronised(tag: _Tag, flags: int) -> bool:
    """Whether zero bytes stand in a frame's data that are not part of them."""
    header = tag.header
    by_frame = header.version == 4 and bool(flags & 0x02 or header.flags & 0x80)
    return by_frame or isinstance(tag.body, UnsynchronisedBody)


def _unwrapped(tag: _Tag, data: bytes, flags: int) -> bytes | None:
    """Frame data without group byte, length and compression, as the frame's format flags declare them."""
    header = tag.header
    compressed = flags & (0x80 if header.version == 3 else 0x08)
    if isinstance(tag.body, PlainBody) and _is_unsynchronised(tag, flags):
        data = synchronised(data)
    data = data[_bytes_before(header, flags) :]
    if not compressed:
        return data
    if not tag.draft.may_expand():
        return None
    # a length in front of the compressed data without the flag for it is an old writer's slip
    result = expanded(data)
    if result is None and header.version == 4 and not flags & 0x01:
        result = expanded(data[4:])
    tag.draft.take_expanded(MAX_EXPANDED if result is None else len(result))
    return result


def _bytes_before(header: Id3Header, flags: int) -> int:
    """Bytes of group and length between a frame's header and its data."""
    if header.version == 4:
        return (1 if flags & 0x40 else 0) + (4 if flags & 0x01 else 0)
    return (4 if flags & 0x80 else 0) + (1 if flags & 0x20 else 0)


def _add_chapter_frames(tag: _Tag, chapter: Id3Frame, data: bytes) -> None:
    """Index the frames inside a chapter or table of contents, which describe it and not the file.

    They stand in a block of their own (ID3v2 Chapter Frame Addendum 1.0).
    """
    fixed = _before_chapter_frames(chapter.id, data)
    if fixed is None:
        return
    draft, block, _, header = tag
    window = draft.window
    whole = UnsynchronisedBody if _is_unsynchronised(tag, chapter.flags) else PlainBody
    inner_body: Body = whole(window, chapter.end)
    start = inner_body.skip(chapter.payload, _bytes_before(header, chapter.flags) + fixed)
    if start is None or start >= chapter.end:
        return
    inner = replace(header, flags=0, frames_end=chapter.end, end=chapter.end)
    inside = _Tag(
        draft,
        draft.block(block.kind + CHAPTER, chapter.start, chapter.end - chapter.start),
        inner_body,
        inner,
    )
    for frame in id3v2_frames(inner_body, inner, start):
        if not frame.id:
            draft.malformed(f"the ID3v2 frame at byte {frame.start} is malformed, inside a chapter")
        elif frame.id not in _CHAPTERS:
            _add_frame(inside, frame)


def _before_chapter_frames(frame_id: str, data: bytes) -> int | None:
    """Bytes of a chapter's or table's own data before the frames inside it; ``None`` where they do not end."""
    element = data.find(b"\0") + 1
    if not element:
        return None
    if frame_id == "CHAP":
        return element + 16
    listed = element + 2
    for _ in range(data[element + 1] if len(data) > element + 1 else 0):
        listed = data.find(b"\0", listed) + 1
        if not listed:
            return None
    return listed
