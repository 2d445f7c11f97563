"""OptimFROG: its chunks, and the CRC-32 that each block of packed sound begins with.

Source: no description is published; that the four bytes at the beginning of a ``COMP`` chunk are the plain CRC-32 of
the rest of it was found on files made by OptimFROG.
"""

from __future__ import annotations

import zlib

from archiver.audio.bitstream.damages import Damages
from archiver.audio.bitstream.digests import PartsDigest
from archiver.audio.properties.stretch import Stretch, UnparsableError
from archiver.model.sound import Bitstream, Sound

METHOD = "optimfrog-stream-v1"
CHECKED = ("optimfrog-chunks", "optimfrog-checksums")
_HEAD, _SUM = 8, 4
_COMPRESSED = b"COMP"
_MOST_CHUNKS = 1 << 20
_NO_CHUNK = "bytes between the chunks are no chunk"
_FAILS = "a block fails its CRC-32"
_SHORT = "the music breaks off"
_NAMES = frozenset((b"OFR ", b"HEAD", b"COMP", b"TAIL", b"RECV", b"MD5 "))


def optimfrog_stream(stretch: Stretch) -> Bitstream:
    """OptimFROG and its DualStream."""
    head = stretch.head(24)
    size = int.from_bytes(head[4:8], "little")
    if size < 12:
        raise UnparsableError("the header is cut short")
    values = int.from_bytes(head[8:14], "little")
    channels = head[15] + 1
    rate = int.from_bytes(head[16:20], "little")
    given = {"rate": rate or None, "samples": values // channels, "channels": channels}
    return Bitstream("optimfrog", stretch.start, stretch.end, given)


class OptimfrogWalk:
    """Goes from chunk to chunk."""

    def __init__(self, stream: Bitstream) -> None:
        self._stream = stream
        self._digest = PartsDigest(METHOD, ((stream.start, stream.end),), stream.start)
        self._damages = Damages(stream.given["rate"])
        self._position = stream.start
        self._head = bytearray()
        self._name = b""
        self._rest = 0
        self._sum = bytearray()
        self._crc = 0
        self._seen = self._chunks = 0
        self._reached = 0
        self._lost = False

    def take(self, piece: memoryview) -> None:
        """Take the next bytes."""
        self._digest.take(piece)
        at, length = 0, len(piece)
        while at < length and not self._lost:
            if self._rest:
                step = min(self._rest, length - at)
                self._body(piece[at : at + step])
            else:
                step = min(_HEAD - len(self._head), length - at)
                self._head += piece[at : at + step]
            at += step
            self._position += step
            if len(self._head) == _HEAD:
                self._begin()
            elif not self._rest and not self._head:
                self._end()

    def _begin(self) -> None:
        self._name, self._rest = bytes(self._head[:4]), int.from_bytes(self._head[4:], "little")
        self._head.clear()
        self._sum.clear()
        self._crc = 0
        self._chunks += 1
        if self._name not in _NAMES or self._chunks > _MOST_CHUNKS:
            self._damages.add(_NO_CHUNK, self._position - _HEAD, self._reached)
            self._lost = True
        elif not self._rest:
            self._end()

    def _body(self, part: memoryview) -> None:
        self._rest -= len(part)
        if self._name != _COMPRESSED:
            return
        wanted = 2 * _SUM - len(self._sum)  # the checksum, and how many samples the block holds
        missing = max(_SUM - len(self._sum), 0)
        if wanted:
            self._sum += part[:wanted]
        self._crc = zlib.crc32(part[missing:], self._crc)

    def _end(self) -> None:
        """Test a chunk that is all there."""
        if self._name != _COMPRESSED or self._rest:
            return
        self._name = b""
        self._seen += 1
        samples = int.from_bytes(self._sum[_SUM : 2 * _SUM], "little") // self._stream.given["channels"]
        samples = min(samples, max(self._stream.given["samples"] - self._reached, 0))
        if len(self._sum) < 2 * _SUM or self._crc != int.from_bytes(self._sum[:_SUM], "little"):
            self._damages.add(_FAILS, self._position, self._reached, samples)
        self._reached += samples

    def finish(self) -> Sound:
        """Return the digest, and which blocks failed."""
        total = self._stream.given["samples"]
        if self._rest or self._head or self._position < self._stream.end or self._reached < total:
            self._damages.add(_SHORT, self._position, self._reached, max(total - self._reached, 0))
        proved = self._seen > 0
        return Sound(self._digest.essence(), self._damages.verdict(CHECKED, proved=proved))
