"""Properties of FLAC, by its STREAMINFO block (RFC 9639, section 8.2)."""

from __future__ import annotations

import io
from dataclasses import dataclass

from mutagen.flac import StreamInfo

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
    blocks = flac_blocks(stretch)
    info = stream_info(blocks.streaminfo)
    seconds = duration(info.total_samples or -1, info.sample_rate)
    frames = 0 if blocks.frames is None else stretch.end - blocks.frames
    return AudioProperties(
        codec="flac",
        duration_s=seconds,
        sample_rate_hz=info.sample_rate,
        channels=info.channels,
        bit_depth=info.bits_per_sample,
        bitrate_bps=average_bitrate(frames, seconds) or None,
        lossless=True,
    )


@dataclass(frozen=True, slots=True)
class FlacBlocks:
    """The metadata blocks of a FLAC stream.

    Attributes:
        streaminfo: The payload of STREAMINFO, which ought to come first and does not always; may be empty.
        frames: Byte offset of the first frame, ``None`` where no frame follows the last block.
    """

    streaminfo: bytes
    frames: int | None


def flac_blocks(stretch: Stretch) -> FlacBlocks:
    """Go over the metadata blocks of the stream at the head of the stretch."""
    window = stretch.window()
    at, streaminfo = stretch.start + 4, b""
    for _ in range(_MAX_BLOCKS):
        header = window.read(at, 4)
        size = int.from_bytes(header[1:], "big")
        if len(header) < 4 or at + 4 + size > stretch.end:
            break
        if not header[0] & 0x7F and not streaminfo:
            streaminfo = window.read(at + 4, min(size, _STREAMINFO_BYTES))
        at += 4 + size
        if header[0] & 0x80:
            sync = window.read(at, 2)
            begins = len(sync) == 2 and sync[0] == 0xFF and sync[1] & 0xFC == 0xF8
            return FlacBlocks(streaminfo, at if begins else None)
    return FlacBlocks(streaminfo, None)
