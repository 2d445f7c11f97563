"""What decoding a file's music in full gave: how much there is, what failed, and what was computed of the samples."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from archiver.model.pickling import by_fields
from archiver.model.sound import Damage


class Sought(StrEnum):
    """What can be computed while music is decoded, beyond whether it can be.

    ``RIP``: the sums by which rips of audio CDs are compared. ``FINGERPRINT``: what it sounds like. ``ISCC``: the
    Audio-Code of ISO 24138, an identifier that is made of the fingerprint.
    """

    RIP = "rip"
    FINGERPRINT = "fingerprint"
    ISCC = "iscc"


class Undecoded(StrEnum):
    """Why music was not decoded, which says nothing about the file.

    Attributes:
        meaning: In words, to be read after the file's name and a colon.
    """

    meaning: str

    NO_DECODER = "no-decoder", "there is no decoder for its format"
    PROTECTED = "protected", "it is protected, and what is protected is never decoded"
    NOT_OPENED = "not-opened", "the decoder finds no music in it"
    UNREADABLE = "unreadable", "it could not be read"
    CHANGED = "changed", "it changed after it was listed"
    TIME = "time", "decoding took too long and was stopped"
    MEMORY = "memory", "the decoder asked for too much memory and was stopped"
    CRASH = "crash", "the decoder crashed"

    def __new__(cls, name: str, meaning: str) -> Self:
        """Make a member, whose value is its name in records."""
        member = str.__new__(cls, name)
        member._value_ = name
        member.meaning = meaning
        return member


@by_fields
@dataclass(frozen=True, slots=True)
class StatedDigest:
    """The MD5 of the samples that the file itself states, as its encoder saw them.

    Attributes:
        by: ``flac`` for STREAMINFO (RFC 9639, 8.2), ``wavpack`` for the MD5 sub-block that ``wavpack -m`` writes.
        md5: In hex; ``None`` where the encoder left it unset, which is no damage.
        found: What the decoded samples have, in hex, computed as that format has it; ``None`` where it could not be.
    """

    by: str
    md5: str | None
    found: str | None

    @property
    def holds(self) -> bool | None:
        """Whether the two are the same; ``None`` where they could not be compared."""
        return None if self.md5 is None or self.found is None else self.md5 == self.found


@by_fields
@dataclass(frozen=True, slots=True)
class RipSums:
    """The sums by which rips of a CD track are compared, of 16-bit stereo samples at 44,100 Hz.

    Attributes:
        crc: CRC-32 of all samples: EAC's "Copy CRC", XLD's and whipper's CRC.
        crc_no_nulls: The same without the 16-bit samples that are zero, as EAC has it where it is told to leave them out.
        accuraterip: AccurateRip v1 and v2 of the track where it stands in the midst of its disc, is the first, is the
            last, and is the only one, in this order.
    """

    crc: int
    crc_no_nulls: int
    accuraterip: tuple[tuple[int, int], tuple[int, int], tuple[int, int], tuple[int, int]]

    def of_track(self, *, first: bool, last: bool) -> tuple[int, int]:
        """AccurateRip v1 and v2 of a track at this place of its disc."""
        return self.accuraterip[first + 2 * last]


@by_fields
@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What music sounds like: Chromaprint's algorithm 1, as ``fpcalc -raw -length 0`` writes it.

    Attributes:
        words: One little-endian 32-bit word for each 0.124 s, from the beginning of the music.
    """

    words: bytes

    def __len__(self) -> int:
        """How many words there are."""
        return len(self.words) // 4


@by_fields
@dataclass(frozen=True, slots=True)
class Decoded:
    """What decoding a file's music in full gave.

    Attributes:
        decoder: FFmpeg's name of the decoder.
        music_start: Byte offset in the file of what the decoder was given.
        music_end: Byte offset after it.
        sample_rate_hz: Of the decoded music.
        channels: The same.
        samples: How many were decoded, in each channel.
        stated_samples: How many the file's own header states, where its format says so for certain.
        damage: The first places at which the decoder reported an error.
        errors: How many there are in all.
        pcm_md5: MD5 in hex of the samples of lossless music: signed, little-endian, the channels interleaved, each in as
            many whole bytes as its bits need. ``flac -t``, ``metaflac --show-md5sum`` and, at 16 or 24 bits,
            ``shntool hash`` and files called ``.st5`` and ``.ffp`` have the same. ``None`` for lossy music, whose
            decoders differ in the last bit, and where the number of bits is not known.
        stated: The MD5 that the file states, and whether it holds; ``None`` where it states none.
        rip: The sums of a rip; ``None`` where not asked for, and for what no audio CD holds.
        fingerprint: ``None`` where not asked for, and where the music has a rate or channels that no music has.
        iscc: The ISCC Audio-Code; ``None`` where not asked for, or where there is too little music for one.
    """

    decoder: str
    music_start: int
    music_end: int
    sample_rate_hz: int
    channels: int
    samples: int
    stated_samples: int | None = None
    damage: tuple[Damage, ...] = ()
    errors: int = 0
    pcm_md5: str | None = None
    stated: StatedDigest | None = None
    rip: RipSums | None = None
    fingerprint: Fingerprint | None = None
    iscc: str | None = None

    @property
    def seconds(self) -> float:
        """How long the decoded music is."""
        return self.samples / self.sample_rate_hz
