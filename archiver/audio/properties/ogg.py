"""Properties of Ogg files: the identification packet of the first known stream, and its last page."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass

from mutagen.flac import StreamInfo
from mutagen.ogg import OggPage

from archiver.audio.kinds import Kind
from archiver.audio.properties.excerpt import Excerpt
from archiver.audio.properties.flac import stream_info
from archiver.audio.properties.stretch import Stretch, UnparsableError, average_bitrate, duration
from archiver.model.audio import AudioProperties

_MARKS = {
    Kind.OGG_VORBIS: (b"\x01vorbis",),
    Kind.OGG_OPUS: (b"OpusHead",),
    Kind.OGG_SPEEX: (b"Speex   ",),
    Kind.OGG_FLAC: (b"\x7fFLAC", b"fLaC"),
}
_OPUS_RATE = 48000
_MAX_BEGINNINGS = 64


@dataclass(frozen=True, slots=True)
class _Stream:
    codec: str
    rate: int
    channels: int
    samples_before: int = 0
    bit_depth: int | None = None
    lossless: bool = False


def read_ogg(stretch: Stretch) -> AudioProperties:
    """Vorbis, Opus, Speex or FLAC in Ogg. The duration is that of the first such stream, by its last page."""
    file = stretch.excerpt()
    page = _first_page(file, _MARKS[stretch.kind])
    try:
        stream = _IDENTIFIERS[stretch.kind](page.packets[0])
    except struct.error as error:
        raise UnparsableError("the identification packet is cut short") from error
    last = OggPage.find_last(file, page.serial, finishing=True)
    samples = -1 if last is None else last.position - stream.samples_before
    seconds = duration(samples, stream.rate)
    return AudioProperties(
        codec=stream.codec,
        duration_s=seconds,
        sample_rate_hz=stream.rate or None,
        channels=stream.channels or None,
        bit_depth=stream.bit_depth,
        bitrate_bps=average_bitrate(stretch.length, seconds),
        lossless=stream.lossless,
    )


def _first_page(file: Excerpt, marks: tuple[bytes, ...]) -> OggPage:
    for _ in range(_MAX_BEGINNINGS):
        page = OggPage(file)
        if page.packets and page.packets[0].startswith(marks):
            return page
        if not page.first:
            break
    raise UnparsableError("the stream's first page is missing")


def _vorbis(packet: bytes) -> _Stream:
    channels, rate = struct.unpack_from("<BI", packet, 11)
    return _Stream("vorbis", rate, channels)


def _opus(packet: bytes) -> _Stream:
    channels, pre_skip = struct.unpack_from("<BH", packet, 9)
    return _Stream("opus", _OPUS_RATE, channels, samples_before=pre_skip)


def _speex(packet: bytes) -> _Stream:
    rate, _, _, channels = struct.unpack_from("<IIII", packet, 36)
    return _Stream("speex", rate, channels)


def _flac(packet: bytes) -> _Stream:
    body = packet[packet.find(b"fLaC") + 4 :] if b"fLaC" in packet[:16] else b""
    info: StreamInfo = stream_info(body[4:])
    return _Stream("flac", info.sample_rate, info.channels, bit_depth=info.bits_per_sample, lossless=True)


_IDENTIFIERS: dict[Kind, Callable[[bytes], _Stream]] = {
    Kind.OGG_VORBIS: _vorbis,
    Kind.OGG_OPUS: _opus,
    Kind.OGG_SPEEX: _speex,
    Kind.OGG_FLAC: _flac,
}
