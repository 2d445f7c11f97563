"""Properties of streams without a file header: MPEG audio, and AAC in ADTS or ADIF.

Encoders write a frame of facts before the sound of an MP3 file: Xing, Info or VBRI.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from mutagen.aac import AACInfo

from archiver.audio.formats.kinds import Kind
from archiver.audio.formats.mpeg_sync import (
    MpegHeader,
    adts_frame,
    find_stream,
    free_format_length,
    mpeg_header,
)
from archiver.audio.properties.bits import Bits
from archiver.audio.properties.frame_count import FrameReader, StreamFrame, count_frames
from archiver.audio.properties.stretch import Stretch, UnparsableError, average_bitrate
from archiver.model.audio import AudioProperties

_GAPLESS_WRITERS = (b"LAME", b"Lavf", b"Lavc")
_VBRI_AT = 36


@dataclass(frozen=True, slots=True)
class StreamFacts:
    """What such a frame states.

    Attributes:
        frames: Frames of sound after it; 0 where it does not know.
        bytes: Bytes of the stream with this frame; 0 where it does not know.
        silence: Samples that the encoder put before and after the sound.
    """

    frames: int
    bytes: int
    silence: int = 0


def stream_facts(frame: bytes, header: MpegHeader) -> StreamFacts | None:
    """Read the facts from the bytes of a file's first frame, ``None`` where it is a frame of sound."""
    if header.layer != 3:
        return None
    side = (17 if header.mono else 32) if header.mpeg1 else (9 if header.mono else 17)
    for at in (4 + side, 6 + side):  # some writers count the two bytes of a checksum
        if frame[at : at + 4] in (b"Xing", b"Info"):
            return _xing(frame, at)
    if frame[_VBRI_AT : _VBRI_AT + 4] == b"VBRI" and len(frame) >= _VBRI_AT + 18:
        size = int.from_bytes(frame[_VBRI_AT + 10 : _VBRI_AT + 14], "big")
        return StreamFacts(int.from_bytes(frame[_VBRI_AT + 14 : _VBRI_AT + 18], "big"), size)
    return None


def _xing(frame: bytes, at: int) -> StreamFacts:
    flags = int.from_bytes(frame[at + 4 : at + 8], "big")
    at += 8
    numbers = []
    for flag in (1, 2):
        numbers.append(int.from_bytes(frame[at : at + 4], "big") if flags & flag else 0)
        at += 4 if flags & flag else 0
    at += (100 if flags & 4 else 0) + (4 if flags & 8 else 0)
    silence = 0
    if frame[at : at + 4] in _GAPLESS_WRITERS and len(frame) >= at + 24:
        both = int.from_bytes(frame[at + 21 : at + 24], "big")
        silence = (both >> 12) + (both & 0xFFF)
    return StreamFacts(numbers[0], numbers[1], silence)


_LAYERS = {1: "mp1", 2: "mp2", 3: "mp3"}
_SEARCHED_BYTES = 256 << 10
_FACTS_BYTES = 4096
_SHORTEST_FRAME, _LONGEST_FRAME = 24, 1441  # of Layer III: 8 kbit/s at 24 kHz, 320 kbit/s at 32 kHz
_TOLERANCE = 8192
"""Bytes by which the size in a Xing frame may differ from the stream's: other programs' padding and tags."""

ADTS_RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)
"""Sampling rates by their index (ISO/IEC 14496-3, table 1.18)."""

ADTS_CHANNELS = (None, 1, 2, 3, 4, 5, 6, 8)
"""Channels by channel configuration (the same, table 1.19); 0 leaves them to the stream."""


def mpeg_start(stretch: Stretch) -> tuple[int, MpegHeader, int]:
    """Where the first frame stands in the file, its header, and the length of free-format frames or 0.

    Raises:
        UnparsableError: where there is no frame.
    """
    data = stretch.window.read(stretch.start, min(_SEARCHED_BYTES, stretch.length))
    stated = mpeg_header(data[:4])
    if stated is not None and stream_facts(data[:_FACTS_BYTES], stated) is not None:
        return stretch.start, stated, 0
    found = find_stream(data, 0, whole=len(data) == stretch.length)
    if found is None or found[1] not in (Kind.MP3, Kind.MP2):
        raise UnparsableError("there is no MPEG audio frame")
    header = mpeg_header(data[found[0] : found[0] + 4])
    if header is None:
        raise UnparsableError("there is no MPEG audio frame")
    free = 0 if header.length else free_format_length(data, found[0]) or 0
    return stretch.start + found[0], header, free


def read_mpeg(stretch: Stretch) -> AudioProperties:
    """Layer I, II or III.

    The duration is what a Xing, Info or VBRI frame says, where its size is that of the stream. In all other
    files, joined and cut ones too, it is counted frame by frame.
    """
    start, header, free = mpeg_start(stretch)
    sound = replace(stretch, start=start)
    facts = stream_facts(stretch.window.read(start, _FACTS_BYTES), header)
    seconds: float | None
    if facts is not None and _agrees(facts, sound.length):
        samples = facts.frames * header.samples
        seconds = (samples - facts.silence if facts.silence < samples else samples) / header.rate
        bitrate = average_bitrate(facts.bytes, seconds)
    else:
        skipped = header.length if facts is not None else 0
        rest = replace(stretch, start=start + skipped)
        count = count_frames(rest, mpeg_reader(header.layer, free))
        seconds = None if count is None else count.seconds
        bitrate = None if count is None else count.bitrate_bps
    return AudioProperties(
        codec=_LAYERS[header.layer],
        duration_s=seconds,
        sample_rate_hz=header.rate,
        channels=1 if header.mono else 2,
        bitrate_bps=bitrate,
        lossless=False,
    )


def _agrees(facts: StreamFacts, length: int) -> bool:
    """Whether what the facts state can be true of a stream of so many bytes."""
    if not facts.frames or abs(facts.bytes - length) > _TOLERANCE:
        return False
    return _SHORTEST_FRAME * facts.frames <= length + _TOLERANCE and length <= (
        _LONGEST_FRAME * (facts.frames + 1) + _TOLERANCE
    )


def mpeg_reader(layer: int, free: int) -> FrameReader:
    """Reads frames of one layer; those of a free-format stream are ``free`` bytes long without padding."""

    def read_frame(data: bytes, at: int) -> StreamFrame | None:
        header = mpeg_header(data[at : at + 4])
        if header is None or header.layer != layer:
            return None
        length = header.length or (free and free + header.padding)
        return StreamFrame(length, header.samples, header.rate, header.bitrate_bps)

    return read_frame


def _adts_frame(data: bytes, at: int) -> StreamFrame | None:
    frame = adts_frame(data, at)
    if frame is None:
        return None
    rate = ADTS_RATES[data[at + 2] >> 2 & 15]
    return StreamFrame(frame[0], 1024 * ((data[at + 6] & 3) + 1), rate)


def read_aac(stretch: Stretch) -> AudioProperties:
    """AAC in ADTS, counted frame by frame, or in ADIF, which says how long it is only at a constant bit rate."""
    if stretch.kind is Kind.AAC_ADIF:
        return _read_adif(stretch)
    head = stretch.head(7)
    first = _adts_frame(head, 0)
    if first is None:
        raise UnparsableError("the first frame's header is damaged")
    count = count_frames(stretch, _adts_frame)
    seconds = None if count is None else count.seconds
    return AudioProperties(
        codec="aac",
        duration_s=seconds,
        sample_rate_hz=first.rate,
        channels=ADTS_CHANNELS[(head[2] & 1) << 2 | head[3] >> 6],
        bitrate_bps=None if count is None else count.bitrate_bps,
        lossless=False,
    )


def _read_adif(stretch: Stretch) -> AudioProperties:
    info = AACInfo(stretch.excerpt())
    bits = Bits(stretch.head(17)[4:])
    if bits.take(1):
        bits.take(72)  # a copyright identifier
    bits.take(2)
    variable, bitrate = bits.take(1), bits.take(23)
    return AudioProperties(
        codec="aac",
        duration_s=stretch.length * 8 / bitrate if bitrate and not variable else None,
        sample_rate_hz=info.sample_rate or None,
        channels=info.channels or None,
        bitrate_bps=bitrate or None if not variable else None,
        lossless=False,
    )
