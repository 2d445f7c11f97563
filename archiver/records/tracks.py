"""Reads back from a bag's own record which album and track a file is, so that damage has a name."""

from __future__ import annotations

import contextlib
from collections.abc import Collection
from dataclasses import dataclass

from archiver.bagit.bag_source import BagSource
from archiver.records.codec import Record, from_line
from archiver.records.names import FILES_LIMITS, FILES_RECORD


@dataclass(frozen=True, slots=True)
class Track:
    """What a record says of one file; empty where it says nothing."""

    title: str
    artist: str
    album: str


class _TaggedRecord(Record, frozen=True, kw_only=True):
    """Of a line of ``files.jsonl``, what names a track."""

    path: str
    tags: dict[str, list[str]]


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
        while line := lines.readline(FILES_LIMITS.bytes):
            try:
                record = from_line(line, _TaggedRecord, FILES_LIMITS)
            except ValueError:
                continue
            if record.path in paths and record.tags:
                found[record.path] = Track(
                    *(next(iter(record.tags.get(name, ())), "") for name in ("title", "artist", "album"))
                )
    return found
