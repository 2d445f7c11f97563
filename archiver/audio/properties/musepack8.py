"""Properties of Musepack, stream version 8, by its stream header packet.

mutagen's reader loops for ever on a packet whose size counts less than its own header, as in the eight bytes
``MPCKXX`` and two NULs; this one refuses it.
"""

from __future__ import annotations

from archiver.audio.properties.stretch import Stretch, UnparsableError, average_bitrate, duration
from archiver.model.audio import AudioProperties

_RATES = (44100, 48000, 37800, 32000)
_MAX_PACKETS = 64


def read_musepack8(stretch: Stretch) -> AudioProperties:
    """Musepack 8 (https://trac.musepack.net/musepack/wiki/SV8Specification, section Stream Header)."""
    file = stretch.excerpt()
    at = 4
    for _ in range(_MAX_PACKETS):
        file.seek(at)
        data = file.read(64)
        size, size_bytes = _number(data, 2)
        if not data[:2].isalpha() or size < 2 + size_bytes:
            break
        if data[:2] == b"SH":
            return _stream_header(stretch, data[2 + size_bytes : size])
        at += size
    raise UnparsableError("there is no stream header packet")


def _number(data: bytes, at: int) -> tuple[int, int]:
    """A big-endian number of seven bits per byte and the count of its bytes; a size of 0 where it is cut short."""
    value = 0
    for count, byte in enumerate(data[at : at + 9], 1):
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            return value, count
    return 0, 0


def _stream_header(stretch: Stretch, body: bytes) -> AudioProperties:
    samples, first = _number(body, 5)
    silence, second = _number(body, 5 + first)
    at = 5 + first + second
    if not first or not second or len(body) < at + 2 or body[at] >> 5 >= len(_RATES):
        raise UnparsableError("the stream header packet is cut short")
    rate = _RATES[body[at] >> 5]
    seconds = duration(samples - silence, rate)
    return AudioProperties(
        codec="musepack",
        duration_s=seconds,
        sample_rate_hz=rate,
        channels=(body[at + 1] >> 4) + 1,
        bitrate_bps=average_bitrate(stretch.length, seconds),
        lossless=False,
    )
