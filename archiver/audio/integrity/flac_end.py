"""How far the frames of a FLAC file reach, by the number that its last frame carries (RFC 9639, section 9.1)."""

from __future__ import annotations

import re

from archiver.audio.containers.window import Window

_STREAMINFO = 34
_PICTURE = 6
_TAIL = 1 << 18
_SYNC = re.compile(rb"\xff[\xf8\xf9]")
_MAX_BLOCKS = 4096
_LONGEST_HEADER = 16


def flac_samples_there(window: Window, start: int, end: int) -> tuple[int, int] | None:
    """Samples up to the end of the last frame, and samples in all; ``None`` where either is not certain.

    Args:
        window: The file.
        start: Where ``fLaC`` stands.
        end: Where trailing tags begin, or the file's end.
    """
    head = window.read(start, 8 + _STREAMINFO)
    if len(head) < 8 + _STREAMINFO or head[4] & 0x7F:
        return None
    info = head[8:]
    total = int.from_bytes(info[13:18], "big") & 0xF_FFFF_FFFF
    smallest, largest = int.from_bytes(info[:2], "big"), int.from_bytes(info[2:4], "big")
    frames = _frames_offset(window, start, end)
    if not total or frames is None:
        return None
    if frames >= end:
        return 0, total
    tail = max(frames, end - max(_TAIL, 2 * int.from_bytes(info[7:10], "big")))
    data = window.read(tail, end - tail)
    reached = 0
    for match in _SYNC.finditer(data):
        position = _frame_end(data[match.start() : match.start() + _LONGEST_HEADER], largest, smallest)
        if position is not None and position <= total:
            reached = max(reached, position)
    return (reached, total) if reached else None


def _frames_offset(window: Window, start: int, end: int) -> int | None:
    """Where the frames begin; the file's end where a cover runs past it; ``None`` where sizes are not to be trusted."""
    at = start + 4
    for _ in range(_MAX_BLOCKS):
        header = window.read(at, 4)
        if len(header) < 4:
            return None
        size = int.from_bytes(header[1:], "big")
        if at + 4 + size > end:
            cover = header[0] & 0x7F == _PICTURE and _picture_size(window, at + 4) == size
            return end if cover else None
        at += 4 + size
        if header[0] & 0x80:
            sync = window.read(at, 2)
            return at if at == end or _SYNC.match(sync) else None
    return None


def _picture_size(window: Window, at: int) -> int:
    """Bytes that a picture's own lengths add up to."""
    media = int.from_bytes(window.read(at + 4, 4), "big")
    words = int.from_bytes(window.read(at + 8 + media, 4), "big")
    after = at + 12 + media + words + 16
    return after + 4 - at + int.from_bytes(window.read(after, 4), "big")


def _frame_end(head: bytes, largest: int, smallest: int) -> int | None:
    """The sample after the frame whose header this is, ``None`` where its checksum says that it is none."""
    if len(head) < 6:
        return None
    width = max(8 - (~head[4] & 0xFF).bit_length(), 1)
    at = 4 + width
    code = head[2] >> 4
    extra = {6: 1, 7: 2}.get(code, 0)
    extra_rate = {12: 1, 13: 2, 14: 2}.get(head[2] & 15, 0)
    end = at + extra + extra_rate
    if code == 0 or width > 7 or len(head) <= end or _crc8(head[:end]) != head[end]:
        return None
    if extra:
        size = int.from_bytes(head[at : at + extra], "big") + 1
    else:
        size = 192 if code == 1 else 576 << code - 2 if code < 6 else 256 << code - 8
    number = head[4] if width == 1 else head[4] & (0x7F >> width)
    for byte in head[5:at]:
        number = number << 6 | byte & 0x3F
    if head[1] & 1:
        return number + size
    return number * largest + size if largest == smallest else None


def _crc8(data: bytes) -> int:
    state = 0
    for byte in data:
        state ^= byte
        for _ in range(8):
            state = (state << 1 ^ 0x07) & 0xFF if state & 0x80 else state << 1
    return state
