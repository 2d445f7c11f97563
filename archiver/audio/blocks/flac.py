"""FLAC metadata blocks: RFC 9639, section 8."""

from __future__ import annotations

from archiver.audio.blocks.extents import Extents
from archiver.audio.blocks.reading import MAX_TEXT, Draft
from archiver.audio.blocks.text import MAX_KEY, key_part, utf8_or_latin1
from archiver.audio.blocks.vorbis_comment import read_vorbis_comment

_APPLICATION, _COMMENT, _CUESHEET, _PICTURE = 2, 4, 5, 6
_MAX_BLOCKS = 4096
_RECEIPT = "APPLICATION:UITS"
"""The one application block that is known to hold text: a store's receipt in XML."""


def read_flac(draft: Draft, offset: int) -> None:
    """Index the metadata blocks of the stream whose ``fLaC`` is at ``offset``."""
    window, position = draft.window, offset + 4
    for _ in range(_MAX_BLOCKS):
        head = window.read(position, 4)
        payload, size = position + 4, int.from_bytes(head[1:], "big")
        if len(head) < 4 or payload + size > window.size:
            draft.malformed(f"the FLAC metadata block at byte {position} runs past the end of the file")
            return
        read_metadata_block(draft, head[0] & 0x7F, Extents(window, [(payload, size)]), 0, position)
        position = payload + size
        if head[0] & 0x80:
            return


def read_metadata_block(draft: Draft, kind: int, run: Extents, start: int, header: int) -> None:
    """Index one metadata block.

    Args:
        draft: The reading.
        kind: The block type, without the last-block flag.
        run: The bytes that hold the block's payload, which ends where they end.
        start: Where in ``run`` the payload begins.
        header: Byte offset in the file where the block's header begins.
    """
    end = run.absolute_end(run.size)
    length = run.size - start
    if kind == _COMMENT:
        read_vorbis_comment(draft, run, start)
    elif kind == _PICTURE:
        text = _picture_description(run, start)
        digest = run.digest(start, length)
        draft.block("flac-picture", header, end - header).add("PICTURE", header, end, digest, text)
    elif kind == _APPLICATION:
        key = "APPLICATION:" + key_part(run.read(start, 4).decode("latin-1"))
        digest = run.digest(start + 4, length - 4) if length > 4 else None
        text = None
        if key == _RECEIPT:
            text = utf8_or_latin1(run.read(start + 4, min(length - 4, MAX_TEXT))) or None
        draft.block("flac-application", header, end - header).add(key, header, end, digest, text)
    elif kind == _CUESHEET:
        digest = run.digest(start, length)
        draft.block("flac-cuesheet", header, end - header).add("CUESHEET", header, end, digest, None)


def _picture_description(run: Extents, start: int) -> str | None:
    """The words that stand with a picture, or ``None``; the picture itself is binary."""
    mime = int.from_bytes(run.read(start + 4, 4), "big")
    size = int.from_bytes(run.read(start + 8 + mime, 4), "big")
    return utf8_or_latin1(run.read(start + 12 + mime, min(size, 4 * MAX_KEY)))[:MAX_KEY] or None
