"""Images and files of disc carriers that are usually protected: SACD and DVD-Audio. Seeing one proves nothing."""

from __future__ import annotations

import re

from archiver.audio.containers.window import Window
from archiver.model.evidence import Protection

_IMAGE = re.compile(r"\.(?:iso|img|bin|sacd|dat|nrg|mdf)$", re.IGNORECASE)
_SACD_SECTOR = 510
_SACD_MARK = b"SACDMTOC"
_SECTORS = ((2048, 0), (2064, 12))
_DVD_MARKS = (b"DVDAUDIO-AMG", b"DVDAUDIO-ATS", b"DVDAUDIO.MKB")
_AUDIO_OBJECT = re.compile(r"(?:^|/)ATS_[0-9]{2}_[0-9]\.AOB$", re.IGNORECASE)
_PACK = b"\0\0\x01\xba"


def carrier_protection(window: Window, name: str) -> Protection | None:
    """A carrier that may be protected and needs a person to look: ``certain`` is false."""
    head = window.read(0, 16)
    if head.startswith(_DVD_MARKS):
        return Protection("dvd-audio", "DVD-Audio disc", "magic@0", certain=False)
    if head.startswith(_PACK) and _AUDIO_OBJECT.search(name):
        return Protection("dvd-audio", "DVD-Audio disc", "magic@0", certain=False)
    if not _IMAGE.search(name) and head.strip(b"\0"):
        return None
    for sector, header in _SECTORS:
        at = _SACD_SECTOR * sector + header
        if window.read(at, len(_SACD_MARK)) == _SACD_MARK:
            return Protection("sacd", "Super Audio CD image", f"sector 510@{at}", certain=False)
    return None
