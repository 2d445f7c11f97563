"""The way in: every tag block of an open file."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import BinaryIO

from archiver.audio.blocks.apev2 import read_leading_ape, read_trailing_ape
from archiver.audio.blocks.asf import read_asf
from archiver.audio.blocks.flac import read_flac
from archiver.audio.blocks.id3v1 import read_id3v1
from archiver.audio.blocks.id3v2 import INSIDE, read_appended_id3v2, read_id3v2
from archiver.audio.blocks.iff import read_aiff, read_caf, read_dsdiff, read_dsf
from archiver.audio.blocks.lyrics3 import read_lyrics3
from archiver.audio.blocks.matroska import read_matroska
from archiver.audio.blocks.midi import read_midi
from archiver.audio.blocks.mp4 import read_mp4
from archiver.audio.blocks.ogg import read_ogg
from archiver.audio.blocks.reading import BlockReading, Draft, LimitReached
from archiver.audio.blocks.realmedia import read_realmedia
from archiver.audio.blocks.riff import read_riff
from archiver.audio.blocks.stray import first_frame, tags_before_stream, tags_in_stream
from archiver.audio.containers.asf_objects import HEADER
from archiver.audio.containers.window import Window

_MAX_STACKED = 32
_STREAMS = frozenset({"mp3", "mp2", "aac-adts", "id3", ""})
"""Kinds without a header of their own, and no kind at all."""

_FIRST_BOXES = frozenset({b"ftyp", b"moov", b"mdat", b"free", b"wide", b"skip", b"pnot"})
_MAGIC = {
    b"fLaC": "flac",
    b"OggS": "ogg",
    b"DSD ": "dsf",
    b"FRM8": "dsdiff",
    b"caff": "caf",
    b"\x1aE\xdf\xa3": "matroska",
    b"MThd": "midi",
    b".RMF": "realmedia",
    b".ra\xfd": "realmedia",
    HEADER[:4]: "asf",
}
_WALKERS: dict[str, Callable[[Draft, int], None]] = {
    "flac": read_flac,
    "ogg": read_ogg,
    "mp4": read_mp4,
    "asf": read_asf,
    "wav": read_riff,
    "rf64": read_riff,
    "aiff": read_aiff,
    "dsf": read_dsf,
    "dsdiff": read_dsdiff,
    "caf": read_caf,
    "matroska": read_matroska,
    "midi": read_midi,
    "realmedia": read_realmedia,
}


def read_blocks(file: BinaryIO, size: int, container: str = "") -> BlockReading:
    """Every tag block of an audio file, frame by frame, with offsets, digests and decoded text.

    Never raises for what the file says: malformed tags give problems, limits give problems, and what was
    read until then is returned. Personal data is still in the result; see
    :mod:`archiver.audio.evidence.redaction`.

    Args:
        file: Open for reading in binary mode and seekable; unbuffered is fine.
        size: The file's size in bytes.
        container: A :class:`archiver.audio.formats.kinds.Kind` such as ``mp4`` or ``ogg-vorbis`` where the caller
            knows it; for any other word, and for none, the first bytes decide.

    Raises:
        OSError: where the disk fails.
    """
    draft = Draft(Window(file, size))
    try:
        offset = _read_leading(draft, 0)
        walker = _walker(draft.window, offset, container)
        if walker is not None:
            walker(draft, offset)
        end = _read_trailing(draft, offset, draft.window.size)
        if walker is None and container in _STREAMS:
            _read_stray(draft, offset, end)
    except LimitReached:
        pass  # the draft has noted it
    return draft.finish()


def _read_leading(draft: Draft, offset: int) -> int:
    for _ in range(_MAX_STACKED):
        after = read_id3v2(draft, offset)
        if after == offset:
            after = read_leading_ape(draft, offset)
        if after == offset:
            break
        offset = after
    return offset


def _walker(window: Window, offset: int, container: str) -> Callable[[Draft, int], None] | None:
    family = container.partition("-")[0]
    return _WALKERS.get(family) or _WALKERS.get(_sniffed(window.read(offset, 16)))


def _read_stray(draft: Draft, start: int, end: int) -> None:
    """Index the tags of a bare stream that stand neither at its beginning nor at its end."""
    window = draft.window
    frame = first_frame(window, start)
    begin = start
    for offset in islice(tags_before_stream(window, start, frame), _MAX_STACKED):
        if offset >= start:
            draft.noted(f"the ID3v2 tag at byte {offset} stands behind bytes that are no tag")
            start = _read_leading(draft, offset)
    if start > begin:
        frame = first_frame(window, start)
    if frame is None:
        return
    for offset in islice(tags_in_stream(window, frame, end), _MAX_STACKED):
        if offset >= start:
            draft.noted(f"the ID3v2 tag at byte {offset} stands in the midst of the audio")
            _read_trailing(draft, start, offset)
            start = read_id3v2(draft, offset, INSIDE)


def _sniffed(head: bytes) -> str:
    if head[4:8] in _FIRST_BOXES:
        return "mp4"
    if head[:4] in (b"RIFF", b"RIFX", b"RF64", b"BW64"):
        return "wav" if head[8:12] == b"WAVE" else ""
    if head[:4] == b"FORM":
        return "aiff" if head[8:12] in (b"AIFF", b"AIFC") else ""
    return _MAGIC.get(head[:4], "")


def _read_trailing(draft: Draft, leading: int, end: int) -> int:
    """Index the tags that stand back to back before ``end``; where the first of them begins."""
    for _ in range(_MAX_STACKED):
        if end <= leading:
            break
        start = read_id3v1(draft, end)
        if start == end:
            start = read_lyrics3(draft, end)
        if start == end:
            start = read_trailing_ape(draft, end)
        if start == end:
            start = read_appended_id3v2(draft, end)
        if start == end:
            break
        end = start
    return end
