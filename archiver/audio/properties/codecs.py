"""Names and losslessness of the codecs that WAVE numbers and Apple's formats name by four characters."""

from __future__ import annotations

DEPTH_TELLS = frozenset({"pcm", "pcm-float", "wma-lossless", "flac", "alac"})
"""Codecs of which a depth in bits says something."""

_WAVE_CODECS = {
    0x0001: ("pcm", True),
    0x0002: ("adpcm", False),
    0x0003: ("pcm-float", True),
    0x0006: ("alaw", False),
    0x0007: ("mulaw", False),
    0x0011: ("adpcm", False),
    0x0031: ("gsm", False),
    0x0050: ("mp2", False),
    0x0055: ("mp3", False),
    0x0092: ("ac3", False),
    0x00FF: ("aac", False),
    0x0160: ("wma", False),
    0x0161: ("wma", False),
    0x0162: ("wma-pro", False),
    0x0163: ("wma-lossless", True),
    0x2000: ("ac3", False),
    0x2001: ("dts", False),
    0x566F: ("vorbis", False),
    0xF1AC: ("flac", True),
}
_APPLE_CODECS = {
    b"NONE": ("pcm", True),
    b"none": ("pcm", True),
    b"twos": ("pcm", True),
    b"sowt": ("pcm", True),
    b"raw ": ("pcm", True),
    b"in24": ("pcm", True),
    b"in32": ("pcm", True),
    b"lpcm": ("pcm", True),
    b"ipcm": ("pcm", True),
    b"fl32": ("pcm-float", True),
    b"FL32": ("pcm-float", True),
    b"fl64": ("pcm-float", True),
    b"FL64": ("pcm-float", True),
    b"fpcm": ("pcm-float", True),
    b"alaw": ("alaw", False),
    b"ALAW": ("alaw", False),
    b"ulaw": ("mulaw", False),
    b"ULAW": ("mulaw", False),
    b"ima4": ("adpcm", False),
    b"alac": ("alac", True),
    b"aac ": ("aac", False),
    b"aach": ("aac", False),
    b".mp3": ("mp3", False),
    b"opus": ("opus", False),
    b"flac": ("flac", True),
}


def alac_depth(cookie: bytes) -> int:
    """Bits of Apple Lossless by its magic cookie, in whose older form two boxes stand before the facts; 0 if unknown."""
    for box in (b"frma", b"alac"):
        if cookie[4:8] == box:
            cookie = cookie[12:]
    return cookie[5] if len(cookie) >= 24 else 0


def wave_codec(format_tag: int) -> tuple[str, bool | None]:
    """Codec name and losslessness of a WAVE format tag (RFC 2361)."""
    return _WAVE_CODECS.get(format_tag, (f"wave-0x{format_tag:04x}", None))


def apple_codec(four_characters: bytes) -> tuple[str, bool | None]:
    """Codec name and losslessness of the four characters that AIFF-C, CAF and QuickTime share."""
    return _APPLE_CODECS.get(four_characters, (four_characters.decode("latin-1").strip().lower(), None))
