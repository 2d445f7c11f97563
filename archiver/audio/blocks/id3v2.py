"""ID3v2.2, 2.3 and 2.4 tags: https://id3.org/id3v2.4.0-structure and its forerunners."""

from __future__ import annotations

from dataclasses import dataclass

from archiver.audio.blocks.id3v2_body import Body, PlainBody, UnsynchronisedBody, synchronised
from archiver.audio.blocks.id3v2_frames import MAX_EXPANDED, expanded, key_and_text
from archiver.audio.blocks.reading import MAX_TEXT, BlockDraft, Draft
from archiver.audio.blocks.window import Window

_BINARY = frozenset(
    {"APIC", "PIC", "GEOB", "GEO", "SYLT", "SLT", "MCDI", "MCI", "CHAP", "CTOC", "AENC", "CRA"}
)
_BINARY_HEAD = 1 << 12
_MAX_WALKED = 20_000


@dataclass(frozen=True, slots=True)
class _Header:
    version: int
    flags: int
    offset: int
    frames_end: int
    end: int


def syncsafe(data: bytes) -> int:
    """The number in seven bits per byte."""
    value = 0
    for byte in data:
        value = value << 7 | byte & 0x7F
    return value


def id3v2_header(window: Window, offset: int) -> _Header | None:
    """The header of a tag at ``offset``, or ``None`` if none is there."""
    data = window.read(offset, 10)
    if len(data) < 10 or data[:3] != b"ID3" or data[3] not in (2, 3, 4) or max(data[6:]) > 0x7F:
        return None
    frames_end = offset + 10 + syncsafe(data[6:])
    footer = 10 if data[3] == 4 and data[5] & 0x10 else 0
    return _Header(data[3], data[5], offset, frames_end, frames_end + footer)


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
    whole_unsynchronised = header.flags & 0x80 and header.version < 4
    body: Body = (UnsynchronisedBody if whole_unsynchronised else PlainBody)(window, header.frames_end)
    if header.version == 2 and header.flags & 0x40:
        draft.malformed(f"the ID3v2.2 tag at byte {offset} is compressed as a whole, which nobody defined")
        return offset + length
    start = _after_extended_header(body, header, offset + 10)
    if header.version == 2:
        _walk_short_frames(draft, block, body, start)
    else:
        _walk_frames(draft, block, body, header, start)
    return offset + length


def _after_extended_header(body: Body, header: _Header, position: int) -> int:
    if header.version == 2 or not header.flags & 0x40:
        return position
    data = body.read(position, 4)
    if data.isalnum() and data.isupper():
        return position  # the flag lies, as some writers' does: a frame begins here
    size = syncsafe(data) if header.version == 4 else int.from_bytes(data, "big") + 4
    after = body.skip(position, max(size, 4))
    return body.end if after is None else after


def _valid_id(data: bytes) -> bool:
    return data.isalnum() and data.isupper() and data[:1].isalpha()


def _walk_short_frames(draft: Draft, block: BlockDraft, body: Body, position: int) -> None:
    while position + 6 <= body.end:
        head = body.read(position, 6)
        if len(head) < 6 or not head[0]:
            return
        payload = body.skip(position, 6)
        end = None if payload is None else body.skip(payload, int.from_bytes(head[3:], "big"))
        if not _valid_id(head[:3]) or payload is None or end is None:
            draft.malformed(
                f"the ID3v2.2 frame at byte {position} is malformed; the frames after it are not listed"
            )
            return
        frame_id = head[:3].decode("ascii")
        limit = _BINARY_HEAD if frame_id in _BINARY else MAX_TEXT
        size = int.from_bytes(head[3:], "big")
        key, text = key_and_text(frame_id, body.read(payload, min(size, limit)))
        if size > limit:
            text = None
        block.add_payload(key, position, payload, end, text)
        position = end


def _walk_frames(draft: Draft, block: BlockDraft, body: Body, header: _Header, position: int) -> None:
    plain_sizes = header.version == 4 and not _sizes_are_syncsafe(body, position)
    while position + 10 <= body.end:
        head = body.read(position, 10)
        if len(head) < 10 or not head[0]:
            return
        size = int.from_bytes(head[4:8], "big") if header.version == 3 or plain_sizes else syncsafe(head[4:8])
        payload = body.skip(position, 10)
        end = None if payload is None else body.skip(payload, size)
        frame_id = head[:4].rstrip(b"\0 ")
        if len(frame_id) < 3 or not _valid_id(frame_id) or payload is None or end is None:
            draft.malformed(
                f"the ID3v2.{header.version} frame at byte {position} is malformed; those after it are not listed"
            )
            return
        _add_frame(
            draft,
            block,
            body,
            header,
            _Frame(frame_id.decode("ascii"), head[9], position, payload, end, size),
        )
        position = end


@dataclass(frozen=True, slots=True)
class _Frame:
    id: str
    flags: int
    start: int
    payload: int
    end: int
    size: int


def _add_frame(draft: Draft, block: BlockDraft, body: Body, header: _Header, frame: _Frame) -> None:
    compressed = frame.flags & (0x80 if header.version == 3 else 0x08)
    encrypted = frame.flags & (0x40 if header.version == 3 else 0x04)
    limit = _BINARY_HEAD if frame.id in _BINARY and not compressed else MAX_TEXT
    if encrypted or (compressed and frame.size > limit):
        block.add_payload(frame.id, frame.start, frame.payload, frame.end, None)
        return
    data: bytes | None = body.read(frame.payload, min(frame.size, limit))
    assert data is not None
    if frame.flags:
        data = _unwrapped(data, header, frame.flags)
    if data is None:
        draft.malformed(
            f"the compressed frame {frame.id} at byte {frame.start} is broken or expands beyond "
            f"{MAX_EXPANDED >> 10} KiB; it is recorded by digest only"
        )
        block.add_payload(frame.id, frame.start, frame.payload, frame.end, None)
        return
    key, text = key_and_text(frame.id, data)
    block.add_payload(key, frame.start, frame.payload, frame.end, text if frame.size <= limit else None)


def _unwrapped(data: bytes, header: _Header, flags: int) -> bytes | None:
    """Frame data without group byte, length and compression, as the frame's format flags declare them."""
    if header.version == 3:
        compressed, extra = flags & 0x80, (4 if flags & 0x80 else 0) + (1 if flags & 0x20 else 0)
    else:
        if flags & 0x02 or header.flags & 0x80:
            data = synchronised(data)
        compressed, extra = flags & 0x08, (1 if flags & 0x40 else 0) + (4 if flags & 0x01 else 0)
    data = data[extra:]
    return expanded(data) if compressed else data


def _sizes_are_syncsafe(body: Body, start: int) -> bool:
    """Whether 2.4 frame sizes are syncsafe, as specified, or plain as old iTunes wrote them.

    The reading that reaches the end of the frames wins; the specified one, if both do or neither does.
    """
    return _walks_to_end(body, start, plain=False) or not _walks_to_end(body, start, plain=True)


def _walks_to_end(body: Body, position: int, *, plain: bool) -> bool:
    for _ in range(_MAX_WALKED):
        head = body.read(position, 10)
        if len(head) < 10 or not head[0]:
            return True
        if not _valid_id(head[:4].rstrip(b"\0 ")) or (not plain and max(head[4:8]) > 0x7F):
            return False
        after = body.skip(position, 10 + (int.from_bytes(head[4:8], "big") if plain else syncsafe(head[4:8])))
        if after is None:
            return False
        position = after
    return False
