"""Musepack, stream version 8: its packets, one after the other, and the CRC-32 of the header.

Source: Stream Version 8 Specification of the Musepack project. A packet is two letters, its whole size as a number of
seven bits a byte, and its content. Packets with sound hold no checksum.
"""

from __future__ import annotations

import zlib

from archiver.audio.bitstream.damages import Damages
from archiver.audio.bitstream.digests import PartsDigest
from archiver.audio.properties.lossless import read_musepack8
from archiver.audio.properties.stretch import Stretch
from archiver.model.sound import Bitstream, Sound

METHOD = "musepack8-stream-v1"
CHECKED = ("musepack8-packets", "musepack8-header-crc")
_MARK = 4
_LONGEST_HEAD = 11
_LONGEST_HEADER = 64
_FRAME_SAMPLES = 1152
_MOST_PACKETS = 1 << 20
"""Packets that are followed: some weeks of sound."""
_NO_PACKET = "a packet cannot be made out"
_HEADER_FAILS = "the header fails its CRC-32"
_SHORT = "the music breaks off"
_FEWER = "there are fewer packets of sound than the header's samples take"
_AFTER = "bytes follow the packet that ends the stream"


def musepack8_stream(stretch: Stretch) -> Bitstream:
    """Musepack, stream version 8."""
    rate = read_musepack8(stretch).sample_rate_hz
    return Bitstream("musepack8", stretch.start, stretch.end, {"rate": rate})


def _number(data: bytes | bytearray, at: int) -> tuple[int, int] | None:
    """A number of seven bits a byte and the offset after it; ``None`` where it is not all there."""
    value = 0
    for end in range(at, min(len(data), at + 9)):
        value = value << 7 | data[end] & 0x7F
        if data[end] < 0x80:
            return value, end + 1
    return None


class Musepack8Walk:
    """Goes from packet to packet."""

    def __init__(self, stream: Bitstream) -> None:
        self._stream = stream
        self._digest = PartsDigest(METHOD, ((stream.start, stream.end),), stream.start)
        self._damages = Damages(stream.given["rate"])
        self._position = stream.start
        self._skip = _MARK
        self._head = bytearray()
        self._kept: bytearray | None = None
        self._packets = 0
        self._sound = 0
        self._inside = b""
        self._each = 0
        self._samples = 0
        self._ended = False
        self._lost = False

    def take(self, piece: memoryview) -> None:
        """Take the next bytes."""
        self._digest.take(piece)
        at, length = 0, len(piece)
        while at < length and not self._ended and not self._lost:
            if self._skip:
                step = min(self._skip, length - at)
                if self._kept is not None:
                    self._kept += piece[at : at + step]
                self._skip -= step
            else:
                step = 1
                self._head += piece[at : at + 1]
            at += step
            self._position += step
            if self._head:
                self._begin()
            elif not self._skip and self._kept is not None:
                self._header(bytes(self._kept))
                self._kept = None

    def _begin(self) -> None:
        """Take a packet's head, once it is all there."""
        found = _number(self._head, 2) if len(self._head) > 2 else None
        self._packets += found is not None
        if self._is_bad(found):
            self._damages.add(_NO_PACKET, self._position - len(self._head), self._sample())
            self._lost = True
        elif found is not None:
            self._packet(bytes(self._head[:2]), found[0] - found[1])
            self._head.clear()

    def _is_bad(self, found: tuple[int, int] | None) -> bool:
        """Whether what has come of a head begins no packet, or one too many."""
        letters = self._head[:2]
        if len(letters) == 2 and not (letters.isalpha() and letters.isupper()):
            return True
        if found is None:
            return len(self._head) >= _LONGEST_HEAD
        size, after = found
        return size < after or self._packets > _MOST_PACKETS

    def _packet(self, name: bytes, rest: int) -> None:
        self._skip = rest
        if name == b"SH" and not self._each:
            self._kept = bytearray() if 8 < rest <= _LONGEST_HEADER else None
            if self._kept is None:
                self._damages.add(_HEADER_FAILS, self._position)
        self._inside = name
        self._sound += name == b"AP"
        self._ended = name == b"SE"

    def _header(self, body: bytes) -> None:
        if zlib.crc32(body[4:]) != int.from_bytes(body[:4], "big"):
            self._damages.add(_HEADER_FAILS, self._position - len(body))
            return
        samples = _number(body, 5)
        silence = _number(body, samples[1]) if samples else None
        if samples and silence and silence[1] + 1 < len(body):
            self._samples = samples[0]
            self._each = _FRAME_SAMPLES << 2 * (body[silence[1] + 1] & 7)

    def _sample(self) -> int:
        return self._sound * self._each

    def finish(self) -> Sound:
        """Return the digest, and whether all packets are there."""
        whole = self._sound - (1 if self._skip and self._inside == b"AP" else 0)
        reached = min(whole * self._each, self._samples)
        lost = self._samples - reached
        detail = None
        if not self._ended and not self._lost:
            self._damages.add(_SHORT, self._position, reached, lost)
        elif lost and not self._lost:
            self._damages.add(_FEWER, self._position, reached, lost)
        elif self._position < self._stream.end:
            detail = _AFTER
        return Sound(self._digest.essence(), self._damages.verdict(CHECKED, proved=False, detail=detail))
