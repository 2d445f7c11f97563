"""Monkey's Audio from version 3.98 on: the MD5 of everything but its descriptor.

Source: the descriptor's layout in the Monkey's Audio SDK, and files made by it. The MD5 covers the header of the
source, the frames and what followed the sound in the source, in the order of the file, and after them the header and
the table of frames, which stand before.
"""

from __future__ import annotations

import hashlib
import struct

from archiver.audio.bitstream.damages import Damages
from archiver.audio.bitstream.digests import PartsDigest
from archiver.audio.properties.stretch import Stretch, UnparsableError
from archiver.model.sound import Bitstream, Sound

METHOD = "ape-stream-v1"
SIZES, MD5 = "ape-sizes", "ape-md5"
_FIRST_WITH_DESCRIPTOR = 3980
_DESCRIPTOR, _HEADER = 52, 24
_MOST_HELD = 4 << 20
_SHORT = "the music breaks off"
_DIFFERS = "the music differs from the MD5 that the file holds of it"
_OLD = "versions before 3.98 hold no checksum of the file"
_UNPROVED = "the file holds no MD5 that could be tested"
_AFTER = "bytes follow the end that the descriptor states"


def ape_stream(stretch: Stretch) -> Bitstream:
    """Monkey's Audio."""
    head = stretch.head(6)
    if int.from_bytes(head[4:6], "little") < _FIRST_WITH_DESCRIPTOR:
        return Bitstream("ape", stretch.start, stretch.end, {})
    head = stretch.head(_DESCRIPTOR)
    descriptor, header, table, source, low, high, trailing = struct.unpack("<7I", head[8:36])
    if descriptor < _DESCRIPTOR or header < _HEADER:
        raise UnparsableError("the descriptor is cut short")
    given = {
        "held": [descriptor, header + table],
        "rest": source + low + (high << 32 & (1 << 52) - 1) + trailing,
    }
    facts = stretch.window.read(stretch.start + descriptor, _HEADER)
    if len(facts) == _HEADER:
        each, last, frames, _, _, rate = struct.unpack("<IIIHHI", facts[4:])
        given |= {"each": each, "last": last, "frames": frames, "rate": rate or None}
        given["entries"] = table // 4
    return Bitstream("ape", stretch.start, stretch.end, given | {"md5": head[36:52].hex()})


class ApeWalk:
    """Takes the MD5 in its own order."""

    def __init__(self, stream: Bitstream) -> None:
        given = stream.given
        self._stream = stream
        self._digest = PartsDigest(METHOD, ((stream.start, stream.end),), stream.start)
        self._damages = Damages(given.get("rate"))
        self._position = 0
        self._held = bytearray()
        first, held = given.get("held", (0, 0))
        self._before = first
        self._after = first + held
        self._stop = self._after + given.get("rest", 0)
        self._md5 = hashlib.md5(usedforsecurity=False) if "md5" in given and held <= _MOST_HELD else None

    def take(self, piece: memoryview) -> None:
        """Take the next bytes."""
        self._digest.take(piece)
        position, length = self._position, len(piece)
        self._position += length
        if self._md5 is None:
            return
        if position < self._after:
            self._held += piece[max(self._before - position, 0) : self._after - position]
        if self._position > self._after and position < self._stop:
            self._md5.update(piece[max(self._after - position, 0) : self._stop - position])

    def finish(self) -> Sound:
        """Return the digest, and whether the MD5 held."""
        given = self._stream.given
        if "md5" not in given:
            verdict = self._damages.verdict((), proved=False, tested=False, detail=_OLD)
            return Sound(self._digest.essence(), verdict)
        proved, detail = False, None
        if self._position < self._stop:
            self._short()
        elif self._md5 is not None and any(bytes.fromhex(given["md5"])):
            self._md5.update(self._held)
            proved = True
            if self._md5.hexdigest() != given["md5"]:
                self._damages.add(_DIFFERS, self._stream.start + self._after)
        else:
            detail = _UNPROVED
        if detail is None and self._stop < self._position:
            detail = _AFTER
        checked = (SIZES, MD5) if proved else (SIZES,)
        return Sound(self._digest.essence(), self._damages.verdict(checked, proved=proved, detail=detail))

    def _short(self) -> None:
        """Note the end; the table of frames tells the first that is not whole."""
        given, stream = self._stream.given, self._stream
        offset = stream.start + self._position
        frames, each = given.get("frames", 0), given.get("each", 0)
        whole = self._whole_frames()
        if not frames or whole is None:
            self._damages.add(_SHORT, offset)
            return
        total = (frames - 1) * each + given["last"]
        sample = min(whole * each, total)
        self._damages.add(_SHORT, offset, sample, total - sample)

    def _whole_frames(self) -> int | None:
        """Frames that end before the file does; ``None`` where the table is too long to be kept."""
        if self._position < self._after:
            return 0
        entries: int = self._stream.given.get("entries", 0)
        table = self._held[len(self._held) - entries * 4 :]
        if not table or len(table) % 4:
            return None
        begun: int = sum(start <= self._position for (start,) in struct.iter_unpack("<I", table))
        return max(begun - 1, 0)
