"""How alike two pieces of music sound, by their fingerprints, and which of many are worth comparing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from archiver.audio.decoding.chroma import HOP_SAMPLES, RATE_HZ
from archiver.model.decoded import Fingerprint

MOST_ERRORS = 0.15
"""The part of bits that may differ where two are called alike: copies differ in about 0.01, strangers in 0.47."""

FEWEST_WORDS = 20
"""Nothing is said of fewer words, which 5.1 s of music have: too little to tell."""

MOST_OFFSET = 40
"""Words that one may begin later than the other: 5 s."""

_SILENT_WORD = 627_964_279
"""The word of rows without any sound: no two recordings are alike because both are silent."""

_PREFIX_BITS = 28
_PREFIXES_PER_FILE = 256
_FEWEST_HITS = 2
_TOO_COMMON = 1000
_SPREAD = np.uint32(2_654_435_761)

_Words = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Likeness:
    """What comparing two fingerprints gave.

    Attributes:
        error_rate: The part of bits that differ where they fit best: near 0.01 in copies, near 0.47 in strangers.
        offset_words: How many words later the same moment comes in the second one; negative where it comes earlier.
        compared_words: How many words that is known from.
    """

    error_rate: float
    offset_words: int
    compared_words: int

    @property
    def alike(self) -> bool:
        """Whether they are copies of one recording, however each was encoded."""
        return self.error_rate < MOST_ERRORS

    @property
    def offset_s(self) -> float:
        """The offset in seconds."""
        return self.offset_words * HOP_SAMPLES / RATE_HZ


def likeness(first: Fingerprint, second: Fingerprint) -> Likeness | None:
    """Compare two fingerprints where they fit best; ``None`` where there is too little music in them to tell.

    Moments at which both are silent are left out.
    """
    one, other = words_of(first), words_of(second)
    best = None
    for offset in range(-MOST_OFFSET, MOST_OFFSET + 1):
        here, there = (one, other[offset:]) if offset >= 0 else (one[-offset:], other)
        count = min(len(here), len(there))
        if count < FEWEST_WORDS:
            continue
        different = here[:count] ^ there[:count]
        heard = int(np.count_nonzero((different != 0) | (here[:count] != _SILENT_WORD)))
        if heard < FEWEST_WORDS:
            continue
        rate = int(np.bitwise_count(different).sum(dtype=np.int64)) / (32 * heard)
        if best is None or rate < best.error_rate:
            best = Likeness(rate, offset, heard)
    return best


def words_of(fingerprint: Fingerprint) -> _Words:
    """The words as an array."""
    return np.frombuffer(fingerprint.words, "<u4").astype(np.uint32, copy=False)


class LikenessIndex:
    """Finds, among many fingerprints, those that are worth comparing: they have the first 28 bits of two words in common.

    It keeps up to 256 beginnings of words of each, 2 KiB; of a longer one those that a fixed scattering of all numbers puts
    first, so that copies keep the same ones. Beginnings that more than a thousand have are of no use and are passed over.
    """

    def __init__(self) -> None:
        self._kept: list[_Words] = []
        self._prefixes: _Words = np.empty(0, np.uint32)
        self._owners: _Words = np.empty(0, np.uint32)
        self._sorted = 0

    def add(self, fingerprint: Fingerprint) -> int:
        """Take a fingerprint; return the number that it is called by, which counts from 0."""
        self._kept.append(_beginnings(fingerprint))
        return len(self._kept) - 1

    def candidates(self, number: int) -> Iterator[int]:
        """Yield the numbers, above this one, of those that it is worth comparing with, in ascending order."""
        self._sort()
        prefixes = self._kept[number]
        first = np.searchsorted(self._prefixes, prefixes, "left")
        end = np.searchsorted(self._prefixes, prefixes, "right")
        owners = [
            self._owners[begin:after]
            for begin, after in zip(first.tolist(), end.tolist(), strict=True)
            if 1 < after - begin <= _TOO_COMMON
        ]
        if not owners:
            return
        found, hits = np.unique(np.concatenate(owners), return_counts=True)
        yield from found[(found > number) & (hits >= _FEWEST_HITS)].tolist()

    def _sort(self) -> None:
        if self._sorted == len(self._kept):
            return
        counts = [len(prefixes) for prefixes in self._kept]
        prefixes = np.concatenate(self._kept)
        owners = np.repeat(np.arange(len(self._kept), dtype=np.uint32), counts)
        order = np.argsort(prefixes, kind="stable")
        self._prefixes, self._owners = prefixes[order], owners[order]
        self._sorted = len(self._kept)


def _beginnings(fingerprint: Fingerprint) -> _Words:
    words = words_of(fingerprint)
    prefixes = np.unique(words[words != _SILENT_WORD] >> np.uint32(32 - _PREFIX_BITS))
    if len(prefixes) <= _PREFIXES_PER_FILE:
        return prefixes
    scattered = prefixes * _SPREAD
    return prefixes[np.argpartition(scattered, _PREFIXES_PER_FILE)[:_PREFIXES_PER_FILE]]
