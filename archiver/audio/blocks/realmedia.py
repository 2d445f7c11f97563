"""Texts of RealMedia and RealAudio files: title, author, copyright and comment of the content description.

Layouts as in the Helix client's headers and FFmpeg's ``rmdec.c``: a chunk ``CONT`` in ``.RMF``, and four short
strings in the header of RealAudio 3 and 4.
"""

from __future__ import annotations

from archiver.audio.blocks.reading import BlockDraft, Draft
from archiver.audio.blocks.text import utf8_or_latin1

_KEYS = ("Title", "Author", "Copyright", "Comment")
_MAX_CHUNKS = 1000
_HEADER = 10
_STRINGS_OF_VERSION_3, _INTERLEAVER_OF_VERSION_4 = 22, 56


def read_realmedia(draft: Draft, offset: int) -> None:
    """Index the content description of the file at ``offset``."""
    if draft.window.read(offset, 4) == b".ra\xfd":
        _read_realaudio(draft, offset)
    else:
        _read_chunks(draft, offset)


def _read_chunks(draft: Draft, start: int) -> None:
    window = draft.window
    for _ in range(_MAX_CHUNKS):
        head = window.read(start, _HEADER)
        size = int.from_bytes(head[4:8], "big")
        if len(head) < _HEADER or size < _HEADER:
            return
        if head[:4] == b"CONT":
            end = min(start + size, window.size)
            block = draft.block("realmedia", start, end - start)
            if not _read_strings(draft, block, start + _HEADER, end, 2):
                draft.malformed(f"the RealMedia content description at byte {start} is cut short")
        start += size


def _read_realaudio(draft: Draft, offset: int) -> None:
    window = draft.window
    version = int.from_bytes(window.read(offset + 4, 2), "big")
    if version == 3:
        size = 8 + int.from_bytes(window.read(offset + 6, 2), "big")
        strings = offset + _STRINGS_OF_VERSION_3
    elif version == 4:
        size = 16 + int.from_bytes(window.read(offset + 18, 4), "big")
        interleaver = offset + _INTERLEAVER_OF_VERSION_4
        codec = interleaver + 1 + int.from_bytes(window.read(interleaver, 1), "big")
        strings = codec + 1 + int.from_bytes(window.read(codec, 1), "big") + 3
    else:
        return
    end = min(offset + size, window.size)
    if strings < end:
        block = draft.block("realmedia", offset, end - offset)
        if not _read_strings(draft, block, strings, end, 1):
            draft.malformed(f"the RealAudio header at byte {offset} is cut short")


def _read_strings(draft: Draft, block: BlockDraft, start: int, end: int, width: int) -> bool:
    """Index the four strings, each after its length in ``width`` bytes; whether all of them are there."""
    window = draft.window
    for key in _KEYS:
        payload = start + width
        after = payload + int.from_bytes(window.read(start, width), "big")
        if after > end:
            return False
        if after > payload:
            text = utf8_or_latin1(window.read(payload, after - payload))
            block.add_payload(key, start, payload, after, text)
        start = after
    return True
