"""What a sound track's sample entry says: codec, rate, channels and depth.

The fields of the entry itself are templates in many files: two channels where the sound has one, a rate of 1
or 0 where it does not fit, three channels of 16 bits in QuickTime's second version. So the codec's own
configuration counts wherever there is one.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, replace

from archiver.audio.containers.boxes import boxes, child
from archiver.audio.containers.element import Element
from archiver.audio.containers.window import Window
from archiver.audio.formats.mpeg_sync import mpeg_header
from archiver.audio.properties.ac3 import first_unit
from archiver.audio.properties.bits import Bits
from archiver.audio.properties.codecs import apple_codec, wave_codec
from archiver.audio.properties.flac import stream_info
from archiver.audio.properties.mpeg4_config import audio_config, decoder_config
from archiver.audio.properties.stretch import UnparsableError

_CODECS = {
    b"alac": ("alac", True),
    b"fLaC": ("flac", True),
    b"Opus": ("opus", False),
    b"ac-3": ("ac3", False),
    b"ec-3": ("eac3", False),
    b"samr": ("amr", False),
    b"sawb": ("amr", False),
    b"dtsc": ("dts", False),
    b"dtse": ("dts", False),
    b"dtsh": ("dts", None),
    b"dtsl": ("dts", True),
    b"mlpa": ("truehd", True),
    b"mp4a": ("aac", False),
}
_OBJECT_TYPES = {
    0x69: "mp3",
    0x6B: "mp3",
    0xA5: "ac3",
    0xA6: "eac3",
    0xA9: "dts",
    0xDD: "vorbis",
    0xAD: "opus",
}
_MPEG4_OBJECTS = {32: "mp1", 33: "mp2", 34: "mp3", 36: "als", 37: "sls", 42: "xhe-aac"}
_DEPTHS = {b"in24": 24, b"in32": 32, b"fl32": 32, b"FL32": 32, b"fl64": 64, b"FL64": 64}
_AMR_RATES = {b"samr": 8000, b"sawb": 16000}
_AC3_RATES = (48000, 44100, 32000)
_AC3_CHANNELS = (2, 1, 2, 3, 3, 4, 4, 5)
_DTS_PAIRS = 0b1010_1110_0110_0110
_TRUEHD_RATES = {0: 48000, 1: 96000, 2: 192000, 8: 44100, 9: 88200, 10: 176400}
_CONFIG_BYTES = 4096
_PCM = frozenset({"pcm", "pcm-float"})
_MPEG = frozenset({"mp1", "mp2", "mp3"})
_FIXED = {0: 28, 1: 44, 2: 64}


@dataclass(frozen=True, slots=True)
class SoundEntry:
    """A sample entry's facts; ``None`` where neither it nor the codec's configuration says.

    ``by_frames`` is set where the frames of the track have it right.
    """

    codec: str
    lossless: bool | None
    rate: int | None = None
    channels: int | None = None
    bit_depth: int | None = None
    bitrate_bps: int | None = None
    by_frames: bool = False


def sound_entry(window: Window, trak: Element) -> SoundEntry | None:
    """The first sample entry of a sound track, ``None`` where it has none."""
    table = child(window, trak.payload, trak.end, b"mdia", b"minf", b"stbl", b"stsd")
    if table is None:
        return None
    entry = next(boxes(window, table.payload + 8, table.end), None)
    if entry is None:
        return None
    modern = window.read(table.payload, 1) == b"\1"
    found, version = _fixed_fields(window, entry)
    parts = _parts(window, entry, 28 if modern else _FIXED.get(version, 28))
    configured = [read(found, parts[name]) for name, read in _CONFIGURATIONS.items() if name in parts]
    if configured:
        found = configured[0]
    elif entry.id == b"mp4a":
        found = replace(found, rate=None, channels=None)  # without a configuration its fields are templates
    return _by_first_frame(found, window, trak) if found.by_frames or found.codec in _MPEG else found


def _fixed_fields(window: Window, entry: Element) -> tuple[SoundEntry, int]:
    """What the entry itself says, and the QuickTime version of its fields."""
    data = window.read(entry.payload, min(64, entry.size)).ljust(64, b"\0")
    version, channels, bits = (int.from_bytes(data[at : at + 2], "big") for at in (8, 16, 18))
    rate = int.from_bytes(data[24:26], "big")
    codec, lossless = _CODECS.get(entry.id) or _quicktime_codec(entry.id)
    if version == 2:
        exact, channels, _, bits, flags = struct.unpack(">dIIII", data[32:56])
        rate = round(exact) if 0 < exact < 1e9 else 0
        codec = "pcm-float" if entry.id == b"lpcm" and flags & 1 else codec
    elif version == 1 and int.from_bytes(data[32:36], "big") in range(1, 9):
        bits = max(bits, int.from_bytes(data[32:36], "big") * 8)
    bits = _DEPTHS.get(entry.id, bits) if codec in _PCM else 0
    if entry.id in _AMR_RATES:
        rate, channels = _AMR_RATES[entry.id], 1
    return SoundEntry(codec, lossless, rate if rate > 1 else None, channels or None, bits or None), version


def _quicktime_codec(name: bytes) -> tuple[str, bool | None]:
    """QuickTime's four characters; ``ms`` and a number stand for a tag of WAVE."""
    if name[:2] == b"ms":
        return wave_codec(int.from_bytes(name[2:], "big"))
    return apple_codec(name)


def _parts(window: Window, entry: Element, fixed: int) -> dict[bytes, bytes]:
    """The payloads of the boxes inside an entry, and of those inside its ``wave`` box, by name; the first counts."""
    found: dict[bytes, bytes] = {}
    todo = [(entry.payload + fixed, entry.end)]
    for start, end in todo:
        for box in boxes(window, start, end):
            if box.id == b"wave" and len(todo) == 1:
                todo.append((box.payload, box.end))
            elif box.id not in found:
                found[box.id] = window.read(box.payload, min(box.size, _CONFIG_BYTES))
    return found


def _elementary(found: SoundEntry, data: bytes) -> SoundEntry:
    """``esds``: the object type names the codec, the AudioSpecificConfig rate and channels."""
    config = decoder_config(data)
    bitrate = config.bitrate_bps if 0 < config.bitrate_bps < 0xFFFF_FFFF else None
    found = replace(found, rate=None, channels=None, bitrate_bps=bitrate)
    if config.object_type in _OBJECT_TYPES:
        codec = _OBJECT_TYPES[config.object_type]
        found = replace(found, codec=codec if found.lossless is not None else found.codec)
        return replace(found, by_frames=True)
    audio = audio_config(config.specific)
    if audio is None:
        return found
    codec = _MPEG4_OBJECTS.get(audio.object_type, "aac")
    if found.codec == "aac":
        found = replace(found, codec=codec, lossless=codec in ("als", "sls"))
    if codec in _MPEG:
        return replace(found, by_frames=True)
    return replace(found, rate=audio.rate, channels=audio.channels)


def _by_first_frame(found: SoundEntry, window: Window, trak: Element) -> SoundEntry:
    """MPEG audio and AC-3 say in every frame what they are; other codecs keep what the entry says."""
    at = _first_chunk(window, trak)
    header = mpeg_header(window.read(at, 4)) if at else None
    if found.codec in _MPEG:
        if header is None:
            return replace(found, rate=None, channels=None)
        return replace(found, rate=header.rate, channels=1 if header.mono else 2, codec=f"mp{header.layer}")
    unit = first_unit(window, at) if at and found.codec in ("ac3", "eac3") else None
    return found if unit is None else replace(found, rate=unit[0], channels=unit[1])


def _first_chunk(window: Window, trak: Element) -> int:
    """Where the track's first sample stands; 0 where no table says."""
    for name, width in ((b"stco", 4), (b"co64", 8)):
        table = child(window, trak.payload, trak.end, b"mdia", b"minf", b"stbl", name)
        if table is not None and int.from_bytes(window.read(table.payload + 4, 4), "big"):
            return int.from_bytes(window.read(table.payload + 8, width), "big")
    return 0


def _alac(found: SoundEntry, data: bytes) -> SoundEntry:
    return alac_cookie(found, data[4:])


def alac_cookie(found: SoundEntry, cookie: bytes) -> SoundEntry:
    """Apple Lossless by its magic cookie, as MP4 and CAF hold it (ALACMagicCookieDescription, 2011)."""
    if len(cookie) < 24:
        return found
    rate = int.from_bytes(cookie[20:24], "big")
    return replace(found, rate=rate or None, channels=cookie[9] or None, bit_depth=cookie[5] or None)


def _flac(found: SoundEntry, data: bytes) -> SoundEntry:
    try:
        info = stream_info(data[8:])
    except UnparsableError:
        return found
    return replace(found, rate=info.sample_rate, channels=info.channels, bit_depth=info.bits_per_sample)


def _opus(found: SoundEntry, data: bytes) -> SoundEntry:
    return replace(found, rate=48000, channels=data[1] or None) if len(data) > 10 else found


def _ac3(found: SoundEntry, data: bytes) -> SoundEntry:
    if len(data) < 3:
        return replace(found, channels=None)
    bits = Bits(data[:3])
    code, _, _, mode, low = (bits.take(width) for width in (2, 5, 3, 3, 1))
    rate = _AC3_RATES[code] if code < 3 else None
    return replace(found, rate=rate, channels=_AC3_CHANNELS[mode] + low)


def _eac3(found: SoundEntry, data: bytes) -> SoundEntry:
    if len(data) < 5:
        return replace(found, channels=None)
    bits = Bits(data[2:5])
    code, _, _, mode, low, _, dependents = (bits.take(width) for width in (2, 5, 5, 3, 1, 3, 4))
    found = replace(found, rate=_AC3_RATES[code] if code < 3 else found.rate)
    if dependents:  # they add channels in a map that writers fill in different ways; the frames have it right
        return replace(found, channels=None, by_frames=True)
    return replace(found, channels=_AC3_CHANNELS[mode] + low)


def _dts(found: SoundEntry, data: bytes) -> SoundEntry:
    """``ddts`` (ETSI TS 102 114, table E.1): rate, depth, and a mask of speakers and pairs of them."""
    if len(data) < 20:
        return replace(found, channels=None)
    mask = Bits(data[13:20])
    mask.take(2 + 5 + 1 + 6 + 14 + 1 + 3)
    speakers = mask.take(16)
    channels = speakers.bit_count() + (speakers & _DTS_PAIRS).bit_count()
    return replace(found, rate=int.from_bytes(data[:4], "big") or None, channels=channels or None)


def _truehd(found: SoundEntry, data: bytes) -> SoundEntry:
    return replace(found, rate=_TRUEHD_RATES.get(data[0] >> 4) if data else None, channels=None)


def _pcm(found: SoundEntry, data: bytes) -> SoundEntry:
    return replace(found, bit_depth=data[5] or None) if len(data) > 5 else found


def _exact_rate(found: SoundEntry, data: bytes) -> SoundEntry:
    return replace(found, rate=int.from_bytes(data[4:8], "big") or None)


_CONFIGURATIONS: dict[bytes, Callable[[SoundEntry, bytes], SoundEntry]] = {
    b"esds": _elementary,
    b"alac": _alac,
    b"dfLa": _flac,
    b"dOps": _opus,
    b"dac3": _ac3,
    b"dec3": _eac3,
    b"ddts": _dts,
    b"dmlp": _truehd,
    b"pcmC": _pcm,
    b"srat": _exact_rate,
}
"""The boxes that configure a codec, each with its reader."""
