"""Puts files together of which the same was decided for the same reasons, so that a whole bag can be told briefly.

Where in a file something was seen tells no two of them apart. The records may come from anybody, so what is kept has a
limit; files beyond it are counted by what became of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from archiver.model.package import PackedFile, WithheldFile
from archiver.model.rights import Act, Decision, Declaration, Disposition, Reason, Scope, UseAnswer
from archiver.records.codec import to_line
from archiver.records.rights.record import decision_line, declaration_line
from archiver.rights.rules import speaks_of_disposition

_GROUPS = 1000
_GROUPS_BYTES = 2 << 20
"""What all groups may take as text, and all declarations that they name."""
_REMARKS = 10
_KINDS = 100
_KIND_CHARACTERS = 100
OTHER = "other"
"""The kind of evidence under which everything beyond the limits is counted."""


@dataclass(frozen=True, slots=True)
class DecidedAlike:
    """Files of which the same was decided for the same reasons.

    Attributes:
        decision: What they have in common: of its reasons those that decide, without what each rests on.
        files: How many.
        example: The first of them, by its path in the bag, or its source path where it was withheld.
        evidence: Code of evidence and in how many of them it was seen, sorted.
    """

    decision: Decision
    files: int
    example: str
    evidence: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class WithheldUnnamed:
    """Withheld files whose names were left out on purpose, by what settled it.

    Attributes:
        disposition: What became of them.
        reason: The rule, with what it means; ``None`` beyond the limits.
        files: How many.
    """

    disposition: Disposition
    reason: Reason | None
    files: int


class AlikeFiles:
    """Takes files one at a time; its size does not grow with their number."""

    def __init__(self) -> None:
        self._groups: dict[Decision, _Group] = {}
        self._beyond: Counter[Disposition] = Counter()
        self._unnamed: Counter[tuple[Disposition, Reason | None]] = Counter()
        self._bytes = 0
        self._last: tuple[Decision, _Group | None] | None = None

    def add(self, entry: PackedFile | WithheldFile) -> None:
        """Count one file with those that are like it."""
        decision = entry.assessed.decision
        # neighbours mostly share one decision, and comparing identities is cheap
        if self._last is None or self._last[0] is not decision:
            self._last = decision, self._group_of(_in_common(decision))
        group = self._last[1]
        if group is None:
            self._beyond[decision.disposition] += 1
            return
        path = entry.bag_path if isinstance(entry, PackedFile) else entry.assessed.path
        group.add(path, {found.code for found in entry.assessed.examined.evidence})

    def add_unnamed(self, files: int, decision: Decision) -> None:
        """Count withheld files without names."""
        reason = next(iter(decision.reasons), None)
        key = decision.disposition, reason
        if key not in self._unnamed:
            self._bytes += 0 if reason is None else len(reason.code) + len(reason.text)
            if len(self._unnamed) >= _GROUPS or self._bytes > _GROUPS_BYTES:
                key = decision.disposition, None
        self._unnamed[key] += files

    def groups(self) -> tuple[DecidedAlike, ...]:
        """What was counted: the largest group first, those of one size as they came."""
        found = [group.counted(decision) for decision, group in self._groups.items()]
        return tuple(sorted(found, key=lambda group: -group.files))

    def unnamed(self) -> tuple[WithheldUnnamed, ...]:
        """What was counted without names, the largest first."""
        return tuple(WithheldUnnamed(*key, files) for key, files in self._unnamed.most_common())

    def beyond(self) -> tuple[tuple[Disposition, int], ...]:
        """Files beyond the limits by what became of them, in order."""
        return tuple((one, self._beyond[one]) for one in Disposition if self._beyond[one])

    def _group_of(self, common: Decision) -> _Group | None:
        group = self._groups.get(common)
        if group is None and len(self._groups) < _GROUPS and self._bytes <= _GROUPS_BYTES:
            size = len(to_line(decision_line("", common)))
            if self._bytes + size <= _GROUPS_BYTES:
                self._bytes += size
                group = self._groups[common] = _Group()
        return group


class _Group:
    """What is counted of the files of one group."""

    def __init__(self) -> None:
        self._files = 0
        self._example = ""
        self._kinds: Counter[str] = Counter()

    def add(self, path: str, kinds: Iterable[str]) -> None:
        if not self._files:
            self._example = path
        self._files += 1
        for kind in kinds:
            known = kind in self._kinds or (len(self._kinds) < _KINDS and len(kind) <= _KIND_CHARACTERS)
            self._kinds[kind if known else OTHER] += 1

    def counted(self, decision: Decision) -> DecidedAlike:
        return DecidedAlike(decision, self._files, self._example, tuple(sorted(self._kinds.items())))


def named_declarations(
    declarations: Iterable[Declaration], groups: Iterable[DecidedAlike]
) -> Iterator[Declaration]:
    """Yield of the declarations those that bear on any of the groups, without their scope and dates, up to a limit; all are read."""
    wanted = {name for group in groups for name in group.decision.declarations}
    room = _GROUPS_BYTES
    for declaration in declarations:
        if declaration.id in wanted:
            short = replace(declaration, scope=Scope(level=declaration.level), facts=None, note=None)
            room -= len(to_line(declaration_line(short, None)))
            if room >= 0:
                yield short


def _in_common(decision: Decision) -> Decision:
    return replace(
        decision,
        reasons=tuple(replace(reason, rests_on=()) for reason in _deciding(decision.reasons)),
        machine_use=tuple(map(_without_place, decision.machine_use)),
    )


def _deciding(reasons: Iterable[Reason]) -> Iterator[Reason]:
    """Of the reasons, the first for each act and for the disposition, and the remarks."""
    decided: set[Act | None] = set()
    remarks = 0
    for reason in reasons:
        if reason.act is None and not speaks_of_disposition(reason):
            remarks += 1
            if remarks <= _REMARKS:
                yield reason
            continue
        subject = None if speaks_of_disposition(reason) else reason.act
        if subject not in decided:
            decided.add(subject)
            yield reason


def _without_place(answer: UseAnswer) -> UseAnswer:
    if answer.signal is None:
        return answer
    return replace(answer, signal=answer.signal.partition(" at ")[0])
