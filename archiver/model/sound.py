"""What reading a file's music through says of it: its digest apart from the tags, and whether it is whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

from archiver.model.pickling import by_fields

Given: TypeAlias = Mapping[str, Any]
"""What a walk is told of a file beforehand: small, and of values that JSON has."""


class SoundState(StrEnum):
    """What is known of the music's bytes.

    ``INTACT``: a checksum or digest over the audio held. ``CONSISTENT``: the structure holds from end to end and there
    is no checksum to test. ``DAMAGED``: a checksum failed, or something is missing. ``NOT_CHECKABLE``: nothing could
    be tested, which says nothing about the file.
    """

    INTACT = "intact"
    CONSISTENT = "consistent"
    DAMAGED = "damaged"
    NOT_CHECKABLE = "not-checkable"


@by_fields
@dataclass(frozen=True, slots=True)
class Bitstream:
    """Where the music of a file lies and how it is read through, as the file's headers say.

    Attributes:
        walk: Name of the walk in :data:`archiver.audio.bitstream.walks.WALKS`.
        start: Byte offset of the first byte that the walk is given.
        end: Byte offset after the last one.
        given: What the walk must know beforehand.
    """

    walk: str
    start: int
    end: int
    given: Given = field(default_factory=dict)


@by_fields
@dataclass(frozen=True, slots=True)
class Essence:
    """The digest of the music apart from its tags.

    Attributes:
        method: Name and version of what is digested, such as ``flac-frames-v1``; ``docs/reference/essence.md`` says
            how anybody computes it.
        digest: SHA-256 in hex.
    """

    method: str
    digest: str


@by_fields
@dataclass(frozen=True, slots=True)
class Damage:
    """One damaged place.

    Attributes:
        what: What is wrong, one plain clause without names or values from the file, such as ``a frame fails its
            CRC-16``.
        offset: Byte offset in the file.
        sample: The first sample touched, counted from the beginning of the music; ``None`` where it is not known.
        at_s: The same in seconds.
    """

    what: str
    offset: int
    sample: int | None = None
    at_s: float | None = None


@by_fields
@dataclass(frozen=True, slots=True)
class Integrity:
    """Whether the music is whole.

    Attributes:
        state: The verdict.
        checked: What was tested, by names of :data:`archiver.audio.bitstream.checks.CHECKS`, in a fixed order.
        detail: One plain clause that says more, or ``None``.
        damage: The first damaged places, in the order of the file.
        damaged_places: How many there are in all.
        lost_s: Seconds of music touched by damage, as far as that is known.
        decoded: Whether the music was also decoded in full.
    """

    state: SoundState
    checked: tuple[str, ...] = ()
    detail: str | None = None
    damage: tuple[Damage, ...] = ()
    damaged_places: int = 0
    lost_s: float | None = None
    decoded: bool = False


@by_fields
@dataclass(frozen=True, slots=True)
class Sound:
    """What reading the music through gave.

    Attributes:
        essence: Its digest; ``None`` where there is no method for the format, or the music's place is not known.
        integrity: Whether it is whole.
    """

    essence: Essence | None
    integrity: Integrity


@by_fields
@dataclass(frozen=True, slots=True)
class Heard:
    """What reading the music of a small file through gave when its headers were read.

    Attributes:
        digest: SHA-256 in hex of the whole file; of other bytes it does not hold.
        sound: What it gave.
    """

    digest: str
    sound: Sound


def damage_sentence(integrity: Integrity) -> str:
    """Say of damaged music what is wrong with it first, where, and how much is touched."""
    first = integrity.damage[0]
    where = f"at byte {first.offset:,}" if first.at_s is None else f"at {clock(first.at_s)}"
    more = integrity.damaged_places - 1
    words = f"{first.what}, {where}"
    words += f", and {more:,} more {'place' if more == 1 else 'places'}" if more else ""
    return words + (f"; {integrity.lost_s:,.1f} s of music are touched" if integrity.lost_s else "")


def clock(seconds: float) -> str:
    """Say a time within a track: minutes, seconds and tenths, and hours where it takes them."""
    tenths = int(seconds * 10)
    minutes, rest = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    head = f"{hours}:{minutes:02}" if hours else f"{minutes}"
    return f"{head}:{rest // 10:02}.{rest % 10}"
