"""Compares the sums of a track as it is today with what its log said on the day it was ripped; no network is asked."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from archiver.model.decoded import RipSums


@dataclass(frozen=True, slots=True)
class SaidOfRip:
    """What a log says of one track; ``None`` where it says nothing.

    Attributes:
        accuraterip_v1: AccurateRip's sum of the first kind.
        accuraterip_v2: The same of the second.
        copy_crc: EAC's "Copy CRC", or another program's CRC-32 of the track.
        confidence: How many other rips AccurateRip's database had with that sum, on that day.
        year: Of that day.
        first: Whether the track is the first of its disc.
        last: Whether it is the last audio track of its disc.
    """

    accuraterip_v1: int | None = None
    accuraterip_v2: int | None = None
    copy_crc: int | None = None
    confidence: int | None = None
    year: int | None = None
    first: bool = False
    last: bool = False


class RipVerdict(StrEnum):
    """What the comparison shows.

    ``CONFIRMED``: the sum that others' rips had holds. ``UNCHANGED``: a sum of the rip itself holds, which the log does
    not say that others confirmed. ``CHANGED``: no sum that was compared holds. ``PARTLY``: some hold and some do not, so that the log
    contradicts itself or speaks of another track. ``UNCOMPARED``: the log has no sum, or the music is not as on a CD.
    """

    CONFIRMED = "confirmed"
    UNCHANGED = "unchanged"
    CHANGED = "changed"
    PARTLY = "partly"
    UNCOMPARED = "uncompared"


@dataclass(frozen=True, slots=True)
class RipCheck:
    """The outcome of a comparison.

    Attributes:
        verdict: What it shows.
        held: The sums that are as they were: ``accuraterip-v1``, ``accuraterip-v2``, ``copy-crc``,
            ``copy-crc-no-nulls``.
        failed: The sums that are not.
        confidence: How many others had that audio; ``None`` where it is not confirmed.
        year: Of the rip, where the log says it.
    """

    verdict: RipVerdict
    held: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    confidence: int | None = None
    year: int | None = None

    @property
    def sentence(self) -> str:
        """The same in words, to be read after the track's name and a colon."""
        when = "when it was ripped" if self.year is None else f"in {self.year}"
        match self.verdict:
            case RipVerdict.CONFIRMED:
                others = "1 other" if self.confidence == 1 else f"{self.confidence} others"
                return f"still the audio that {others} had {when}"
            case RipVerdict.UNCHANGED:
                return "still the audio that was ripped" + ("" if self.year is None else f" {when}")
            case RipVerdict.CHANGED:
                return "no longer the audio that its log speaks of"
            case RipVerdict.PARTLY:
                held, failed = _listed(self.held), _listed(self.failed)
                return f"only part of its log holds: {held}, but not {failed}"
            case RipVerdict.UNCOMPARED:
                return "nothing to compare with its log"


_NAMES = {
    "accuraterip-v1": "AccurateRip v1",
    "accuraterip-v2": "AccurateRip v2",
    "copy-crc": "the copy CRC",
    "copy-crc-no-nulls": "the copy CRC",
}


def rip_check(computed: RipSums | None, said: SaidOfRip) -> RipCheck:
    """Compare a track with what its log says.

    Args:
        computed: The sums of the track as it is; ``None`` where it is not music as on a CD.
        said: What the log says.
    """
    if computed is None:
        return RipCheck(RipVerdict.UNCOMPARED, year=said.year)
    v1, v2 = computed.of_track(first=said.first, last=said.last)
    compared = {
        "accuraterip-v1": (said.accuraterip_v1, v1),
        "accuraterip-v2": (said.accuraterip_v2, v2),
        _crc_name(computed, said): (said.copy_crc, _crc(computed, said)),
    }
    held = tuple(name for name, (was, now) in compared.items() if was is not None and was == now)
    failed = tuple(name for name, (was, now) in compared.items() if was is not None and was != now)
    verdict = _verdict(held, failed, said)
    confidence = said.confidence if verdict is RipVerdict.CONFIRMED else None
    return RipCheck(verdict, held, failed, confidence, said.year)


def _verdict(held: tuple[str, ...], failed: tuple[str, ...], said: SaidOfRip) -> RipVerdict:
    if not held:
        return RipVerdict.CHANGED if failed else RipVerdict.UNCOMPARED
    if failed:
        return RipVerdict.PARTLY
    confirmed = bool(said.confidence) and any(name.startswith("accuraterip") for name in held)
    return RipVerdict.CONFIRMED if confirmed else RipVerdict.UNCHANGED


def _crc(computed: RipSums, said: SaidOfRip) -> int:
    """The sum that the log's CRC is one of: EAC leaves zeros out where it is told to, and some logs do not say so."""
    return computed.crc_no_nulls if said.copy_crc == computed.crc_no_nulls else computed.crc


def _crc_name(computed: RipSums, said: SaidOfRip) -> str:
    left_out = said.copy_crc == computed.crc_no_nulls != computed.crc
    return "copy-crc-no-nulls" if left_out else "copy-crc"


def _listed(names: tuple[str, ...]) -> str:
    return " and ".join(_NAMES[name] for name in names)
