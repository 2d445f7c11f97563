"""In which ways two files can be the same, the surest first."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Tier(StrEnum):
    """One way; the value is what the command line and JSON call it.

    Attributes:
        heading: What a report calls it.
        meaning: What it says of two files.
    """

    heading: str
    meaning: str

    BYTES = "bytes", "Same bytes", "every byte is the same"
    ESSENCE = (
        "essence",
        "Same music, other tags",
        "the encoded music is the same, byte by byte; the tags differ",
    )
    PCM = "pcm", "Same sound, otherwise encoded", "decoded, every sample is the same"
    FINGERPRINT = "fingerprint", "Same recording by its sound", "the acoustic fingerprints are alike"
    RECORDING = (
        "recording",
        "Same recording by its tags",
        "one MusicBrainz recording or ISRC, and the same length within two seconds",
    )
    TAGS = (
        "tags",
        "Alike in name and length",
        "candidates only, with artist and title the same and the length within two seconds; listen before you decide",
    )

    def __new__(cls, value: str, heading: str, meaning: str) -> Self:
        """Make a member, which is its name on the command line."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.heading = heading
        member.meaning = meaning
        return member


NEED_DECODING = (Tier.PCM, Tier.FINGERPRINT)
"""Tiers for which the music is decoded."""

SAFE = (Tier.BYTES, Tier.ESSENCE)
"""Tiers in which a copy holds no music that the best one lacks."""
