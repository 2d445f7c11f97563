"""Properties of WAV, RF64 and Wave64: by ``fmt``, ``fact`` and ``data``, and by what the samples carry."""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace

from archiver.audio.containers.chunks import RIFF, chunks
from archiver.audio.containers.element import Element
from archiver.audio.containers.window import Window
from archiver.audio.properties.carried import carried_codec
from archiver.audio.properties.codecs import DEPTH_TELLS, wave_codec
from archiver.audio.properties.frame_count import count_frames
from archiver.audio.properties.mpeg import mpeg_reader
from archiver.audio.properties.stretch import Stretch, UnparsableError, average_bitrate, duration
from archiver.model.audio import AudioProperties

_EXTENSIBLE = 0xFFFE
W64_FORMAT = b"fmt " + bytes.fromhex("f3acd3118cd100c04f8edb8a")
W64_DATA = b"data" + bytes.fromhex("f3acd3118cd100c04f8edb8a")
_MAX_CHUNKS = 10_000
_WRAP = 1 << 32
_LAYERS = {"mp3": 3, "mp2": 2}
_STEADY = frozenset({"adpcm", "gsm", "alaw", "mulaw"})


@dataclass(frozen=True, slots=True)
class WaveData:
    """The samples of a WAV file.

    Attributes:
        start: Byte offset of the first.
        stated: Bytes that the header states; ``None`` where it leaves them open.
        length: Bytes that are there; ``None`` where the sizes contradict one another.
    """

    start: int
    stated: int | None
    length: int | None


def is_open_size(size: int) -> bool:
    """Whether a 32-bit size is one that writers put where they cannot know it.

    All ones or nearly so, or just below two gigabytes: what programs write that send a WAV down a pipe.
    """
    return size >= 0xFFFF_F000 or 0x7FFF_F000 <= size <= 0x7FFF_FFFF


def wave_data(window: Window, start: int, end: int) -> tuple[dict[bytes, Element], WaveData | None]:
    """The chunks before the samples of the RIFF form at ``start``, and the samples, by whatever sizes hold.

    Sizes are 32 bits wide: longer files wrap round, writers that were stopped leave zero or all ones.
    """
    head = window.read(start, 36)
    form_size = int.from_bytes(head[4:8], "little")
    long_size = int.from_bytes(head[28:36], "little") if head[12:16] == b"ds64" else None
    found: dict[bytes, Element] = {}
    for chunk in chunks(window, RIFF, start + 12, end):
        found.setdefault(chunk.id, chunk)
        if chunk.id == b"data":
            size = int.from_bytes(window.read(chunk.offset + 4, 4), "little")
            if long_size is not None and size == 0xFFFF_FFFF:
                return found, _long_data(chunk.payload, long_size, end)
            return found, _data(chunk.payload, size, start + form_size + 8, end)
    return found, None


def _long_data(start: int, size: int, end: int) -> WaveData:
    available = max(end - start, 0)
    if size in (0, (1 << 64) - 1):
        return WaveData(start, None, available)
    return WaveData(start, size, min(size, available))


def _data(start: int, size: int, form_end: int, end: int) -> WaveData:
    available = max(end - start, 0)
    if is_open_size(size) and (size > available or size >= 0xFFFF_F000):
        return WaveData(start, None, available)
    if size == 0 and available and (form_end <= start or is_open_size(form_end - 8)):
        return WaveData(start, None, available)
    if available - size >= _WRAP:
        wrapped = (form_end - end) % _WRAP in (0, 1)
        whole = size + (available - size) // _WRAP * _WRAP
        return WaveData(start, whole if wrapped else None, whole if wrapped else None)
    return WaveData(start, size, min(size, available))


def read_wav(stretch: Stretch) -> AudioProperties:
    """WAV, RF64 and BW64 (EBU Tech 3306 for the 64-bit sizes in ``ds64``)."""
    window = stretch.window
    if window.read(stretch.start, 4) == b"RIFX":
        raise UnparsableError("big-endian RIFX is not read")
    found, data = wave_data(window, stretch.start, stretch.end)
    fmt = stretch.payload(found.get(b"fmt "), 0, 40)
    fact = stretch.payload(found.get(b"fact"), 0, 4)
    samples = int.from_bytes(fact, "little")
    return _wave(stretch, fmt, data, samples if 0 < samples < 0xFFFF_FFFF else None)


def read_w64(stretch: Stretch) -> AudioProperties:
    """Sony Wave64: the chunks of WAV under 16-byte names with 64-bit sizes, aligned to eight bytes."""
    window, at = stretch.window, stretch.start + 40
    fmt, data = b"", None
    for _ in range(_MAX_CHUNKS):
        head = window.read(at, 24)
        size = int.from_bytes(head[16:24], "little")
        if head[:16] == W64_DATA and len(head) == 24:
            data = _long_data(at + 24, max(size - 24, 0) if size < 1 << 63 else 0, stretch.window.size)
            break
        if len(head) < 24 or size < 24:
            break
        if head[:16] == W64_FORMAT:
            fmt = window.read(at + 24, min(size - 24, 40))
        at += size + -size % 8
    return _wave(stretch, fmt, data, None)


@dataclass(frozen=True, slots=True)
class _Form:
    """What a ``fmt`` chunk says."""

    codec: str
    lossless: bool | None
    channels: int
    rate: int
    byte_rate: int
    block: int
    bits: int
    block_samples: int


def _form(fmt: bytes) -> _Form:
    if len(fmt) < 16:
        raise UnparsableError("the format chunk is missing or cut short")
    tag, channels, rate, byte_rate, block, bits = struct.unpack("<HHIIHH", fmt[:16])
    block_samples = int.from_bytes(fmt[18:20], "little")
    if tag == _EXTENSIBLE and len(fmt) >= 26:
        bits = int.from_bytes(fmt[18:20], "little") or bits
        tag, block_samples = int.from_bytes(fmt[24:26], "little"), 0
    codec, lossless = wave_codec(tag)
    return _Form(codec, lossless, channels, rate, byte_rate, block, bits, block_samples)


def _wave(stretch: Stretch, fmt: bytes, data: WaveData | None, fact_samples: int | None) -> AudioProperties:
    form = _form(fmt)
    seconds = None if data is None else _seconds(stretch, form, data, fact_samples)
    properties = AudioProperties(
        codec=form.codec,
        duration_s=seconds,
        sample_rate_hz=form.rate or None,
        channels=form.channels or None,
        bit_depth=(form.bits or None) if form.codec in DEPTH_TELLS else None,
        bitrate_bps=_bitrate(form, data, seconds),
        lossless=form.lossless,
    )
    carried = None
    if data is not None and form.codec == "pcm":
        carried = carried_codec(stretch.window, data.start, data.length or 0)
    if carried is None:
        return properties
    return replace(
        properties,
        codec=carried.codec,
        sample_rate_hz=carried.rate or properties.sample_rate_hz,
        channels=carried.channels,
        bit_depth=None,
        lossless=carried.lossless,
    )


def _bitrate(form: _Form, data: WaveData | None, seconds: float | None) -> int | None:
    """The rate that the header states; of MPEG audio, where that is a template, the average."""
    average = average_bitrate(data.length or 0, seconds) if data is not None else None
    stated = form.byte_rate * 8 or None
    return average or stated if form.codec in _LAYERS else stated or average


def _seconds(stretch: Stretch, form: _Form, data: WaveData, fact_samples: int | None) -> float | None:
    """The playing time: of PCM by the bytes, of blocks by their number, of MPEG audio by its frames."""
    if data.length is None:
        return None
    if form.codec in ("pcm", "pcm-float", "alaw", "mulaw"):
        block = form.block or form.channels * ((form.bits + 7) // 8)
        return duration(data.length // block, form.rate) if block else None
    if form.codec in _LAYERS:
        sound = replace(stretch, start=data.start, end=data.start + data.length)
        count = count_frames(sound, mpeg_reader(_LAYERS[form.codec], 0))
        if count is not None and count.seconds is not None:
            return count.seconds
    if form.codec in ("adpcm", "gsm") and form.block and form.block_samples:
        samples = data.length // form.block * form.block_samples
        last_block = fact_samples is not None and 0 <= samples - fact_samples < form.block_samples
        return duration(fact_samples if last_block and fact_samples else samples, form.rate)
    if fact_samples is not None:
        return duration(fact_samples, form.rate)
    return data.length / form.byte_rate if form.codec in _STEADY and form.byte_rate else None
