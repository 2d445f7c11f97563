"""ID3v2 and APE tags that stand where no reader looks: behind leading bytes that are no tag, and in the midst of a stream.

Files are joined end to end, tags and all, and some programs write junk before the first tag (ID3v2.4.0
structure, section 5, allows tags inside a stream). A stream is not read from end to end for that: where its first
frame states its length, only what lies past that is searched; else as much as :data:`MAX_SEARCHED`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from archiver.audio.containers.id3v2_walk import begins_tag
from archiver.audio.containers.window import Window
from archiver.audio.formats.mpeg_sync import find_stream

MAX_JUNK = 256 << 10
"""Bytes at the beginning of a file in which the first tag or frame is looked for."""

MAX_SEARCHED = 4 << 20
"""Bytes of one stream that are searched for tags."""

MAX_TRIED = 10_000
"""Places in one stretch that are tried for a tag."""

_MARK = re.compile(rb"ID3[\x02-\x04]|APETAGEX[\xd0\xe8][\x03\x07]\0\0")
"""What begins a tag; with an APE tag's version, which is 1000 or 2000."""

_MARK_BYTES = 12
_APE_HEADER = 32
_PIECE = 1 << 20
_SLACK = 4096
_FRAME_HEAD = 64
_XING = (b"Xing", b"Info")
_VBRI_AT = 36


def first_frame(window: Window, start: int) -> int | None:
    """Byte offset of the first frame of an MPEG or ADTS stream, near ``start``; ``None`` where none is."""
    head = window.read(start, MAX_JUNK)
    found = find_stream(head, 0, whole=start + len(head) >= window.size)
    return None if found is None else start + found[0]


def tags_before_stream(window: Window, start: int, end: int) -> Iterator[int]:
    """Byte offsets of tags between ``start``, where tags or audio should begin, and ``end``, where they do at the latest."""
    return _found(window, start, min(start + MAX_JUNK, end))


def tags_in_stream(window: Window, frame: int, end: int) -> Iterator[int]:
    """Byte offsets of tags between the first frame and ``end``, in order."""
    stated = _stated_length(window.read(frame, _FRAME_HEAD))
    after = frame if stated is None else frame + max(stated - _SLACK, 0)
    return _found(window, after, min(end, after + MAX_SEARCHED))


def _found(window: Window, start: int, end: int) -> Iterator[int]:
    """Where tags begin from ``start`` to ``end``."""
    tried = 0
    for position in range(start, end, _PIECE):
        piece = window.read(position, min(_PIECE, end - position) + _MARK_BYTES - 1)
        for match in _MARK.finditer(piece):
            found = position + match.start()
            if found < end and (begins_tag(window, found) or _is_ape(window, found)):
                yield found
            tried += 1
            if tried >= MAX_TRIED:
                return


def _is_ape(window: Window, offset: int) -> bool:
    """Whether the header or the footer of an APE tag stands at ``offset`` that lies within the file."""
    data = window.read(offset, _APE_HEADER)
    size, flags = int.from_bytes(data[12:16], "little"), int.from_bytes(data[20:24], "little")
    if len(data) < _APE_HEADER or data[:3] != b"APE" or any(data[24:]) or size < _APE_HEADER:
        return False
    is_header = bool(flags & 0x2000_0000)
    return offset + _APE_HEADER + size <= window.size if is_header else size <= offset + _APE_HEADER


def _stated_length(frame: bytes) -> int | None:
    """Bytes of the stream by the Xing, Info or VBRI header in its first frame, or ``None``."""
    if frame[_VBRI_AT : _VBRI_AT + 4] == b"VBRI":
        return int.from_bytes(frame[_VBRI_AT + 10 : _VBRI_AT + 14], "big") or None
    for at in (13, 21, 36):  # after the side information of MPEG-2 mono, of both others, and of MPEG-1 stereo
        if frame[at : at + 4] in _XING:
            flags = int.from_bytes(frame[at + 4 : at + 8], "big")
            bytes_at = at + 8 + (4 if flags & 1 else 0)
            return int.from_bytes(frame[bytes_at : bytes_at + 4], "big") or None if flags & 2 else None
    return None
