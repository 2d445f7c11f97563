"""Properties of MPEG-4 and QuickTime files, by their first sound track."""

from __future__ import annotations

from mutagen.mp4 import Atoms, MP4Info  # type: ignore[attr-defined]  # Atoms is what MP4Info.load wants

from archiver.audio.properties.pcm import apple_codec
from archiver.audio.properties.stretch import Stretch, UnparsableError, average_bitrate
from archiver.model.audio import AudioProperties

_LOSSLESS = {
    "alac": ("alac", True),
    "fLaC": ("flac", True),
    "Opus": ("opus", False),
    "ac-3": ("ac3", False),
    "ec-3": ("eac3", False),
    "samr": ("amr", False),
    "sawb": ("amr", False),
    "dtsc": ("dts", False),
    "mlpa": ("truehd", True),
}
_OBJECT_TYPES = {
    "69": "mp3",
    "6B": "mp3",
    "A5": "ac3",
    "A6": "eac3",
    "A9": "dts",
    "DD": "vorbis",
    "AD": "opus",
}
_MPEG4_OBJECTS = {"32": "mp1", "33": "mp2", "34": "mp3", "36": "als", "37": "sls"}
_DEPTH_TELLS = frozenset({"pcm", "pcm-float", "alac", "flac"})


def read_mp4(stretch: Stretch) -> AudioProperties:
    """The first sound track. A protected track keeps the four characters that say so as its codec."""
    file = stretch.excerpt()
    info = MP4Info()
    info.load(Atoms(file), file)
    if not info.codec:
        raise UnparsableError("there is no sound track")
    codec, lossless = _codec(info.codec)
    seconds = info.length or None
    return AudioProperties(
        codec=codec,
        duration_s=seconds,
        sample_rate_hz=info.sample_rate or None,
        channels=info.channels or None,
        bit_depth=(info.bits_per_sample or None) if codec in _DEPTH_TELLS else None,
        bitrate_bps=info.bitrate or average_bitrate(stretch.length, seconds),
        lossless=lossless,
    )


def _codec(name: str) -> tuple[str, bool | None]:
    """From a codec string by RFC 6381, such as ``mp4a.40.2``, to codec name and losslessness."""
    entry, _, rest = name.partition(".")
    if entry != "mp4a":
        return _LOSSLESS.get(entry) or apple_codec(entry.encode("latin-1"))
    object_type, _, audio_object = rest.partition(".")
    codec = _OBJECT_TYPES.get(object_type) or _MPEG4_OBJECTS.get(audio_object, "aac")
    return codec, codec in ("als", "sls")
