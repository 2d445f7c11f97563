"""The sums by which rips of audio CDs are compared, as the samples pass.

AccurateRip multiplies each stereo frame, taken as a little-endian 32-bit number, by its place in the track, counted from 1,
and adds up the lower halves of the products (v1), or the lower and the upper ones (v2), modulo 2**32. Five sectors are left
out where a disc begins and ends, since drives differ there: of the first track the places below 2,940, of the last one
those beyond its length less 2,940.
"""

from __future__ import annotations

import zlib

import numpy as np
import numpy.typing as npt

from archiver.model.decoded import RipSums

_SKIPPED = 5 * 588
_MASK = 0xFFFF_FFFF
_FRAME_BYTES = 4
_PIECE_FRAMES = 1 << 16

_Frames = npt.NDArray[np.uint32]


class RipSumming:
    """Takes 16-bit stereo samples, little-endian and interleaved, in pieces of whole frames of any number."""

    def __init__(self) -> None:
        self._crc = self._crc_no_nulls = 0
        self._frames = 0
        self._whole = self._head = (0, 0)
        self._last: _Frames = np.empty(0, np.uint32)

    def take(self, piece: bytes) -> None:
        """Take the next samples."""
        self._crc = zlib.crc32(piece, self._crc)
        single = np.frombuffer(piece, "<u2")
        self._crc_no_nulls = zlib.crc32(single[single != 0].tobytes(), self._crc_no_nulls)
        frames = np.frombuffer(piece, "<u4")
        for start in range(0, len(frames), _PIECE_FRAMES):
            self._add(frames[start : start + _PIECE_FRAMES])

    def _add(self, frames: _Frames) -> None:
        first = self._frames + 1
        self._whole = _sum(self._whole, _products(frames, first))
        if first < _SKIPPED:
            self._head = _sum(self._head, _products(frames[: _SKIPPED - first], first))
        self._frames += len(frames)
        self._last = np.concatenate((self._last, frames))[-_SKIPPED:]

    def finish(self) -> RipSums:
        """Return the sums of what was taken."""
        # the places beyond n - 2,940 are the last 2,940 of the n
        tail = _products(self._last, self._frames - len(self._last) + 1)
        without_head, without_tail = _less(self._whole, self._head), _less(self._whole, tail)
        alone = _less(without_head, tail) if self._frames >= 2 * _SKIPPED else (0, 0)
        return RipSums(self._crc, self._crc_no_nulls, (self._whole, without_head, without_tail, alone))


def _products(frames: _Frames, first: int) -> tuple[int, int]:
    """v1 and v2 of frames of which the first has the place ``first``."""
    places = np.arange(first, first + len(frames), dtype=np.uint64) & np.uint64(_MASK)
    products = frames.astype(np.uint64) * places
    low = int((products & np.uint64(_MASK)).sum(dtype=np.uint64))
    high = int((products >> np.uint64(32)).sum(dtype=np.uint64))
    return low & _MASK, low + high & _MASK


def _sum(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    return one[0] + other[0] & _MASK, one[1] + other[1] & _MASK


def _less(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    return one[0] - other[0] & _MASK, one[1] - other[1] & _MASK
