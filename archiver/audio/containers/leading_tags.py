"""The ID3v2 and APEv2 tags that open a file, stepped over: what follows them shows what the file is."""

from __future__ import annotations

from archiver.audio.containers.id3v2_walk import id3v2_header, syncsafe
from archiver.audio.containers.window import Window

_MAX_TAGS = 16
_APE_HEADER = 32


def after_leading_tags(window: Window) -> int:
    """The offset after the tags that open the file; 0 where there are none. It may lie past the file's end."""
    offset = 0
    for _ in range(_MAX_TAGS):
        after = _after_tag(window, offset)
        if after is None:
            break
        offset = after
    return offset


def _after_tag(window: Window, offset: int) -> int | None:
    mark = window.read(offset, _APE_HEADER)
    if mark[:8] == b"APETAGEX" and len(mark) == _APE_HEADER:
        return offset + _APE_HEADER + int.from_bytes(mark[12:16], "little")
    if mark[:3] != b"ID3" or len(mark) < 10:
        return None
    header = id3v2_header(window, offset)
    if header is not None:
        return header.end
    if mark[3] == 0xFF or max(mark[6:10]) > 0x7F:
        return None
    footer = (
        10 if mark[5] & 0x10 and mark[3] >= 4 else 0
    )  # a version that nobody knows yet keeps the header's form
    return offset + 10 + syncsafe(mark[6:10]) + footer
