"""Counts decisions into a :class:`RightsSummary`, entry by entry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from archiver.model.package import AssessedFile, PackedFile, PackEntry, PlanEntry, WithheldFile
from archiver.model.rights import Act, Answer, Basis, Decision, Disposition, Reason, UseAnswer
from archiver.model.rights_summary import Counts, DeclaredWish, RightsSummary
from archiver.records.machine_use import tdm_reservation, usage_statement
from archiver.records.training_mining import training_mining

_KINDS = 1000
"""The most different names that are counted apart; the others are counted together."""

OTHER = "other"
"""The name under which everything beyond that is counted."""


def deciding_reason(decision: Decision) -> Reason | None:
    """Return the reason that settled the disposition: the first, for the weightiest consequence stands first."""
    return decision.reasons[0] if decision.reasons else None


def summarise(entries: Iterable[PackEntry | PlanEntry]) -> RightsSummary:
    """Return what all entries add up to; entries of a plan count as if they had been packed."""
    tally = RightsTally()
    for entry in entries:
        tally.add(entry)
    return tally.summary()


class RightsTally:
    """Takes entries one at a time; its size does not grow with their number."""

    def __init__(self) -> None:
        self._packed = 0
        self._withheld = 0
        self._unseen_files = 0
        self._personal_files = 0
        self._personal_packed = 0
        self._unread_files = 0
        self._unread_packed = 0
        self._until = 0
        self._signals = 0
        self._stricter = 0
        self._dispositions: Counter[Disposition] = Counter()
        self._bases: Counter[Basis] = Counter()
        self._acts: Counter[tuple[Act, Answer]] = Counter()
        self._names: dict[str, Counter[str]] = {}
        self._wishes: Counter[DeclaredWish] = Counter()

    def add(self, entry: PackEntry | PlanEntry) -> None:
        """Count one entry; what is not a file with a decision counts for nothing."""
        match entry:
            case PackedFile(assessed=assessed) | (AssessedFile() as assessed):
                self._packed += 1
                self._personal_packed += self._count_assessed(assessed)
                self._unread_packed += assessed.decision.personal_unknown
                self._count_packed(assessed.decision)
            case WithheldFile(assessed):
                self._withheld += 1
                self._count_assessed(assessed)
                reason = deciding_reason(assessed.decision)
                self._count("because", () if reason is None else (reason.code,))
            case _:
                pass

    def summary(self) -> RightsSummary:
        """Return what was counted so far."""
        return RightsSummary(
            packed=self._packed,
            withheld=self._withheld,
            dispositions=tuple((one, self._dispositions[one]) for one in Disposition),
            bases=tuple((one, self._bases[one]) for one in Basis),
            acts=tuple((act, tuple((one, self._acts[act, one]) for one in Answer)) for act in Act),
            protection=self._counted("protection"),
            unseen_files=self._unseen_files,
            personal_files=self._personal_files,
            personal_packed=self._personal_packed,
            unread_files=self._unread_files,
            unread_packed=self._unread_packed,
            personal_kinds=self._counted("personal"),
            withheld_because=self._counted("because"),
            restricted_until_a_date=self._until,
            wishes=tuple(sorted(self._wishes.items(), key=_order)),
            usage=self._counted("usage"),
            reservations=self._counted("reservations"),
            assertions=self._counted("assertions"),
            signals=self._signals,
            stricter_signals=self._stricter,
            declarations=self._counted("declarations"),
        )

    def _count_assessed(self, assessed: AssessedFile) -> bool:
        """Count what is known of a file; return whether it carries personal data."""
        decision, examined = assessed.decision, assessed.examined
        self._dispositions[decision.disposition] += 1
        self._unread_files += decision.personal_unknown
        self._bases[decision.basis] += 1
        self._acts.update(decision.acts.items())
        self._count("declarations", decision.declarations)
        if examined.protection is not None and examined.protection.unseen:
            self._unseen_files += 1
        elif examined.protection is not None:
            self._count("protection", (examined.protection.label,))
        kinds = {found.code for found in examined.evidence if found.personal}
        personal = bool(decision.personal or kinds)
        if personal:
            self._personal_files += 1
            self._count("personal", kinds)
        return personal

    def _count_packed(self, decision: Decision) -> None:
        self._until += decision.restricted_until is not None
        self._count("usage", (usage_statement(decision),))
        reservation = tdm_reservation(decision)
        self._count("reservations", ("" if reservation is None else str(reservation),))
        self._count("assertions", (training_mining(decision),))
        self._signals += any(answer.signal is not None for answer in decision.machine_use)
        self._stricter += any(answer.stricter_signal for answer in decision.machine_use)
        for answer in decision.machine_use:
            wish = _declared(answer)
            if wish is not None and (wish in self._wishes or len(self._wishes) < _KINDS):
                self._wishes[wish] += 1

    def _count(self, kind: str, names: Iterable[str]) -> None:
        counter = self._names.setdefault(kind, Counter())
        for name in names:
            counter[name if name in counter or len(counter) < _KINDS else OTHER] += 1

    def _counted(self, kind: str) -> Counts:
        return tuple(sorted(self._names.get(kind, Counter()).items()))


def _declared(answer: UseAnswer) -> DeclaredWish | None:
    if answer.declared_by is None or answer.role is None:
        return None
    return DeclaredWish(answer.use, answer.answer, answer.declared_by, answer.role)


def _order(counted: tuple[DeclaredWish, int]) -> tuple[str, str, str, str]:
    wish = counted[0]
    return wish.declared_by, wish.role, wish.use, wish.answer
