"""Properties of FLAC, by its STREAMINFO block (RFC 9639, section 8.2)."""

from __future__ import annotations

import io

from mutagen.flac import StreamInfo

from archiver.audio.properties.excerpt import Excerpt
from archiver.audio.properties.stretch import Stretch, UnparsableError, average_bitrate, duration
from archiver.model.audio import AudioProperties

_STREAMINFO_BYTES = 34
_MAX_BLOCKS = 4096


def stream_info(data: bytes) -> StreamInfo:
    """Decode the payload of a STREAMINFO block.

    Raises:
        UnparsableError: where it is cut short or states no sample rate.
    """
    if len(data) < _STREAMINFO_BYTES:
        raise UnparsableError("the STREAMINFO block is cut short")
    info = StreamInfo(io.BytesIO(data[:_STREAMINFO_BYTES]))
    if info.sample_rate <= 0:
        raise UnparsableError("the STREAMINFO block states no sample rate")
    return info


def read_flac(stretch: Stretch) -> AudioProperties:
    """FLAC. The bit rate is the average over the frames; a stream of unknown length has no duration."""
    head = stretch.head(8 + _STREAMINFO_BYTES)
    if head[4] & 0x7F:
        raise UnparsableError("the first metadata block is not STREAMINFO")
    info = stream_info(head[8:])
    seconds = duration(info.total_samples or -1, info.sample_rate)
    return AudioProperties(
        codec="flac",
        duration_s=seconds,
        sample_rate_hz=info.sample_rate,
        channels=info.channels,
        bit_depth=info.bits_per_sample,
        bitrate_bps=average_bitrate(stretch.length - _frames_offset(stretch.excerpt()), seconds),
        lossless=True,
    )


def _frames_offset(file: Excerpt) -> int:
    """Where the audio frames begin, after the last metadata block."""
    at = 4
    for _ in range(_MAX_BLOCKS):
        file.seek(at)
        header = file.read(4)
        if len(header) < 4:
            break
        at += 4 + int.from_bytes(header[1:], "big")
        if header[0] & 0x80:
            break
    return at
