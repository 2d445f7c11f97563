"""APEv1 and APEv2 tags, at either end: https://wiki.hydrogenaudio.org/index.php?title=APEv2_specification."""

from __future__ import annotations

from archiver.audio.blocks.pictures import InnerPicture
from archiver.audio.blocks.reading import MAX_TEXT, BlockDraft, Draft
from archiver.audio.blocks.text import MAX_KEY, joined_values, key_part, utf8_or_latin1
from archiver.audio.containers.inner import InnerDigest

APE_HEADER = 32
"""Bytes of a tag's header, and of its footer."""

_PREAMBLE = b"APETAGEX"
_HAS_HEADER = 0x8000_0000
_IS_HEADER = 0x2000_0000
_MAX_KEY = 255
_SORT, _BINARY = 0x6, 0x2
_FIRST_LETTER = 0x20
_COVER = "cover art ("
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"RIFF", b"GIF8", b"BM")
_SHOWN = {"cover art (front)": 3, "cover art (back)": 4, "cover art (other)": 0, "cover art (media)": 6}
"""What covers show, by their customary keys."""


def read_leading_ape(draft: Draft, offset: int, where: str = "") -> int:
    """Index the tag whose header is at ``offset`` and return the offset after it; ``offset`` if there is none.

    Args:
        draft: The reading.
        offset: Byte offset of the header.
        where: What the block's kind ends with, for a tag in the midst of the audio.
    """
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
    block = draft.block(_kind(data) + where, offset, end - offset)
    has_footer = draft.window.read(end - 32, 8) == _PREAMBLE and end - 32 > offset
    stopped = walk_items(draft, block, offset + 32, end - 32 if has_footer else end, count)
    if claimed <= end and not has_footer:
        draft.malformed(f"the APE tag at byte {offset} has no footer where it says that it ends")
    elif stopped is not None and claimed <= end:
        _say_malformed(draft, stopped)
    return end


def read_trailing_ape(draft: Draft, end: int, where: str = "") -> int:
    """Index the tag whose footer ends at ``end`` and return where it begins; ``end`` itself if there is none.

    ``where`` is as of :func:`read_leading_ape`.
    """
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
        draft.block(_kind(data) + where, footer, 32)
        return footer
    block = draft.block(_kind(data) + where, start, end - start)
    stopped = walk_items(draft, block, items, footer, count)
    if stopped is not None:
        _say_malformed(draft, stopped)
    return start


def _kind(preamble: bytes) -> str:
    return "apev1" if int.from_bytes(preamble[8:12], "little") < 2000 else "apev2"


def _say_malformed(draft: Draft, position: int) -> None:
    draft.malformed(f"the APE item at byte {position} is malformed; those after it are not listed")


def walk_items(draft: Draft, block: BlockDraft, position: int, end: int, count: int) -> int | None:
    """Index the items from ``position`` on; where the walk broke off, or ``None`` where it did not."""
    window = draft.window
    for _ in range(count):
        head = window.read(position, min(8 + _MAX_KEY + 1, end - position))
        size, flags = int.from_bytes(head[:4], "little"), int.from_bytes(head[4:8], "little")
        terminator = head.find(b"\0", 8)
        value = position + terminator + 1
        if terminator < 9 or value + size > end:
            return position
        key = key_part(head[8:terminator].decode("latin-1"))
        text: str | None = None
        inner: list[InnerPicture] = []
        if flags & _SORT == _BINARY and key.lower().startswith(_COVER):
            text, inner = _cover(window.read(value, min(size, MAX_KEY * 4)), key)
        elif flags & _SORT != _BINARY and size <= MAX_TEXT:
            text = joined_values(utf8_or_latin1(window.read(value, size)))
        block.add_payload(key, position, value, value + size, text, inner=inner)
        position = value + size
    return None


def _cover(head: bytes, key: str) -> tuple[str | None, list[InnerPicture]]:
    """File name and picture of a cover: the name ends in a NUL; without one, all of it is the picture."""
    name, parted, _ = head.partition(b"\0")
    if not parted or not _is_name(name):
        name, skip = b"", 0
    else:
        skip = len(name) + 1
    return utf8_or_latin1(name) or None, [InnerPicture(InnerDigest(skip), _SHOWN.get(key.lower()))]


def _is_name(data: bytes) -> bool:
    """Whether bytes before a NUL can be a file name: those that begin a picture cannot."""
    return all(byte >= _FIRST_LETTER for byte in data) and not data.startswith(_PICTURES)
