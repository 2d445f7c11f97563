"""Where the metadata blocks of a FLAC stream stand, also where a block's size is wrong (RFC 9639, section 8).

A block's size has 24 bits, so that a picture of 16 MiB loses its top byte, and some writers count a comment or a
picture wrongly. The lengths inside such a block are right; they are believed where only they lead on to the next
block or to the audio.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from archiver.audio.containers.window import Window

STREAMINFO, PADDING, APPLICATION, SEEKTABLE, COMMENT, CUESHEET, PICTURE = range(7)

_MAX_BLOCKS = 4096
_MAX_COMMENTS = 10_000
_MAX_FOLLOWED = 256
_MAX_DOUBTED = 16
_SMALLEST_CONTENT = 8
_MAX_PICTURE_TYPE = 20
_LAST = 0x80
_INVALID = 127
_FRAME_SYNC = (0xFFF8, 0xFFF9)
_TAGS = (b"ID3", b"TAG", b"APET")


@dataclass(frozen=True, slots=True)
class FlacBlock:
    """One metadata block.

    Attributes:
        kind: The block type, without the last-block flag.
        offset: Byte offset of its header in the file.
        payload: Byte offset after the header.
        end: Byte offset after the block, by what leads on; it may lie past the end of the file.
        declared_end: Byte offset after the block, by the size in its header.
    """

    kind: int
    offset: int
    payload: int
    end: int
    declared_end: int


def flac_blocks(window: Window, offset: int) -> Iterator[FlacBlock]:
    """The metadata blocks of the stream whose ``fLaC`` is at ``offset``; the audio begins at the last one's end.

    The last one runs past the end of the file where the file breaks off within it.
    """
    position = offset + 4
    doubted = _MAX_DOUBTED if not _leads_to_audio(window, position) else 0
    for _ in range(_MAX_BLOCKS):
        head = window.read(position, 4)
        if len(head) < 4:
            return
        declared = position + 4 + int.from_bytes(head[1:], "big")
        kind, last = head[0] & ~_LAST, bool(head[0] & _LAST)
        end = declared
        if doubted > 0 and kind in (COMMENT, PICTURE) and not _leads_on(window, declared, last=last):
            doubted -= 1
            inner = _inner_end(window, kind, position + 4)
            if inner is not None and inner != declared and _leads_on(window, inner, last=last):
                end = inner
        yield FlacBlock(kind, position, position + 4, end, declared)
        if last or end > window.size:
            return
        position = end


def _leads_to_audio(window: Window, position: int) -> bool:
    """Whether the sizes in the headers lead from block to block and to the first frame."""
    for _ in range(_MAX_FOLLOWED):
        head = window.read(position, 4)
        if len(head) < 4 or head[0] & ~_LAST == _INVALID:
            return False
        position += 4 + int.from_bytes(head[1:], "big")
        if head[0] & _LAST:
            return _is_audio(window, position)
    return False


def _leads_on(window: Window, position: int, *, last: bool) -> bool:
    """Whether what stands at ``position`` may follow a block: the audio after the last one, else another block."""
    if last:
        return _is_audio(window, position)
    if _leads_to_audio(window, position):
        return True
    kind = int.from_bytes(window.read(position, 1), "big") & ~_LAST
    inner = _inner_end(window, kind, position + 4)
    return inner is not None and any(window.read(position + 4, _SMALLEST_CONTENT))


def _is_audio(window: Window, position: int) -> bool:
    head = window.read(position, 4)
    return position == window.size or int.from_bytes(head[:2], "big") in _FRAME_SYNC or head.startswith(_TAGS)


def _inner_end(window: Window, kind: int, payload: int) -> int | None:
    """Where the block's content ends by the lengths inside it; ``None`` where they lead out of the file."""
    if kind == COMMENT:
        return _comment_end(window, payload)
    return _picture_end(window, payload) if kind == PICTURE else None


def _comment_end(window: Window, position: int) -> int | None:
    position += 4 + int.from_bytes(window.read(position, 4), "little")
    count = window.read(position, 4)
    position += 4
    entries = int.from_bytes(count, "little")
    if len(count) < 4 or entries > _MAX_COMMENTS:
        return None
    for _ in range(entries):
        length = window.read(position, 4)
        position += 4 + int.from_bytes(length, "little")
        if len(length) < 4 or position > window.size:
            return None
    return position


def _picture_end(window: Window, position: int) -> int | None:
    if int.from_bytes(window.read(position, 4), "big") > _MAX_PICTURE_TYPE:
        return None
    position += 4
    for fixed in (0, 0, 16):  # media type, description, then four numbers before the picture's own length
        position += fixed
        length = window.read(position, 4)
        position += 4 + int.from_bytes(length, "big")
        if len(length) < 4 or position > window.size:
            return None
    return position
