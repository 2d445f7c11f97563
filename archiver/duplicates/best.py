"""Which of several copies is the best one, and why.

A damaged file is never better than a whole one, a lossy one never than a lossless one; then the one with more of the
sound in it, the one that its tags say more of, the one in a bag, the one whose name is no copy's, the one named first.
"""

from __future__ import annotations

import re
import struct
from dataclasses import astuple, dataclass

from archiver.duplicates.copy import Copy
from archiver.duplicates.tier import Tier
from archiver.model.audio import AudioProperties

_ORDER = struct.Struct(">BBQHBBQ")
_MOST = (1 << 63) - 1
_MOST_FIELDS = (1 << 16) - 1
_STEP_BPS = 8_000
"""Bit rates nearer than this say nothing of which is better."""
_LIKE_A_COPY = re.compile(
    r"copy of .*|kopie von .*|.*(?:[ _]\([0-9]{1,3}\)|[ _-]+(?:copy|kopie)(?: ?\(?[0-9]{1,3}\)?)?)"
)
_STEREO = 2
_LOSSLESS = {True: 0, None: 1, False: 2}


@dataclass(frozen=True, slots=True)
class _Rank:
    """What copies are ordered by, field after field; less is better."""

    damaged: bool
    lossy: int
    poorer: int
    barer: int
    loose: bool
    like_a_copy: bool
    number: int


_REASONS = (
    "no damage was seen in it, and some in the other",
    "it is lossless, and the other is not known to be",
    "there is more in it",
    "its tags say more",
    "it is in a bag",
    "its name does not look like that of a copy",
    "it comes first; nothing else tells them apart",
)
"""Why a copy is the better one, by the field of its rank that decided."""

_RICHNESS = 2


def rank(copy: Copy, tier: Tier) -> bytes:
    """Return what sorts the best copy first: always of the same length."""
    found = _rank(copy, tier)
    return _ORDER.pack(
        found.damaged, found.lossy, found.poorer, found.barer, found.loose, found.like_a_copy, found.number
    )


_NAMES = {
    "musepack": "Musepack",
    "opus": "Opus",
    "speex": "Speex",
    "vorbis": "Vorbis",
    "wavpack": "WavPack",
}
"""Codecs whose name is no abbreviation."""

RANK_BYTES = _ORDER.size


def why(best: Copy, second: Copy, tier: Tier) -> str:
    """Say why one copy is better than the next, in one plain clause about the best one."""
    one, other = astuple(_rank(best, tier)), astuple(_rank(second, tier))
    decided = next(at for at, (mine, yours) in enumerate(zip(one, other, strict=True)) if mine != yours)
    if decided == _RICHNESS:
        return f"there is more in it: {told_sound(best.sound)} against {told_sound(second.sound)}"
    return _REASONS[decided]


def told_sound(sound: AudioProperties | None) -> str:
    """Say how good the sound of a file can be, in a few words."""
    if sound is None:
        return "unknown"
    words = []
    if sound.lossless and sound.bit_depth:
        words.append(f"{sound.bit_depth} bit")
    if sound.sample_rate_hz and (sound.lossless or not sound.bitrate_bps):
        words.append(f"{sound.sample_rate_hz / 1000:g} kHz")
    if sound.bitrate_bps and not sound.lossless:
        words.append(f"{round(sound.bitrate_bps / 1000)} kbit/s")
    if sound.channels and sound.channels != _STEREO:
        words.append(f"{sound.channels} channels" if sound.channels > 1 else "mono")
    codec = _NAMES.get(sound.codec, sound.codec.upper())
    return " ".join(filter(None, (codec, *words))) or "unknown"


def _rank(copy: Copy, tier: Tier) -> _Rank:
    stem = copy.place.path.rpartition("/")[2].rpartition(".")[0].casefold()
    alike = tier is Tier.BYTES  # what is in the file cannot differ, whatever a record of another day says
    same_music = (
        alike or tier is Tier.ESSENCE
    )  # nor can its music, whatever its bit rate comes to with other tags
    return _Rank(
        damaged=copy.damaged and not alike,
        lossy=0 if same_music or copy.sound is None else _LOSSLESS[copy.sound.lossless],
        poorer=0 if same_music else _MOST - _richness(copy),
        barer=0 if alike else _MOST_FIELDS - min(copy.labels.fields, _MOST_FIELDS),
        loose=copy.bag is None,
        like_a_copy=_LIKE_A_COPY.fullmatch(stem) is not None,
        number=copy.number,
    )


def _richness(copy: Copy) -> int:
    """How much of the sound a file can hold: bits a second before lossless coding, or after lossy coding."""
    sound = copy.sound
    if sound is None:
        return 0
    if not sound.lossless:
        return min((sound.bitrate_bps or 0) // _STEP_BPS, _MOST)
    return min((sound.sample_rate_hz or 0) * (sound.bit_depth or 0) * (sound.channels or 1), _MOST)
