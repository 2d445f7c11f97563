"""What lossless formats keep of the WAV file that was encoded: its chunks before and after the sound, with their texts.

WavPack 5 file format, section "Metadata Sub-Blocks"; Monkey's Audio SDK, ``APE_DESCRIPTOR``; TAK, simple wave data.
"""

from __future__ import annotations

import struct

from archiver.audio.blocks.reading import Draft
from archiver.audio.blocks.riff import read_kept_riff

_MAX_BLOCKS = 64
_MAX_PARTS = 256
_WAVPACK_HEADER = 32
_HEADERS = frozenset((0x21, 0x23))
_TRAILERS = frozenset((0x22, 0x24))
_LARGE, _ODD, _NAME = 0x80, 0x40, 0x3F
_TAIL = 1 << 18
_FINAL = 0x1000
_APE_WITH_DESCRIPTOR = 3980
_APE_LEVELS, _APE_SEEK_ELEMENTS = 0x04, 0x10
_APE_OLD_HEADER = 32
_TAK_WAVE, _TAK_END, _TAK_CHECKSUM = 3, 0, 3


def read_wavpack(draft: Draft, offset: int) -> None:
    """Index what the first blocks keep of a WAV file's chunks before the sound."""
    window = draft.window
    for _ in range(_MAX_BLOCKS):
        head = window.read(offset, _WAVPACK_HEADER)
        if len(head) < _WAVPACK_HEADER or head[:4] != b"wvpk":
            return
        end = offset + 8 + int.from_bytes(head[4:8], "little")
        _read_parts(draft, offset, end, _HEADERS)
        if int.from_bytes(head[20:24], "little") and int.from_bytes(head[24:28], "little") & _FINAL:
            return
        offset = end


def read_wavpack_end(draft: Draft, end: int) -> None:
    """Index what the last blocks before ``end``, which have no sound, keep of the chunks behind it."""
    window = draft.window
    start = max(end - _TAIL, 0)
    data = window.read(start, end - start)
    at = len(data)
    for _ in range(_MAX_BLOCKS):
        at = data.rfind(b"wvpk", 0, at)
        if at < 0:
            return
        head = data[at : at + _WAVPACK_HEADER]
        if len(head) == _WAVPACK_HEADER and not any(head[20:24]):
            _read_parts(draft, start + at, start + at + 8 + int.from_bytes(head[4:8], "little"), _TRAILERS)


def _read_parts(draft: Draft, offset: int, end: int, names: frozenset[int]) -> None:
    window = draft.window
    end = min(end, window.size)
    position = offset + _WAVPACK_HEADER
    for _ in range(_MAX_PARTS):
        head = window.read(position, min(4, end - position))
        if len(head) < 2:
            return
        large = head[0] & _LARGE
        words = int.from_bytes(head[1:4] if large else head[1:2], "little")
        payload = position + (4 if large else 2)
        after = payload + 2 * words
        if after > end:
            return
        if head[0] & _NAME in names:
            read_kept_riff(draft, payload, after - (1 if head[0] & _ODD else 0))
        position = after


def read_monkeys_audio(draft: Draft, offset: int) -> None:
    """Index what Monkey's Audio keeps of a WAV file's chunks before the sound, and behind it."""
    window = draft.window
    head = window.read(offset, 52)
    if len(head) < 52:
        return
    version = int.from_bytes(head[4:6], "little")
    if version >= _APE_WITH_DESCRIPTOR:
        descriptor, header, table, kept, low, high, behind = struct.unpack_from("<7I", head, 8)
        start = offset + descriptor + header + table
        read_kept_riff(draft, start, min(start + kept, window.size))
        start += kept + (high << 32 | low)
        read_kept_riff(draft, start, min(start + behind, window.size))
    else:
        flags, kept = int.from_bytes(head[8:10], "little"), int.from_bytes(head[16:20], "little")
        start = offset + _APE_OLD_HEADER
        start += 4 * bool(flags & _APE_LEVELS) + 4 * bool(flags & _APE_SEEK_ELEMENTS)
        read_kept_riff(draft, start, min(start + kept, window.size))


def read_tak(draft: Draft, offset: int) -> None:
    """Index what TAK keeps of a WAV file's chunks before the sound: the form stands within the first bytes of its data."""
    window = draft.window
    position = offset + 4
    for _ in range(_MAX_PARTS):
        head = window.read(position, 4)
        kind, size = head[:1], int.from_bytes(head[1:], "little")
        if len(head) < 4 or kind[0] & 0x7F == _TAK_END:
            return
        payload, end = position + 4, position + 4 + size
        if kind[0] & 0x7F == _TAK_WAVE and end <= window.size:
            form = window.read(payload, min(size, 64)).find(b"RIFF")
            if form >= 0:
                read_kept_riff(draft, payload + form, end - _TAK_CHECKSUM)
        position = end
