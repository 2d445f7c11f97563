"""Sound made from nothing: silence and short melodies as integer samples, the same on every machine."""

from __future__ import annotations

import functools
import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

_TABLE_SIZE = 1024
_FADE_DIVISOR = 20


@dataclass(frozen=True, slots=True)
class Pcm:
    """Signed samples of ``bits`` width: one tuple of equal length for each channel."""

    channels: tuple[tuple[int, ...], ...]
    rate_hz: int = 44100
    bits: int = 16

    @property
    def frames(self) -> int:
        """How many samples each channel has."""
        return len(self.channels[0])

    def interleaved(self, *, big_endian: bool = False) -> bytes:
        """Return the samples as WAV (little endian) or AIFF (big endian) hold them."""
        return _interleaved(self, big_endian=big_endian)

    def md5(self) -> bytes:
        """Return the digest that FLAC's STREAMINFO carries: MD5 over the little-endian interleaved samples."""
        return hashlib.md5(self.interleaved(), usedforsecurity=False).digest()


@functools.lru_cache(maxsize=64)
def _interleaved(pcm: Pcm, *, big_endian: bool) -> bytes:
    width = (pcm.bits + 7) // 8
    order: Literal["big", "little"] = "big" if big_endian else "little"
    return b"".join(
        sample.to_bytes(width, order, signed=True)
        for moment in zip(*pcm.channels, strict=True)
        for sample in moment
    )


@functools.cache
def silence(seconds: float = 0.1, *, rate_hz: int = 44100, channels: int = 1, bits: int = 16) -> Pcm:
    """Return ``seconds`` of zeros."""
    return Pcm(((0,) * round(seconds * rate_hz),) * channels, rate_hz, bits)


@functools.cache
def _sine() -> tuple[int, ...]:
    return tuple(round(32767 * math.sin(2 * math.pi * step / _TABLE_SIZE)) for step in range(_TABLE_SIZE))


def _note(frequency_hz: int, frames: int, rate_hz: int, amplitude: int) -> list[int]:
    """One note with a short rise and fall, so that it does not click; integer arithmetic only."""
    sine, ramp = _sine(), max(1, frames // _FADE_DIVISOR)
    note = []
    for at in range(frames):
        level = min(amplitude, amplitude * at // ramp, amplitude * (frames - at) // ramp)
        note.append(sine[at * frequency_hz * _TABLE_SIZE // rate_hz % _TABLE_SIZE] * level // 32767)
    return note


def melody(
    frequencies_hz: Sequence[int], *, seconds: float = 1.0, rate_hz: int = 8000, amplitude: int = 8000
) -> Pcm:
    """Return one channel of 16-bit sound: the notes in turn, each equally long; 0 Hz is a rest."""
    each = round(seconds * rate_hz) // len(frequencies_hz)
    samples: list[int] = []
    for frequency in frequencies_hz:
        samples += _note(frequency, each, rate_hz, amplitude)
    return Pcm((tuple(samples),), rate_hz)
