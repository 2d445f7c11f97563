"""TAK: the parts of its head with their CRC-24, and its frames by their headers, which have one each.

Source: the layout of the stream as public decoders read it, checked on files. A part of the head is its kind, three
bytes for its size, its content and a CRC-24 (polynomial 0x864CFB, first value 0xB704CE), lowest byte first. The header
of a frame ends with such a CRC, and the frame itself with one over the rest of it. Nothing states how long a
frame is: it ends where the next header begins.
"""

from __future__ import annotations

from typing import NamedTuple

from archiver.audio.bitstream.crc24 import crc24
from archiver.audio.bitstream.damages import Damages
from archiver.audio.bitstream.digests import PartsDigest
from archiver.audio.properties.stretch import Stretch, UnparsableError
from archiver.model.sound import Bitstream, Sound

METHOD = "tak-stream-v1"
CHECKED = ("tak-head", "tak-frames", "tak-checksums")
_MOST_HEAD = 1 << 18
_END, _INFO = 0, 1
_SUM = 3
_SYNC = b"\xff\xa0"
_LONGEST_HEADER = 40
_LONGEST_FRAME = 2 << 20
_LAST, _HAS_INFO, _HAS_MORE = 1, 2, 4
_DURATIONS = (3, 4, 6, 8, 4096, 8192, 16384, 512, 1024, 2048)
_LEAST_RATE = 6000
_PATIENCE, _SYNC_BYTES = 1 << 16, 1 << 12
"""Places that look like a header and are none, after which no more are looked at: so many in all, and one more in so
many bytes. In packed sound there is one in 65,536 bytes.
"""
_HEAD_FAILS = "a part of the head fails its CRC-24"
_MISSING = "frames are missing"
_ORDER = "frames are out of order"
_SHORT = "the music breaks off"
_FAILS = "a frame fails its CRC-24"
_TOO_LONG = "no frame can be made out"


def tak_stream(stretch: Stretch) -> Bitstream:
    """TAK."""
    head = stretch.window.read(stretch.start, min(_MOST_HEAD, stretch.length))
    info, end, broken = _head_parts(head)
    if info is None:
        raise UnparsableError("the head does not say what the stream is")
    given = {
        "rate": info.rate,
        "samples": info.samples,
        "each": info.each,
        "frames_at": stretch.start + end,
        "broken": [stretch.start + at for at in broken],
    }
    return Bitstream("tak", stretch.start, stretch.end, given)


class _Info(NamedTuple):
    rate: int
    samples: int
    each: int


def _head_parts(head: bytes) -> tuple[_Info | None, int, list[int]]:
    """What the head says, where it ends, and which of its parts fail."""
    at, info = 4, None
    broken: list[int] = []
    while at + 4 <= len(head):
        kind, size = head[at] & 0x7F, int.from_bytes(head[at + 1 : at + 4], "little")
        body = head[at + 4 : at + 4 + size]
        if kind == _END or len(body) < size:
            return info, at + 4 + size, broken
        if size > _SUM and crc24(body[:-_SUM]) != int.from_bytes(body[-_SUM:], "little"):
            broken.append(at)
        if kind == _INFO and info is None:
            info = _stream_info(body)
        at += 4 + size
    return info, at, broken


def _stream_info(body: bytes) -> _Info | None:
    """The facts of the stream, in bits of which the lowest come first."""
    bits = int.from_bytes(body[:10], "little")
    kind, samples = bits >> 10 & 15, bits >> 14 & (1 << 35) - 1
    rate = (bits >> 52 & (1 << 18) - 1) + _LEAST_RATE
    if len(body) < 10 or kind >= len(_DURATIONS):
        return None
    return _Info(rate, samples, rate * _DURATIONS[kind] >> 5 if kind < 4 else _DURATIONS[kind])


class _Frame(NamedTuple):
    """The header of a frame: its number, its samples if it is the last, and its length."""

    number: int
    last: int | None
    length: int


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
        self._looked = 0
        self._false = 0
        self._patience = _PATIENCE + (stream.end - stream.start) // _SYNC_BYTES
        self._frame: _Frame | None = None
        self._frames = 0

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
        """Look for frame headers that begin before ``until``; keep what belongs to the frame that has begun."""
        begun = 0
        at = self._held.find(_SYNC, self._looked)
        while 0 <= at < until and self._false <= self._patience:
            found = _frame_header(self._held[at : at + _LONGEST_HEADER])
            if found is None:
                self._false += 1
                at = self._held.find(_SYNC, at + 1)
                continue
            self._ends(begun, at)
            self._begins(found, self._held_at + at)
            begun = at
            at = self._held.find(_SYNC, at + found.length)
        looked = max(until, begun, self._looked)
        if looked - begun > _LONGEST_FRAME:
            self._damages.add(_TOO_LONG, self._held_at + begun, self._frames * self._stream.given["each"])
            self._frame = None
        if self._frame is None:
            begun = looked
        del self._held[:begun]
        self._held_at += begun
        self._looked = looked - begun

    def _begins(self, frame: _Frame, offset: int) -> None:
        """Hold a frame's number against the one before it."""
        each = self._stream.given["each"]
        if frame.number > self._frames:
            lost = (frame.number - self._frames) * each
            self._damages.add(_MISSING, offset, self._frames * each, lost)
        elif frame.number < self._frames:
            self._damages.add(_ORDER, offset, frame.number * each)
        self._frame = frame
        self._frames = frame.number + 1

    def _ends(self, begun: int, end: int) -> None:
        """Test the frame that began there and ends here."""
        frame = self._frame
        if frame is None:
            return
        body = bytes(self._held[begun + frame.length : end])
        if len(body) < _SUM or crc24(body[:-_SUM]) != int.from_bytes(body[-_SUM:], "little"):
            each = self._stream.given["each"]
            self._damages.add(_FAILS, self._held_at + begun, frame.number * each, frame.last or each)

    def finish(self) -> Sound:
        """Return the digest, and which frames failed."""
        given, damages = self._stream.given, self._damages
        self._look(len(self._held))
        frame, each, total = self._frame, given["each"], given["samples"]
        whole = frame is not None and frame.last is not None
        reached = self._frames * each + ((frame.last or each) - each if frame is not None else 0)
        cut = self._position < self._stream.end
        if whole and not cut:
            self._ends(0, len(self._held))
        elif frame is not None:
            reached = frame.number * each  # what is there of the frame that has begun cannot be heard
        if reached < total:
            damages.add(_SHORT, self._position, reached, total - reached)
        elif cut or not whole:
            damages.add(_SHORT, self._position, reached)
        return Sound(self._digest.essence(), damages.verdict(CHECKED, proved=self._frames > 0))


def _frame_header(data: bytearray) -> _Frame | None:
    """The header of a frame; ``None`` where none stands."""
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
    if crc24(bytes(data[:length])) != int.from_bytes(data[length : length + _SUM], "little"):
        return None
    return _Frame(number, last, length + _SUM)


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
