"""Whether a copy has a place of its own, so that a collection would miss it though the music is kept elsewhere."""

from __future__ import annotations

import re

from archiver.duplicates.copy import Copy

_NUMBERED = re.compile(r"(?:[0-9]{1,2}[-.])?[0-9]{1,3}(?![0-9])")


def own_place(kept: Copy, other: Copy) -> str | None:
    """Say why a copy may have a place of its own; ``None`` where nothing tells so.

    A compilation holds songs of other albums, and an album may hold the same silence, or the same song, twice.
    """
    one, two = kept.labels, other.labels
    if one.album and two.album and one.album != two.album:
        return "it belongs to another album"
    if one.track and two.track and one.track != two.track:
        return "it is another track of the album"
    here, there = (copy.place.path.rpartition("/") for copy in (kept, other))
    if here[0] == there[0] and _number(here[2]) != _number(there[2]):
        return "its name has another number"
    return None


def _number(name: str) -> str:
    found = _NUMBERED.match(name)
    return found.group() if found else ""
