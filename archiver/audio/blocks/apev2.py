"""APEv1 and APEv2 tags, at either end: https://wiki.hydrogenaudio.org/index.php?title=APEv2_specification."""

from __future__ import annotations

from archiver.audio.blocks.reading import MAX_TEXT, BlockDraft, Draft
from archiver.audio.blocks.text import joined_values, key_part, utf8_or_latin1

_PREAMBLE = b"APETAGEX"
_HAS_HEADER = 0x8000_0000
_IS_HEADER = 0x2000_0000
_MAX_KEY = 255


def read_leading_ape(draft: Draft, offset: int) -> int:
    """Index the tag whose header is at ``offset`` and return the offset after it; ``offset`` if there is none."""
    data = draft.window.read(offset, 32)
    if len(data) < 32 or data[:8] != _PREAMBLE:
        return offset
    size, count, flags = (int.from_bytes(data[at : at + 4], "little") for at in (12, 16, 20))
    if not flags & _IS_HEADER:
        return offset
    claimed = offset + 32 + size
    end = min(claimed, draft.window.size)
    if claimed > end:
        draft.breaks_off(claimed)
    block = draft.block(_kind(data), offset, end - offset)
    has_footer = draft.window.read(end - 32, 8) == _PREAMBLE and end - 32 > offset
    stopped = _walk_items(draft, block, offset + 32, end - 32 if has_footer else end, count)
    if stopped is not None and claimed <= end:
        _say_malformed(draft, stopped)
    return end


def read_trailing_ape(draft: Draft, end: int) -> int:
    """Index the tag whose footer ends at ``end`` and return where it begins; ``end`` itself if there is none."""
    footer = end - 32
    data = draft.window.read(footer, 32) if footer >= 0 else b""
    if len(data) < 32 or data[:8] != _PREAMBLE:
        return end
    size, count, flags = (int.from_bytes(data[at : at + 4], "little") for at in (12, 16, 20))
    if flags & _IS_HEADER:
        return end
    items = end - size
    start = items - (32 if flags & _HAS_HEADER else 0)
    if size < 32 or start < 0:
        draft.malformed(f"the APE tag that ends at byte {end} claims to begin before the file does")
        draft.block(_kind(data), footer, 32)
        return footer
    block = draft.block(_kind(data), start, end - start)
    stopped = _walk_items(draft, block, items, footer, count)
    if stopped is not None:
        _say_malformed(draft, stopped)
    return start


def _kind(preamble: bytes) -> str:
    return "apev1" if int.from_bytes(preamble[8:12], "little") < 2000 else "apev2"


def _say_malformed(draft: Draft, position: int) -> None:
    draft.malformed(f"the APE item at byte {position} is malformed; those after it are not listed")


def _walk_items(draft: Draft, block: BlockDraft, position: int, end: int, count: int) -> int | None:
    """Index the items; where the walk broke off, or ``None`` where it did not."""
    window = draft.window
    for _ in range(count):
        head = window.read(position, min(8 + _MAX_KEY + 1, end - position))
        size, flags = int.from_bytes(head[:4], "little"), int.from_bytes(head[4:8], "little")
        terminator = head.find(b"\0", 8)
        value = position + terminator + 1
        if terminator < 9 or value + size > end:
            return position
        key = key_part(head[8:terminator].decode("latin-1"))
        text = None
        if flags & 0x6 != 0x2 and size <= MAX_TEXT:
            text = joined_values(utf8_or_latin1(window.read(value, size)))
        block.add_payload(key, position, value, value + size, text)
        position = value + size
    return None
