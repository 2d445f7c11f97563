"""The way in: the audio properties of an open file whose kind is known."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import BinaryIO

from mutagen import MutagenError

from archiver.audio.formats.kinds import Kind
from archiver.audio.formats.magic import Sniffed
from archiver.audio.properties.ac3 import read_ac3
from archiver.audio.properties.asf import read_asf
from archiver.audio.properties.flac import read_flac
from archiver.audio.properties.iso_media import read_mp4
from archiver.audio.properties.lossless import (
    read_ape,
    read_dsdiff,
    read_dsf,
    read_midi,
    read_musepack7,
    read_optimfrog,
    read_tak,
    read_tta,
)
from archiver.audio.properties.mpeg import read_aac, read_mpeg
from archiver.audio.properties.musepack8 import read_musepack8
from archiver.audio.properties.ogg import read_ogg
from archiver.audio.properties.pcm import read_aiff, read_au, read_caf
from archiver.audio.properties.stretch import Stretch, UnparsableError
from archiver.audio.properties.wave import read_w64, read_wav
from archiver.audio.properties.wavpack import read_wavpack
from archiver.model.audio import AudioProperties, TagBlock

_READERS: dict[Kind, Callable[[Stretch], AudioProperties]] = {
    Kind.MP3: read_mpeg,
    Kind.MP2: read_mpeg,
    Kind.AAC_ADTS: read_aac,
    Kind.AAC_ADIF: read_aac,
    Kind.AC3: read_ac3,
    Kind.EAC3: read_ac3,
    Kind.FLAC: read_flac,
    Kind.OGG_VORBIS: read_ogg,
    Kind.OGG_OPUS: read_ogg,
    Kind.OGG_SPEEX: read_ogg,
    Kind.OGG_FLAC: read_ogg,
    Kind.MP4: read_mp4,
    Kind.ASF: read_asf,
    Kind.WAVPACK: read_wavpack,
    Kind.MUSEPACK7: read_musepack7,
    Kind.MUSEPACK8: read_musepack8,
    Kind.APE: read_ape,
    Kind.TAK: read_tak,
    Kind.TTA: read_tta,
    Kind.OPTIMFROG: read_optimfrog,
    Kind.DSF: read_dsf,
    Kind.DSDIFF: read_dsdiff,
    Kind.MIDI: read_midi,
    Kind.WAV: read_wav,
    Kind.RF64: read_wav,
    Kind.W64: read_w64,
    Kind.AIFF: read_aiff,
    Kind.CAF: read_caf,
    Kind.AU: read_au,
}
_CODEC_ONLY: dict[Kind, AudioProperties] = {
    Kind.SHORTEN: AudioProperties("shorten", lossless=True),
    Kind.LA: AudioProperties("la", lossless=True),
    Kind.DTS: AudioProperties("dts"),
    Kind.TRUEHD: AudioProperties("truehd", lossless=True),
    Kind.AMR: AudioProperties("amr", lossless=False),
    Kind.AAC_LOAS: AudioProperties("aac", lossless=False),
}
_HIGHEST_RATE = 100_000_000  # DSD at 64 MHz is the highest known
_MOST_CHANNELS = 1024
_DEEPEST = 64
_LONGEST = 10 * 365 * 86400.0
_TRAILING = ("id3v1", "id3v1-enhanced", "apev1", "apev2", "lyrics3v1", "lyrics3v2")


def has_reader(kind: Kind) -> bool:
    """Whether the headers of this kind are read."""
    return kind in _READERS


def read_properties(
    file: BinaryIO, size: int, sniffed: Sniffed, extension: str, blocks: Sequence[TagBlock]
) -> AudioProperties | None:
    """The properties of an audio file.

    Args:
        file: Open for reading in binary mode, seekable.
        size: The file's size in bytes.
        sniffed: What its bytes are and where the audio begins.
        extension: In lower case without the dot.
        blocks: Its tag blocks; those at the end are not audio.

    Returns:
        The properties; only the codec, where the kind implies it and has no reader; ``None`` where nothing is
        known (see :func:`has_reader`).

    Raises:
        UnparsableError: where the headers are damaged.
        OSError: where the disk fails.
        MemoryError: where they ask for more than the process may have.
    """
    kind = sniffed.kind
    reader = None if kind is None else _READERS.get(kind)
    if kind is None or reader is None:
        return None if kind is None else _CODEC_ONLY.get(kind)
    end = audio_end(size, sniffed.start, blocks)
    stretch = Stretch(file, kind, extension, sniffed.start, end, size)
    try:
        return _facts(reader(stretch))
    except (UnparsableError, MemoryError):
        raise
    except (MutagenError, struct.error) as error:
        raise UnparsableError(str(error) or "the headers are damaged") from error
    except OSError:
        raise
    except Exception as error:  # mutagen raises whatever its slip on damaged bytes leads to
        raise UnparsableError(f"the headers are damaged ({type(error).__name__})") from error


def _facts(found: AudioProperties) -> AudioProperties:
    """The same without what can be no fact: placeholders that headers are left with, and what follows from them."""
    return replace(
        found,
        duration_s=found.duration_s if _is_time(found.duration_s) else None,
        sample_rate_hz=_within(found.sample_rate_hz, _HIGHEST_RATE),
        channels=_within(found.channels, _MOST_CHANNELS),
        bit_depth=_within(found.bit_depth, _DEEPEST),
        bitrate_bps=_within(found.bitrate_bps, _HIGHEST_RATE * _DEEPEST * _MOST_CHANNELS),
    )


def _is_time(seconds: float | None) -> bool:
    return seconds is not None and math.isfinite(seconds) and 0 <= seconds < _LONGEST


def _within(number: int | None, most: int) -> int | None:
    return number if number is not None and 0 < number <= most else None


def audio_end(size: int, start: int, blocks: Sequence[TagBlock]) -> int:
    """Where the audio ends: before the tags that stand back to back at the end of the file."""
    end = size
    for block in sorted(blocks, key=lambda each: each.offset + each.length, reverse=True):
        if block.offset + block.length == end and block.offset >= start and block.kind in _TRAILING:
            end = block.offset
    return end
