"""Says from a bag's own records what was decided of its files and why; no file of the payload is read.

What was decided is told as it was recorded: on that day, under that policy, by the rules of then. Whether the records
are unchanged is for verifying to say.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from archiver.bagit.bag_source import source_of
from archiver.bagit.names import PAYLOAD
from archiver.errors import ArchiverError, Remedy, Way
from archiver.model.audio import ExaminedFile
from archiver.model.day import Day
from archiver.model.layout import LAYOUTS, PLAIN, Layout
from archiver.model.package import PackedFile, WithheldFile
from archiver.model.problem import Problem
from archiver.model.rights import Decision, Declaration, Disposition, Policy
from archiver.model.source import Unpacked
from archiver.records.names import FILES_RECORD, RIGHTS_RECORD, ROWS_RECORD
from archiver.records.rights.alike import AlikeFiles, DecidedAlike, WithheldUnnamed, named_declarations
from archiver.records.rights.read import (
    NoRightsRecordError,
    RightsRecordError,
    UnnamedFiles,
    read_declared,
    read_entries,
)
from archiver.rights.explaining.explain import Explanation, explain, explain_decision
from archiver.store.find_bags import is_bag

RecordedEntry = PackedFile | WithheldFile | Unpacked


@dataclass(frozen=True, slots=True)
class RecordedGroup:
    """Files of a bag of which the same was decided for the same reasons.

    Attributes:
        alike: How many, an example, and the evidence that was seen in them.
        explanation: What was decided, with no suggestion; its one outcome is the one that was recorded.
    """

    alike: DecidedAlike
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class RecordedBag:
    """What a bag records of the decisions on its files.

    Attributes:
        bag: The bag as the user named it.
        policy: The policy that it was packed under; ``None`` where nothing was decided.
        on: The day for which it was decided, or ``None``.
        packed: Files in the bag.
        withheld: Files that a decision kept out, those without names among them.
        problems: Files that are not in it because of a problem, and on which nothing was decided.
        groups: The files by what was decided, the largest group first.
        unnamed: Withheld files whose names were left out on purpose.
        beyond: Files by disposition that are in no group, since there are more different decisions than are told.
    """

    bag: str
    policy: str | None
    on: dt.date | None
    packed: int
    withheld: int
    problems: int
    groups: tuple[RecordedGroup, ...]
    unnamed: tuple[WithheldUnnamed, ...]
    beyond: tuple[tuple[Disposition, int], ...]


@dataclass(frozen=True, slots=True)
class RecordedFile:
    """What a bag records of one file.

    Attributes:
        named: The file as the user named it.
        bag: The bag it lies in.
        is_packed: Whether it is in the bag; else it was withheld.
        file: What was seen in its bytes.
        explanation: What was decided, as in :class:`RecordedGroup`.
        today: What today's rules make of what is recorded, where that was asked for.
    """

    named: str
    bag: str
    is_packed: bool
    file: ExaminedFile
    explanation: Explanation
    today: Explanation | None


@dataclass(frozen=True, slots=True)
class UnreadBag:
    """A bag whose records cannot be read.

    Attributes:
        bag: The bag as the user named it.
        fault: Why, with the exit status that follows.
    """

    bag: str
    fault: ArchiverError


@dataclass(frozen=True, slots=True)
class UnreadRecord:
    """A file in a bag whose records cannot be read, or say nothing of it.

    Attributes:
        named: The file as the user named it.
        fault: Why, with the exit status that follows.
    """

    named: str
    fault: ArchiverError


@dataclass(frozen=True, slots=True)
class Anew:
    """For what today's rules are asked.

    Attributes:
        policies: Those to ask, at least one.
        on: The day.
    """

    policies: tuple[Policy, ...]
    on: Day


def is_named_bag(path: str) -> bool:
    """Whether a path is a bag to be told of: a folder with a bag's files, or an archive with a bag in it.

    An archive that cannot be read counts as one, for what is wrong with it must be told.
    """
    if not is_bag(path):
        return False
    if os.path.isdir(path):
        return True
    try:
        source_of(path).open("bagit.txt").close()
    except FileNotFoundError:
        return False
    except (OSError, ValueError):
        return True
    return True


def bag_of(path: str) -> tuple[str, str] | None:
    """Return the nearest folder bag with records in whose payload a file lies or would lie, and its path in there.

    Args:
        path: Path of a file, which need not be there: of one that was withheld, or is lost, the records tell.
    """
    file = os.path.realpath(path)
    folder = os.path.dirname(file)
    while True:
        inside = os.path.relpath(file, folder)
        if inside.startswith(PAYLOAD) and is_bag(folder) and _has_records(folder):
            return folder, inside
        if folder == os.path.dirname(folder):
            return None
        folder = os.path.dirname(folder)


def recorded_bag(bag: str) -> RecordedBag | UnreadBag:
    """Read what a bag, a folder or an archive, records of the decisions on its files.

    Its records are read from beginning to end; what is kept does not grow with the number of files.
    """
    alike, counted = AlikeFiles(), _Counted()
    try:
        for entry in read_entries(bag):
            counted.add(entry)
            if not isinstance(entry, Unpacked):
                alike.add(entry)
        groups = alike.groups()
        declarations = tuple(named_declarations(_declared(bag, alike, counted), groups))
    except (NoRightsRecordError, RightsRecordError) as fault:
        return UnreadBag(bag, fault)
    return RecordedBag(
        bag=bag,
        policy=counted.policy,
        on=counted.on,
        packed=counted.packed,
        withheld=counted.withheld,
        problems=counted.problems,
        groups=tuple(
            RecordedGroup(group, explain_decision(group.decision, declarations)) for group in groups
        ),
        unnamed=alike.unnamed(),
        beyond=alike.beyond(),
    )


class _Counted:
    """How many files of which kind a bag records, and what the decisions on them were made for."""

    def __init__(self) -> None:
        self.packed = self.withheld = self.problems = 0
        self.policy: str | None = None
        self.on: dt.date | None = None

    def add(self, entry: RecordedEntry) -> None:
        match entry:
            case PackedFile():
                self.packed += 1
                self.made_for(entry.assessed.decision)
            case WithheldFile():
                self.withheld += 1
                self.made_for(entry.assessed.decision)
            case Unpacked():
                self.problems += 1

    def made_for(self, decision: Decision) -> None:
        self.policy, self.on = decision.policy, decision.on


def _declared(bag: str, alike: AlikeFiles, counted: _Counted) -> Iterator[Declaration]:
    """Yield the declarations, and count the withheld files whose names were left out."""
    for recorded in read_declared(bag):
        match recorded:
            case Declaration():
                yield recorded
            case UnnamedFiles(files, decision):
                alike.add_unnamed(files, decision)
                counted.withheld += files
                counted.made_for(decision)


def recorded_files(
    bag: str, wanted: Mapping[str, str], anew: Anew | None
) -> dict[str, RecordedFile | UnreadRecord | Problem]:
    """Read what a bag records of some files, all in one go.

    Args:
        bag: The bag, a folder.
        wanted: Path in the bag to the name that the user gave. A file that was withheld, or is not in the bag because
            of a problem, is found where it would lie.
        anew: For what today's rules are asked of what is recorded, too; ``None`` to leave it at the record.

    Returns:
        For each path what is recorded; a problem where that kept the file out.
    """
    try:
        found = _found(bag, wanted)
        bearing = _bearing(bag, found)
        return {path: _outcome(bag, named, found.get(path), bearing, anew) for path, named in wanted.items()}
    except (NoRightsRecordError, RightsRecordError) as fault:
        return {path: UnreadRecord(named, fault) for path, named in wanted.items()}


def _found(bag: str, wanted: Collection[str]) -> dict[str, RecordedEntry]:
    """The entry that each path is of: what lies there, else what would have, else what lay there in the source."""
    layout, found = _layout(bag), dict[str, tuple[int, RecordedEntry]]()
    for entry in read_entries(bag):
        for rank, path in enumerate(_paths_of(entry, layout)):
            if path in wanted and (path not in found or rank < found[path][0]):
                found[path] = rank, entry
    return {path: entry for path, (_, entry) in found.items()}


def _outcome(
    bag: str,
    named: str,
    entry: RecordedEntry | None,
    declarations: Mapping[str, Declaration],
    anew: Anew | None,
) -> RecordedFile | UnreadRecord | Problem:
    match entry:
        case None:
            return UnreadRecord(named, _says_nothing(bag))
        case Unpacked(problem):
            return problem
        case _:
            return _explained(bag, named, entry, declarations, anew)


def _says_nothing(bag: str) -> NoRightsRecordError:
    message = "the records of the bag say nothing of it"
    return NoRightsRecordError(message, remedies=[Remedy(Way.VERIFY, bag)])


def _paths_of(entry: RecordedEntry, layout: Layout) -> tuple[str, str, str]:
    """Where a file lies in the bag, where it would by its name in the source, and where in a plain bag.

    Nothing lies where a withheld file would; so its first path is that of no file.
    """
    match entry:
        case PackedFile():
            path = entry.assessed.path
            return entry.bag_path, layout.files_folder + path, PAYLOAD + path
        case WithheldFile(assessed):
            return "", layout.files_folder + assessed.path, PAYLOAD + assessed.path
        case Unpacked(problem):
            return "", layout.files_folder + problem.path, PAYLOAD + problem.path


def _layout(bag: str) -> Layout:
    """The layout of a folder bag, by where what a receiving system reads lies in it."""
    fits = (one for one in LAYOUTS.values() if os.path.lexists(os.path.join(bag, one.place(ROWS_RECORD))))
    return next(fits, PLAIN)


def _bearing(bag: str, found: Mapping[str, RecordedEntry]) -> dict[str, Declaration]:
    names = {
        name
        for entry in found.values()
        if not isinstance(entry, Unpacked)
        for name in entry.assessed.decision.declarations
    }
    recorded = read_declared(bag)
    return {one.id: one for one in recorded if isinstance(one, Declaration) and one.id in names}


def _explained(
    bag: str,
    named: str,
    entry: PackedFile | WithheldFile,
    declarations: Mapping[str, Declaration],
    anew: Anew | None,
) -> RecordedFile:
    file, decision = entry.assessed.examined, entry.assessed.decision
    missing = [name for name in decision.declarations if name not in declarations]
    if missing:
        raise RightsRecordError(
            f"the record of rights in {bag} lacks a declaration that a decision names: {missing[0]}",
            remedies=[Remedy(Way.VERIFY, bag)],
        )
    bearing = [declarations[name] for name in decision.declarations]
    today = None
    if anew is not None:
        where, tags = file.ref.path, file.tags
        today = explain(
            file.evidence, file.protection, bearing, anew.policies, anew.on, path=where, tags=tags
        )
    is_packed = isinstance(entry, PackedFile)
    return RecordedFile(named, bag, is_packed, file, explain_decision(decision, bearing), today)


def _has_records(bag: str) -> bool:
    return all(os.path.lexists(os.path.join(bag, path)) for path in (FILES_RECORD, RIGHTS_RECORD))
