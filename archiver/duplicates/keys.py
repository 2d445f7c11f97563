"""By what files are brought together, and when two of them belong together."""

from __future__ import annotations

from collections.abc import Iterator

from archiver.duplicates.copy import Copy
from archiver.duplicates.tier import Tier

WITHIN_S = 2.0
"""Seconds by which the lengths of one recording may differ."""

_BUCKET_S = 0.01
_AS_LONG_AS_THE_MUSIC = frozenset(
    [
        "ac3",
        "adts",
        "amr",
        "ape",
        "dst",
        "dts",
        "flac",
        "loas",
        "mpeg",
        "musepack7",
        "musepack8",
        "optimfrog",
        "stretch",
        "tak",
        "tta",
        "wavpack",
    ]
)
"""Walks that are given the music and nothing else, so that the same music has the same length in bytes."""


def bytes_of(copy: Copy) -> str | None:
    """Return size and digest, where the digest is known."""
    return f"{copy.stat.size_bytes} {copy.digest}" if copy.digest else None


def essence_of(copy: Copy) -> str | None:
    """Return the digest of the music, where it is known.

    Digests by several methods are the same where the same bytes were digested, which the method need not tell.
    """
    return None if copy.essence is None else copy.essence.digest


def pcm_of(copy: Copy) -> str | None:
    """Return the digest of the samples, where it is known."""
    return copy.pcm or None


def name_of(copy: Copy) -> str | None:
    """Return artist and title of a file that says both, and how long it is."""
    labels = copy.labels
    named = labels.title and labels.artist and copy.duration_s is not None
    return f"{labels.artist}\n{labels.title}" if named else None


def recording_of(copy: Copy) -> str | None:
    """Return the MusicBrainz recording of a file that says how long it is."""
    return None if copy.duration_s is None else copy.labels.recording or None


def isrc_of(copy: Copy) -> str | None:
    """Return the ISRC of a file that says how long it is."""
    return None if copy.duration_s is None else copy.labels.isrc or None


def belongs(first: Copy, other: Copy, tier: Tier) -> bool:
    """Whether a file belongs together with one that has the same key."""
    if tier in (Tier.BYTES, Tier.ESSENCE, Tier.PCM):
        return True
    if first.duration_s is None or other.duration_s is None:
        return False
    near = abs(first.duration_s - other.duration_s) <= WITHIN_S
    known = {copy.labels.recording for copy in (first, other)} - {""}
    return near and not (tier is Tier.TAGS and len(known) > 1)


def essence_keys(copy: Copy) -> Iterator[tuple[str, bool]]:
    """Yield what files have in common whose music may be the same, and whether that is worth reading for its own sake.

    Of most formats it is the length of the music in bytes. Where that is not known, as in a bag's record, or changes
    with the tags, it is the length in seconds, of which the file is put with its neighbours too.
    """
    stream, sound = copy.bitstream, copy.sound
    exact = stream is not None and stream.walk in _AS_LONG_AS_THE_MUSIC
    if stream is not None and exact:
        yield f"{stream.walk} {stream.end - stream.start}", True
    if (
        sound is not None
        and sound.duration_s is not None
        and (stream is not None or copy.essence is not None)
    ):
        bucket = int(sound.duration_s / _BUCKET_S)
        for neighbour in (bucket, bucket + 1):
            yield f"{sound.codec} {sound.sample_rate_hz} {sound.channels} {neighbour}", not exact
