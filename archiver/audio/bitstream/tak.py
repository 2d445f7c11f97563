"""TAK: the parts of its head with their CRC-24, and its frames by their headers, which have one each.

Source: the layout of the stream as public decoders read it, checked on files. A part of the head is its kind, three
bytes for its size, its content and a CRC-24 (polynomial 0x864CFB, first value 0xB704CE), lowest byte first. Each frame
ends with one more over the rest of it. That one is not tested: Python has no such CRC that is fast enough for
whole files, and without it a flipped bit within a frame is not found.
"""

from __future__ import annotations

from typing import NamedTuple

from archiver.audio.bitstream.damages import Damages
from archiver.audio.bitstream.digests import PartsDigest
from archiver.audio.properties.stretch import Stretch, UnparsableError
from archiver.model.sound import Bitstream, Sound

METHOD = "tak-stream-v1"
CHECKED = ("tak-head", "tak-frames")
_MOST_HEAD = 1 << 18
_END, _INFO, _MD5 = 0, 1, 6
_SUM = 3
_SYNC = b"\xff\xa0"
_LONGEST_HEADER = 40
_LAST, _HAS_INFO, _HAS_MORE = 1, 2, 4
_DURATIONS = (3, 4, 6, 8, 4096, 8192, 16384, 512, 1024, 2048)
_LEAST_RATE = 6000
_HEAD_FAILS = "a part of the head fails its CRC-24"
_MISSING = "frames are missing"
_ORDER = "frames are out of order"
_SHORT = "the music breaks off"
_HAS_DIGEST = "the file holds an MD5 of its samples, which a decoder can test"


def tak_stream(stretch: Stretch) -> Bitstream:
    """TAK."""
    head = stretch.window.read(stretch.start, min(_MOST_HEAD, stretch.length))
    info, end, broken, digest = _head_parts(head)
    if info is None:
        raise UnparsableError("the head does not say what the stream is")
    given = {
        "rate": info.rate,
        "samples": info.samples,
        "each": info.each,
        "frames_at": stretch.start + end,
        "broken": [stretch.start + at for at in broken],
        "md5": digest,
    }
    return Bitstream("tak", stretch.start, stretch.end, given)


class _Info(NamedTuple):
    rate: int
    samples: int
    each: int


def _head_parts(head: bytes) -> tuple[_Info | None, int, list[int], bool]:
    """What the head says, where it ends, which of its parts fail, and whether one is an MD5."""
    at, info, broken, digest = 4, None, [], False
    while at + 4 <= len(head):
        kind, size = head[at] & 0x7F, int.from_bytes(head[at + 1 : at + 4], "little")
        body = head[at + 4 : at + 4 + size]
        if kind == _END or len(body) < size:
            return info, at + 4 + size, broken, digest
        if size > _SUM and size <= 1 << 12 and _crc24(body[:-_SUM]) != int.from_bytes(body[-_SUM:], "little"):
            broken.append(at)
        if kind == _INFO and info is None:
            info = _stream_info(body)
        digest |= kind == _MD5
        at += 4 + size
    return info, at, broken, digest


def _stream_info(body: bytes) -> _Info | None:
    """The facts of the stream, in bits of which the lowest come first."""
    bits = int.from_bytes(body[:10], "little")
    kind, samples = bits >> 10 & 15, bits >> 14 & (1 << 35) - 1
    rate = (bits >> 52 & (1 << 18) - 1) + _LEAST_RATE
    if len(body) < 10 or kind >= len(_DURATIONS):
        return None
    return _Info(rate, samples, rate * _DURATIONS[kind] >> 5 if kind < 4 else _DURATIONS[kind])


class TakWalk:
    """Goes from frame header to frame header."""

    def __init__(self, stream: Bitstream) -> None:
        given = stream.given
        self._stream = stream
        self._digest = PartsDigest(METHOD, ((stream.start, stream.end),), stream.start)
        self._damages = Damages(given["rate"])
        for offset in given["broken"]:
            self._damages.add(_HEAD_FAILS, offset)
        self._position = stream.start
        self._held = bytearray()
        self._held_at = given["frames_at"]
        self._frames = 0
        self._last: int | None = None

    def take(self, piece: memoryview) -> None:
        """Take the next bytes."""
        self._digest.take(piece)
        position = self._position
        self._position += len(piece)
        if self._position <= self._held_at:
            return
        self._held += piece[max(self._held_at - position, 0) :] if self._held_at > position else piece
        self._look(len(self._held) - _LONGEST_HEADER)

    def _look(self, until: int) -> None:
        """Look for frame headers that begin before ``until``."""
        at = self._held.find(_SYNC)
        while 0 <= at < until:
            found = _frame_header(self._held[at : at + _LONGEST_HEADER])
            if found is not None:
                self._frame(found, self._held_at + at)
            at = self._held.find(_SYNC, at + 2)
        drop = max(until, 0)
        del self._held[:drop]
        self._held_at += drop

    def _frame(self, found: tuple[int, int | None], offset: int) -> None:
        number, last = found
        each = self._stream.given["each"]
        if number > self._frames:
            self._damages.add(_MISSING, offset, self._frames * each, (number - self._frames) * each)
        elif number < self._frames:
            self._damages.add(_ORDER, offset, number * each)
        self._frames = number + 1
        self._last = last

    def finish(self) -> Sound:
        """Return the digest, and whether all frames are there."""
        given = self._stream.given
        self._look(len(self._held))
        total, reached = given["samples"], self._frames * given["each"]
        if self._last is not None:
            reached += self._last - given["each"]
        if reached < total:
            self._damages.add(_SHORT, self._position, reached, total - reached)
        elif self._position < self._stream.end or self._last is None:
            self._damages.add(_SHORT, self._position, reached)
        detail = _HAS_DIGEST if given["md5"] else None
        return Sound(self._digest.essence(), self._damages.verdict(CHECKED, proved=False, detail=detail))


def _frame_header(data: bytearray) -> tuple[int, int | None] | None:
    """Number of a frame, and its samples if it is the last; ``None`` where no header stands."""
    bits = int.from_bytes(data, "little")
    flags, number = bits >> 16 & 7, bits >> 19 & (1 << 21) - 1
    used, last = 40, None
    if flags & _HAS_MORE:
        return None
    if flags & _LAST:
        last, used = (bits >> used & (1 << 14) - 1) + 1, used + 16
    if flags & _HAS_INFO:
        used = _after_info(bits, used)
    length = (used + 7) // 8
    if length + _SUM > len(data):
        return None
    if _crc24(data[:length]) != int.from_bytes(data[length : length + _SUM], "little"):
        return None
    return number, last


def _after_info(bits: int, at: int) -> int:
    """The bit after the facts of the stream that a frame repeats."""
    at += 6 + 4 + 4 + 35 + 3 + 18 + 5
    channels = (bits >> at & 15) + 1
    at += 4
    extended, at = bits >> at & 1, at + 1
    if extended:
        at += 5
        placed, at = bits >> at & 1, at + 1
        at += 6 * channels if placed else 0
    more = bits >> at & 63
    return at + 6 + (25 if more else 0)


def _table() -> tuple[int, ...]:
    entries = []
    for byte in range(256):
        state = byte << 16
        for _ in range(8):
            state = state << 1 ^ (0x864CFB if state & 0x80_0000 else 0)
        entries.append(state & 0xFF_FFFF)
    return tuple(entries)


_CRC24 = _table()


def _crc24(data: bytes | bytearray) -> int:
    state = 0xB704CE
    for byte in data:
        state = state << 8 & 0xFF_FFFF ^ _CRC24[state >> 16 ^ byte]
    return state
