"""Vorbis comments: https://xiph.org/vorbis/doc/v-comment.html. FLAC, Vorbis, Opus, Speex and Theora share them."""

from __future__ import annotations

from archiver.audio.blocks.reading import MAX_TEXT, Draft
from archiver.audio.blocks.text import key_part, utf8_or_latin1
from archiver.audio.containers.extents import Extents

KIND = "vorbis-comment"
VENDOR = "vendor"
"""The key of the frame that holds the encoder's name, which is no comment but stands before them."""

_PICTURES = frozenset({"METADATA_BLOCK_PICTURE", "COVERART"})
_HEAD = 1 << 10


def read_vorbis_comment(draft: Draft, run: Extents, start: int) -> None:
    """Index the comments at ``start`` of ``run``: length and vendor, count, then length and ``KEY=value`` each."""
    offset = run.absolute(start)
    block = draft.block(KIND, offset, run.absolute_end(run.size) - offset)
    size = int.from_bytes(run.read(start, 4), "little")
    position = start + 4 + size
    if position + 4 > run.size:
        if run.whole:
            draft.malformed(f"the Vorbis comment at byte {offset} is cut short")
        return
    vendor = utf8_or_latin1(run.read(start + 4, size)) if size <= MAX_TEXT else None
    block.add(VENDOR, offset, run.absolute_end(position), run.digest(start + 4, size), vendor)
    count = int.from_bytes(run.read(position, 4), "little")
    position += 4
    for _ in range(count):
        size = int.from_bytes(run.read(position, 4), "little")
        end = position + 4 + size
        if position + 4 > run.size or end > run.size:
            if run.whole:
                draft.malformed(f"the Vorbis comment at byte {offset} holds fewer entries than it says")
            return
        key, text = _key_and_text(run, position + 4, size)
        digest = run.digest(position + 4, size)
        block.add(key, run.absolute(position), run.absolute_end(end), digest, text)
        position = end


def _key_and_text(run: Extents, position: int, size: int) -> tuple[str, str | None]:
    head = run.read(position, min(size, _HEAD))
    name, equals, value = head.partition(b"=")
    if not equals:
        return "", utf8_or_latin1(head)
    key = key_part(utf8_or_latin1(name))
    if key.upper() in _PICTURES or size > MAX_TEXT:
        return key, None
    if size > _HEAD:
        value = run.read(position, size)[len(name) + 1 :]
    return key, utf8_or_latin1(value)
