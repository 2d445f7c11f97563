"""Properties of FLAC, by its STREAMINFO block (RFC 9639, section 8.2)."""

from __future__ import annotations

import io

from mutagen.flac import StreamInfo

from archiver.audio.containers.flac_layout import STREAMINFO, flac_blocks
from archiver.audio.properties.stretch import Stretch, UnparsableError, average_bitrate, duration
from archiver.model.audio import AudioProperties

_STREAMINFO_BYTES = 34


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
    streaminfo, frames_at = _blocks(stretch)
    info = stream_info(streaminfo)
    seconds = duration(info.total_samples or -1, info.sample_rate)
    frames = 0 if frames_at is None else stretch.end - frames_at
    return AudioProperties(
        codec="flac",
        duration_s=seconds,
        sample_rate_hz=info.sample_rate,
        channels=info.channels,
        bit_depth=info.bits_per_sample,
        bitrate_bps=average_bitrate(frames, seconds) or None,
        lossless=True,
    )


def _blocks(stretch: Stretch) -> tuple[bytes, int | None]:
    """Return the payload of STREAMINFO, which ought to come first and does not always, and where the frames begin.

    The payload is empty where there is none; the offset is ``None`` where no frame follows the last block.
    """
    window = stretch.window
    streaminfo, end = b"", stretch.end
    for block in flac_blocks(window, stretch.start):
        if block.kind == STREAMINFO and not streaminfo:
            streaminfo = window.read(block.payload, min(block.end - block.payload, _STREAMINFO_BYTES))
        end = block.end
    sync = window.read(end, 2) if end < stretch.end else b""
    return streaminfo, end if len(sync) == 2 and sync[0] == 0xFF and sync[1] & 0xFC == 0xF8 else None
