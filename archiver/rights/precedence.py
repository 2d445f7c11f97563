"""What the declarations of one file add up to, before anything that was seen in the file is weighed.

Per act the closest level that speaks of it decides; within that level a declaration with a document for exactly
this act outranks those without; among what is left, deny beats allow beats unknown.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import date

from archiver.model.rights import Act, Answer, Basis, Declaration, Reason
from archiver.model.terms import LayerAssessment, TermFacts, TermState
from archiver.rights import rules
from archiver.rights.grants import Statement, statement
from archiver.rights.scope import closeness
from archiver.rights.terms import TermTable, assess

_ORDER = (Answer.DENY, Answer.ALLOW, Answer.UNKNOWN)


@dataclass(frozen=True, slots=True)
class ActOutcome:
    """What the declarations say of one act.

    Attributes:
        act: The act.
        answer: The answer.
        reasons: The rule that gave it, then what else was said and why it does not count.
        documented: Whether a document stands behind it.
        winners: Identifier and basis of each declaration that gave it.
        until: The last day on which a denial holds, where every declaration that denies names one.
    """

    act: Act
    answer: Answer
    reasons: tuple[Reason, ...]
    documented: bool = False
    winners: tuple[tuple[str, Basis], ...] = ()
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Resolution:
    """What the declarations of one file add up to.

    Attributes:
        acts: One outcome per act, in the order of :class:`Act`.
        basis: The basis of the closest declaration in force that has one and that nothing contradicts.
        layers: The four layers.
        conflicts: Why a declaration contradicts its own dates; empty where none does.
        declarations: Identifiers, closest first.
    """

    acts: tuple[ActOutcome, ...]
    basis: Basis
    layers: tuple[LayerAssessment, ...]
    conflicts: tuple[Reason, ...]
    declarations: tuple[str, ...]


def resolve(
    declarations: Sequence[Declaration], on: date, terms: TermTable, without: Collection[Basis] = ()
) -> Resolution:
    """Weigh the declarations of one file against each other.

    Args:
        declarations: Those that take in the file, in any order.
        on: The day.
        terms: The table of terms.
        without: Bases that evidence contradicts: what they allow becomes unknown, what they deny stands.
    """
    ordered = sorted(declarations, key=lambda declaration: closeness(declaration.level))
    layers = _layers(ordered, on, terms)
    conflicts = tuple(
        reason for declaration in ordered for reason in _term_conflicts(declaration, layers, on)
    )
    void = {id_ for reason in conflicts for id_ in reason.rests_on}
    stands = [
        declaration.basis not in without and f"declaration {declaration.id}" not in void
        for declaration in ordered
    ]
    standing = [declaration for declaration, counts in zip(ordered, stands, strict=True) if counts]
    outcomes = []
    for act in Act:
        said = []
        for declaration, counts in zip(ordered, stands, strict=True):
            found = statement(declaration, act, on, layers)
            if found is not None:
                said.append((declaration, found if counts else _voided(found)))
        outcomes.append(_outcome(act, said))
    return Resolution(
        acts=tuple(outcomes),
        basis=_basis(standing, on),
        layers=layers,
        conflicts=conflicts,
        declarations=tuple(declaration.id for declaration in ordered),
    )


def _outcome(act: Act, said: list[tuple[Declaration, Statement]]) -> ActOutcome:
    """Apply level, document and answer, in this order."""
    counted = [(declaration, found) for declaration, found in said if found.answer is not None]
    aside = tuple(found.reason for _, found in said if found.answer is None)
    if not counted:
        text = (
            f"What is declared of '{act}' does not count."
            if aside
            else f"Nobody has declared anything of '{act}'."
        )
        reason = Reason(rules.NOT_DECLARED, text, (), act)
        return ActOutcome(act, Answer.UNKNOWN, (reason, *aside))
    level = min(closeness(declaration.level) for declaration, _ in counted)
    closest = [
        (declaration, found) for declaration, found in counted if closeness(declaration.level) == level
    ]
    documented = [(declaration, found) for declaration, found in closest if found.documented]
    deciding = documented or closest
    answer = next(answer for answer in _ORDER if any(found.answer is answer for _, found in deciding))
    winners = [(declaration, found) for declaration, found in deciding if found.answer is answer]
    reasons = [found.reason for _, found in winners]
    if any(found.answer is not answer for _, found in closest) and documented:
        text = f"The document decides '{act}' against declarations of the same level without one."
        reasons.append(Reason(rules.DOCUMENT_DECIDES, text, reasons[0].rests_on, act))
    ends = [found.until for _, found in winners]
    known = [day for day in ends if day is not None]
    return ActOutcome(
        act=act,
        answer=answer,
        reasons=(*reasons, *aside),
        documented=bool(documented),
        winners=tuple((declaration.id, declaration.basis) for declaration, _ in winners),
        until=max(known) if answer is Answer.DENY and len(known) == len(ends) else None,
    )


def _voided(found: Statement) -> Statement:
    """A statement whose declaration is contradicted: it allows nothing, and hides nothing wider either."""
    if found.answer is not Answer.ALLOW:
        return found
    reason = Reason(
        rules.CONTRADICTED,
        f"{found.reason.text} It is contradicted, so it allows nothing.",
        found.reason.rests_on,
        found.reason.act,
    )
    return Statement(Answer.UNKNOWN, found.documented, reason)


def _basis(ordered: Sequence[Declaration], on: date) -> Basis:
    for declaration in ordered:
        if declaration.basis is not Basis.UNKNOWN and (
            declaration.expires is None or on <= declaration.expires
        ):
            return declaration.basis
    return Basis.UNKNOWN


def _layers(ordered: Sequence[Declaration], on: date, terms: TermTable) -> tuple[LayerAssessment, ...]:
    """Assess with the closest declaration's date for each event, wherever any declaration asks."""
    given = [declaration.facts for declaration in ordered if declaration.facts is not None]
    if not given:
        return assess(None, (), on, terms)
    merged = {
        field.name: next(
            (value for facts in given if (value := getattr(facts, field.name)) is not None), None
        )
        for field in fields(TermFacts)
    }
    where = {place for declaration in ordered for place in declaration.jurisdiction}
    return assess(TermFacts(**merged), where, on, terms)


def _term_conflicts(declaration: Declaration, layers: tuple[LayerAssessment, ...], on: date) -> list[Reason]:
    """Where a declaration says a term has ended that runs by the declared dates."""
    if declaration.basis is not Basis.EXPIRED or (
        declaration.expires is not None and on > declaration.expires
    ):
        return []
    return [
        Reason(
            rules.TERM_RUNS,
            f"{declaration.id} says the term of the {assessment.layer} has ended, but by the declared dates: "
            f"{finding.text}",
            (f"declaration {declaration.id}", *(f"term {rule}" for rule in finding.rules)),
        )
        for assessment in layers
        if assessment.layer in declaration.layers
        for finding in assessment.findings
        if finding.jurisdiction in declaration.jurisdiction and finding.state is TermState.RUNS
    ]
