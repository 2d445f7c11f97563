"""Properties of uncompressed and lightly compressed audio in chunks: WAV, RF64, Wave64, AIFF, CAF and AU.

Read by the formats' own specifications rather than by mutagen, which refuses RF64, Wave64, CAF and AU and
does not tell floating point, A-law or MP3 inside WAV from PCM.
"""

from __future__ import annotations

import struct

from archiver.audio.blocks.chunks import AIFF, CAF, RIFF, Chunk, chunks
from archiver.audio.kinds import Kind
from archiver.audio.properties.codecs import apple_codec, wave_codec
from archiver.audio.properties.stretch import Stretch, UnparsableError, average_bitrate, duration
from archiver.model.audio import AudioProperties

_EXTENSIBLE = 0xFFFE
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
_W64_FORMAT = b"fmt " + bytes.fromhex("f3acd3118cd100c04f8edb8a")
_W64_DATA = b"data" + bytes.fromhex("f3acd3118cd100c04f8edb8a")
_DEPTH_TELLS = frozenset({"pcm", "pcm-float", "wma-lossless", "flac", "alac"})
_MAX_CHUNKS = 10_000


def read_wav(stretch: Stretch) -> AudioProperties:
    """WAV, RF64 and BW64: ``fmt ``, ``fact`` and ``data`` (EBU Tech 3306 for the 64-bit sizes in ``ds64``)."""
    window = stretch.window()
    head = window.read(stretch.start, 36)
    if head[:4] == b"RIFX":
        raise UnparsableError("big-endian RIFX is not read")
    long_data = int.from_bytes(head[28:36], "little") if head[12:16] == b"ds64" else None
    found: dict[bytes, Chunk] = {}
    for chunk in chunks(window, RIFF, stretch.start + 12, stretch.size, long_data):
        found.setdefault(chunk.id, chunk)
        if b"fmt " in found and b"data" in found:
            break
    fmt = _payload(stretch, found.get(b"fmt "), 16, 40)
    data = found.get(b"data")
    samples = int.from_bytes(_payload(stretch, found.get(b"fact"), 0, 4), "little") or None
    return _wave(fmt, None if data is None else data.end - data.payload, samples)


def read_w64(stretch: Stretch) -> AudioProperties:
    """Sony Wave64: the chunks of WAV under 16-byte names with 64-bit sizes, aligned to eight bytes."""
    window, at = stretch.window(), stretch.start + 40
    fmt, data_length = b"", None
    for _ in range(_MAX_CHUNKS):
        head = window.read(at, 24)
        size = int.from_bytes(head[16:24], "little")
        if len(head) < 24 or size < 24:
            break
        if head[:16] == _W64_FORMAT:
            fmt = window.read(at + 24, min(size - 24, 40))
        elif head[:16] == _W64_DATA:
            data_length = min(size - 24, stretch.size - at - 24)
            break
        at += size + -size % 8
    if len(fmt) < 16:
        raise UnparsableError("there is no format chunk")
    return _wave(fmt, data_length, None)


def _payload(stretch: Stretch, chunk: Chunk | None, at_least: int, at_most: int) -> bytes:
    data = b""
    if chunk is not None:
        data = stretch.window().read(chunk.payload, min(chunk.end - chunk.payload, at_most))
    if len(data) < at_least:
        raise UnparsableError("the format chunk is missing or cut short")
    return data


def _wave(fmt: bytes, data_length: int | None, fact_samples: int | None) -> AudioProperties:
    tag, channels, rate, byte_rate, block, bits = struct.unpack("<HHIIHH", fmt[:16])
    if tag == _EXTENSIBLE and len(fmt) >= 26:
        bits = int.from_bytes(fmt[18:20], "little") or bits
        tag = int.from_bytes(fmt[24:26], "little")
    codec, lossless = wave_codec(tag)
    seconds: float | None = None
    if data_length is not None:
        if codec in ("pcm", "pcm-float") and block:
            seconds = duration(data_length // block, rate)
        elif fact_samples is not None:
            seconds = duration(fact_samples, rate)
        elif byte_rate:
            seconds = data_length / byte_rate
    return AudioProperties(
        codec=codec,
        duration_s=seconds,
        sample_rate_hz=rate or None,
        channels=channels or None,
        bit_depth=(bits or None) if codec in _DEPTH_TELLS else None,
        bitrate_bps=byte_rate * 8 or None,
        lossless=lossless,
    )


def read_aiff(stretch: Stretch) -> AudioProperties:
    """AIFF and AIFF-C, by the common chunk (Apple, AIFF 1.3 and AIFF-C draft)."""
    window = stretch.window()
    found: dict[bytes, Chunk] = {}
    for chunk in chunks(window, AIFF, stretch.start + 12, stretch.size):
        found.setdefault(chunk.id, chunk)
    common = _payload(stretch, found.get(b"COMM"), 18, 22)
    channels, frames, bits = struct.unpack(">HIH", common[:8])
    rate = _extended(common[8:18])
    compressed = window.read(stretch.start + 8, 4) == b"AIFC" and len(common) == 22
    codec, lossless = apple_codec(common[18:22]) if compressed else ("pcm", True)
    sound = found.get(b"SSND")
    length = 0 if sound is None else max(sound.end - sound.payload - 8, 0)
    seconds = duration(frames, rate)
    return AudioProperties(
        codec=codec,
        duration_s=seconds,
        sample_rate_hz=rate or None,
        channels=channels or None,
        bit_depth=(bits or None) if codec in _DEPTH_TELLS else None,
        bitrate_bps=rate * channels * bits or None if codec == "pcm" else average_bitrate(length, seconds),
        lossless=lossless,
    )


def _extended(data: bytes) -> int:
    """An 80-bit extended number, which is how AIFF writes a sample rate, rounded; 0 where it is no rate."""
    exponent = int.from_bytes(data[:2], "big") - 16383 - 63
    mantissa = int.from_bytes(data[2:10], "big")
    return mantissa >> -exponent if -63 <= exponent < 0 else 0


def read_caf(stretch: Stretch) -> AudioProperties:
    """Core Audio, by the ``desc``, ``data`` and ``pakt`` chunks (Apple, CAF Specification 1.0)."""
    window = stretch.window()
    found: dict[bytes, Chunk] = {}
    for chunk in chunks(window, CAF, stretch.start + 8, stretch.size):
        found.setdefault(chunk.id, chunk)
    desc = _payload(stretch, found.get(b"desc"), 32, 32)
    rate, codec_id, flags, packet_bytes, packet_frames, channels, bits = struct.unpack(">d4sIIIII", desc)
    hertz = round(rate) if 0 < rate < 1e9 else 0
    codec, lossless = apple_codec(codec_id)
    if codec_id == b"lpcm" and flags & 1:
        codec = "pcm-float"
    data = found.get(b"data")
    length = 0 if data is None else max(data.end - data.payload - 4, 0)
    table = b"" if b"pakt" not in found else window.read(found[b"pakt"].payload, 24)
    frames = -1
    if len(table) == 24:
        frames = struct.unpack(">q", table[8:16])[0]
    elif packet_bytes:
        frames = length // packet_bytes * packet_frames
    seconds = duration(frames, hertz)
    return AudioProperties(
        codec=codec,
        duration_s=seconds,
        sample_rate_hz=hertz or None,
        channels=channels or None,
        bit_depth=(bits or None) if codec in _DEPTH_TELLS else None,
        bitrate_bps=average_bitrate(length, seconds),
        lossless=lossless,
    )


def read_au(stretch: Stretch) -> AudioProperties:
    """Sun and NeXT audio: six big-endian numbers."""
    offset, length, encoding, rate, channels = struct.unpack(">IIIII", stretch.head(24)[4:])
    codec, bits, lossless = _AU_CODECS.get(encoding, (f"au-{encoding}", 0, None))
    available = max(stretch.size - stretch.start - offset, 0)
    length = min(length, available)  # all ones where the writer did not know it
    frame = channels * bits // 8
    seconds = duration(length // frame, rate) if frame else None
    return AudioProperties(
        codec=codec,
        duration_s=seconds,
        sample_rate_hz=rate or None,
        channels=channels or None,
        bit_depth=(bits or None) if codec in _DEPTH_TELLS else None,
        bitrate_bps=rate * channels * bits or None,
        lossless=lossless,
    )


PCM_READERS = {
    Kind.WAV: read_wav,
    Kind.RF64: read_wav,
    Kind.W64: read_w64,
    Kind.AIFF: read_aiff,
    Kind.CAF: read_caf,
    Kind.AU: read_au,
}
"""The reader of each kind."""
