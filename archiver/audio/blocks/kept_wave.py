"""What lossless formats keep of the WAV file that was encoded: its chunks before and after the sound, with their texts.

WavPack 5 file format, section "Metadata Sub-Blocks"; Monkey's Audio SDK, ``APE_DESCRIPTOR``. Of TAK's simple wave
data nothing is published; the two sizes before them are what its files show.
"""

from __future__ import annotations

import struct

from archiver.audio.blocks.id3v2 import read_id3v2
from archiver.audio.blocks.iff import read_kept_aiff
from archiver.audio.blocks.reading import Draft
from archiver.audio.blocks.riff import read_kept_riff

_MAX_BLOCKS = 64
_MAX_PARTS = 256
_WAVPACK_HEADER = 32
_WAVE_HEADER, _WAVE_TRAILER, _OTHER_HEADER, _OTHER_TRAILER = 0x21, 0x22, 0x23, 0x24
_WAVE_FORMS = frozenset((b"RIFF", b"RIFX", b"RF64", b"BW64"))
_LARGE, _ODD, _NAME = 0x80, 0x40, 0x3F
_TAIL = 1 << 18
_FINAL = 0x1000
_APE_WITH_DESCRIPTOR = 3980
_APE_LEVELS, _APE_SEEK_ELEMENTS = 0x04, 0x10
_APE_OLD_HEADER = 32
_TAK_WAVE, _TAK_END, _TAK_SIZES, _TAK_CHECKSUM = 3, 0, 6, 3


def read_wavpack(draft: Draft, offset: int) -> None:
    """Index what the first blocks keep of a WAV file's chunks before the sound."""
    window = draft.window
    for _ in range(_MAX_BLOCKS):
        head = window.read(offset, _WAVPACK_HEADER)
        if len(head) < _WAVPACK_HEADER or head[:4] != b"wvpk":
            return
        end = offset + 8 + int.from_bytes(head[4:8], "little")
        _read_parts(draft, offset, end)
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
            _read_parts(draft, start + at, start + at + 8 + int.from_bytes(head[4:8], "little"))


def _read_form(draft: Draft, start: int, end: int) -> None:
    """Index what is kept before the sound, if it begins a file of a kind whose chunks are known."""
    begins = draft.window.read(start, 4)
    if begins in _WAVE_FORMS:
        read_kept_riff(draft, start, end)
    elif begins == b"FORM":
        read_kept_aiff(draft, start, end)


def _read_part(draft: Draft, name: int, start: int, end: int) -> None:
    if name in (_WAVE_HEADER, _OTHER_HEADER):
        _read_form(draft, start, end)
    elif name == _WAVE_TRAILER:
        read_kept_riff(draft, start, end)
    elif name == _OTHER_TRAILER:
        read_id3v2(draft, start)  # which ends a DSF file


def _read_parts(draft: Draft, offset: int, end: int) -> None:
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
        _read_part(draft, head[0] & _NAME, payload, after - (1 if head[0] & _ODD else 0))
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
        _read_form(draft, start, min(start + kept, window.size))
        start += kept + (high << 32 | low)
        read_kept_riff(draft, start, min(start + behind, window.size))
    else:
        flags, kept = int.from_bytes(head[8:10], "little"), int.from_bytes(head[16:20], "little")
        start = offset + _APE_OLD_HEADER
        start += 4 * bool(flags & _APE_LEVELS) + 4 * bool(flags & _APE_SEEK_ELEMENTS)
        _read_form(draft, start, min(start + kept, window.size))


def read_tak(draft: Draft, offset: int) -> None:
    """Index what TAK keeps of a WAV file's chunks: the sizes of those before and behind the sound, then both."""
    window = draft.window
    position = offset + 4
    for _ in range(_MAX_PARTS):
        head = window.read(position, 4)
        kind, size = head[:1], int.from_bytes(head[1:], "little")
        if len(head) < 4 or kind[0] & 0x7F == _TAK_END:
            return
        start, end = position + 4 + _TAK_SIZES, position + 4 + size - _TAK_CHECKSUM
        if kind[0] & 0x7F == _TAK_WAVE and start <= end <= window.size:
            sizes = window.read(position + 4, _TAK_SIZES)
            before, behind = (int.from_bytes(sizes[at : at + 3], "little") for at in (0, 3))
            _read_form(draft, start, min(start + before, end))
            read_kept_riff(draft, min(start + before, end), min(start + before + behind, end))
        position += 4 + size
