"""Vorbis comments: https://xiph.org/vorbis/doc/v-comment.html. FLAC, Vorbis, Opus, Speex and Theora share them."""

from __future__ import annotations

from archiver.audio.blocks.pictures import (
    PICTURE_HEAD,
    InnerPicture,
    found_pictures,
    inner_of,
    picture_block,
)
from archiver.audio.blocks.reading import MAX_TEXT, Draft
from archiver.audio.blocks.text import key_part, utf8_or_latin1
from archiver.audio.containers.extents import Extents
from archiver.audio.containers.inner import InnerDigest, Unbaser, unbased

KIND = "vorbis-comment"
VENDOR = "vendor"
"""The key of the frame that holds the encoder's name, which is no comment but stands before them."""

_PICTURE, _BARE_PICTURE = "METADATA_BLOCK_PICTURE", "COVERART"
_HEAD = 1 << 10


def read_vorbis_comment(draft: Draft, run: Extents, start: int) -> int:
    """Index the comments at ``start`` of ``run``: length and vendor, count, then length and ``KEY=value`` each.

    Returns:
        Where in the run they end, or where the reading ended before.
    """
    offset = run.absolute(start)
    block = draft.block(KIND, offset, run.absolute_end(run.size) - offset)
    size = int.from_bytes(run.read(start, 4), "little")
    position = start + 4 + size
    if position + 4 > run.size:
        if run.whole:
            draft.malformed(f"the Vorbis comment at byte {offset} is cut short")
        return run.size
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
            return run.size
        key, text, inner = _entry(run, position + 4, size)
        digest = run.digest(position + 4, size, [part.digest for part in inner])
        block.add(
            key, run.absolute(position), run.absolute_end(end), digest, text, pictures=found_pictures(inner)
        )
        position = end
    return position


def _entry(run: Extents, position: int, size: int) -> tuple[str, str | None, list[InnerPicture]]:
    """Key, text and pictures of one comment."""
    head = run.read(position, min(size, _HEAD))
    name, equals, value = head.partition(b"=")
    if not equals:
        return "", utf8_or_latin1(head if size <= _HEAD else run.read(position, min(size, MAX_TEXT))), []
    key = key_part(utf8_or_latin1(name))
    bare = len(name) + 1
    if key.upper() == _PICTURE:
        encoded = run.read(position + bare, min(size - bare, PICTURE_HEAD))
        found = picture_block(unbased(encoded))
        return key, None if found is None else found.text, inner_of(found, Unbaser(), bare)
    if key.upper() == _BARE_PICTURE:
        return key, None, [InnerPicture(InnerDigest(0, None, Unbaser(), bare), None)]
    if size > MAX_TEXT:
        return key, None, []
    if size > _HEAD:
        value = run.read(position, size)[bare:]
    return key, utf8_or_latin1(value), []
