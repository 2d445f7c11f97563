"""Properties of AC-3 and E-AC-3 by their frames (ETSI TS 102 366, sections 4.4 and E.1.3)."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from archiver.audio.containers.window import Window
from archiver.audio.formats.kinds import Kind
from archiver.audio.formats.mpeg_sync import ac3_frame
from archiver.audio.properties.bits import Bits
from archiver.audio.properties.frame_count import StreamFrame, count_frames
from archiver.audio.properties.stretch import Stretch, UnparsableError, average_bitrate
from archiver.model.audio import AudioProperties

_RATES = (48000, 44100, 32000)
_BLOCKS = (1, 2, 3, 6)
_CHANNELS = (2, 1, 2, 3, 3, 4, 4, 5)
"""Channels of each audio coding mode, apart from the one for low frequencies (table 4.3)."""

_MODE_PLACES = (0x8000, 0x4000, 0xA000, 0xE000, 0xA100, 0xE100, 0xB800, 0xF800)
"""The places of each mode as a channel map writes them (table E.1.4)."""

_PAIRS = 0x0200 | 0x0400 | 0x0040 | 0x0020 | 0x0010 | 0x0004
_LOW_FREQUENCIES = 0x0001
_FIRST_FRAMES = 8
_HEADER_BYTES = 24


@dataclass(frozen=True, slots=True)
class Ac3Header:
    """What a frame's header says.

    Attributes:
        length: Bytes of the frame.
        rate: Samples a second.
        samples: Samples that it adds to the playing time: none where it belongs to another substream.
        channels: Of this frame alone.
        places: Its channels as bits of a channel map.
        substream: Whether it adds channels to the frame before it.
    """

    length: int
    rate: int
    samples: int
    channels: int
    places: int
    substream: bool = False


@functools.lru_cache(maxsize=1024)
def ac3_header(data: bytes) -> Ac3Header | None:
    """Decode the first 24 bytes of a frame, ``None`` where they begin none."""
    frame = ac3_frame(data)
    if frame is None:
        return None
    return _eac3(data, frame[0]) if frame[1] is Kind.EAC3 else _ac3(data, frame[0])


def _ac3(data: bytes, length: int) -> Ac3Header:
    bits = Bits(data[4:])
    rate = _RATES[bits.take(2)]
    bits.take(6)
    bsid = bits.take(5)
    bits.take(3)
    mode = bits.take(3)
    if mode & 1 and mode != 1:
        bits.take(2)  # level of the centre
    if mode & 4:
        bits.take(2)  # level of the surrounds
    if mode == 2:
        bits.take(2)  # whether it is Dolby Surround
    low = bits.take(1)
    return Ac3Header(
        length,
        rate >> max(bsid - 8, 0),
        1536,
        _CHANNELS[mode] + low,
        _MODE_PLACES[mode] | (low and _LOW_FREQUENCIES),
    )


def _eac3(data: bytes, length: int) -> Ac3Header | None:
    bits = Bits(data[2:])
    kind, substream = bits.take(2), bits.take(3)
    bits.take(11)
    code, second = bits.take(2), bits.take(2)
    if code == 3 and second == 3:
        return None
    rate = _RATES[second] // 2 if code == 3 else _RATES[code]
    blocks = 6 if code == 3 else _BLOCKS[second]
    mode, low = bits.take(3), bits.take(1)
    bits.take(5)
    places = _MODE_PLACES[mode] | (low and _LOW_FREQUENCIES)
    for _ in range(1 if mode else 2):
        bits.take(5)
        bits.take(8 if bits.take(1) else 0)
    if kind == 1 and bits.take(1):
        places = bits.take(16)
    extra = kind == 1
    counted = not extra and substream == 0
    return Ac3Header(length, rate, 256 * blocks if counted else 0, _CHANNELS[mode] + low, places, extra)


def _stream_frame(data: bytes, at: int) -> StreamFrame | None:
    header = ac3_header(data[at : at + _HEADER_BYTES])
    return None if header is None else StreamFrame(header.length, header.samples, header.rate)


def read_ac3(stretch: Stretch) -> AudioProperties:
    """AC-3 and E-AC-3. Channels are those of the first frame with the substreams that add to it."""
    window = stretch.window
    first = ac3_header(window.read(stretch.start, _HEADER_BYTES))
    if first is None:
        raise UnparsableError("the first frame's header is damaged")
    count = count_frames(stretch, _stream_frame)
    seconds = None if count is None else count.seconds
    return AudioProperties(
        codec=stretch.kind.value,
        duration_s=seconds,
        sample_rate_hz=first.rate,
        channels=_channels(window, stretch.start, first),
        bitrate_bps=average_bitrate(0 if count is None else count.bytes, seconds),
        lossless=False,
    )


def first_unit(window: Window, at: int) -> tuple[int, int] | None:
    """Sampling rate and channels of the frame at ``at`` with its substreams, ``None`` where no frame begins there."""
    first = ac3_header(window.read(at, _HEADER_BYTES))
    return None if first is None else (first.rate, _channels(window, at, first))


def _channels(window: Window, at: int, first: Ac3Header) -> int:
    """Channels of a frame with those that the substreams after it add."""
    places = first.places
    at += first.length
    for _ in range(_FIRST_FRAMES):
        following = ac3_header(window.read(at, _HEADER_BYTES))
        if following is None or not following.substream:
            break
        places |= following.places
        at += following.length
    added = places != first.places
    return places.bit_count() + (places & _PAIRS).bit_count() if added else first.channels
