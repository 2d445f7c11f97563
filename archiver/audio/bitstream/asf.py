"""Windows Media: the payloads of the audio streams, out of the packets of the Data object.

Source: Advanced Systems Format Specification 01.20.06, sections 3.2, 3.3 and 5. What packets carry is digested, and
not the packets, so that a copy in other packets is the same music.
"""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

from archiver.audio.bitstream.damages import Damages
from archiver.audio.containers.asf_objects import STREAM_PROPERTIES, header_objects
from archiver.audio.properties.asf import AUDIO_MEDIA, BROADCAST, FILE_PROPERTIES
from archiver.audio.properties.stretch import Stretch, UnparsableError
from archiver.model.sound import Bitstream, Essence, Sound

METHOD = "asf-payloads-v1"
CHECKED = ("asf-packets", "asf-objects")
_DATA = bytes.fromhex("3626b2758e66cf11a6d900aa0062ce6c")
_DATA_HEAD = 50
_INDEXES = tuple(
    uuid.UUID(each).bytes_le
    for each in (
        "33000890-E5B1-11CF-89F4-00A0C90349CB",
        "D6E229D3-35DA-11D1-9034-00A0C90349BE",
        "FEB103F8-12AD-4C64-840F-2A1D2F7AD48C",
    )
)
"""What may follow the Data object (section 6), whose end is not known where it leaves its size open."""
_END_OF_STREAM = b"$E\x08\0"
"""Of Microsoft's streaming over HTTP, which is saved with the stream."""
_MOST_OBJECTS = 512
_LARGEST_PACKET = 1 << 20
_MOST_BAD = 1 << 14
"""Packets that contradict themselves, after which no more are looked into."""
_TICKS_A_MS = 10_000
_BAD_PACKET = "a packet contradicts itself"
_GAP = "parts of the sound are missing"
_SHORT = "the music breaks off"
_SIZES_DIFFER = "the packets are not as many as the data object states"


def asf_stream(stretch: Stretch) -> Bitstream | None:
    """Windows Media Audio, and the sound of other ASF files."""
    window, start = stretch.window, stretch.start
    size = packets = play_ms = preroll = 0
    broadcast = False
    streams: dict[int, int] = {}
    for found in islice(header_objects(window, start), _MOST_OBJECTS):
        body = window.read(found.payload, 80) if found.id in (FILE_PROPERTIES, STREAM_PROPERTIES) else b""
        if found.id == FILE_PROPERTIES and len(body) == 80:
            numbers = [int.from_bytes(body[at : at + 8], "little") for at in (32, 40, 56)]
            packets, play_ms, preroll = numbers[0], numbers[1] // _TICKS_A_MS, numbers[2]
            least, size = (int.from_bytes(body[at : at + 4], "little") for at in (68, 72))
            broadcast = bool(body[64] & BROADCAST)
            size = size if least == size else 0
        elif found.id == STREAM_PROPERTIES and body[:16] == AUDIO_MEDIA and len(body) >= 66:
            streams[body[48] & 0x7F] = int.from_bytes(body[58:62], "little")
    data = start + int.from_bytes(window.read(start + 16, 8), "little")
    head = window.read(data, _DATA_HEAD)
    if len(head) < _DATA_HEAD or head[:16] != _DATA or not streams or not 16 <= size <= _LARGEST_PACKET:
        raise UnparsableError("the packets cannot be found")
    first, length = data + _DATA_HEAD, int.from_bytes(head[16:24], "little")
    left_open = broadcast or length < _DATA_HEAD
    end = stretch.end if left_open else min(data + length, stretch.end)
    given: dict[str, Any] = {
        "packet": size,
        "packets": None if left_open else min(packets, 1 << 53),
        "stated": None if left_open else min(length - _DATA_HEAD, 1 << 53),
        "streams": [[number, rate] for number, rate in sorted(streams.items())],
        "preroll": min(preroll, 1 << 53),
        "ms": max(min(play_ms, 1 << 53) - min(preroll, 1 << 53), 0),
    }
    return Bitstream("asf", first, max(end, first), given)


class _Payload(NamedTuple):
    """One payload.

    Attributes:
        stream: The number of its stream.
        number: The number of its media object.
        wide: How many such numbers there are before they begin again.
        offset: Where in the media object it begins.
        size: Bytes of the media object, where they are stated.
        time: When that is heard, in milliseconds, where it is stated.
        data: What it carries.
    """

    stream: int
    number: int
    wide: int
    offset: int
    size: int | None
    time: int | None
    data: memoryview


@dataclass(slots=True)
class _Track:
    """One audio stream on its way."""

    digest: Any
    number: int | None = None
    expected: int = 0
    length: int = 0
    size: int | None = None


class _BadPacketError(Exception):
    """The packet contradicts itself."""


class AsfWalk:
    """Takes the payloads out of the packets."""

    def __init__(self, stream: Bitstream) -> None:
        given = stream.given
        self._stream = stream
        self._size: int = given["packet"]
        self._tracks = {number: _Track(hashlib.sha256()) for number, _ in given["streams"]}
        self._rate: int = given["streams"][0][1]
        self._damages = Damages(self._rate or None)
        self._pending = bytearray()
        self._position = stream.start
        self._packets = 0
        self._bad = 0
        self._open: bool = given["stated"] is None
        self._ended = False
        self._reached_ms = 0

    def take(self, piece: memoryview) -> None:
        """Take the next bytes."""
        self._pending += piece
        if len(self._pending) < self._size:
            return
        at = 0
        with memoryview(self._pending) as view:
            while at + self._size <= len(view):
                if self._ends_with(view[at : at + 16]):
                    at = len(view)
                    break
                self._packet(view[at : at + self._size], self._position + at)
                at += self._size
        del self._pending[:at]
        self._position += at

    def _ends_with(self, head: memoryview | bytearray) -> bool:
        """Whether an index or a server's end of stream stands where a packet would; nothing is looked at after it."""
        if self._open and not self._ended:
            found = bytes(head)
            self._ended = found in _INDEXES or found[:4] == _END_OF_STREAM
        return self._ended

    def _packet(self, packet: memoryview, offset: int) -> None:
        self._packets += 1
        if self._bad >= _MOST_BAD:
            return
        try:
            payloads = _payloads(packet)
        except _BadPacketError:
            self._bad += 1
            self._damages.add(_BAD_PACKET, offset, self._sample(self._reached_ms))
            return
        for payload in payloads:
            track = self._tracks.get(payload.stream)
            if track is not None:
                self._take_payload(track, payload, offset)

    def _take_payload(self, track: _Track, payload: _Payload, offset: int) -> None:
        track.digest.update(payload.data)
        time = None if payload.time is None else max(payload.time - self._stream.given["preroll"], 0)
        if time is not None:
            self._reached_ms = max(self._reached_ms, time)
        if payload.wide == 1:  # objects have no numbers
            track.number = payload.number
            return
        if track.number is not None and payload.number != track.number:
            step = (payload.number - track.number) % payload.wide
            whole = track.size is None or track.length >= track.size
            if step != 1 or not whole:
                self._damages.add(_GAP, offset, self._sample(time))
            track.length = 0
        elif track.number is None and payload.offset:
            track.length = payload.offset  # the stream is a part of a longer one
        if payload.size is not None and payload.number == track.number and payload.offset != track.length:
            self._damages.add(_GAP, offset, self._sample(time))
            track.length = payload.offset
        track.number, track.size = payload.number, payload.size
        track.length += len(payload.data)

    def _sample(self, time: int | None) -> int | None:
        return None if time is None or not self._rate else time * self._rate // 1000

    def finish(self) -> Sound:
        """Return the digest of the payloads, and what the packets say."""
        given, damages = self._stream.given, self._damages
        after = self._position + len(self._pending)
        stated = given["stated"]
        detail = None
        if after < self._stream.end or (stated is not None and after - self._stream.start < stated):
            sample = self._sample(self._reached_ms)
            lost = self._sample(max(given["ms"] - self._reached_ms, 0))
            damages.add(_SHORT, after, sample, lost or 0)
        elif self._pending and not self._ends_with(self._pending[:16]):
            damages.add(_BAD_PACKET, self._position, self._sample(self._reached_ms))
        elif given["packets"] is not None and given["packets"] != self._packets:
            detail = _SIZES_DIFFER
        digests = [track.digest.digest() for track in self._tracks.values() if track.number is not None]
        whole = digests[0] if len(digests) == 1 else hashlib.sha256(b"".join(digests)).digest()
        essence = Essence(METHOD, whole.hex()) if digests else None
        return Sound(essence, damages.verdict(CHECKED, proved=False, detail=detail))


_WIDTHS = (0, 1, 2, 4)


class _Reader:
    """Takes numbers out of a packet."""

    __slots__ = ("at", "data", "end")

    def __init__(self, data: memoryview) -> None:
        self.data = data
        self.at = 0
        self.end = len(data)

    def number(self, width: int) -> int:
        """The next little-endian number."""
        after = self.at + width
        if after > self.end:
            raise _BadPacketError
        value = int.from_bytes(self.data[self.at : after], "little")
        self.at = after
        return value

    def bytes(self, length: int) -> memoryview:
        """The next bytes."""
        after = self.at + length
        if length < 0 or after > self.end:
            raise _BadPacketError
        part = self.data[self.at : after]
        self.at = after
        return part


def _payloads(packet: memoryview) -> list[_Payload]:
    """Everything that one packet carries (section 5.2).

    Raises:
        _BadPacketError: where its numbers do not fit into it.
    """
    reader = _Reader(packet)
    if packet[0] & 0x80:
        if packet[0] & 0x70:
            raise _BadPacketError
        reader.bytes(1 + (packet[0] & 15))
    lengths, properties = reader.number(1), reader.number(1)
    length = reader.number(_WIDTHS[lengths >> 5 & 3])
    reader.number(_WIDTHS[lengths >> 1 & 3])
    padding = reader.number(_WIDTHS[lengths >> 3 & 3])
    reader.bytes(6)  # when it is sent, and for how long it plays
    if length and not reader.at <= length <= len(packet):
        raise _BadPacketError
    reader.end = (length or len(packet)) - padding
    if not lengths & 1:
        return _payload(reader, properties, None)
    flags = reader.number(1)
    found: list[_Payload] = []
    for _ in range(flags & 63):
        found += _payload(reader, properties, _WIDTHS[flags >> 6])
    return found


def _payload(reader: _Reader, properties: int, length_width: int | None) -> list[_Payload]:
    """One payload, or the several that a compressed one stands for (sections 5.2.3 and 5.2.4)."""
    stream = reader.number(1) & 0x7F
    width = _WIDTHS[properties >> 4 & 3]
    number = reader.number(width)
    wide = 1 << 8 * width if width else 1
    offset = reader.number(_WIDTHS[properties >> 2 & 3])
    replicated = reader.number(_WIDTHS[properties & 3])
    if replicated == 1:
        delta = reader.number(1)
        data = reader.bytes(reader.end - reader.at if length_width is None else reader.number(length_width))
        return _compressed(_Payload(stream, number, wide, 0, None, offset, data), delta)
    facts = reader.bytes(replicated)
    size, time = None, None
    if replicated >= 8:
        size, time = int.from_bytes(facts[:4], "little"), int.from_bytes(facts[4:8], "little")
    data = reader.bytes(reader.end - reader.at if length_width is None else reader.number(length_width))
    return [_Payload(stream, number, wide, offset, size, time, data)]


def _compressed(whole: _Payload, delta: int) -> list[_Payload]:
    """The objects of a compressed payload, each of which is there in full."""
    found: list[_Payload] = []
    at, data, time = 0, whole.data, whole.time or 0
    while at < len(data):
        after = at + 1 + data[at]
        if after > len(data) or not data[at]:
            raise _BadPacketError
        number = (whole.number + len(found)) % whole.wide
        found.append(_Payload(whole.stream, number, whole.wide, 0, data[at], time, data[at + 1 : after]))
        at, time = after, time + delta
    return found
