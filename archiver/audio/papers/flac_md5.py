"""The MD5 of the samples that a FLAC file states of itself, by which fingerprints are compared without decoding."""

from __future__ import annotations

from archiver.audio.containers.flac_layout import STREAMINFO
from archiver.audio.containers.window import Window
from archiver.audio.formats.kinds import Kind
from archiver.audio.formats.magic import Sniffed

_TO_BLOCK, _TO_MD5, _MD5_BYTES = 4, 4 + 4 + 18, 16
"""Bytes from the magic to the first block, to the digest in it, and of the digest (RFC 9639, 8.2)."""


def stated_md5(window: Window, sniffed: Sniffed) -> str | None:
    """The digest in hex; ``None`` for another format, and where it was left unset, which is all zeros.

    Raises:
        OSError: where the disk fails.
    """
    if sniffed.kind is not Kind.FLAC or window.read(sniffed.start + _TO_BLOCK, 1)[:1] not in _FIRST:
        return None
    digest = window.read(sniffed.start + _TO_MD5, _MD5_BYTES)
    return digest.hex() if len(digest) == _MD5_BYTES and any(digest) else None


_FIRST = (bytes([STREAMINFO]), bytes([STREAMINFO | 0x80]))
