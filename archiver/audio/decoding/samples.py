"""Decoded frames as bytes: signed or as WAV has them, little-endian, the channels interleaved."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import numpy.typing as npt
from av.audio.frame import AudioFrame

from archiver.audio.decoding.stated import Form

_FLIPPED = bytes(octet ^ 0x80 for octet in range(256))
_WIDTHS = {"u8": "u1", "s16": "i2", "s32": "i4", "s64": "i8", "flt": "f4", "dbl": "f8"}

Samples = npt.NDArray[Any]
"""One row for each sample in time, one column for each channel."""


def sample_form(frame: AudioFrame) -> str:
    """How FFmpeg holds one sample: ``u8``, ``s16``, ``s32``, ``s64``, ``flt`` or ``dbl``."""
    return frame.format.name.removesuffix("p")


def samples_of(frame: AudioFrame) -> Samples:
    """The samples of a frame as FFmpeg holds them."""
    kind = np.dtype(_WIDTHS[sample_form(frame)])
    count, channels = frame.samples, frame.layout.nb_channels
    if not frame.format.is_planar or channels == 1:
        return np.frombuffer(memoryview(frame.planes[0]), kind, count * channels).reshape(count, channels)
    return np.stack([np.frombuffer(memoryview(plane), kind, count) for plane in frame.planes], axis=1)


def packed(samples: Samples, bits: int) -> bytes:
    """Samples as signed little-endian numbers in as many whole bytes as ``bits`` need (RFC 9639, 8.2).

    FFmpeg holds samples in the upper bits of 16 or 32; 8-bit samples that a WAV file has unsigned it holds so too.

    Args:
        samples: Of a form with whole numbers.
        bits: How many bits the music has for each sample, no more than the form holds.
    """
    if samples.dtype == np.uint8:
        return (samples ^ 0x80).tobytes()
    held = samples.dtype.itemsize * 8
    values = samples >> (held - bits) if bits < held else samples
    width = -(-bits // 8)
    if width == values.dtype.itemsize:
        return _little(values).tobytes()
    if width in {1, 2}:
        return values.astype(f"<i{width}").tobytes()
    octets = np.ascontiguousarray(_little(values)).view(np.uint8)
    return octets.reshape(-1, values.dtype.itemsize)[:, :width].tobytes()


def in_form(piece: bytes, bits: int, form: Form) -> bytes:
    """What :func:`packed` gave in another form."""
    if form is Form.UNSIGNED:
        return piece.translate(_FLIPPED)
    width = -(-bits // 8)
    if form is Form.BIG_ENDIAN and width > 1:
        return np.frombuffer(piece, np.uint8).reshape(-1, width)[:, ::-1].tobytes()
    return piece


def _little(values: Samples) -> Samples:
    return values if sys.byteorder == "little" else values.byteswap()
