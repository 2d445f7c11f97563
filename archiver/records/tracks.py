"""Reads back from a bag's own record which album and track a file is, so that damage has a name."""

from __future__ import annotations

import contextlib
from collections.abc import Collection
from dataclasses import dataclass

from archiver.bagit.bag_source import BagSource
from archiver.records.jsontext import LineLimits, parse_line

FILES_RECORD = "metadata/files.jsonl"
_LIMITS = LineLimits(bytes=4 << 20, brackets=50_000, commas=200_000)


@dataclass(frozen=True, slots=True)
class Track:
    """What a record says of one file; empty where it says nothing."""

    title: str
    artist: str
    album: str


def tracks_of(bag: BagSource, paths: Collection[str]) -> dict[str, Track]:
    """Return what :data:`FILES_RECORD` of the listed bag says of those of ``paths`` that are audio with tags.

    The record may be missing, damaged or forged: whatever is not as expected is passed over.
    """
    found: dict[str, Track] = {}
    try:
        lines = bag.open(FILES_RECORD)
    except (OSError, ValueError):
        return found
    with lines, contextlib.suppress(OSError):
        while line := lines.readline(_LIMITS.bytes):
            try:
                record = parse_line(line, _LIMITS)
                path, tags = record["path"], record["tags"]
                if path in paths and tags:
                    found[path] = Track(*(_first(tags, name) for name in ("title", "artist", "album")))
            except (ValueError, TypeError, KeyError, AttributeError):
                continue
    return found


def _first(tags: dict[str, list[str]], name: str) -> str:
    values = tags.get(name) or [""]
    return values[0] if isinstance(values[0], str) else ""
