"""Properties of the lossless codecs with files of their own, and of Musepack 7."""

from __future__ import annotations

import struct
from typing import Any

from mutagen.dsdiff import DSDIFFInfo
from mutagen.dsf import DSFFile
from mutagen.monkeysaudio import MonkeysAudioInfo
from mutagen.musepack import MusepackInfo
from mutagen.optimfrog import OptimFROGInfo
from mutagen.smf import SMFInfo
from mutagen.tak import TAKInfo

from archiver.audio.properties.stretch import Stretch, UnparsableError, average_bitrate, duration
from archiver.model.audio import AudioProperties


def _from_mutagen(stretch: Stretch, codec: str, info: Any, *, lossless: bool | None) -> AudioProperties:  # noqa: ANN401 - mutagen's stream infos share attributes, no base class with them
    bit_depth = getattr(info, "bits_per_sample", 0)
    return AudioProperties(
        codec=codec,
        duration_s=info.length or None,
        sample_rate_hz=info.sample_rate or None,
        channels=info.channels or None,
        bit_depth=bit_depth or None,
        bitrate_bps=average_bitrate(stretch.length, info.length),
        lossless=lossless,
    )


def read_ape(stretch: Stretch) -> AudioProperties:
    """Monkey's Audio."""
    return _from_mutagen(stretch, "ape", MonkeysAudioInfo(stretch.excerpt()), lossless=True)


def read_tak(stretch: Stretch) -> AudioProperties:
    """TAK."""
    return _from_mutagen(stretch, "tak", TAKInfo(stretch.excerpt()), lossless=True)


def read_optimfrog(stretch: Stretch) -> AudioProperties:
    """OptimFROG. Its lossy sister DualStream shares the header and is told by its extension ``ofs``."""
    lossless = stretch.extension != "ofs"
    return _from_mutagen(stretch, "optimfrog", OptimFROGInfo(stretch.excerpt()), lossless=lossless)


def read_musepack7(stretch: Stretch) -> AudioProperties:
    """Musepack, stream version 7."""
    return _from_mutagen(stretch, "musepack", MusepackInfo(stretch.excerpt()), lossless=False)


def read_dsf(stretch: Stretch) -> AudioProperties:
    """DSF, by its ``fmt `` chunk (Sony, DSF File Format 1.01)."""
    chunk = DSFFile(stretch.excerpt()).fmt_chunk
    if chunk is None:
        raise UnparsableError("there is no format chunk")
    rate, channels = chunk.sampling_frequency, chunk.channel_num
    return AudioProperties(
        codec="dsd",
        duration_s=duration(chunk.sample_count, rate),
        sample_rate_hz=rate or None,
        channels=channels or None,
        bit_depth=1,
        bitrate_bps=rate * channels or None,
        lossless=True,
    )


def read_dsdiff(stretch: Stretch) -> AudioProperties:
    """DSDIFF, with plain DSD or losslessly packed DST (Philips, DSDIFF 1.5)."""
    info = DSDIFFInfo(stretch.excerpt())
    return AudioProperties(
        codec="dst" if info.compression == "DST" else "dsd",
        duration_s=info.length,
        sample_rate_hz=info.sample_rate or None,
        channels=info.channels or None,
        bit_depth=1,
        bitrate_bps=round(info.bitrate) or None,
        lossless=True,
    )


def read_tta(stretch: Stretch) -> AudioProperties:
    """True Audio, by its 22-byte header; mutagen leaves out channels and bit depth."""
    head = stretch.head(22)
    channels, bits, rate, samples = struct.unpack("<HHII", head[6:18])
    if not rate:
        raise UnparsableError("the header states no sample rate")
    seconds = duration(samples if 0 < samples < 0xFFFF_FFFF else -1, rate)
    return AudioProperties(
        codec="tta",
        duration_s=seconds,
        sample_rate_hz=rate,
        channels=channels or None,
        bit_depth=bits or None,
        bitrate_bps=average_bitrate(stretch.length, seconds),
        lossless=True,
    )


def read_midi(stretch: Stretch) -> AudioProperties:
    """A Standard MIDI File: notes, not sound, so it has a duration and nothing else."""
    return AudioProperties(codec="midi", duration_s=SMFInfo(stretch.excerpt()).length)
