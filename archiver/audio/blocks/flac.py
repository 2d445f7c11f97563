"""FLAC metadata blocks: RFC 9639, section 8."""

from __future__ import annotations

from archiver.audio.blocks.iff import read_kept_aiff
from archiver.audio.blocks.pictures import PICTURE_HEAD, found_pictures, inner_of, picture_block
from archiver.audio.blocks.reading import MAX_TEXT, BlockDraft, Draft
from archiver.audio.blocks.riff import read_kept_riff
from archiver.audio.blocks.text import fixed_field, key_part, utf8_or_latin1
from archiver.audio.blocks.vorbis_comment import read_vorbis_comment
from archiver.audio.containers.extents import Extents
from archiver.audio.containers.flac_layout import (
    APPLICATION,
    COMMENT,
    CUESHEET,
    PADDING,
    PICTURE,
    SEEKTABLE,
    STREAMINFO,
    FlacBlock,
    flac_blocks,
)

_PADDING_SEEN = 1 << 16
_RECEIPT = "APPLICATION:UITS"
"""The one application block that is known to hold text: a store's receipt in XML."""

_WITHOUT_WORDS = frozenset({STREAMINFO, PADDING, SEEKTABLE})
_KEPT = {b"riff": read_kept_riff, b"aiff": read_kept_aiff}
"""Applications that keep the chunks of the file that was encoded (``flac --keep-foreign-metadata``)."""

_CATALOG_BYTES, _ISRC_BYTES = 128, 12
_BEFORE_CUE_TRACKS, _CUE_TRACK, _CUE_INDEX = 396, 36, 12


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
    if kind == COMMENT:
        read_vorbis_comment(draft, run, start)
    elif kind == PICTURE:
        _read_picture(draft, run, start, header)
    elif kind == APPLICATION:
        _read_application(draft, run, start, header)
    elif kind == CUESHEET:
        _read_cue_sheet(draft, run, start, header)
    elif kind not in _WITHOUT_WORDS:
        end = run.absolute_end(run.size)
        digest = run.digest(start, run.size - start) if run.whole else None
        draft.block("flac-block", header, end - header).add(f"BLOCK:{kind}", header, end, digest, None)


def _read_picture(draft: Draft, run: Extents, start: int, header: int) -> None:
    end, length = run.absolute_end(run.size), run.size - start
    found = picture_block(run.read(start, min(length, PICTURE_HEAD)), length)
    inner = inner_of(found)
    digest = run.digest(start, length, [part.digest for part in inner]) if run.whole else None
    text = None if found is None else found.text
    block = draft.block("flac-picture", header, end - header)
    block.add("PICTURE", header, end, digest, text, pictures=found_pictures(inner))


def _read_application(draft: Draft, run: Extents, start: int, header: int) -> None:
    """Index an application's block, and inside it the chunks of a WAV or AIFF file that ``flac`` kept."""
    end, length = run.absolute_end(run.size), run.size - start
    registered = run.read(start, 4)
    key = "APPLICATION:" + key_part(registered.decode("latin-1"))
    digest = run.digest(start + 4, length - 4) if length > 4 else None
    text = None
    if key == _RECEIPT:
        text = utf8_or_latin1(run.read(start + 4, min(length - 4, MAX_TEXT))) or None
    draft.block("flac-application", header, end - header).add(key, header, end, digest, text)
    stretches = run.stretches(start + 4, length - 4)
    if registered in _KEPT and len(stretches) == 1:
        _KEPT[registered](draft, stretches[0][0], end)


def _read_cue_sheet(draft: Draft, run: Extents, start: int, header: int) -> None:
    """Index a cue sheet (RFC 9639, section 8.7): the disc's number, and each track's recording code."""
    end, length = run.absolute_end(run.size), run.size - start
    block = draft.block("flac-cuesheet", header, end - header)
    block.add("CUESHEET", header, end, run.digest(start, length), None)
    _add_fixed(block, run, start, _CATALOG_BYTES, "CATALOG")
    position = start + _BEFORE_CUE_TRACKS
    for _ in range(int.from_bytes(run.read(position - 1, 1), "big")):
        head = run.read(position, _CUE_TRACK)
        if len(head) < _CUE_TRACK:
            return
        _add_fixed(block, run, position + 9, _ISRC_BYTES, f"ISRC:{head[8]}")
        position += _CUE_TRACK + _CUE_INDEX * head[-1]


def _add_fixed(block: BlockDraft, run: Extents, at: int, size: int, key: str) -> None:
    data = run.read(at, size)
    if len(data) == size and (text := fixed_field(data)):
        block.add(key, run.absolute(at), run.absolute_end(at + size), run.digest(at, size), text)
