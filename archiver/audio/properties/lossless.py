"""Properties of the lossless codecs with files of their own, and of Musepack."""

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

_RATES = (44100, 48000, 37800, 32000)
_MAX_PACKETS = 64


def read_musepack8(stretch: Stretch) -> AudioProperties:
    """Musepack 8 (https://trac.musepack.net/musepack/wiki/SV8Specification, section Stream Header)."""
    file = stretch.excerpt()
    at = 4
    for _ in range(_MAX_PACKETS):
        file.seek(at)
        data = file.read(64)
        size, size_bytes = _number(data, 2)
        if not data[:2].isalpha() or size < 2 + size_bytes:
            break
        if data[:2] == b"SH":
            return _stream_header(stretch, data[2 + size_bytes : size])
        at += size
    raise UnparsableError("there is no stream header packet")


def _number(data: bytes, at: int) -> tuple[int, int]:
    """A big-endian number of seven bits per byte and the count of its bytes; a size of 0 where it is cut short."""
    value = 0
    for count, byte in enumerate(data[at : at + 9], 1):
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            return value, count
    return 0, 0


def _stream_header(stretch: Stretch, body: bytes) -> AudioProperties:
    samples, first = _number(body, 5)
    silence, second = _number(body, 5 + first)
    at = 5 + first + second
    if not first or not second or len(body) < at + 2 or body[at] >> 5 >= len(_RATES):
        raise UnparsableError("the stream header packet is cut short")
    rate = _RATES[body[at] >> 5]
    seconds = duration(samples - silence, rate)
    return AudioProperties(
        codec="musepack",
        duration_s=seconds,
        sample_rate_hz=rate,
        channels=(body[at + 1] >> 4) + 1,
        bitrate_bps=average_bitrate(stretch.length, seconds),
        lossless=False,
    )


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
