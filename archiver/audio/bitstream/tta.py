"""True Audio: its header, its table of frames and every frame have a CRC-32.

Source: Aleksander Djuric, TTA1 format description. A frame holds 256/245 s; the table states the bytes of each.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections import deque

from archiver.audio.bitstream.damages import Damages
from archiver.audio.properties.stretch import Stretch, UnparsableError
from archiver.model.sound import Bitstream, Essence, Sound

METHOD = "tta-stream-v1"
CHECKED = ("tta-checksums",)
_HEAD, _SUM = 22, 4
_MOST_FRAMES = 1 << 17
"""Entries of a table that is kept: a day and a half of sound."""
_HEADER_FAILS = "the header fails its CRC-32"
_TABLE_FAILS = "the table of frames fails its CRC-32"
_FRAME_FAILS = "a frame fails its CRC-32"
_SHORT = "the music breaks off"
_AFTER = "bytes follow the last frame"


def tta_stream(stretch: Stretch) -> Bitstream | None:
    """TTA1; of the encrypted and the second version nothing is known."""
    head = stretch.head(_HEAD)
    rate, samples = struct.unpack("<II", head[10:18])
    each = 256 * rate // 245
    if head[:4] != b"TTA1" or not each or not samples or -(-samples // each) > _MOST_FRAMES:
        raise UnparsableError("the header states no frames")
    return Bitstream("tta", stretch.start, stretch.end, {"rate": rate, "samples": samples, "each": each})


class TtaWalk:
    """Goes through the header, the table and the frames."""

    def __init__(self, stream: Bitstream) -> None:
        self._stream = stream
        self._digest = hashlib.sha256()
        self._samples: int = stream.given["samples"]
        self._each: int = stream.given["each"]
        self._frames = -(-self._samples // self._each)
        self._damages = Damages(stream.given["rate"])
        self._position = stream.start
        self._table = bytearray()
        self._sizes = deque((_HEAD, self._frames * 4 + _SUM))
        self._part = -2
        self._tail = bytearray()
        self._begin()

    def _begin(self) -> None:
        """Turn to the next part: the header, the table, or a frame."""
        size = self._sizes.popleft() if self._sizes else 0
        self._covered = max(size - _SUM, 0)
        self._rest = size
        self._crc = 0
        self._tail.clear()

    def take(self, piece: memoryview) -> None:
        """Take the next bytes."""
        self._digest.update(piece)
        at, length = 0, len(piece)
        while at < length and self._part < self._frames:
            step = min(self._rest, length - at)
            part = piece[at : at + step]
            self._crc = zlib.crc32(part[: self._covered], self._crc)
            if self._part == -1:
                self._table += part[: self._covered]
            self._tail += part[self._covered :]
            self._covered -= min(step, self._covered)
            self._rest -= step
            at += step
            self._position += step
            if not self._rest:
                self._part_ends()

    def _part_ends(self) -> None:
        if self._crc != int.from_bytes(self._tail, "little") or len(self._tail) < _SUM:
            self._fails()
        if self._part == -1:
            self._sizes.extend(size for (size,) in struct.iter_unpack("<I", self._table))
            self._table.clear()
        self._part += 1
        self._begin()
        while not self._rest and self._part < self._frames:  # a frame of no bytes
            self._fails()
            self._part += 1
            self._begin()

    def _fails(self) -> None:
        if self._part < 0:
            self._damages.add(_HEADER_FAILS if self._part == -2 else _TABLE_FAILS, self._position - _SUM)
            return
        first = self._part * self._each
        lost = min(self._each, self._samples - first)
        self._damages.add(_FRAME_FAILS, self._position - len(self._tail), first, lost)

    def finish(self) -> Sound:
        """Return the digest, and which frames failed."""
        stream = self._stream
        detail = None
        if self._part < self._frames:
            first = max(self._part, 0) * self._each
            self._damages.add(_SHORT, self._position, first, self._samples - first)
        elif self._position < stream.end:
            detail = _AFTER
        essence = Essence(METHOD, self._digest.hexdigest()) if self._position > stream.start else None
        return Sound(essence, self._damages.verdict(CHECKED, proved=True, detail=detail))
