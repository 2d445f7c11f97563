"""Coded sound that travels as if it were PCM: DTS and AC-3 on audio CDs and in their WAV files.

The header of such a file says PCM, and a player that believes it plays noise. One sync word proves nothing, for
PCM has all values in it; sync words at equal distances do.
"""

from __future__ import annotations

from dataclasses import dataclass

from archiver.audio.containers.window import Window
from archiver.audio.properties.ac3 import ac3_header
from archiver.audio.properties.bits import Bits

_SEARCHED = 128 << 10
_LONGEST_DISTANCE = 64 << 10
_SYNCS_WANTED = 3
_DTS_SYNCS = (
    (b"\x7f\xfe\x80\x01", 16, False),
    (b"\xfe\x7f\x01\x80", 16, True),
    (b"\x1f\xff\xe8\x00", 14, False),
    (b"\xff\x1f\x00\xe8", 14, True),
)
_BURST_SYNCS = ((b"\xf8\x72\x4e\x1f", False), (b"\x72\xf8\x1f\x4e", True))
_BURSTS = {1: "ac3", 7: "aac", 11: "dts", 12: "dts", 13: "dts", 17: "dts", 21: "eac3", 22: "truehd"}
_DTS_RATES = {1: 8000, 2: 16000, 3: 32000, 6: 11025, 7: 22050, 8: 44100, 11: 12000, 12: 24000, 13: 48000}
_DTS_CHANNELS = (1, 2, 2, 2, 2, 3, 3, 4, 4, 5, 6, 6, 6, 7, 8, 8)


@dataclass(frozen=True, slots=True)
class Carried:
    """The coded sound; rate and channels are ``None`` where only its frames say them."""

    codec: str
    lossless: bool | None
    rate: int | None = None
    channels: int | None = None


def carried_codec(window: Window, start: int, length: int) -> Carried | None:
    """What coded sound the samples at ``start`` carry; ``None`` where they are what they are said to be."""
    data = window.read(start, min(length, _SEARCHED))
    for sync, width, swapped in _DTS_SYNCS:
        at = _repeated(data, sync)
        found = None if at is None else _dts(data[at : at + 32], width, swapped=swapped)
        if found is not None:
            return found
    for sync, swapped in _BURST_SYNCS:
        at = _repeated(data, sync)
        if at is not None:
            return _burst(_in_order(data[at : at + 40], swapped=swapped))
    return None


def _repeated(data: bytes, sync: bytes) -> int | None:
    """Where a sync word stands that comes again twice at equal distances, whole samples apart."""
    places: list[int] = []
    at = data.find(sync)
    while at >= 0 and len(places) < 256:
        if at % 2 == 0:
            places.append(at)
        at = data.find(sync, at + 1)
    known = set(places)
    for index, first in enumerate(places):
        for second in places[index + 1 : index + 4]:
            step = second - first
            if step <= _LONGEST_DISTANCE and all(first + step * n in known for n in range(2, _SYNCS_WANTED)):
                return first
    return None


def _in_order(data: bytes, *, swapped: bool) -> bytes:
    """Sixteen-bit words with the high byte first."""
    data = data[: len(data) // 2 * 2]
    if not swapped:
        return data
    ordered = bytearray(len(data))
    ordered[::2], ordered[1::2] = data[1::2], data[::2]
    return bytes(ordered)


def _dts(data: bytes, width: int, *, swapped: bool) -> Carried | None:
    """A DTS frame's header (ETSI TS 102 114, section 5.3), ``None`` where its values cannot be."""
    data = _in_order(data, swapped=swapped)
    if width == 14:
        words = (int.from_bytes(data[at : at + 2], "big") & 0x3FFF for at in range(0, len(data), 2))
        joined = "".join(f"{word:014b}" for word in words)
        data = int(joined[: len(joined) // 8 * 8], 2).to_bytes(len(joined) // 8, "big")
    bits = Bits(data[4:])
    bits.take(1 + 5 + 1)
    blocks, size, mode, rate = bits.take(7), bits.take(14), bits.take(6), _DTS_RATES.get(bits.take(4))
    bits.take(5 + 1 + 1 + 1 + 1 + 1 + 3 + 1 + 1)
    low = bits.take(2)
    if blocks < 5 or size < 95 or rate is None:
        return None
    channels = _DTS_CHANNELS[mode] + (low in (1, 2)) if mode < len(_DTS_CHANNELS) else None
    return Carried("dts", lossless=False, rate=rate, channels=channels)


def _burst(data: bytes) -> Carried:
    """A data burst (IEC 61937): after two sync words what it carries, its length, and the frame."""
    codec = _BURSTS.get(data[5] & 0x1F if len(data) > 5 else 0, "iec61937")
    header = ac3_header(data[8:32]) if codec in ("ac3", "eac3") else None
    lossless = {"truehd": True, "iec61937": None}.get(codec, False)
    if header is None:
        return Carried(codec, lossless)
    return Carried(codec, lossless, header.rate, header.channels)
