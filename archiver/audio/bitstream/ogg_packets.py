"""The packets of one logical stream of an Ogg file without its comments: their digest, and what its headers say.

A page is given as its lacing values, which say how long the segments of its body are, and its body. A packet is the
segments up to and with the first below 255 bytes (RFC 3533, section 6), so that all lacing values of a stream in a
row, like all its bodies, are the same wherever it is parted into pages.
"""

from __future__ import annotations

import hashlib
import re

from archiver.audio.blocks.ogg import COMMENT_MARKS
from archiver.audio.properties.ogg import (
    Identification,
    PacketSamples,
    VorbisSamples,
    identified,
    vorbis_modes,
)

ROOM = 1 << 17
"""Bytes that are digested at a time; more than the longest page has."""

_FLAC = (b"\x7fFLAC", b"fLaC")
_FRAME_SYNC = b"\xff"
_IDENTIFICATION_BYTES = 4096
_SETUP_BYTES = 512
_VORBIS_HEADERS, _HEADERS = 3, 2
_EMPTY_PACKET = re.compile(rb"(?<!\xff)\0")
_GOES_ON, _ENDS = b"\xff", b"\x01"


class PacketDigest:
    """Digests the packets of one stream as its pages come, and knows its identification packet.

    Attributes:
        identification: What the first packet says; ``None`` before it is whole, and of an unknown codec.
        in_sound: Whether the headers lie behind.
    """

    __slots__ = (
        "_begins",
        "_bodies",
        "_body_state",
        "_comments",
        "_flac",
        "_kept",
        "_lacing_before",
        "_lacing_state",
        "_lacings",
        "_number",
        "_packet",
        "_samples",
        "identification",
        "in_sound",
    )

    def __init__(self) -> None:
        self._body_state, self._lacing_state = hashlib.sha256(), hashlib.sha256()
        self._bodies: list[memoryview] = []
        self._lacings: list[bytes] = []
        self._lacing_before = _ENDS
        self._begins = True
        self._number = 0
        self._flac = False
        self._comments: bytes | None = None
        self._kept = True
        self._packet = bytearray()
        self._samples: PacketSamples | None = None
        self.identification: Identification | None = None
        self.in_sound = False

    def take(self, lacing: bytes, body: memoryview) -> None:
        """Take a page, whose body is kept until :meth:`flush`."""
        if not self.in_sound:
            lacing, body = self._after_headers(lacing, body)
        self._lacings.append(lacing)
        self._bodies.append(body)

    def flush(self, room: memoryview) -> None:
        """Digest the pages taken so far and let go of them.

        Args:
            room: Where they are put in a row first, :data:`ROOM` bytes: a digest of few long stretches lets the other
                threads in less often than one of many short ones, and memory that is used again costs less than new.
        """
        if self._lacings:
            used = 0
            for body in self._bodies:
                if used + len(body) > len(room):
                    self._body_state.update(room[:used])
                    used = 0
                room[used : used + len(body)] = body
                used += len(body)
            self._body_state.update(room[:used])
            self._lacing_state.update(self._lacing_values())
            self._bodies.clear()
            self._lacings.clear()

    def _lacing_values(self) -> bytes:
        """The lacing values taken since, without those of empty packets, which copying a stream may leave out."""
        values = b"".join(self._lacings)
        if not values:
            return values
        before, self._lacing_before = self._lacing_before, _GOES_ON if values.endswith(_GOES_ON) else _ENDS
        return _EMPTY_PACKET.sub(b"", before + values)[1:] if b"\0" in values else values

    def digests(self) -> bytes:
        """The digest of the packets' bytes and that of their lacing values, after :meth:`flush`."""
        return self._body_state.digest() + self._lacing_state.digest()

    def samples_on(self, lacing: bytes, body: memoryview, *, continued: bool) -> int:
        """Samples that the packets beginning and ending on a page add; 0 where the codec does not tell."""
        total, at, begins, head = 0, 0, not continued, -1
        for size in lacing if self._samples is not None else b"":
            head = at if begins else head
            at += size
            begins = size < 255
            if begins and head >= 0 and self._samples is not None:
                total += self._samples(bytes(body[head : min(at, head + 16)]))
        return total

    def _after_headers(self, lacing: bytes, body: memoryview) -> tuple[bytes, memoryview]:
        """Take what a page has of the headers; the rest of it, which is sound."""
        at = 0
        for index, size in enumerate(lacing):
            segment = body[at : at + size]
            if self._begins and not self._begin(bytes(segment)):
                self.in_sound = True
                return lacing[index:], body[at:]
            if self._kept:
                self._lacings.append(lacing[index : index + 1])
                self._bodies.append(segment)
            self._collect(segment)
            at += size
            self._begins = size < 255
            if self._begins:
                self._end()
        return b"", body[at:]

    def _begin(self, first: bytes) -> bool:
        """Begin a packet by its first segment; whether it is a header."""
        self._number += 1
        self._packet.clear()
        if self._number == 1:
            self._flac = first.startswith(_FLAC)
            self._comments = next(
                (mark for begins, mark in COMMENT_MARKS.items() if first.startswith(begins)), None
            )
            self._kept = not self._flac
            return self._flac or self._comments is not None
        if self._flac:
            return not first.startswith(_FRAME_SYNC)
        self._kept = self._number > 2 or not first.startswith(self._comments or b"")
        return self._number <= (_VORBIS_HEADERS if self._is_vorbis else _HEADERS)

    def _collect(self, segment: memoryview) -> None:
        if self._number == 1 and len(self._packet) < _IDENTIFICATION_BYTES:
            self._packet += segment
        elif self._number == _VORBIS_HEADERS and self._is_vorbis:
            self._packet += segment
            del self._packet[:-_SETUP_BYTES]

    def _end(self) -> None:
        if self._number == 1:
            self.identification = found = identified(bytes(self._packet))
            self._samples = None if found is None else found.packet_samples
        elif self._is_vorbis and self._number == _VORBIS_HEADERS and self.identification is not None:
            modes = vorbis_modes(bytes(self._packet))
            self._samples = VorbisSamples(self.identification.blocksizes, modes)

    @property
    def _is_vorbis(self) -> bool:
        return self._comments == COMMENT_MARKS[b"\x01vorbis"]
