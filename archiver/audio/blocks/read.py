"""The way in: every tag block of an open file."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

from archiver.audio.blocks.apev2 import APE_HEADER, read_leading_ape, read_trailing_ape
from archiver.audio.blocks.id3v1 import read_id3v1
from archiver.audio.blocks.id3v2 import INSIDE, read_appended_id3v2, read_id3v2
from archiver.audio.blocks.kept_wave import read_wavpack_end
from archiver.audio.blocks.lyrics3 import read_lyrics3
from archiver.audio.blocks.reading import BlockReading, Draft, LimitReached
from archiver.audio.blocks.remains import MAX_ELSEWHERE, MAX_REMAINS, note_remains
from archiver.audio.blocks.stray import first_frame, tags_before_stream, tags_in_stream
from archiver.audio.containers.window import Window
from archiver.audio.formats.kinds import Kind, fetched
from archiver.audio.formats.magic import claimed_kind

_MAX_STACKED = 32
_STREAMS = (None, Kind.MP3, Kind.MP2, Kind.AAC_ADTS, Kind.ID3)
"""Kinds without a header of their own, and no kind at all."""

_TAGGED_AT_ITS_ENDS = frozenset(
    {
        *(
            Kind.MP3,
            Kind.MP2,
            Kind.AAC_ADTS,
            Kind.AAC_ADIF,
            Kind.AAC_LOAS,
            Kind.ID3,
            Kind.MUSEPACK7,
        ),
        *(
            Kind.TTA,
            Kind.OPTIMFROG,
            Kind.AC3,
            Kind.EAC3,
            Kind.DTS,
            Kind.TRUEHD,
        ),
        Kind.AMR,
    }
)
"""Kinds that say nothing in words but in tags before and behind them."""

_TAGGED_BEHIND = frozenset({Kind.WAVPACK, Kind.APE, Kind.MUSEPACK8, Kind.TAK})
"""Kinds with a walker of their own whose words stand behind the audio all the same."""


def read_blocks(window: Window, kind: Kind | None = None) -> BlockReading:
    """Every tag block of an audio file, frame by frame, with offsets, digests and decoded text.

    Never raises for what the file says: malformed tags give problems, limits give problems, and what was
    read until then is returned. Personal data is still in the result; see
    :mod:`archiver.audio.evidence.redaction`.

    Args:
        window: The file.
        kind: What the bytes are, where that is known; for a kind whose row names no tags, and for none, the first
            bytes of the header decide.

    Raises:
        OSError: where the disk fails.
    """
    draft = Draft(window.again())
    try:
        offset = _read_leading(draft, 0)
        container = _container(draft.window, offset, kind)
        if container is not None:
            walk: Callable[[Draft, int], None] = fetched(container.row.tags)
            walk(draft, offset)
        end = _read_trailing(draft, offset, draft.window.size)
        if container is Kind.WAVPACK:
            read_wavpack_end(draft, end)
        for expected in draft.expected:  # which grows meanwhile, up to a limit
            if not draft.is_read(expected):
                read_id3v2(draft, expected)
        if container is None and kind in _STREAMS:
            _read_stray(draft, offset, end)
        behind = container is None or container in _TAGGED_BEHIND
        note_remains(draft, offset, end, MAX_REMAINS if behind else MAX_ELSEWHERE)
    except LimitReached:
        pass  # the draft has noted it
    return draft.finish()


def _container(window: Window, offset: int, kind: Kind | None) -> Kind | None:
    """The kind of which a walker reads the tags within, or ``None`` where nothing says that it is any."""
    if kind is None or kind.row.tags is None:
        kind = claimed_kind(window.read(offset, 16))
    return None if kind is None or kind.row.tags is None else kind


def reads_tags(kind: Kind) -> bool:
    """Whether every place where a kind of file holds words is looked at."""
    return kind.row.tags is not None or kind in _TAGGED_AT_ITS_ENDS


def _read_leading(draft: Draft, offset: int) -> int:
    for _ in range(_MAX_STACKED):
        after = read_id3v2(draft, offset)
        if after == offset:
            after = read_leading_ape(draft, offset)
        if after == offset:
            break
        offset = after
    return offset


def _read_stray(draft: Draft, start: int, end: int) -> None:
    """Index the tags of a bare stream that stand neither at its beginning nor at its end."""
    window = draft.window
    frame = first_frame(window, start)
    begin = start
    for offset in islice(tags_before_stream(window, start, end if frame is None else frame), _MAX_STACKED):
        if offset >= start:
            draft.noted(f"the tag at byte {offset} stands behind bytes that are no tag")
            start = _read_leading(draft, offset)
    if start > begin:
        frame = first_frame(window, start)
    if frame is None:
        return
    for offset in islice(tags_in_stream(window, frame, end), _MAX_STACKED):
        if offset >= start and not draft.is_read(offset):  # by the word of another tag
            start = _read_inside(draft, start, offset)


def _read_inside(draft: Draft, start: int, offset: int) -> int:
    """Index the tag whose mark stands at ``offset`` in the midst of the audio, and what precedes it; where it ends."""
    window = draft.window
    if window.read(offset, 3) == b"ID3":
        draft.noted(f"the ID3v2 tag at byte {offset} stands in the midst of the audio")
        _read_trailing(draft, start, offset)
        return read_id3v2(draft, offset, INSIDE)
    draft.noted(f"the APE tag at byte {offset} stands in the midst of the audio")
    after = read_leading_ape(draft, offset, INSIDE)
    if after == offset:
        after = offset + APE_HEADER
        read_trailing_ape(draft, after, INSIDE)
    return after


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
