"""Says of single files all that is known of their music and rights, from where, and what follows; of a bag, what it records."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from archiver.config import Settings
from archiver.errors import Remedy, UsageError, Way
from archiver.executors.ordered import Serial
from archiver.ingest.consumers import read_plan
from archiver.ingest.read_through import read_through
from archiver.ingest.sound import with_sound
from archiver.model.audio import ExaminedFile, Role
from archiver.model.day import Day
from archiver.model.problem import NOT_READ, Problem
from archiver.model.rights import Policy
from archiver.model.source import FolderProblem, Source, Unpacked
from archiver.rights.deciding.scope import ScopeIndex
from archiver.rights.declaring.policies import POLICY_NAMES, builtin_policy
from archiver.rights.explaining.explain import Explanation, explain
from archiver.usecases.planning import examined
from archiver.usecases.recorded import (
    Anew,
    RecordedBag,
    RecordedFile,
    UnreadBag,
    UnreadRecord,
    bag_of,
    is_named_bag,
    recorded_bag,
    recorded_files,
)
from archiver.usecases.rights_inputs import (
    RIGHTS_FILE,
    ReadDeclarations,
    read_declarations,
    read_found_declarations,
    read_policy,
)
from archiver.usecases.watch import Unwatched

_NOTHING = ScopeIndex(())
"""What there is without declarations."""


@dataclass(frozen=True, slots=True)
class ExplainRequest:
    """What is to be explained.

    Attributes:
        files: Files and bags as the user named them.
        source: Folder that declarations speak for; ``None`` to take the nearest folder above each file that
            holds a ``rights.toml``, or else the file's own.
        rights: File of declarations; ``None`` to look for ``rights.toml`` at the source's top.
        policy: Name or path of the policy whose outcome counts; ``None`` for the configured one.
        on: The day to ask for; ``None`` for today.
        today: Today.
        settings: What holds where nothing is asked for.
    """

    files: tuple[str, ...]
    source: str | None
    rights: str | None
    policy: str | None
    on: Day | None
    today: Day
    settings: Settings

    @property
    def day(self) -> Day:
        """The day for which the rules are asked."""
        return self.today if self.on is None else self.on

    @property
    def is_of_source(self) -> bool:
        """Whether the files are asked for as files of a source, wherever they lie."""
        return self.source is not None or self.rights is not None


@dataclass(frozen=True, slots=True)
class ExplainedFile:
    """One file with everything that follows for it.

    Attributes:
        named: The file as the user named it.
        file: What its bytes say.
        explanation: What follows; its first outcome is the one under the policy asked for.
        rights: The file of declarations that was read, or ``None``.
        no_documents: Documents that it names and that are none, each with what is wrong.
        write_to: The file of declarations whose paths are written as suggestions write them.
    """

    named: str
    file: ExaminedFile
    explanation: Explanation
    rights: str | None
    no_documents: Mapping[str, str]
    write_to: str


@dataclass(frozen=True, slots=True)
class UnexplainedFile:
    """One file that could not be read.

    Attributes:
        named: The file as the user named it.
        problem: Why.
    """

    named: str
    problem: Problem


Outcome = ExplainedFile | UnexplainedFile | RecordedFile | RecordedBag | UnreadBag | UnreadRecord


def explain_files(request: ExplainRequest) -> Iterator[Outcome]:
    """Explain each file or bag in turn; what is neither, or cannot be read, is yielded with the reason.

    Of a bag, and of a file in the payload of a bag with records, it is told what was recorded, unless the folder or the
    file of declarations is named that speaks for it: then it is a file like any other.

    Raises:
        UsageError: where none is a file or bag, one lies outside the source that was named, or a source, policy or
            file of declarations cannot be read, or declarations by path were named without the folder that they
            speak for, or another policy or day is asked of a whole bag.
        ConfigError: where one says something it cannot say.
    """
    policies = _policies(request.policy or request.settings.policy)
    places = [_place(named, request) for named in request.files]
    if all(isinstance(place, UnexplainedFile) for place in places):
        (first, *_) = (place for place in places if isinstance(place, UnexplainedFile))
        raise UsageError(
            f"cannot explain {first.named}: {first.problem.message}",
            "Name files or bags.",
            remedies=[Remedy(Way.SHOW_FOLDERS)],
        )
    _refuse_bags_anew(request, places)
    outcomes = _explained([place for place in places if isinstance(place, _Place)], policies, request)
    recorded = _Recorded([place for place in places if isinstance(place, _InBag)], policies, request)
    with contextlib.closing(outcomes):
        for place in places:
            match place:
                case UnexplainedFile():
                    yield place
                case _Place():
                    yield next(outcomes)
                case _InBag():
                    yield recorded.outcome(place)
                case _Bag(named):
                    yield recorded_bag(named)


def _explained(
    files: Sequence[_Place], policies: Sequence[Policy], request: ExplainRequest
) -> Generator[ExplainedFile | UnexplainedFile]:
    """Explain files of sources, one outcome for each."""
    read = {place.declared: _declared(place, request) for place in files}
    _refuse_unplaced(request, [found for found in read.values() if found is not None])
    indexes = {key: ScopeIndex(found.file.declarations) for key, found in read.items() if found is not None}
    with examined([place.source for place in files], 1, Unwatched()) as examined_files:
        for place, entry in zip(files, examined_files, strict=False):
            if isinstance(entry, ExaminedFile):
                file = _heard(entry)
                unread = [problem for problem in file.problems if problem.kind.effect in NOT_READ]
                if unread:
                    yield UnexplainedFile(place.named, unread[0])
                else:
                    index = indexes.get(place.declared, _NOTHING)
                    explanation = _explanation(file, index, policies, request.day)
                    found = read[place.declared]
                    no_documents = found.no_documents if found is not None else {}
                    yield ExplainedFile(
                        place.named, file, explanation, place.rights, no_documents, place.write_to
                    )
            elif isinstance(entry, FolderProblem | Unpacked):
                yield UnexplainedFile(place.named, entry.problem)
            else:  # it was a file a moment ago
                yield UnexplainedFile(place.named, Problem(place.named, "S107", "it is not a regular file"))


def _heard(file: ExaminedFile) -> ExaminedFile:
    """Read the music of a file through from first byte to last; where that fails, it is among the file's problems."""
    if file.role is not Role.AUDIO or any(problem.kind.effect in NOT_READ for problem in file.problems):
        return file
    (through,) = read_through([(file.ref, read_plan((), file))], Serial())
    if through.problem is not None:
        return replace(file, problems=(*file.problems, through.problem))
    return with_sound(file, through.results, through.faults)


class _Recorded:
    """What bags record of the files in them that were named; each bag's records are read once."""

    def __init__(
        self, places: Sequence[_InBag], policies: tuple[Policy, ...], request: ExplainRequest
    ) -> None:
        self._wanted: dict[str, dict[str, str]] = {}
        for place in places:
            self._wanted.setdefault(place.bag, {})[place.path] = place.named
        is_asked = request.policy is not None or request.on is not None
        self._anew = Anew(policies, request.day) if is_asked else None
        self._read: dict[str, dict[str, RecordedFile | UnreadRecord | Problem]] = {}

    def outcome(self, place: _InBag) -> RecordedFile | UnreadRecord | UnexplainedFile:
        """What is recorded of one file, under the name that it was given here."""
        if place.bag not in self._read:
            self._read[place.bag] = recorded_files(place.bag, self._wanted[place.bag], self._anew)
        found = self._read[place.bag][place.path]
        return (
            UnexplainedFile(place.named, found)
            if isinstance(found, Problem)
            else replace(found, named=place.named)
        )


def _refuse_bags_anew(request: ExplainRequest, places: Sequence[_Named]) -> None:
    if request.policy is None and request.on is None:
        return
    for place in places:
        if isinstance(place, _Bag):
            raise UsageError(
                f"of the bag {place.named} as a whole it can be told only what was recorded",
                "Another policy or day can be asked of the files in it: name those.",
            )


def _explanation(file: ExaminedFile, index: ScopeIndex, policies: Sequence[Policy], on: Day) -> Explanation:
    path, tags = file.ref.path, file.tags
    matching = index.matching(path, tags)
    return explain(file.evidence, file.protection, matching, policies, on, path=path, tags=tags)


def _declared(place: _Place, request: ExplainRequest) -> ReadDeclarations | None:
    if place.rights is None:
        return None
    read = read_found_declarations if request.rights is None else read_declarations
    return read(place.rights, place.source.root)


def _refuse_unplaced(request: ExplainRequest, read: Sequence[ReadDeclarations]) -> None:
    """Refuse declarations by path whose folder was not named: a denial among them would go unheard."""
    if request.rights is None or request.source is not None:
        return
    if any(declaration.scope.paths for found in read for declaration in found.file.declarations):
        raise UsageError(
            f"the paths in {request.rights} begin at a folder that was not named",
            remedies=[Remedy(Way.NAME_DECLARED_FOLDER)],
        )


@dataclass(frozen=True, slots=True)
class _Place:
    """A file as a source below the folder that declarations speak for, and the file of declarations."""

    named: str
    source: Source
    rights: str | None

    @property
    def declared(self) -> tuple[str | None, bytes]:
        """What tells the declarations that bear on it: one file may speak for several folders."""
        return self.rights, self.source.root

    @property
    def write_to(self) -> str:
        """The file of declarations that speaks for its folder, there or not."""
        return self.rights or os.path.join(os.fsdecode(self.source.root), RIGHTS_FILE)


@dataclass(frozen=True, slots=True)
class _Bag:
    """A bag that was named."""

    named: str


@dataclass(frozen=True, slots=True)
class _InBag:
    """A file in a bag with records, as the user named it, with its bag and its path in there."""

    named: str
    bag: str
    path: str


_Named = _Place | _Bag | _InBag | UnexplainedFile


def _place(named: str, request: ExplainRequest) -> _Named:
    if not request.is_of_source:
        if is_named_bag(named):
            return _Bag(named)
        inside = None if os.path.isdir(named) else bag_of(named)
        if inside is not None:
            return _InBag(named, *inside)
    path = os.path.realpath(os.fsencode(named))
    if not os.path.isfile(path):
        return UnexplainedFile(named, _instead(named, path))
    root, rights = os.path.dirname(path), request.rights
    if request.source is not None:
        root = os.path.realpath(os.fsencode(request.source))
        if not path.startswith(root.rstrip(b"/") + b"/"):
            raise UsageError(
                f"{named} does not lie in the source {request.source}",
                remedies=[Remedy(Way.CORRECT_DECLARED_FOLDER)],
            )
    elif rights is None:
        root = _declared_folder(root)
    beside = os.path.join(os.fsdecode(root), RIGHTS_FILE)
    if rights is None and os.path.lexists(beside):
        rights = beside
    name = os.path.basename(os.fsdecode(path))
    return _Place(named, Source(root, os.path.relpath(path, root), "", name), rights)


def _instead(named: str, path: bytes) -> Problem:
    """Say what is at a path where a file should be."""
    if os.path.isdir(path):
        return Problem(named, "S107", "it is a folder")
    if os.path.lexists(path):
        return Problem(named, "S107", "it is not a regular file")
    return Problem(named, "S105", "there is no such file")


def _declared_folder(folder: bytes) -> bytes:
    """Return the nearest folder at or above ``folder`` that holds a ``rights.toml``, or else ``folder``."""
    above = folder
    while not os.path.lexists(above + b"/" + os.fsencode(RIGHTS_FILE)):
        if above == os.path.dirname(above):
            return folder
        above = os.path.dirname(above)
    return above


def _policies(name_or_path: str) -> tuple[Policy, ...]:
    asked = read_policy(name_or_path)
    return (asked, *(builtin_policy(name) for name in POLICY_NAMES if name != asked.name))
