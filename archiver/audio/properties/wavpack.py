"""Properties of WavPack, by its first blocks (WavPack 4 and 5 file format, 2020).

Read here rather than by mutagen, which knows no more than two channels, gives a quarter of a DSD stream's
rate and cannot tell hybrid files, which are lossy on their own.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from archiver.audio.containers.excerpt import Excerpt
from archiver.audio.properties.stretch import Stretch, UnparsableError, average_bitrate, duration
from archiver.model.audio import AudioProperties

_RATES = (
    6000,
    8000,
    9600,
    11025,
    12000,
    16000,
    22050,
    24000,
    32000,
    44100,
    48000,
    64000,
    88200,
    96000,
    192000,
)
_MONO, _HYBRID, _FLOAT, _FINAL, _DSD = 0x4, 0x8, 0x80, 0x1000, 0x8000_0000
_CHANNEL_INFO, _SAMPLE_RATE, _DSD_BLOCK = 0x0D, 0x27, 0x0E
_UNKNOWN_LENGTH = 0xFFFF_FFFF
_MAX_STREAMS = 64
_METADATA_BYTES = 64 << 10


@dataclass(frozen=True, slots=True)
class _Block:
    size: int
    total_samples: int
    index: int
    samples: int
    flags: int
    metadata: dict[int, bytes]


def read_wavpack(stretch: Stretch) -> AudioProperties:
    """WavPack. A hybrid file is lossy without the ``.wvc`` file beside it."""
    file = stretch.excerpt()
    first = _block(file, 0)
    if first is None:
        raise UnparsableError("there is no WavPack block")
    rate = int.from_bytes(first.metadata.get(_SAMPLE_RATE, b""), "little")
    code = first.flags >> 23 & 15
    rate = rate or (_RATES[code] if code < len(_RATES) else 0)
    dsd = bool(first.flags & _DSD)
    if dsd:
        power = first.metadata.get(_DSD_BLOCK)
        rate = (rate << min(power[0], 31)) * 8 if power else 0
    samples = -1 if first.total_samples == _UNKNOWN_LENGTH or first.index else first.total_samples
    seconds = duration(samples * 8 if dsd else samples, rate)
    depth = 32 if first.flags & _FLOAT else ((first.flags & 3) + 1) * 8 - (first.flags >> 13 & 31)
    return AudioProperties(
        codec="wavpack",
        duration_s=seconds,
        sample_rate_hz=rate or None,
        channels=_channels(file, first),
        bit_depth=1 if dsd else depth,
        bitrate_bps=average_bitrate(stretch.length, seconds),
        lossless=not first.flags & _HYBRID,
    )


def _channels(file: Excerpt, first: _Block) -> int | None:
    """Channels by the channel-info sub-block, else by adding up the blocks of the first group."""
    stated = first.metadata.get(_CHANNEL_INFO, b"")
    if len(stated) >= 6:
        return (stated[0] | (stated[2] & 15) << 8) + 1
    if stated:
        return stated[0]
    at, channels, block = 0, 0, first
    for _ in range(_MAX_STREAMS):
        channels += 1 if block.flags & _MONO else 2
        if block.flags & _FINAL:
            return channels
        at += block.size
        following = _block(file, at)
        if following is None:
            return None
        block = following
    return None


def _block(file: Excerpt, at: int) -> _Block | None:
    file.seek(at)
    head = file.read(32)
    if len(head) < 32 or not head.startswith(b"wvpk"):
        return None
    size, _, _, _, total, index, samples, flags = struct.unpack("<IHBBIIII", head[4:28])
    body = file.read(min(max(size - 24, 0), _METADATA_BYTES))
    return _Block(size + 8, total, index, samples, flags, _sub_blocks(body))


def _sub_blocks(body: bytes) -> dict[int, bytes]:
    """The first bytes of each sub-block by its id; sizes are counted in words."""
    found: dict[int, bytes] = {}
    at = 0
    while at + 2 <= len(body):
        sub_id, words, head = body[at], body[at + 1], 2
        if sub_id & 0x80:
            words, head = int.from_bytes(body[at + 1 : at + 4], "little"), 4
        length = words * 2 - (1 if sub_id & 0x40 else 0)
        found.setdefault(sub_id & 0x3F, body[at + head : at + head + min(max(length, 0), 16)])
        at += head + words * 2
    return found
