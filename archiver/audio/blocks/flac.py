"""FLAC metadata blocks: RFC 9639, section 8."""

from __future__ import annotations

from archiver.audio.blocks.reading import MAX_TEXT, Draft
from archiver.audio.blocks.text import MAX_KEY, key_part, utf8_or_latin1
from archiver.audio.blocks.vorbis_comment import read_vorbis_comment
from archiver.audio.containers.extents import Extents
from archiver.audio.containers.flac_layout import (
    APPLICATION,
    COMMENT,
    CUESHEET,
    PADDING,
    PICTURE,
    STREAMINFO,
    FlacBlock,
    flac_blocks,
)

_PADDING_SEEN = 1 << 16
_RECEIPT = "APPLICATION:UITS"
"""The one application block that is known to hold text: a store's receipt in XML."""


def read_flac(draft: Draft, offset: int) -> None:
    """Index the metadata blocks of the stream whose ``fLaC`` is at ``offset``."""
    window = draft.window
    for number, block in enumerate(flac_blocks(window, offset)):
        if block.end > window.size:
            _judge_end(draft, block)
        if block.end != block.declared_end:
            draft.noted(
                f"the FLAC metadata block at byte {block.offset} has a wrong size; the lengths inside it are "
                "believed"
            )
        if number and block.kind == STREAMINFO:
            draft.noted(f"the STREAMINFO block at byte {block.offset} is not the first, as RFC 9639 wants it")
        run = Extents(window, [(block.payload, block.end - block.payload)])
        read_metadata_block(draft, block.kind, run, 0, block.offset)


def _judge_end(draft: Draft, block: FlacBlock) -> None:
    """Say of a block that runs past the end of the file what that means: padding that is not empty is none."""
    window = draft.window
    if block.kind == PADDING and any(window.read(block.payload, _PADDING_SEEN)):
        draft.malformed(f"the FLAC padding at byte {block.offset} runs past the end of the file")
    else:
        draft.breaks_off(block.end)


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
    if kind == COMMENT:
        read_vorbis_comment(draft, run, start)
    elif kind == PICTURE:
        text = _picture_description(run, start)
        digest = run.digest(start, length) if run.whole else None
        draft.block("flac-picture", header, end - header).add("PICTURE", header, end, digest, text)
    elif kind == APPLICATION:
        key = "APPLICATION:" + key_part(run.read(start, 4).decode("latin-1"))
        digest = run.digest(start + 4, length - 4) if length > 4 else None
        text = None
        if key == _RECEIPT:
            text = utf8_or_latin1(run.read(start + 4, min(length - 4, MAX_TEXT))) or None
        draft.block("flac-application", header, end - header).add(key, header, end, digest, text)
    elif kind == CUESHEET:
        digest = run.digest(start, length)
        draft.block("flac-cuesheet", header, end - header).add("CUESHEET", header, end, digest, None)


def _picture_description(run: Extents, start: int) -> str | None:
    """The words that stand with a picture, or ``None``; the picture itself is binary."""
    mime = int.from_bytes(run.read(start + 4, 4), "big")
    size = int.from_bytes(run.read(start + 8 + mime, 4), "big")
    return utf8_or_latin1(run.read(start + 12 + mime, min(size, 4 * MAX_KEY)))[:MAX_KEY] or None
