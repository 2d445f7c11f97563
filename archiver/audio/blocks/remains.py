"""What is left of tags that were cut off, or that no walker came upon: nobody knows what they said.

A tag behind the audio is found by its end, which a file that breaks off has lost. Its beginning is still there: the
header of an APEv2 tag, ``LYRICSBEGIN``, ``TAG`` of ID3v1, the header of an ID3v2 tag. A tag without a header of
its own, as APEv1 is, leaves nothing that tells it from audio.
"""

from __future__ import annotations

import re

from archiver.audio.blocks.reading import Draft
from archiver.audio.containers.id3v2_walk import has_tag_head

MAX_REMAINS = 128 << 10
"""Bytes before the end that are searched where tags stand behind the audio."""

MAX_ELSEWHERE = 64 << 10
"""Bytes before the end that are searched in files whose own format keeps their tags."""

_MARK = re.compile(rb"APETAGEX|LYRICSBEGIN|ID3[\x02-\x04]")
_ID3V1 = re.compile(rb"(?<!APE)TAG[\0\x20-\xff]*\Z")
_ID3V1_BYTES = 128
_MOST_TRIED = 1000


def note_remains(draft: Draft, start: int, end: int, reach: int) -> None:
    """Note the first tag that begins before ``end`` and stands in no block of the reading.

    Args:
        draft: The reading, when all tags have been read.
        start: Byte offset after the tags at the beginning.
        end: Byte offset where the tags at the end begin.
        reach: Bytes before ``end`` that are searched.
    """
    start = max(start, end - reach)
    data = draft.window.read(start, end - start)
    for tried, match in enumerate(_MARK.finditer(data)):
        at = start + match.start()
        if tried >= _MOST_TRIED or (_is_tag(draft, match.group(), at) and not draft.covers(at)):
            draft.malformed(f"the tag that begins at byte {at} has no end, or is not where tags stand")
            return
    if end == draft.window.size:
        shorter = max(len(data) - _ID3V1_BYTES + 1, 0)
        cut = _ID3V1.search(data, shorter)
        if cut is not None and not draft.covers(start + cut.start()):
            draft.malformed(f"the ID3v1 tag at byte {start + cut.start()} is cut off")


def _is_tag(draft: Draft, mark: bytes, at: int) -> bool:
    return not mark.startswith(b"ID3") or has_tag_head(draft.window, at)
