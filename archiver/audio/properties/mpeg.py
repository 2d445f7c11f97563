"""Properties of streams without a file header: MPEG audio, AAC in ADTS or ADIF, AC-3 and E-AC-3."""

from __future__ import annotations

from mutagen.aac import AACInfo
from mutagen.ac3 import AC3Info
from mutagen.mp3 import MPEGInfo

from archiver.audio.kinds import Kind
from archiver.audio.mpeg_sync import mpeg_frame
from archiver.audio.properties.stretch import Stretch
from archiver.model.audio import AudioProperties

_LAYERS = {1: "mp1", 2: "mp2", 3: "mp3"}
_WALKED_BYTES = 64 << 10


def read_mpeg(stretch: Stretch) -> AudioProperties:
    """Layer I, II or III, by the first frames and the Xing, Info or VBRI frame.

    mutagen calls a stream sketchy where it has no such frame and fewer than four frames were found in a row.
    Its duration is then a guess from one bitrate: it is counted frame by frame where the stream is short, and
    left unknown otherwise.
    """
    info = MPEGInfo(stretch.excerpt(), offset=0)
    seconds: float | None = info.length
    bitrate: int | None = info.bitrate
    if info.sketchy:
        seconds = _counted_seconds(stretch, info.sample_rate, 384 if info.layer == 1 else 1152)
        bitrate = bitrate if seconds is not None else None
    return AudioProperties(
        codec=_LAYERS[info.layer],
        duration_s=seconds,
        sample_rate_hz=info.sample_rate,
        channels=info.channels,
        bitrate_bps=bitrate,
        lossless=False,
    )


def _counted_seconds(stretch: Stretch, rate: int, samples_per_frame: int) -> float | None:
    if stretch.length > _WALKED_BYTES:
        return None
    data = stretch.excerpt().read()
    at = frames = 0
    while at < len(data):
        frame = mpeg_frame(data, at)
        if frame is None:
            return None
        if frame[1] is Kind.MP3 and not data[at + 1] & 8:
            samples_per_frame = 576
        at += frame[0]
        frames += 1
    return frames * samples_per_frame / rate


def read_aac(stretch: Stretch) -> AudioProperties:
    """AAC in ADTS or ADIF. The duration comes from the first frames' average size, as nothing states it."""
    info = AACInfo(stretch.excerpt())
    return AudioProperties(
        codec="aac",
        duration_s=info.length,
        sample_rate_hz=info.sample_rate or None,
        channels=info.channels or None,
        bitrate_bps=round(info.bitrate) or None,
        lossless=False,
    )


def read_ac3(stretch: Stretch) -> AudioProperties:
    """AC-3 and E-AC-3, by the first frame."""
    info = AC3Info(stretch.excerpt())
    return AudioProperties(
        codec=stretch.kind.value,
        duration_s=info.length or None,
        sample_rate_hz=info.sample_rate,
        channels=info.channels,
        bitrate_bps=info.bitrate or None,
        lossless=False,
    )
