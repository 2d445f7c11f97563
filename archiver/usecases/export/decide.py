"""Decides anew, from what a bag records of its files, which of them may be taken out of it for one purpose on one day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from archiver.model.day import Day
from archiver.model.evidence import Evidence
from archiver.model.package import PackedFile
from archiver.model.rights import Decision, Declaration, Disposition, Policy
from archiver.records.rights.read import RightsRecordError
from archiver.rights.deciding.decide import decide
from archiver.rights.meanings import Meaning, meaning


@dataclass(frozen=True, slots=True)
class Anew:
    """What decides.

    Attributes:
        declarations: What the bag records as declared, by identifier.
        policy: What the files are to be taken out for.
        on: The day.
    """

    declarations: Mapping[str, Declaration]
    policy: Policy
    on: Day

    def decision(self, file: PackedFile, *, but_personal: bool = False) -> Decision:
        """Decide on a file of the bag; with ``but_personal`` as if it had been read whole for personal data and held none.

        Raises:
            RightsRecordError: where the record lacks a declaration that it names.
        """
        examined = file.assessed.examined
        evidence = tuple(one for one in examined.evidence if not (but_personal and _is_of_persons(one)))
        names = file.assessed.decision.declarations
        missing = next((name for name in names if name not in self.declarations), None)
        if missing is not None:
            raise RightsRecordError(
                f"the record of rights lacks a declaration that a decision names: {missing}"
            )
        bearing = [self.declarations[name] for name in names]
        decided = decide(evidence, examined.protection, bearing, self.policy, self.on, path=examined.ref.path)
        return _nothing_closed(decided)


def asks_for_bytes(anew: Anew, file: PackedFile, *, redacting: bool) -> bool:
    """Whether a file of the bag goes in, or, where that is asked for, may go in without its personal data."""
    decision = anew.decision(file)
    if decision.disposition is Disposition.INCLUDE:
        return True
    may_be_redacted = redacting and decision.personal and not unread(file)
    return may_be_redacted and anew.decision(file, but_personal=True).disposition is Disposition.INCLUDE


def unread(file: PackedFile) -> bool:
    """Whether a file of the bag could not be read whole for personal data."""
    return any(meaning(one.code) is Meaning.UNREAD for one in file.assessed.examined.evidence)


def _is_of_persons(evidence: Evidence) -> bool:
    return evidence.personal or meaning(evidence.code) is Meaning.UNREAD


def _nothing_closed(decision: Decision) -> Decision:
    """What goes in is open: a file that would be closed stays where it is."""
    if decision.disposition is Disposition.RESTRICT:
        return replace(decision, disposition=Disposition.EXCLUDE, restricted_until=None)
    return decision
