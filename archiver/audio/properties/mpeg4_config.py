"""What an ``esds`` box says of the sound: object type, bit rate and decoder configuration (ISO/IEC 14496-1 and -3)."""

from __future__ import annotations

from dataclasses import dataclass

from archiver.audio.properties.bits import Bits
from archiver.audio.properties.mpeg import ADTS_RATES

_CHANNELS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 6, 7: 8, 11: 7, 12: 8, 14: 8}
_GENERAL_AUDIO = frozenset({1, 2, 3, 4, 6, 7, 17, 19, 20, 21, 22, 23})
_SBR, _PARAMETRIC_STEREO = 5, 29
_SYNC_SBR, _SYNC_PS = 0x2B7, 0x548
_ES, _DECODER_CONFIG, _DECODER_SPECIFIC = 3, 4, 5
_MAX_DESCRIPTORS = 16


@dataclass(frozen=True, slots=True)
class DecoderConfig:
    """A stream's decoder configuration.

    Attributes:
        object_type: The object type indication, such as 0x40 for MPEG-4 audio and 0x6B for MP3; 0 if none was found.
        bitrate_bps: The average that is stated, or 0.
        specific: The decoder specific information, which for MPEG-4 audio is an AudioSpecificConfig.
    """

    object_type: int = 0
    bitrate_bps: int = 0
    specific: bytes = b""


@dataclass(frozen=True, slots=True)
class AudioConfig:
    """An AudioSpecificConfig; what it leaves to the stream is ``None``."""

    object_type: int
    rate: int | None
    channels: int | None


def decoder_config(data: bytes) -> DecoderConfig:
    """Read the payload of an ``esds`` box."""
    found = DecoderConfig()
    at = 4
    for _ in range(_MAX_DESCRIPTORS):
        if at >= len(data):
            break
        tag = data[at]
        size, at = _size(data, at + 1)
        if tag == _ES:
            flags = data[at + 2] if at + 2 < len(data) else 0
            at += 3 + (2 if flags & 0x80 else 0)
            if flags & 0x40:
                at += 1 + (data[at] if at < len(data) else 0)
            at += 2 if flags & 0x20 else 0
        elif tag == _DECODER_CONFIG and len(data) >= at + 13:
            found = DecoderConfig(data[at], int.from_bytes(data[at + 9 : at + 13], "big"))
            at += 13
        elif tag == _DECODER_SPECIFIC:
            return DecoderConfig(found.object_type, found.bitrate_bps, data[at : at + size])
        else:
            at += size
    return found


def _size(data: bytes, at: int) -> tuple[int, int]:
    """A descriptor's size, seven bits to a byte, and where its body begins."""
    size = 0
    for _ in range(4):
        if at >= len(data):
            break
        byte = data[at]
        size, at = size << 7 | byte & 0x7F, at + 1
        if not byte & 0x80:
            break
    return size, at


def audio_config(data: bytes) -> AudioConfig | None:
    """Read an AudioSpecificConfig (ISO/IEC 14496-3, table 1.15), ``None`` where it is cut short."""
    bits = Bits(data[:512])
    object_type, rate = _object_type(bits), _rate(bits)
    configuration = bits.take(4)
    parametric = object_type == _PARAMETRIC_STEREO
    if object_type in (_SBR, _PARAMETRIC_STEREO):
        rate, object_type = _rate(bits), _object_type(bits)
    if bits.left < 0:
        return None
    channels = _CHANNELS.get(configuration)
    if object_type in _GENERAL_AUDIO:
        bits.take(1)
        bits.take(14 if bits.take(1) else 0)
        bits.take(1)
        if not configuration:
            channels = _channels_by_elements(bits)
        elif bits.left >= 16 and bits.take(11) == _SYNC_SBR and _object_type(bits) == _SBR and bits.take(1):
            rate = _rate(bits)
            parametric = bits.left >= 12 and bits.take(11) == _SYNC_PS and bool(bits.take(1))
    if parametric and channels == 1:
        channels = 2
    return AudioConfig(object_type, rate, channels)


def _object_type(bits: Bits) -> int:
    number = bits.take(5)
    return number if number < 31 else 32 + bits.take(6)


def _rate(bits: Bits) -> int | None:
    index = bits.take(4)
    if index == 15:
        return bits.take(24) or None
    return ADTS_RATES[index] if index < len(ADTS_RATES) else None


def _channels_by_elements(bits: Bits) -> int | None:
    """Channels of a program config element (the same, table 4.2), where the configuration leaves them to it."""
    bits.take(10)
    speakers = [bits.take(4) for _ in range(3)]
    low, _, _ = bits.take(2), bits.take(3), bits.take(4)
    for width in (4, 4, 3):
        bits.take(width if bits.take(1) else 0)
    pairs = 0
    for _ in range(sum(speakers)):
        pairs += bits.take(1)
        bits.take(4)
    return sum(speakers) + pairs + low if bits.left >= 0 else None
