"""Which copies could be taken away without losing music, for a person who wants to do so; nothing is done here.

A path is given only where the copy that stays was read in this run, is another file, and is in its place now.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby

from archiver.duplicates.copy import Copy, Place
from archiver.duplicates.groups import Member
from archiver.duplicates.own_place import own_place
from archiver.duplicates.tier import Tier
from archiver.filesystem import open_regular_beneath
from archiver.ingest.contents import Errand, digest_of


def removable(
    members: Iterable[Member], tiers: tuple[Tier, ...], algorithm: str, kept_back: Counter[str]
) -> Iterator[Place]:
    """Yield the copies that are not the best of their group, by every name that each has.

    Args:
        members: Group after group, the best of each first.
        tiers: In which the files may be alike.
        algorithm: Of the digests that bags' records are held against.
        kept_back: Counts the copies that are not given, by the reason.
    """
    chosen = (member for member in members if member.tier in tiers)
    for _, found in groupby(chosen, lambda member: member.group):
        rest = iter(found)
        kept = next(rest).copy
        why_none: str | None = None
        looked_at = False
        for member in rest:
            reason = _why_not(kept, member.copy)
            if reason is None and not looked_at:
                why_none, looked_at = _why_unproved(kept, algorithm), True
            reason = reason or why_none
            if reason is None:
                yield from (member.copy.place, *member.copy.links)
            else:
                kept_back[reason] += 1


def _why_not(kept: Copy, other: Copy) -> str | None:
    """Say why a copy must stay, whatever is known of the one that is kept."""
    if other.bag is not None:
        return "in a bag, which would be damaged"
    place = own_place(kept, other)
    if place is not None:
        return place
    return _why_one_file(kept, other)


def _why_one_file(kept: Copy, other: Copy) -> str | None:
    """Say so where two paths may lead to one file, which would be lost with either."""
    there, here = _status(kept.place), _status(other.place)
    if here is None or (here.st_size, here.st_mtime_ns) != (other.stat.size_bytes, other.stat.mtime_ns):
        return "changed since it was looked at"
    if there is None:
        return None if not kept.place.relative else "the copy that would be kept is gone"
    if there.st_ino == here.st_ino and (there.st_dev == here.st_dev or there.st_ctime_ns == here.st_ctime_ns):
        return "it may be the same file by another path"
    return None


def _why_unproved(kept: Copy, algorithm: str) -> str | None:
    """Say why the copy that would be kept is not known to be good: what a bag records is looked up in its bytes."""
    if not kept.recorded:
        return None
    if not kept.place.relative:
        return "the copy that would be kept is in an archive, and was not read"
    recorded = dict(kept.recorded).get(algorithm)
    if recorded is None:
        return None if kept.digest else "the copy that would be kept was not read"
    errand = Errand(kept.place.root, kept.place.relative, kept.stat)
    if digest_of(errand, algorithm) == recorded:
        return None
    return "the copy that would be kept is not as its bag records it"


def _status(place: Place) -> os.stat_result | None:
    if not place.relative:
        return None
    try:
        descriptor = open_regular_beneath(place.root, place.relative)
    except OSError:
        return None
    try:
        return os.fstat(descriptor)
    finally:
        os.close(descriptor)
