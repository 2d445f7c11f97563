"""WAV and Wave64 files whose format number is the one for protected sound: ``WAVE_FORMAT_DRM`` of mmreg.h."""

from __future__ import annotations

from archiver.audio.containers.chunks import MAX_CHUNKS, RIFF, RIFX, chunks
from archiver.audio.containers.window import Window
from archiver.model.evidence import Protection, unseen

_WAVE_64 = bytes.fromhex("726966662e91cf11a5d628db04c10000")
_W64_FORMAT = b"fmt " + bytes.fromhex("f3acd3118cd100c04f8edb8a")
_W64_FIRST, _W64_HEADER = 40, 24
_DRM, _EXTENSIBLE, _SUBFORMAT = 0x0009, 0xFFFE, 24


def wave_protection(window: Window, offset: int) -> Protection | None:
    """The protection of the RIFF, RIFX, RF64 or Wave64 form at ``offset``."""
    head = window.read(offset, 36)
    big_endian = head[:4] == b"RIFX"
    payload = _wave_64_format(window, offset) if head[:16] == _WAVE_64 else _format(window, offset, head)
    if payload is None:
        return unseen(f"RIFF@{offset}")

    def number(at: int) -> int | None:
        data = window.read(at, 2)
        return int.from_bytes(data, "big" if big_endian else "little") if len(data) == 2 else None

    tag = number(payload)
    if tag == _EXTENSIBLE:
        tag = number(payload + _SUBFORMAT)
    if tag is None:
        return unseen(f"fmt@{payload}")
    return Protection("wav-drm", "protected WAV (format 9)", f"fmt@{payload}") if tag == _DRM else None


def _format(window: Window, offset: int, head: bytes) -> int | None:
    form = RIFX if head[:4] == b"RIFX" else RIFF
    long_data = int.from_bytes(head[28:36], "little") if head[12:16] == b"ds64" else None
    for chunk in chunks(window, form, offset + 12, window.size, long_data):
        if chunk.id == b"fmt ":
            return chunk.payload
    return None


def _wave_64_format(window: Window, offset: int) -> int | None:
    at = offset + _W64_FIRST
    for _ in range(MAX_CHUNKS):
        head = window.read(at, _W64_HEADER)
        size = int.from_bytes(head[16:], "little")
        if head[:16] == _W64_FORMAT:
            return at + _W64_HEADER
        if len(head) < _W64_HEADER or size < _W64_HEADER:
            break
        at += (size + 7) // 8 * 8
    return None
