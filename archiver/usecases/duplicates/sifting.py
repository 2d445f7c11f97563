"""Sorts files on disk, so that those that are alike come one after the other, and takes out all but the best of each."""

from __future__ import annotations

import hashlib
import itertools
import pickle
import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import groupby

from archiver.bagit.sorting import Sorter
from archiver.duplicates.best import RANK_BYTES, rank
from archiver.duplicates.copy import Copy, Place
from archiver.duplicates.groups import Member
from archiver.duplicates.keys import belongs
from archiver.duplicates.tier import Tier
from archiver.ingest.spool import Spool

_RUN_BYTES = 16 << 20
_DIGEST_BYTES = 16
_NUMBER = struct.Struct(">Q")
_KEY_BYTES = _DIGEST_BYTES + 2 * _NUMBER.size
_SIZE_AND_FILE = struct.Struct(">QQQQQ")
_ANCHORS = 16
"""Groups of one key that are held open at once, of files whose lengths differ too much for one."""

Key = Callable[[Copy], str | None]


class Sifting:
    """Takes groups out of what is compared, tier after tier.

    Attributes:
        members: Every member of every group, group after group, the best of each first.
        groups: How many groups there are.
    """

    def __init__(self, members: Spool[Member]) -> None:
        self.members = members
        self.groups = 0

    def sift(self, copies: Iterable[Copy], tier: Tier, key: Key, left: Spool[Copy]) -> None:
        """Group the files that are alike, and pass on those that are in no group and the best of each.

        Args:
            copies: What is compared.
            tier: In which way.
            key: Gives what is the same in all files of a group; ``None`` for a file that is compared with no other.
            left: Takes what is passed on.
        """
        with Sorter(_RUN_BYTES) as by_key, Sorter(_RUN_BYTES) as by_group:
            for copy in copies:
                of_copy = key(copy)
                if of_copy is None:
                    left.append(copy)
                else:
                    by_key.add(
                        _digest(of_copy) + _length(copy) + _NUMBER.pack(copy.number) + pickle.dumps(copy)
                    )
            for number, copy, pickled in _numbered(by_key, tier):
                if number is None:
                    left.append(copy)
                else:
                    by_group.add(_NUMBER.pack(number) + rank(copy, tier) + pickled)
            for _, found in groupby(by_group, lambda record: record[: _NUMBER.size]):
                self._take((_copy(record, _NUMBER.size + RANK_BYTES) for record in found), tier, left)

    def gather(self, copies: Iterable[tuple[int, str, Copy]], tier: Tier, left: Spool[Copy]) -> None:
        """Make groups of files that were found to be alike in pairs, each with the best of its group.

        Args:
            copies: The group's number, how far the file is from the best one of its group, and the file; in the order
                of their rank.
            tier: In which way they are alike.
            left: Takes the best of each group.
        """
        with Sorter(_RUN_BYTES) as by_group:
            for at, (group, apart, copy) in enumerate(copies):
                by_group.add(_NUMBER.pack(group) + _NUMBER.pack(at) + pickle.dumps((apart, copy)))
            for _, found in groupby(by_group, lambda record: record[: _NUMBER.size]):
                self._take_apart((pickle.loads(record[2 * _NUMBER.size :]) for record in found), tier, left)  # noqa: S301 - our own file

    def _take_apart(self, found: Iterator[tuple[str, Copy]], tier: Tier, left: Spool[Copy]) -> None:
        first = next(found)
        left.append(first[1])
        second = next(found, None)
        if second is None:
            return
        number = self.groups
        self.groups += 1
        for apart, copy in itertools.chain((first, second), found):
            self.members.append(Member(tier, number, copy, apart))

    def _take(self, copies: Iterator[Copy], tier: Tier, left: Spool[Copy]) -> None:
        self._take_apart((("", copy) for copy in copies), tier, left)


def _numbered(by_key: Iterable[bytes], tier: Tier) -> Iterator[tuple[int | None, Copy, bytes]]:
    """Give the files of each key a group's number, and none to one that is alone; those of one key come by length."""
    numbers = itertools.count()
    for _, found in groupby(by_key, lambda record: record[:_DIGEST_BYTES]):
        rest = iter(found)
        first, second = next(rest), next(rest, None)
        if second is None:
            yield None, _copy(first, _KEY_BYTES), b""
            continue
        anchors: list[tuple[int, Copy]] = []
        for record in itertools.chain((first, second), rest):
            copy = _copy(record, _KEY_BYTES)
            number = next((number for number, anchor in anchors if belongs(anchor, copy, tier)), None)
            if number is None:
                number = next(numbers)
                anchors = [*anchors[-_ANCHORS:], (number, copy)]
            yield number, copy, record[_KEY_BYTES:]


def linked(copies: Iterable[Copy], is_same: Callable[[Copy, Copy], bool]) -> Iterator[Copy]:
    """Yield the files by size, each file once: what is another name of the same one becomes one of its links.

    Args:
        copies: All of them.
        is_same: Whether two that have inode, size and times in common are on the same device too.
    """
    with Sorter(_RUN_BYTES) as by_size:
        for copy in copies:
            stat = copy.stat
            head = (
                stat.size_bytes,
                stat.inode,
                _positive(stat.ctime_ns),
                _positive(stat.mtime_ns),
                copy.number,
            )
            by_size.add(_SIZE_AND_FILE.pack(*head) + pickle.dumps(copy))
        one: Copy | None = None
        links: list[Place] = []
        for record in by_size:
            copy = _copy(record, _SIZE_AND_FILE.size)
            if one is not None and _may_be_same(one, copy) and is_same(one, copy):
                links.append(copy.place)
                one = one if copy.bag is None else replace(one, bag=copy.bag)  # in one under any of its names
                continue
            if one is not None:
                yield replace(one, links=tuple(links))
            one, links = copy, []
        if one is not None:
            yield replace(one, links=tuple(links))


def in_order(copies: Iterable[Copy]) -> Iterator[Copy]:
    """Yield files in the order in which they were met, which is that of folders on the disk."""
    with Sorter(_RUN_BYTES) as by_number:
        for copy in copies:
            by_number.add(_NUMBER.pack(copy.number) + pickle.dumps(copy))
        for record in by_number:
            yield _copy(record, _NUMBER.size)


def by_rank(copies: Iterable[Copy], tier: Tier) -> Iterator[Copy]:
    """Yield files, the better one of any two before the other."""
    with Sorter(_RUN_BYTES) as ranked:
        for copy in copies:
            ranked.add(rank(copy, tier) + pickle.dumps(copy))
        for record in ranked:
            yield _copy(record, RANK_BYTES)


def with_something_in_common(keys: Iterable[tuple[str, bool, int]]) -> set[int]:
    """Return the numbers of the files that share a key, where at least one of them asks to be compared by it.

    Args:
        keys: Key, whether its file asks, and the file's number.
    """
    marked: set[int] = set()
    with Sorter(_RUN_BYTES) as by_key:
        for key, asks, number in keys:
            by_key.add(_digest(key) + _NUMBER.pack(number) + bytes((asks,)))
        for _, found in groupby(by_key, lambda record: record[:_DIGEST_BYTES]):
            held: list[int] = []
            asked = False
            for record in found:
                asked = asked or record[-1] == 1
                held += _NUMBER.unpack_from(record, _DIGEST_BYTES)
            if asked and len(held) > 1:
                marked.update(held)
    return marked


def _may_be_same(one: Copy, other: Copy) -> bool:
    return one.stat.inode != 0 and one.stat == other.stat


def _copy(record: bytes, head: int) -> Copy:
    copy = pickle.loads(record[head:])  # noqa: S301 - from our own unnamed file
    assert isinstance(copy, Copy)
    return copy


def _digest(key: str) -> bytes:
    return hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES).digest()


def _length(copy: Copy) -> bytes:
    return _NUMBER.pack(_positive(round((copy.duration_s or 0) * 1000)))


def _positive(number: int) -> int:
    return min(max(number, 0), (1 << 64) - 1)
