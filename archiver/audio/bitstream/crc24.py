"""CRC-24 (polynomial 0x864CFB), which no library for Python computes at the speed of files."""

from __future__ import annotations

import functools

_POLYNOMIAL, _TOP = 0x186_4CFB, 1 << 24
_LANE_BYTES = 128
_FEWEST_LANES = 8


def _times_x(value: int, count: int) -> int:
    """A remainder times x to the power of ``count``."""
    for _ in range(count):
        value <<= 1
        if value & _TOP:
            value ^= _POLYNOMIAL
    return value


def _tables(bits: int) -> tuple[tuple[int, ...], ...]:
    """What each byte of a remainder, the highest first, becomes after so many bits of zeros."""
    ones = [_times_x(1 << bit, bits) for bit in range(24)]

    def row(low: int) -> tuple[int, ...]:
        entries = [0]
        for bit in range(8):
            entries += [each ^ ones[low + bit] for each in entries]
        return tuple(entries)

    return row(16), row(8), row(0)


_BYTE = _tables(8)[0]
_HIGH, _MIDDLE, _LOW = (bytes(each >> shift & 0xFF for each in _BYTE) for shift in (16, 8, 0))


@functools.cache
def _lane_tables() -> tuple[tuple[int, ...], ...]:
    return _tables(8 * _LANE_BYTES)


def crc24(data: bytes, state: int = 0xB7_04CE) -> int:
    """The CRC of these bytes.

    Long data is cut into lanes of 128 bytes, and one byte of each lane is taken at a time: the three bytes of all
    remainders stand in three long integers, a table is applied to a whole row of bytes by ``bytes.translate``. The
    remainders of the lanes are then joined, one after the other.
    """
    count = len(data) // _LANE_BYTES
    at = 0
    if count >= _FEWEST_LANES:
        at = count * _LANE_BYTES
        high, middle, low = _lane_tables()
        for lane in _remainders(data, count):
            state = high[state >> 16] ^ middle[state >> 8 & 0xFF] ^ low[state & 0xFF] ^ lane
    for byte in data[at:]:
        state = state << 8 & 0xFF_FFFF ^ _BYTE[state >> 16 ^ byte]
    return state


def _remainders(data: bytes, count: int) -> list[int]:
    """The remainder of each of the first ``count`` lanes, beginning with none."""
    end = count * _LANE_BYTES
    high = middle = low = 0
    for step in range(_LANE_BYTES):
        row = int.from_bytes(data[step:end:_LANE_BYTES], "little")
        index = (high ^ row).to_bytes(count, "little")
        high = middle ^ int.from_bytes(index.translate(_HIGH), "little")
        middle = low ^ int.from_bytes(index.translate(_MIDDLE), "little")
        low = int.from_bytes(index.translate(_LOW), "little")
    rows = (each.to_bytes(count, "little") for each in (high, middle, low))
    return [top << 16 | mid << 8 | last for top, mid, last in zip(*rows, strict=True)]
