"""Makes one whole file of several damaged copies of it, by trying their differing ranges against its digest.

Where copies differ in few places, each range is taken from one or another until the digest holds: k ranges of two copies
are 2^k combinations. What comes before the first range is hashed once, and the state of the hash is copied from there on.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import prod
from typing import TYPE_CHECKING, Protocol

from archiver.bagit.algorithms import new_digest

if TYPE_CHECKING:
    from hashlib import _Hash

MOST_COMBINATIONS = 1 << 16
_MOST_HASHED = 32 << 30
"""Bytes that are hashed for one file at most, which takes about half a minute."""

_MOST_HELD = 64 << 20
"""Bytes of differing ranges that are held in memory at most."""

_MOST_RANGES = 1 << 16
_BLOCK = 1 << 20
_LEAF = 16
_GAPS = (0, _LEAF, 512, 8 << 10, 128 << 10)
"""How near two differing ranges may be to be taken for one; tried in this order, since wider ones make fewer combinations."""


class Taker(Protocol):
    """What takes the bytes of a file, one block after the other."""

    def write(self, block: bytes, /) -> object:
        """Take a block."""


@dataclass(frozen=True, slots=True)
class _Range:
    """Where copies differ: from ``start`` to ``stop``, and which copies reach that far."""

    start: int
    stop: int
    copies: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Choice:
    """A range with each different content that a copy has there."""

    start: int
    stop: int
    contents: tuple[bytes, ...]


def combine(copies: Sequence[int], size: int, algorithm: str, digest: str, into: Taker) -> bool:
    """Write the file to ``into`` if parts of the copies add up to it, and return whether they do.

    Args:
        copies: Descriptors of damaged copies; one that is shorter than the file is taken as far as it goes.
        size: Bytes of the file.
        algorithm: The digest's algorithm, by its normalised name.
        digest: The digest, in hex.
        into: Takes the file; nothing is written where they do not.

    Raises:
        OSError: where a copy cannot be read.
    """
    lengths = [min(os.fstat(copy).st_size, size) for copy in copies]
    if len(copies) < 2 or max(lengths) < size:  # a single copy, or nobody has the end
        return False
    ranges = _differing(copies, lengths, size)
    longest = lengths.index(size)
    tried: list[tuple[_Range, ...]] = []
    for gap in _GAPS if ranges is not None else ():
        assert ranges is not None
        merged = tuple(_merged(ranges, gap, lengths))
        if merged in tried:
            continue
        tried.append(merged)
        choices = _choices(copies, merged, size)
        if choices is None:
            continue
        found = _Search(copies[longest], size, choices, algorithm, digest).find()
        if found is not None:
            _write(copies[longest], size, choices, found, into)
            return True
    return False


def _differing(copies: Sequence[int], lengths: Sequence[int], size: int) -> list[_Range] | None:
    """Return where the copies differ; ``None`` where that is nearly everywhere."""
    ranges: list[_Range] = []
    for offset in range(0, size, _BLOCK):
        end = min(offset + _BLOCK, size)
        # within a block, a copy that ends in it counts as far as it goes only
        edges = sorted({offset, end, *(length for length in lengths if offset < length < end)})
        for start, stop in pairwise(edges):
            there = tuple(number for number, length in enumerate(lengths) if length >= stop)
            blocks = [_read(copies[number], start, stop) for number in there]
            for begin, finish in _unequal(blocks, 0, stop - start):
                ranges.append(_Range(start + begin, start + finish, there))
                if len(ranges) > _MOST_RANGES:
                    return None
    return ranges


def _unequal(blocks: Sequence[bytes], start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Yield the leaves of a block in which the blocks are not the same, by halves."""
    waiting = [(start, stop)]
    while waiting:
        begin, end = waiting.pop()
        first = blocks[0][begin:end]
        if all(block[begin:end] == first for block in blocks[1:]):
            continue
        if end - begin <= _LEAF:
            yield begin, end
            continue
        middle = (begin + end) // 2
        waiting += [(middle, end), (begin, middle)]


def _merged(ranges: Sequence[_Range], gap: int, lengths: Sequence[int]) -> Iterator[_Range]:
    """Join ranges that lie no further apart than ``gap``."""
    held: _Range | None = None
    for one in ranges:
        if held is not None and one.start - held.stop <= gap:
            there = tuple(number for number in held.copies if lengths[number] >= one.stop)
            held = _Range(held.start, one.stop, there)
        else:
            if held is not None:
                yield held
            held = one
    if held is not None:
        yield held


def _choices(copies: Sequence[int], ranges: Sequence[_Range], size: int) -> tuple[_Choice, ...] | None:
    """Read what each copy has in each range; ``None`` where that is too much to try."""
    least = 2 ** len(ranges)
    held = sum((one.stop - one.start) * len(one.copies) for one in ranges)
    if least > MOST_COMBINATIONS or held > _MOST_HELD:
        return None
    choices = tuple(
        _Choice(
            one.start,
            one.stop,
            tuple(dict.fromkeys(_read(copies[number], one.start, one.stop) for number in one.copies)),
        )
        for one in ranges
    )
    numbers = [len(one.contents) for one in choices]
    if prod(numbers) > MOST_COMBINATIONS:
        return None
    ends = [*(one.start for one in choices[1:]), size][: len(choices)]
    hashed = sum(
        prod(numbers[: place + 1]) * (end - one.start)
        for place, (one, end) in enumerate(zip(choices, ends, strict=True))
    )
    return choices if hashed <= _MOST_HASHED else None


class _Search:
    """Tries the contents of ranges, the first range first."""

    def __init__(
        self, longest: int, size: int, choices: tuple[_Choice, ...], algorithm: str, digest: str
    ) -> None:
        self._longest = longest
        self._choices = choices
        self._ends = [*(one.start for one in choices[1:]), size]
        self._digest = digest
        self._state = new_digest(algorithm)
        self._add(self._state, 0, choices[0].start if choices else size)

    def find(self) -> tuple[int, ...] | None:
        """Return which content of each range makes the file whole; ``None`` where none does."""
        return self._find(0, self._state)

    def _find(self, place: int, state: _Hash) -> tuple[int, ...] | None:
        if place == len(self._choices):
            return () if state.hexdigest() == self._digest else None
        choice = self._choices[place]
        for number, content in enumerate(choice.contents):
            following = state.copy()
            following.update(content)
            self._add(following, choice.stop, self._ends[place])
            rest = self._find(place + 1, following)
            if rest is not None:
                return (number, *rest)
        return None

    def _add(self, state: _Hash, start: int, stop: int) -> None:
        for block in _blocks(self._longest, start, stop):
            state.update(block)


def _write(
    longest: int, size: int, choices: tuple[_Choice, ...], found: tuple[int, ...], into: Taker
) -> None:
    at = 0
    for choice, number in zip(choices, found, strict=True):
        for block in _blocks(longest, at, choice.start):
            into.write(block)
        into.write(choice.contents[number])
        at = choice.stop
    for block in _blocks(longest, at, size):
        into.write(block)


def _blocks(descriptor: int, start: int, stop: int) -> Iterator[bytes]:
    for offset in range(start, stop, _BLOCK):
        yield _read(descriptor, offset, min(offset + _BLOCK, stop))


def _read(descriptor: int, start: int, stop: int) -> bytes:
    """Read from ``start`` to ``stop``; what a file lost meanwhile reads as nothing, and no digest will fit."""
    parts = []
    while start < stop and (part := os.pread(descriptor, stop - start, start)):
        parts.append(part)
        start += len(part)
    return b"".join(parts)
