"""The way in: the audio properties of an open file whose kind is known."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Sequence
from dataclasses import replace

from mutagen import MutagenError

from archiver.audio.containers.window import Window
from archiver.audio.formats.kinds import Kind, fetched
from archiver.audio.formats.magic import Sniffed
from archiver.audio.properties.stretch import Stretch, UnparsableError
from archiver.model.audio import AudioProperties, TagBlock

_HIGHEST_RATE = 100_000_000  # DSD at 64 MHz is the highest known
_MOST_CHANNELS = 1024
_DEEPEST = 64
_LONGEST = 10 * 365 * 86400.0
_TRAILING = ("id3v1", "id3v1-enhanced", "apev1", "apev2", "lyrics3v1", "lyrics3v2")


def has_reader(kind: Kind) -> bool:
    """Whether the headers of this kind are read."""
    return isinstance(kind.row.properties, str)


def read_properties(
    window: Window, sniffed: Sniffed, extension: str, blocks: Sequence[TagBlock]
) -> AudioProperties | None:
    """The properties of an audio file.

    Args:
        window: The file.
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
    if kind is None:
        return None
    named = kind.row.properties
    if not isinstance(named, str):
        return named
    reader: Callable[[Stretch], AudioProperties] = fetched(named)
    end = audio_end(window.size, sniffed.start, blocks)
    inside = sum(block.length for block in blocks if sniffed.start <= block.offset < end)
    tag_bytes = min(inside, max(end - sniffed.start, 0))
    stretch = Stretch(window.again(), kind, extension, sniffed.start, end, tag_bytes)
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
