"""Reads the two sides of a comparison: what bags say, or what is in a folder, as values that can be compared."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from archiver.bagit.bag_source import BagSource
from archiver.errors import Remedy, UsageError, Way
from archiver.executors.pools import Threads
from archiver.ingest.consumers import ReadPlan, all_digests, read_plan
from archiver.ingest.read_through import ReadThrough, read_through
from archiver.ingest.sound import SOUND, sound_from
from archiver.machine import refuse_own_limit
from archiver.model.audio import ExaminedFile
from archiver.model.pickling import by_fields
from archiver.model.source import FileRef, FolderRef, Link, Unpacked
from archiver.records.names import RIGHTS_RECORD
from archiver.records.rights.lines import DecisionLine
from archiver.records.rights.read import read_decisions
from archiver.records.tree_lines import TreeLeftOut
from archiver.store.find_bags import bags_in, is_bag
from archiver.usecases.planning import examined
from archiver.usecases.sources import sources_of
from archiver.usecases.states.bags import KnownBag, Shelf
from archiver.usecases.states.choosing import Chosen, choose_as_named
from archiver.usecases.states.description import (
    SourceFolder,
    SourceLink,
    files_of,
    tree_of,
    withheld_of,
)
from archiver.usecases.states.on_disk import OnDisk
from archiver.usecases.watch import Meter, Step, Watch

Kind = Literal["file", "folder", "link", "apart"]

MOST_UNREAD = 1_000


@by_fields
@dataclass(frozen=True, slots=True)
class Sided:
    """Something that a side has at a path.

    Attributes:
        path: The record path.
        kind: What it is; ``apart`` is what a bag says was in its source and went into no bag: a decision, a problem or
            the user kept it out. Of a folder, it means everything in it.
        digests: Algorithm and hex digest of a file's bytes, each that is known; of a link what it says.
        modified_ns: Modification time of a file in nanoseconds since 1970 UTC; ``None`` where it is not known.
        essence: Method and digest of a file's music apart from its tags; ``None`` where it is not known.
        decision: What was decided of it, in short; empty where nothing was.
        held_by: Identifier of the bag that has its bytes, with their path in it: where its essence is recorded; ``None``
            where it was read.
    """

    path: str
    kind: Kind
    digests: tuple[tuple[str, str], ...] = ()
    modified_ns: int | None = None
    essence: tuple[str, str] | None = None
    decision: str = ""
    held_by: tuple[str, str] | None = None


@dataclass(slots=True)
class Side:
    """One side, before it is read.

    Attributes:
        named: What the user named.
        chosen: The bags it is; ``None`` where it is a folder.
        tells_tree: Whether it says what folders and links there are; known once it was read.
        unread: Files in a folder that could not be read, and why; the first :data:`MOST_UNREAD` of them.
        unread_files: How many that are.
    """

    named: str
    chosen: Chosen | None
    tells_tree: bool = True
    unread: list[tuple[str, str]] = field(default_factory=list)
    unread_files: int = 0


def side_of(named: str, zone: dt.tzinfo | None, shelf: Shelf, others: tuple[str, ...]) -> Side:
    """Say what a user named: a folder, or what :func:`archiver.usecases.states.choosing.choose_as_named` finds.

    Raises:
        UsageError: where there is no such thing.
    """
    if os.path.isdir(named) and not is_bag(named):
        with contextlib.suppress(OSError):
            if bags_in(named).bags:
                raise UsageError(
                    f"{named} holds bags, and a folder of bags is not compared",
                    "Name a bag in it, or a collection.",
                    remedies=[Remedy(Way.NAME_STORES)],
                )
        return Side(named, None)
    return Side(named, choose_as_named(named, zone, shelf, others))


def algorithms_of(side: Side) -> tuple[str, ...]:
    """Return the algorithms of the digests that the bags of a side say first; a folder has none of its own."""
    if side.chosen is None:
        return ()
    heads = [bag.head for bag in side.chosen.bags]
    told = [head.algorithm for head in heads if head is not None]
    told += [bag.facts.algorithms[0] for bag in side.chosen.bags]
    return tuple(dict.fromkeys(told))


def entries_of(
    side: Side, shelf: Shelf, algorithms: tuple[str, ...], jobs: int, watch: Watch
) -> Iterator[Sided]:
    """Yield everything that a side has.

    Args:
        side: The side.
        shelf: The bags at hand.
        algorithms: What digests of files in a folder are computed with.
        jobs: Threads and processes to read a folder with.
        watch: Is told how far the reading of a folder has come.

    Raises:
        DescriptionError: where what a bag says of its source cannot be read.
    """
    return _of_folder(side, algorithms, jobs, watch) if side.chosen is None else _of_bags(side, shelf)


def _of_bags(side: Side, shelf: Shelf) -> Iterator[Sided]:
    assert side.chosen is not None
    side.tells_tree = False
    for bag in side.chosen.bags:
        source = shelf.source(bag)
        decided = _decisions(source)
        for file in files_of(bag, source):
            holder = bag.identifier if file.bag is None else file.bag.identifier
            yield Sided(
                file.path,
                "file",
                ((file.algorithm, file.digest),),
                file.modified_ns,
                None,
                decided.get(file.decision, ""),
                (holder, file.bag_path),
            )
        with OnDisk[None]() as links:
            yield from _tree_of(side, bag, source, links)
            for kept_out in withheld_of(bag, source):
                if not any(
                    links.found(_key(kept_out.path))
                ):  # a link that led nowhere is told by what it says
                    yield Sided(kept_out.path, "apart")


def _tree_of(side: Side, bag: KnownBag, source: BagSource, links: OnDisk[None]) -> Iterator[Sided]:
    """Yield what a bag says of folders, links and what was left out; take the path of each link."""
    with tree_of(bag, source) as tree:
        side.tells_tree = side.tells_tree or tree.file is not None
        for member in tree.members:
            match member:
                case SourceFolder(path) if path:
                    yield Sided(path, "folder")
                case SourceLink(path, _, target):
                    links.add(_key(path), None)
                    yield Sided(path, "link", (("target", (target or b"").hex()),))
                case TreeLeftOut(path):
                    yield Sided(path, "apart")
                case _:
                    pass


def _key(path: str) -> bytes:
    return path.encode("utf-8", "surrogatepass")


def _decisions(source: BagSource) -> Mapping[str, str]:
    """By the identifier of each decision of a bag, what is the same where the same was decided."""
    try:
        with source.open(RIGHTS_RECORD) as stream:
            return {line.id: _in_short(line) for line in read_decisions(stream)[1]}
    except (OSError, ValueError) as error:
        if isinstance(error, OSError):
            refuse_own_limit(error)
        return {}


def _in_short(line: DecisionLine) -> str:
    said = (line.disposition, line.acts, line.basis, line.machine_use, line.restricted_until)
    return hashlib.blake2b(repr(said).encode(), digest_size=16).hexdigest()


def _of_folder(side: Side, algorithms: tuple[str, ...], jobs: int, watch: Watch) -> Iterator[Sided]:
    sources = sources_of((side.named,))
    with examined(sources, jobs, watch) as entries:
        total = sum(entry.ref.stat.size_bytes for entry in entries if isinstance(entry, ExaminedFile))
        plans = (_plan(entry, algorithms) for entry in entries if isinstance(entry, ExaminedFile))
        meter = Meter()
        title = f"Reading {os.path.basename(os.path.abspath(side.named))}"
        with Threads(jobs) as threads, watch.during(Step(title, "bytes", total, meter)):
            outcomes = read_through(plans, threads, meter.add)
            for entry in entries:
                match entry:
                    case ExaminedFile():
                        yield from _read(side, next(outcomes), algorithms)
                    case FolderRef(path=path) if path:
                        yield Sided(path, "folder")
                    case Link():
                        yield Sided(entry.path, "link", (("target", entry.target.hex()),))
                    case Unpacked(problem, _, bytes() as target):
                        yield Sided(problem.path, "link", (("target", target.hex()),))
                    case Unpacked(problem):
                        _note_unread(side, problem.path, problem.message)
                    case _:
                        pass


def _plan(file: ExaminedFile, algorithms: tuple[str, ...]) -> tuple[FileRef, ReadPlan]:
    return file.ref, read_plan(algorithms, file)


def _read(side: Side, through: ReadThrough, algorithms: tuple[str, ...]) -> Iterator[Sided]:
    if through.problem is not None:
        _note_unread(side, through.problem.path, through.problem.message)
        return
    said = through.results.get(SOUND)
    sound = None if said is None else sound_from(said)
    essence = None if sound is None or sound.essence is None else sound.essence
    digests = all_digests(algorithms, through.results)
    yield Sided(
        through.ref.path,
        "file",
        tuple((name, digests[name]) for name in algorithms),
        through.ref.stat.mtime_ns,
        None if essence is None else (essence.method, essence.digest),
    )


def _note_unread(side: Side, path: str, why: str) -> None:
    side.unread_files += 1
    if len(side.unread) < MOST_UNREAD:
        side.unread.append((path, why))
