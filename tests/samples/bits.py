"""Bits and check sums that audio formats share."""

from __future__ import annotations

import functools


class BitWriter:
    """Collects bits, most significant first, as FLAC, AAC and ALAC order them."""

    def __init__(self) -> None:
        self._parts: list[str] = []

    def put(self, value: int, width: int) -> None:
        """Append ``value`` (two's complement where negative) in ``width`` bits."""
        if width:
            self._parts.append(format(value & ((1 << width) - 1), f"0{width}b"))

    def unary(self, zeros: int) -> None:
        """Append ``zeros`` zero bits and a one."""
        self._parts.append("0" * zeros + "1")

    def to_bytes(self) -> bytes:
        """Return the bits, filled with zeros to a whole byte."""
        text = "".join(self._parts)
        text += "0" * (-len(text) % 8)
        return int(text, 2).to_bytes(len(text) // 8, "big") if text else b""


class LowBitWriter:
    """Collects bits, least significant first, as Vorbis orders them."""

    def __init__(self) -> None:
        self._value = 0
        self._length = 0

    def put(self, value: int, width: int) -> None:
        """Append ``value`` in ``width`` bits."""
        self._value |= value << self._length
        self._length += width

    def to_bytes(self) -> bytes:
        """Return the bits, filled with zeros to a whole byte."""
        return self._value.to_bytes((self._length + 7) // 8, "little")


@functools.cache
def _table(polynomial: int, width: int) -> tuple[int, ...]:
    top, mask = 1 << (width - 1), (1 << width) - 1
    table = []
    for byte in range(256):
        register = byte << (width - 8)
        for _ in range(8):
            register = ((register << 1) ^ (polynomial if register & top else 0)) & mask
        table.append(register)
    return tuple(table)


def _crc(data: bytes, polynomial: int, width: int) -> int:
    table, register, mask = _table(polynomial, width), 0, (1 << width) - 1
    for byte in data:
        register = ((register << 8) & mask) ^ table[(register >> (width - 8)) ^ byte]
    return register


def crc8_flac(data: bytes) -> int:
    """CRC-8 of a FLAC frame header: polynomial 0x07, start 0 (RFC 9639 §9.1.8)."""
    return _crc(data, 0x07, 8)


def crc16_flac(data: bytes) -> int:
    """CRC-16 of a FLAC frame: polynomial 0x8005, start 0, not reflected (RFC 9639 §9.3)."""
    return _crc(data, 0x8005, 16)


@functools.lru_cache(maxsize=256)
def crc32_ogg(data: bytes) -> int:
    """CRC-32 of an Ogg page: polynomial 0x04C11DB7, start 0, not reflected (RFC 3533 §6)."""
    return _crc(data, 0x04C11DB7, 32)


@functools.cache
def _reversed_bits(byte: int) -> int:
    return int(format(byte, "08b")[::-1], 2)


def crc16_lame(data: bytes) -> int:
    """CRC-16 of the LAME tag and of the music it describes: polynomial 0x8005, start 0, reflected."""
    forward = _crc(bytes(_reversed_bits(byte) for byte in data), 0x8005, 16)
    return int(format(forward, "016b")[::-1], 2)


def syncsafe(number: int) -> bytes:
    """Return ``number`` in four bytes of seven bits (ID3v2.4 §6.2)."""
    return bytes((number >> shift) & 0x7F for shift in (21, 14, 7, 0))
