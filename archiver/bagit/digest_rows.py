"""What is known of one path, from the disk, the manifests and fetch.txt, as records that sort it together.

A record is the path's comparison key and what one source says of the path. Sorted by their bytes, all records of
one path are neighbours; so are the paths that differ only by normalisation, then those that differ only by case.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from archiver.bagit.fetch_reader import FetchEntry
from archiver.bagit.manifest_reader import Entry
from archiver.bagit.paths import comparison_key
from archiver.bagit.walking import Kind, Present

_DISK, _FETCH, _LISTED = b"0", b"1", b"2"
_DIGESTS_KEPT = 4
_KINDS = {ord(kind): kind for kind in Kind}


@dataclass(slots=True)
class Listing:
    """What one manifest says of one path: its distinct digests (at most four), how often, and on which line first."""

    line: int
    digests: list[str]
    times: int = 1


@dataclass(slots=True)
class Unit:
    """All that is known of one path.

    Attributes:
        path: The path.
        folded: The key that it shares with its case twins.
        normal: The key that it shares, too, with its normalisation twins.
        kind: What lies there; None for nothing.
        size: As :attr:`archiver.bagit.walking.Present.size`.
        holes: As :attr:`archiver.bagit.walking.Present.holes`.
        listed: What each manifest, by its index, says of it.
        fetched: How often fetch.txt names it.
        lengths: The lengths that fetch.txt gives, without repeats (at most four).
    """

    path: str
    folded: bytes
    normal: bytes
    kind: Kind | None = None
    size: int = 0
    holes: int = 0
    listed: dict[int, Listing] = field(default_factory=dict)
    fetched: int = 0
    lengths: list[int] = field(default_factory=list)


def _key(path: str) -> str:
    # no path holds NUL, so that it is free to part fields
    if path.isascii():
        folded = path.lower()
        return f"{folded}\0\0\0" if folded == path else f"{folded}\0{path}\0\0"
    folded, normal, raw = comparison_key(path)
    return f"{folded}\0{'' if normal == folded else normal}\0{'' if raw == normal else raw}\0"


def disk_record(present: Present) -> bytes:
    """The record of something that lies in the bag's folder."""
    size = f"{present.size},{present.holes}" if present.holes else present.size
    return f"{_key(present.path)}0{present.kind}{size}".encode("utf-8", "surrogatepass")


def fetch_record(entry: FetchEntry) -> bytes:
    """The record of a line of fetch.txt."""
    length = "" if entry.length is None else entry.length
    return f"{_key(entry.path)}1{length}".encode("utf-8", "surrogatepass")


def listed_record(index: int, entry: Entry) -> bytes:
    """The record of a line of the manifest with the given index, which is below 10,000."""
    path, digest, line = entry
    return f"{_key(path)}2{index:04d}{line:012d}{digest}".encode("utf-8", "surrogatepass")


def read_units(records: Iterable[bytes]) -> Iterator[Unit]:
    """Gather sorted records into one unit for each path, in the order of their keys, holding one at a time."""
    unit: Unit | None = None
    current = (b"", b"", b"")
    for record in records:
        folded, normal, raw, said = record.split(b"\0", 3)
        key = (folded, normal, raw)
        if unit is None or key != current:
            if unit is not None:
                yield unit
            current = key
            path = (raw or normal or folded).decode("utf-8", "surrogatepass")
            unit = Unit(path, folded, normal or folded)
        _take(unit, said)
    if unit is not None:
        yield unit


def _take(unit: Unit, said: bytes) -> None:
    source = said[:1]
    if source == _LISTED:
        index = int(said[1:5])
        digest = said[17:].decode("ascii")
        listing = unit.listed.get(index)
        if listing is None:
            unit.listed[index] = Listing(int(said[5:17]), [digest])
            return
        listing.times += 1
        if digest not in listing.digests and len(listing.digests) < _DIGESTS_KEPT:
            listing.digests.append(digest)
    elif source == _DISK:
        unit.kind = _KINDS[said[1]]
        size, _, holes = said[2:].partition(b",")
        unit.size, unit.holes = int(size), int(holes or b"0")
    else:
        unit.fetched += 1
        length = int(said[1:] or b"-1")
        if length >= 0 and length not in unit.lengths and len(unit.lengths) < _DIGESTS_KEPT:
            unit.lengths.append(length)
