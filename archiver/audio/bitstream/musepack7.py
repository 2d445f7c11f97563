"""Musepack, stream version 7: from frame to frame by the length that each states.

Source: the layout of the stream as public decoders read it, checked on files. The bits are those of 32-bit
little-endian words, highest first. Behind a header of 200 bits each frame begins with 20 bits for the number of bits
that follow. Nothing in the stream is a checksum.
"""

from __future__ import annotations

from archiver.audio.bitstream.damages import Damages
from archiver.audio.bitstream.digests import PartsDigest
from archiver.audio.properties.stretch import Stretch
from archiver.model.sound import Bitstream, Sound

METHOD = "musepack7-stream-v1"
CHECKED = ("musepack7-frames",)
_RATES = (44100, 48000, 37800, 32000)
_FRAME_SAMPLES = 1152
_HEADER_BITS, _LENGTH_BITS, _WORD = 200, 20, 32
_LAST_LENGTH_BITS = 11
_MOST_FRAMES = 1 << 22
"""Frames that are followed: thirty hours of sound."""
_SHORT = "the music breaks off"
_UNFILLED = "the frames do not end where the music does"


def musepack7_stream(stretch: Stretch) -> Bitstream:
    """Musepack, stream version 7."""
    head = stretch.head(_HEADER_BITS // 8)
    given = {"frames": int.from_bytes(head[4:8], "little"), "rate": _RATES[head[10] & 3]}
    return Bitstream("musepack7", stretch.start, stretch.end, given)


class Musepack7Walk:
    """Goes from frame to frame."""

    def __init__(self, stream: Bitstream) -> None:
        self._stream = stream
        self._digest = PartsDigest(METHOD, ((stream.start, stream.end),), stream.start)
        self._damages = Damages(stream.given["rate"])
        self._stated: int = min(stream.given["frames"], _MOST_FRAMES)
        self._taken = 0
        self._held = bytearray()
        self._held_at = 0
        self._next = _HEADER_BITS
        self._frames = 0

    def take(self, piece: memoryview) -> None:
        """Take the next bytes."""
        self._digest.take(piece)
        position = self._taken
        self._taken += len(piece)
        wanted = self._next // _WORD * 4
        if self._frames >= self._stated or self._taken <= wanted:
            return
        if not self._held:
            self._held_at = max(position, wanted)
        self._held += piece[max(self._held_at - position, 0) :] if self._held_at > position else piece
        self._follow()

    def _follow(self) -> None:
        """Follow the frames as far as their lengths are there."""
        while self._frames < self._stated:
            word, bit = divmod(self._next, _WORD)
            at = word * 4 - self._held_at
            pair = self._held[at : at + 8]
            if at + 8 > len(self._held) and (at + 4 > len(self._held) or bit + _LENGTH_BITS > _WORD):
                break
            high, low = int.from_bytes(pair[:4], "little"), int.from_bytes(pair[4:], "little")
            shown = (high << _WORD | low) >> 2 * _WORD - bit - _LENGTH_BITS
            self._next += _LENGTH_BITS + (shown & (1 << _LENGTH_BITS) - 1)
            self._frames += 1
        drop = min(max(self._next // _WORD * 4 - self._held_at, 0), len(self._held))
        del self._held[:drop]
        self._held_at += drop

    def finish(self) -> Sound:
        """Return the digest, and whether all frames are there."""
        damages, stated = self._damages, self._stated
        bits = self._taken * 8
        whole = self._frames - (1 if self._frames and self._next > bits else 0)
        offset = self._stream.start + self._taken
        sample = whole * _FRAME_SAMPLES
        if whole < stated:
            damages.add(_SHORT, offset, sample, (stated - whole) * _FRAME_SAMPLES)
        elif self._stream.start + self._taken < self._stream.end:
            damages.add(_SHORT, offset, sample)
        elif bits - self._next >= _LAST_LENGTH_BITS + 2 * _WORD:
            damages.add(_UNFILLED, self._stream.start + self._next // 8)
        return Sound(self._digest.essence(), damages.verdict(CHECKED, proved=False, tested=stated > 0))
