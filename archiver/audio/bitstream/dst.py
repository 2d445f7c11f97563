"""DSDIFF with DST: the frames, one after the other, counted against what the file says.

Source: Philips, DSDIFF File Format 1.5, section 3.4. The ``DSTC`` chunk beside a frame is a checksum of the DSD that
the frame unpacks to, so that only a decoder can test it.
"""

from __future__ import annotations

from archiver.audio.bitstream.damages import Damages
from archiver.audio.bitstream.digests import PartsDigest
from archiver.model.sound import Bitstream, Sound

DST_METHOD = "dsdiff-data-v1"
CHECKED = ("dsdiff-sizes", "dst-frames")
_HEAD, _FACTS = 12, 6
_NO_CHUNK = "a chunk among the frames cannot be made out"
_FEWER = "there are fewer frames than the file states"
_SHORT = "the music breaks off"
_KNOWN = frozenset((b"FRTE", b"DSTF", b"DSTC"))


class DstWalk:
    """Goes from chunk to chunk through the ``DST `` chunk."""

    def __init__(self, stream: Bitstream) -> None:
        before = bytes.fromhex(stream.given["before"])
        self._stream = stream
        self._digest = PartsDigest(DST_METHOD, ((stream.start, stream.end),), stream.start, before)
        self._rate: int = stream.given["rate"] or 0
        self._damages = Damages(stream.given["rate"])
        self._head = bytearray()
        self._wanted = _HEAD
        self._skip = 0
        self._position = stream.start
        self._frames = 0
        self._inside = b""
        self._stated: tuple[int, int] | None = None
        self._lost = False

    def take(self, piece: memoryview) -> None:
        """Take the next bytes."""
        self._digest.take(piece)
        at, length = 0, len(piece)
        while at < length and not self._lost:
            step = min(self._skip, length - at)
            if step:
                self._skip -= step
            else:
                step = min(self._wanted - len(self._head), length - at)
                self._head += piece[at : at + step]
            at += step
            self._position += step
            if len(self._head) == self._wanted and not self._skip:
                self._chunk(bytes(self._head))

    def _chunk(self, head: bytes) -> None:
        """Take a chunk's header; of the one that states the frames, also what it says."""
        name, size = head[:4], int.from_bytes(head[4:12], "big")
        if name == b"FRTE" and len(head) == _HEAD and size >= _FACTS:
            self._wanted = _HEAD + _FACTS
            return
        if name not in _KNOWN:
            self._damages.add(_NO_CHUNK, self._position - len(head), self._sample(self._frames))
            self._lost = True
            return
        if len(head) > _HEAD:
            self._stated = int.from_bytes(head[12:16], "big"), int.from_bytes(head[16:18], "big")
        self._inside = name
        self._frames += name == b"DSTF"
        self._skip = size + size % 2 - (len(head) - _HEAD)
        self._head.clear()
        self._wanted = _HEAD

    def _sample(self, frames: int) -> int | None:
        """The first sample after so many frames; by default 75 of them make a second."""
        each = self._stated[1] if self._stated is not None and self._stated[1] else 75
        return frames * self._rate // each if self._rate else None

    def finish(self) -> Sound:
        """Return the digest, and whether all frames are there."""
        stream, damages = self._stream, self._damages
        short = stream.given["stated"] > self._position - stream.start and not self._lost
        whole = self._frames - (1 if self._skip > 1 and self._inside == b"DSTF" else 0)
        sample = self._sample(whole)
        lost = 0
        if self._stated is not None and whole < self._stated[0]:
            lost = (self._sample(self._stated[0]) or 0) - (sample or 0)
            damages.add(_SHORT if short else _FEWER, self._position, sample, lost)
        elif short or self._skip > 1:
            damages.add(_SHORT, self._position, sample)
        detail = "the checksums of the frames cover what they unpack to and need a decoder"
        return Sound(self._digest.essence(), damages.verdict(CHECKED, proved=False, detail=detail))
