"""WavPack 5 blocks of silence, with their checksums, and an APEv2 tag."""

from __future__ import annotations

import functools
import struct
from collections.abc import Sequence

from tests.samples.ape import ape_items, apev2
from tests.samples.bits import LowBitWriter
from tests.samples.comments import Tags
from tests.samples.pcm import silence

_RATES_HZ = (6000, 8000, 9600, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)
_TWO_BYTES, _MONO, _INITIAL, _FINAL, _HAS_CHECKSUM = 1, 4, 0x800, 0x1000, 0x10000000
_BLOCK = 4410
_MASK = 0xFFFFFFFF


def _zero_run(count: int) -> bytes:
    """Return ``count`` zero samples as WavPack codes a run of them, filled with ones to four bytes."""
    out = LowBitWriter()
    width = count.bit_length()
    out.put((1 << width) - 1, width)
    out.put(0, 1)
    out.put(count - (1 << (width - 1)), width - 1)
    used = 2 * width
    out.put((1 << (-used % 32)) - 1, -used % 32)
    return out.to_bytes()


def _checksum(block: bytes) -> int:
    total = _MASK
    for (word,) in struct.iter_unpack("<H", block):
        total = (total * 3 + word) & _MASK
    return total


@functools.lru_cache(maxsize=256)
def _block(index: int, count: int, total: int, rate_hz: int) -> bytes:
    flags = _TWO_BYTES | _MONO | _INITIAL | _FINAL | _HAS_CHECKSUM | _RATES_HZ.index(rate_hz) << 23
    samples_crc = _MASK * pow(3, count, 1 << 32) & _MASK
    stream = _zero_run(count)
    parts = (
        b"\x02\0\x03\0\x04\0"  # no decorrelation terms, weights or history
        b"\x05\x03" + bytes(6),  # medians
        b"\x8a" + (len(stream) // 2).to_bytes(3, "little") + stream,
    )
    body = b"".join(parts)
    size = 24 + len(body) + 6
    head = struct.pack("<4sIHBBIIIII", b"wvpk", size, 0x410, 0, 0, total, index, count, flags, samples_crc)
    return head + body + b"\x2f\x02" + struct.pack("<I", _checksum(head + body))


def wavpack(
    tags: Tags | None = None,
    *,
    seconds: float = 1.0,
    rate_hz: int = 44100,
    audio: bytes | None = None,
    trailing: Sequence[bytes] = (),
    **fields: str,
) -> bytes:
    """Return a WavPack file of mono silence that ``wvunpack -v`` accepts.

    Args:
        tags: APEv2 items by key.
        seconds: How long.
        rate_hz: One of the rates that a block header can name.
        audio: Blocks in place of silence.
        trailing: What follows the blocks in place of an APEv2 tag.
        fields: APEv2 items by keyword: ``title``, ``date``, …
    """
    total = silence(seconds, rate_hz=rate_hz).frames
    blocks = [_block(at, min(_BLOCK, total - at), total, rate_hz) for at in range(0, total, _BLOCK)]
    items = ape_items(tags or {}, fields)
    tail = [apev2(items)] if items and not trailing else list(trailing)
    return b"".join([*(blocks if audio is None else [audio]), *tail])
