"""Properties of uncompressed and lightly compressed audio in chunks and after plain headers: AIFF, CAF and AU.

Read by the formats' own specifications rather than by mutagen, which refuses CAF and AU and does not tell
floating point or A-law from PCM.
"""

from __future__ import annotations

import struct

from archiver.audio.containers.chunks import AIFF, CAF, chunks_by_name
from archiver.audio.containers.element import Element
from archiver.audio.properties.codecs import DEPTH_TELLS, alac_depth, apple_codec
from archiver.audio.properties.stretch import Stretch, average_bitrate, duration
from archiver.model.audio import AudioProperties

_ALAC_DEPTHS = {1: 16, 2: 20, 3: 24, 4: 32}  # the format flags of Apple Lossless
_COOKIE_BYTES = 64
_PLAIN = frozenset({"pcm", "pcm-float"})
_AU_CODECS = {
    1: ("mulaw", 8, False),
    2: ("pcm", 8, True),
    3: ("pcm", 16, True),
    4: ("pcm", 24, True),
    5: ("pcm", 32, True),
    6: ("pcm-float", 32, True),
    7: ("pcm-float", 64, True),
    27: ("alaw", 8, False),
}
_DATA_BLOCKS = {
    b"ima4": (34, 64),
    b"MAC3": (2, 6),
    b"MAC6": (1, 6),
    b"alaw": (1, 1),
    b"ALAW": (1, 1),
    b"ulaw": (1, 1),
    b"ULAW": (1, 1),
    b"agsm": (33, 160),
    b"GSM ": (33, 160),
}
"""Bytes and samples of one channel's block in the packed codecs of AIFF-C."""


def read_aiff(stretch: Stretch) -> AudioProperties:
    """AIFF and AIFF-C, by the common chunk (Apple, AIFF 1.3 and AIFF-C draft)."""
    window = stretch.window
    found = chunks_by_name(window, AIFF, stretch.start + 12, window.size)
    common = stretch.payload(found.get(b"COMM"), 18, 22)
    channels, frames, bits = struct.unpack(">HIH", common[:8])
    rate = _extended(common[8:18])
    compressed = window.read(stretch.start + 8, 4) == b"AIFC" and len(common) == 22
    name = common[18:22] if compressed else b"NONE"
    codec, lossless = apple_codec(name)
    length = _sound_length(stretch, found.get(b"SSND"))
    block_bytes, block_frames = _DATA_BLOCKS.get(name, ((bits + 7) // 8 if codec in _PLAIN else 0, 1))
    samples = _aiff_samples(frames, length, block_bytes * channels, block_frames)
    seconds = duration(samples, rate)
    return AudioProperties(
        codec=codec,
        duration_s=seconds,
        sample_rate_hz=rate or None,
        channels=channels or None,
        bit_depth=(bits or None) if codec in DEPTH_TELLS else None,
        bitrate_bps=rate * channels * bits or None
        if codec == "pcm"
        else average_bitrate(length or 0, seconds),
        lossless=lossless,
    )


def _sound_length(stretch: Stretch, sound: Element | None) -> int | None:
    """Bytes of samples in the SSND chunk, ``None`` where there is no such chunk.

    A chunk of no size in a form of no size is one that the writer never came back to: it runs to the end.
    """
    if sound is None:
        return None
    window = stretch.window
    size, form = (int.from_bytes(window.read(at + 4, 4), "big") for at in (sound.offset, stretch.start))
    unwritten = size in (0, 8) and stretch.start + 8 + form <= sound.payload + size
    end = stretch.end if unwritten or size == 0xFFFF_FFFF else min(sound.end, stretch.end)
    return max(end - sound.payload - 8, 0)


def _aiff_samples(frames: int, length: int | None, block_bytes: int, block_frames: int) -> int:
    """Samples of each channel, -1 where they are unknown.

    Writers of packed sound count blocks, samples, or leave the number open; the bytes that are there decide.
    """
    unknown = frames in (0, 0xFFFF_FFFF) and length != 0
    if not block_bytes or length is None:
        return -1 if unknown else frames
    blocks = length // block_bytes
    if unknown or frames > blocks * block_frames:
        return blocks * block_frames
    if block_frames > 1 and frames <= blocks:
        return frames * block_frames
    return frames


def _extended(data: bytes) -> int:
    """An 80-bit extended number, which is how AIFF writes a sample rate, rounded; 0 where it is no rate."""
    exponent = int.from_bytes(data[:2], "big") - 16383 - 63
    mantissa = int.from_bytes(data[2:10], "big")
    return mantissa >> -exponent if -63 <= exponent < 0 else 0


def read_caf(stretch: Stretch) -> AudioProperties:
    """Core Audio, by the ``desc``, ``data`` and ``pakt`` chunks (Apple, CAF Specification 1.0)."""
    window = stretch.window
    found = chunks_by_name(window, CAF, stretch.start + 8, window.size)
    desc = stretch.payload(found.get(b"desc"), 32, 32)
    rate, codec_id, flags, packet_bytes, packet_frames, channels, bits = struct.unpack(">d4sIIIII", desc)
    hertz = round(rate) if 0 < rate < 1e9 else 0
    codec, lossless = apple_codec(codec_id)
    if codec_id == b"lpcm" and flags & 1:
        codec = "pcm-float"
    data = found.get(b"data")
    length = 0 if data is None else max(min(data.end, stretch.end) - data.payload - 4, 0)
    table = b"" if b"pakt" not in found else window.read(found[b"pakt"].payload, 24)
    frames = -1
    packets, valid = struct.unpack(">qq", table[:16]) if len(table) == 24 else (0, 0)
    if valid > 0:
        frames = valid
    elif packet_frames and (packets > 0 or packet_bytes):
        frames = (packets if packets > 0 else length // packet_bytes) * packet_frames
    seconds = duration(frames, hertz)
    if codec == "alac":
        cookie = b"" if b"kuki" not in found else window.read(found[b"kuki"].payload, _COOKIE_BYTES)
        bits = alac_depth(cookie) or _ALAC_DEPTHS.get(flags, 0)
    return AudioProperties(
        codec=codec,
        duration_s=seconds,
        sample_rate_hz=hertz or None,
        channels=channels or None,
        bit_depth=(bits or None) if codec in DEPTH_TELLS else None,
        bitrate_bps=average_bitrate(length, seconds),
        lossless=lossless,
    )


def read_au(stretch: Stretch) -> AudioProperties:
    """Sun and NeXT audio: six big-endian numbers."""
    offset, length, encoding, rate, channels = struct.unpack(">IIIII", stretch.head(24)[4:])
    codec, bits, lossless = _AU_CODECS.get(encoding, (f"au-{encoding}", 0, None))
    available = max(stretch.window.size - stretch.start - offset, 0)
    length = min(length or available, available)  # all ones or zero where the writer did not know it
    frame = channels * bits // 8
    seconds = duration(length // frame, rate) if frame else None
    return AudioProperties(
        codec=codec,
        duration_s=seconds,
        sample_rate_hz=rate or None,
        channels=channels or None,
        bit_depth=(bits or None) if codec in DEPTH_TELLS else None,
        bitrate_bps=rate * channels * bits or None,
        lossless=lossless,
    )
