"""Reads from a finished bag what its pages are made of: its records through the one seam, and nothing trusted."""

from __future__ import annotations

import contextlib
import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Self

from archiver.bagit.algorithms import hash_blocks
from archiver.bagit.bag_source import BagSource, source_of
from archiver.bagit.reading import BagTop, read_top
from archiver.bagit.serialized.archive import without_ending
from archiver.bagit.telling import ignore
from archiver.errors import ArchiverError, ExitStatus, Remedy, Way
from archiver.machine import reason
from archiver.model.package import PackedFile, WithheldFile
from archiver.model.rights import Declaration
from archiver.model.rights_summary import Ground, RightsSummary
from archiver.model.source import Unpacked
from archiver.model.totals import Totals
from archiver.records.codec import LineLimits, Record, from_line
from archiver.records.names import STATE_RECORD, TREE_RECORD
from archiver.records.rights.grounds import settling_ground
from archiver.records.rights.read import UnnamedFiles, read_declared, read_entries
from archiver.records.rights.tally import RightsTally
from archiver.report.facts import BagFacts
from archiver.report.receipt import Pin
from archiver.report.row import FileRow, RowMaker

_LINES = LineLimits(bytes=4 << 20, brackets=50_000, commas=200_000)
_MOST_DECLARATIONS = 1000
_BLOCK = 1 << 16
_PREFERRED = ("sha512", "blake2b512", "sha384", "sha256", "sha224", "sha1", "md5")
"""Algorithms of tag manifests, the strongest first."""


class UnreadBagError(ArchiverError):
    """A bag cannot be read for its pages."""

    exit_code = ExitStatus.DAMAGED


@dataclass(frozen=True, slots=True)
class ReadBag:
    """What was read of a bag.

    Attributes:
        facts: What is known of it.
        albums: How many albums its files are.
        pin: The checksum of its strongest tag manifest; ``None`` where it has none that can be read.
        is_folder: Whether it is a folder, so that a page can refer to its files.
    """

    facts: BagFacts
    albums: int
    pin: Pin | None
    is_folder: bool


class _Line(Record, frozen=True, kw_only=True):
    """Of a line of ``tree.jsonl`` or ``state.jsonl``, what counts."""

    kind: str = ""
    leads_to: str | None = None
    bag: int = 0


def read_bag(bag: str, take: Callable[[FileRow], None]) -> ReadBag:
    """Read a bag's records from beginning to end.

    Args:
        bag: Path of the bag: a folder, or a tar, tar.gz or zip archive.
        take: Takes each file that is recorded.

    Raises:
        NoRightsRecordError: where it has no records of this program, or cannot be opened.
        RightsRecordError: where they are not as this program writes them.
        UnreadBagError: where it cannot be listed.
    """
    rows, totals, tally = RowMaker(), Totals(), RightsTally()
    policy = assessed_on = ""
    for entry in read_entries(bag):
        _count(entry, totals)
        tally.add(entry)
        if not isinstance(entry, Unpacked):
            decision = entry.assessed.decision
            policy, assessed_on = decision.policy, decision.on.isoformat()
        row = rows.row(entry)
        if row is not None:
            take(row)
    declared = _Declared.of(bag)
    links, left_out = _counted_tree(bag)
    held = sum(1 for line in _lines(bag, STATE_RECORD) if line.kind == "file" and line.bag)
    top, pin, is_folder = _top(bag)
    summary = tally.summary()
    if declared.unnamed:
        summary = _with_unnamed(summary, declared.unnamed)
    facts = BagFacts(
        name=bag_name(bag),
        labels=top.metadata.entries,
        algorithms=top.algorithms,
        policy=policy or declared.policy,
        assessed_on=assessed_on or declared.on,
        declarations=tuple(declared.declarations),
        rights=summary,
        held=held,
        links=links,
        left_out=left_out,
        lost=totals.lost,
        is_anonymous=bool(declared.unnamed),
    )
    return ReadBag(facts, len(totals.albums), pin, is_folder)


def bag_name(bag: str) -> str:
    """Return the name of a bag: that of its folder, or of its archive without the ending."""
    name = os.path.basename(os.path.abspath(bag))
    return without_ending(name) if os.path.isfile(bag) else name


def _count(entry: PackedFile | WithheldFile | Unpacked, totals: Totals) -> None:
    match entry:
        case PackedFile():
            totals.count_packed(entry.assessed.examined, entry.size_bytes)
        case Unpacked():
            totals.count_other(entry)
        case WithheldFile():
            totals.count_withheld(entry.assessed.examined)


@dataclass(slots=True)
class _Declared:
    """What a bag records of declarations, and of withheld files whose names were left out."""

    declarations: list[Declaration] = field(default_factory=list)
    unnamed: Counter[Ground] = field(default_factory=Counter)
    policy: str = ""
    on: str = ""

    @classmethod
    def of(cls, bag: str) -> Self:
        declared = cls()
        for one in read_declared(bag):
            match one:
                case Declaration():
                    if len(declared.declarations) < _MOST_DECLARATIONS:
                        declared.declarations.append(one)
                case UnnamedFiles(files, decision):
                    ground = settling_ground(decision) or Ground(decision.disposition, "")
                    declared.unnamed[ground] += files
                    declared.policy, declared.on = decision.policy, decision.on.isoformat()
        return declared


def _with_unnamed(summary: RightsSummary, unnamed: Counter[Ground]) -> RightsSummary:
    """Count withheld files without names among the others."""
    dispositions = dict(summary.dispositions)
    for ground, files in unnamed.items():
        dispositions[ground.disposition] = dispositions.get(ground.disposition, 0) + files
    return replace(
        summary,
        withheld=summary.withheld + unnamed.total(),
        dispositions=tuple(dispositions.items()),
        because=(*summary.because, *unnamed.items()),
    )


def _counted_tree(bag: str) -> tuple[int, int]:
    """How many links a bag records that lead to something in its sources, and what was left out; 0 where it cannot be read."""
    links = left_out = 0
    for line in _lines(bag, TREE_RECORD):
        links += line.kind == "link" and line.leads_to is not None
        left_out += line.kind == "left-out"
    return links, left_out


def _lines(bag: str, record: str) -> Iterator[_Line]:
    """The lines of a record, as far as there is one that can be read."""
    with contextlib.suppress(OSError, ValueError), source_of(bag).open(record) as lines:
        while line := lines.readline(_LINES.bytes + 1):
            yield from_line(line, _Line, _LINES)


def _top(bag: str) -> tuple[BagTop, Pin | None, bool]:
    """Read the top of a bag: its labels, its algorithms, the checksum of its tag manifest, and whether it is a folder."""
    with contextlib.closing(source_of(bag)) as source:
        with source.listing(ignore) as listing:
            try:
                top = None if listing.top is None else read_top(listing.top)
            except OSError as error:
                raise _unread(bag, reason(error)) from error
        if top is None:
            raise _unread(bag, "it cannot be opened")
        return top, _pin(source, top), source.kind == "folder"


def _unread(bag: str, why: str) -> UnreadBagError:
    return UnreadBagError(f"the bag {bag} cannot be read: {why}", remedies=[Remedy(Way.VERIFY, bag)])


def _pin(source: BagSource, top: BagTop) -> Pin | None:
    there = {one.algorithm: one.name for one in top.manifests if one.of_tags and one.algorithm}
    algorithm = next((name for name in _PREFERRED if name in there), None)
    if algorithm is None:
        return None
    try:
        with source.open(there[algorithm]) as stream:
            digests = hash_blocks(iter(partial(stream.read, _BLOCK), b""), (algorithm,))
    except (OSError, ValueError):
        return None
    return Pin(there[algorithm], algorithm, digests[algorithm])
