"""Chapters of Musepack 8: packets with an APEv2 tag each (https://trac.musepack.net/musepack/wiki/SV8Specification)."""

from __future__ import annotations

from archiver.audio.blocks.apev2 import walk_items
from archiver.audio.blocks.reading import Draft

KIND = "musepack-chapter"

_MAGIC = 4
_MAX_PACKETS = 10_000
_LONGEST_HEAD = 2 + 9
_BEFORE_TAG = 4
"""Gain and peak of a chapter, which stand between its place and its tag."""

_TAG_HEADER = 24
"""An APEv2 header without its first eight bytes, which a chapter's tag does not have."""


def read_musepack8(draft: Draft, offset: int) -> None:
    """Index the tag of each chapter. The sound is stepped over where a packet says where the table behind it begins."""
    window = draft.window
    position, table = offset + _MAGIC, 0
    for _ in range(_MAX_PACKETS):
        head = window.read(position, _LONGEST_HEAD)
        size, width = number(head, 2)
        name, payload, end = head[:2], position + 2 + width, position + size
        if not name.isalpha() or not width or end < payload or name == b"SE":
            return
        if name == b"SO":
            table = position + number(window.read(payload, 9), 0)[0]
        elif name == b"CT":
            _read_chapter(draft, position, payload, min(end, window.size))
        elif name == b"AP" and table > position and window.read(table, 2) == b"ST":
            end = table
        position = end


def _read_chapter(draft: Draft, start: int, payload: int, end: int) -> None:
    window = draft.window
    block = draft.block(KIND, start, end - start)
    sample, width = number(window.read(payload, 9), 0)
    if width:
        block.add_payload("sample", payload, payload, payload + width, str(sample))
    header = payload + width + _BEFORE_TAG
    data = window.read(header, _TAG_HEADER)
    if header + _TAG_HEADER > end or len(data) < _TAG_HEADER:
        return  # a chapter need not have a tag
    stopped = walk_items(draft, block, header + _TAG_HEADER, end, int.from_bytes(data[8:12], "little"))
    if stopped is not None:
        draft.malformed(f"the tag of the Musepack chapter at byte {start} is malformed")


def number(data: bytes, at: int) -> tuple[int, int]:
    """A big-endian number of seven bits in each byte, and in how many bytes it stands: 0, where it is cut short."""
    value = 0
    for count, byte in enumerate(data[at : at + 9], 1):
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            return value, count
    return 0, 0
