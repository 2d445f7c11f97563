"""Music that lies in one stretch whose place the headers tell: WAV, AIFF, CAF, AU, DSF and their like.

What can be said of such a file is in its headers: how much music they state, and how much is there. That is settled
before the music is read; the walk digests it, and tests it by a checksum where the file holds one.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from archiver.audio.bitstream.damages import Damages
from archiver.audio.bitstream.digests import PartsDigest
from archiver.model.sound import Bitstream, Sound

OPEN_LENGTH = "the header leaves the length open, as of a stream"
STRAY_BYTES = "the last sample is not whole"
MISMATCH = "the music differs from the MD5 that the file holds of it"
MOST = 1 << 53
"""More bytes or samples than any file has: what a damaged header states beyond is taken for this."""
SHORT = "the music breaks off"
FEWER = "there are fewer samples than the header states"
CHUNKS_MISSING = "the file ends before its form does"


@dataclass(slots=True)
class Spans:
    """What the headers of a file say of its music.

    Attributes:
        method: Name of the digest.
        before: Bytes that are digested ahead of the music: what one must know to hear it right.
        start: Byte offset of the music.
        end: Byte offset after what is there of it.
        checked: What was tested.
        rate: Samples a second, where it is known.
        block: Bytes of one block of all channels, or 0 where they have no fixed size.
        per_block: Samples of each channel in a block.
    """

    method: str
    before: bytes
    start: int
    end: int
    checked: tuple[str, ...]
    rate: int | None = None
    block: int = 0
    per_block: int = 1
    damage: list[tuple[str, int, int | None, int]] = field(default_factory=list)
    details: list[str] = field(default_factory=list)
    md5: str | None = None

    def __post_init__(self) -> None:
        """Take a block that no sound has for none."""
        if max(self.block, self.per_block) >= 1 << 32:
            self.block, self.per_block = 0, 1

    def stated(self, length: int | None) -> None:
        """Hold the length that the header states against what is there."""
        there = self.end - self.start
        if length is None:
            self.details.append(OPEN_LENGTH)
        elif (length := min(length, MOST)) > there:
            sample, lost = None, 0
            if self.block:
                sample = there // self.block * self.per_block
                lost = length // self.block * self.per_block - sample
            self.damage.append((SHORT, self.end, sample, lost))
        if self.block and (there if length is None else length) % self.block:
            self.details.append(STRAY_BYTES)

    def samples_stated(self, samples: int) -> None:
        """Hold a number of samples against the bytes that are there, where they tell it."""
        there = (self.end - self.start) // self.block * self.per_block if self.block else samples
        if samples > there and not self.damage:
            self.damage.append((FEWER, self.end, there, min(samples, MOST) - there))

    def bitstream(self) -> Bitstream:
        """What the walk is told."""
        given: dict[str, Any] = {
            "method": self.method,
            "before": self.before.hex(),
            "checked": list(self.checked),
            "rate": self.rate,
            "block": self.block,
            "per_block": self.per_block,
            "damage": [list(each) for each in self.damage],
            "detail": "; ".join(self.details) or None,
            "md5": self.md5,
        }
        return Bitstream("spans", self.start, max(self.end, self.start), given)


class SpansWalk:
    """Digests the music, and holds it against the MD5 that the file has of it."""

    def __init__(self, stream: Bitstream) -> None:
        given = stream.given
        before = bytes.fromhex(given["before"])
        self._stream = stream
        self._digest = PartsDigest(given["method"], ((stream.start, stream.end),), stream.start, before)
        self._md5 = hashlib.md5(usedforsecurity=False) if given["md5"] else None

    def take(self, piece: memoryview) -> None:
        """Take the next bytes."""
        self._digest.take(piece)
        if self._md5 is not None:
            self._md5.update(piece)

    def finish(self) -> Sound:
        """Return the digest, and what the headers and the checksum say."""
        stream, given = self._stream, self._stream.given
        damages = Damages(given["rate"])
        for what, offset, sample, lost in given["damage"]:
            damages.add(what, offset, sample, lost)
        missing = self._digest.missing
        if missing:
            self._cut(damages, stream.end - stream.start - missing)
        checked: tuple[str, ...] = tuple(given["checked"])
        if self._md5 is not None and not damages.count:
            digest = self._md5.digest()
            if given["md5"] not in (digest.hex(), digest[::-1].hex()):
                damages.add(MISMATCH, stream.start)
        integrity = damages.verdict(checked, proved=self._md5 is not None, detail=given["detail"])
        return Sound(self._digest.essence(), integrity)

    def _cut(self, damages: Damages, there: int) -> None:
        """Note that only so many bytes came, though the headers' reader saw more."""
        stream, block, per_block = self._stream, self._stream.given["block"], self._stream.given["per_block"]
        if not block:
            damages.add(SHORT, stream.start + there)
            return
        sample = there // block * per_block
        lost = (stream.end - stream.start) // block * per_block - sample
        damages.add(SHORT, stream.start + there, sample, lost)
