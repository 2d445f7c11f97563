"""Counts decisions into a :class:`RightsSummary`, entry by entry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from archiver.model.package import AssessedFile, HeldFile, PackedFile, PackEntry, PlanEntry, WithheldFile
from archiver.model.rights import Act, Answer, Basis, Decision, Disposition, MachineUse, UseAnswer
from archiver.model.rights_summary import ActCounts, Counts, DeclaredUse, Ground, InBag, RightsSummary
from archiver.model.source import EmptyFolder, FolderProblem, FolderRef, LeftOut, Link, Unpacked
from archiver.records.rights.grounds import settling_ground
from archiver.records.rights.machine_use import tdm_reservation, usage_statement
from archiver.records.rights.training_mining import training_mining

_KINDS = 1000
"""The most different names that are counted apart; the others are counted together."""

OTHER = "other"
"""The name under which everything beyond that is counted."""


def summarise(entries: Iterable[PackEntry | PlanEntry]) -> RightsSummary:
    """Return what all entries add up to; entries of a plan count as if they had been packed."""
    tally = RightsTally()
    for entry in entries:
        tally.add(entry)
    return tally.summary()


class RightsTally:
    """Takes entries one at a time; its size does not grow with their number.

    Attributes:
        of_packed: Identifiers of the declarations that bear on a file that is packed, or held in an earlier bag.
    """

    def __init__(self) -> None:
        self._packed = 0
        self._held = 0
        self._withheld = 0
        self._until = 0
        self._signals = 0
        self._stricter = 0
        self._mining_protected = 0
        self._assessed = _Files()
        self._in_bag = _Files()
        self._dispositions: Counter[Disposition] = Counter()
        self._because: Counter[Ground] = Counter()
        self._names = _Names()
        self._uses_declared: Counter[DeclaredUse] = Counter()
        self.of_packed: set[str] = set()

    def add(self, entry: PackEntry | PlanEntry) -> None:
        """Count one entry; what is not a file with a decision counts for nothing."""
        match entry:
            case PackedFile(assessed=assessed) | (AssessedFile() as assessed):
                self._packed += 1
                self._count_assessed(assessed)
                self._in_bag.add(assessed)
                self._count_packed(assessed.decision)
            case HeldFile(assessed):
                self._held += 1
                self._count_assessed(assessed)
                self.of_packed.update(assessed.decision.declarations)
            case WithheldFile(assessed):
                self._withheld += 1
                self._count_assessed(assessed)
            case EmptyFolder() | FolderProblem() | FolderRef() | Link() | LeftOut() | Unpacked():
                pass

    def include(self, other: RightsTally) -> None:
        """Count everything that another tally has counted."""
        self._packed += other._packed
        self._held += other._held
        self._withheld += other._withheld
        self._until += other._until
        self._signals += other._signals
        self._stricter += other._stricter
        self._mining_protected += other._mining_protected
        self._assessed.include(other._assessed)
        self._in_bag.include(other._in_bag)
        self._dispositions.update(other._dispositions)
        self._because.update(other._because)
        self._names.include(other._names)
        self._uses_declared.update(other._uses_declared)
        self.of_packed.update(other.of_packed)

    def summary(self) -> RightsSummary:
        """Return what was counted so far."""
        assessed, names = self._assessed, self._names
        return RightsSummary(
            packed=self._packed,
            withheld=self._withheld,
            dispositions=tuple((one, self._dispositions[one]) for one in Disposition),
            bases=assessed.bases(),
            acts=assessed.acts(),
            protection=assessed.names.counted("protection"),
            unseen_files=assessed.unseen,
            personal_files=assessed.personal,
            unread_files=assessed.unread,
            personal_kinds=assessed.names.counted("personal"),
            because=tuple(sorted(self._because.items(), key=_place)),
            restricted_until_a_date=self._until,
            uses_declared=tuple(sorted(self._uses_declared.items(), key=_order)),
            usage=names.counted("usage"),
            reservations=names.counted("reservations"),
            assertions=names.counted("assertions"),
            signals=self._signals,
            stricter_signals=self._stricter,
            mining_protected=self._mining_protected,
            declarations=assessed.names.counted("declarations"),
            in_bag=self._in_bag.in_bag(),
            held=self._held,
        )

    def _count_assessed(self, assessed: AssessedFile) -> None:
        self._assessed.add(assessed)
        decision = assessed.decision
        self._dispositions[decision.disposition] += 1
        ground = settling_ground(decision)
        if ground is not None and decision.disposition is not Disposition.INCLUDE:
            self._because[ground] += 1

    def _count_packed(self, decision: Decision) -> None:
        self._until += decision.restricted_until is not None
        self.of_packed.update(decision.declarations)
        self._names.count("usage", (usage_statement(decision),))
        reservation = tdm_reservation(decision)
        self._names.count("reservations", ("" if reservation is None else str(reservation),))
        self._names.count("assertions", (training_mining(decision),))
        self._signals += any(answer.signal is not None for answer in decision.machine_use)
        self._stricter += any(answer.stricter_signal for answer in decision.machine_use)
        self._mining_protected += any(map(_by_protection, decision.machine_use))
        for answer in decision.machine_use:
            declared = _declared(answer)
            if declared is not None and (
                declared in self._uses_declared or len(self._uses_declared) < _KINDS
            ):
                self._uses_declared[declared] += 1


class _Names:
    """Counts names by kind; of one kind no more than :data:`_KINDS` apart."""

    def __init__(self) -> None:
        self._counters: dict[str, Counter[str]] = {}

    def count(self, kind: str, names: Iterable[str]) -> None:
        counter = self._counters.setdefault(kind, Counter())
        for name in names:
            counter[name if name in counter or len(counter) < _KINDS else OTHER] += 1

    def include(self, other: _Names) -> None:
        for kind, counter in other._counters.items():
            self._counters.setdefault(kind, Counter()).update(counter)

    def counted(self, kind: str) -> Counts:
        return tuple(sorted(self._counters.get(kind, Counter()).items()))


class _Files:
    """Counts what is known of files, whether they are packed or not."""

    def __init__(self) -> None:
        self.unseen = 0
        self.personal = 0
        self.unread = 0
        self.names = _Names()
        self._bases: Counter[Basis] = Counter()
        self._acts: Counter[tuple[Act, Answer]] = Counter()

    def add(self, assessed: AssessedFile) -> None:
        decision, examined = assessed.decision, assessed.examined
        self._bases[decision.basis] += 1
        self._acts.update(decision.acts.items())
        self.names.count("declarations", decision.declarations)
        if examined.protection is not None and examined.protection.unseen:
            self.unseen += 1
        elif examined.protection is not None:
            self.names.count("protection", (examined.protection.label,))
        self.unread += decision.personal_unknown
        kinds = {found.code for found in examined.evidence if found.personal}
        if decision.personal or kinds:
            self.personal += 1
            self.names.count("personal", kinds)

    def include(self, other: _Files) -> None:
        self.unseen += other.unseen
        self.personal += other.personal
        self.unread += other.unread
        self.names.include(other.names)
        self._bases.update(other._bases)
        self._acts.update(other._acts)

    def bases(self) -> tuple[tuple[Basis, int], ...]:
        return tuple((one, self._bases[one]) for one in Basis)

    def acts(self) -> ActCounts:
        return tuple((act, tuple((one, self._acts[act, one]) for one in Answer)) for act in Act)

    def in_bag(self) -> InBag:
        return InBag(
            self.acts(),
            self.bases(),
            self.names.counted("protection"),
            self.unseen,
            self.personal,
            self.names.counted("declarations"),
            self.unread,
        )


def _by_protection(answer: UseAnswer) -> bool:
    """Whether mining is denied and neither a person nor a signal says so: then the act is, for the file is protected."""
    denied = answer.use is MachineUse.DATA_MINING and answer.answer is Answer.DENY
    return denied and answer.declared_by is None and answer.signal is None


def _place(counted: tuple[Ground, int]) -> tuple[int, str, int]:
    ground = counted[0]
    act = -1 if ground.act is None else list(Act).index(ground.act)
    return list(Disposition).index(ground.disposition), ground.code, act


def _declared(answer: UseAnswer) -> DeclaredUse | None:
    if answer.declared_by is None or answer.role is None:
        return None
    return DeclaredUse(answer.use, answer.answer, answer.declared_by, answer.role)


def _order(counted: tuple[DeclaredUse, int]) -> tuple[str, str, str, str]:
    declared = counted[0]
    return declared.declared_by, declared.role, declared.use, declared.answer
