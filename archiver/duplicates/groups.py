"""Groups of files that are alike, as they come out of sorting: the best one first, then the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, groupby, islice

from archiver.duplicates.best import why
from archiver.duplicates.copy import Copy
from archiver.duplicates.tier import Tier
from archiver.model.pickling import by_fields

MOST_OTHERS = 10
"""Others of a group that are held in memory at once."""


@by_fields
@dataclass(frozen=True, slots=True)
class Member:
    """A file in a group.

    Attributes:
        tier: In which way the group's files are alike.
        group: The group's number.
        copy: The file.
        apart: How far it is from the best one, where that can be told: a few words.
    """

    tier: Tier
    group: int
    copy: Copy
    apart: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """What there is to say of a group.

    Attributes:
        tier: In which way its files are alike.
        number: Its number.
        best: The best of them.
        why: Why it is the best, a plain clause.
        others: The first of the others, at most :data:`MOST_OTHERS`.
        files: How many others there are.
        bytes: What they take.
        bytes_in_bags: How much of it is in bags.
    """

    tier: Tier
    number: int
    best: Copy
    why: str
    others: tuple[Member, ...]
    files: int
    bytes: int
    bytes_in_bags: int


def groups_of(members: Iterable[Member]) -> Iterator[Group]:
    """Put the members of each group together.

    Args:
        members: Group after group, the best of each first.
    """
    for (tier, number), found in groupby(members, lambda member: (member.tier, member.group)):
        rest = iter(found)
        best = next(rest).copy
        others = tuple(islice(rest, MOST_OTHERS))
        files, size, in_bags = 0, 0, 0
        for member in chain(others, rest):
            of_copy = member.copy.stat.size_bytes
            files, size = files + 1, size + of_copy
            in_bags += of_copy if member.copy.bag is not None else 0
        yield Group(tier, number, best, why(best, others[0].copy, tier), others, files, size, in_bags)
