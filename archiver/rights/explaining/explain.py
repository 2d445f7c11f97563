"""Everything that follows for one file, and what its owner could declare or supply to change it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from archiver.model.audio import Tags
from archiver.model.day import Day
from archiver.model.evidence import Evidence, Protection
from archiver.model.rights import (
    Act,
    Answer,
    Basis,
    Decision,
    Declaration,
    Disposition,
    Policy,
    Reason,
    UseAnswer,
)
from archiver.model.terms import LayerAssessment
from archiver.rights.deciding.decide import decide
from archiver.rights.explaining.suggestions import Suggestion, suggest
from archiver.rights.rules import speaks_of_disposition
from archiver.rights.terms.terms import TermTable, load_terms


@dataclass(frozen=True, slots=True)
class ActExplanation:
    """One act: its answer, and the rules that gave it, the deciding one first."""

    act: Act
    answer: Answer
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class PolicyOutcome:
    """What becomes of the file under one policy.

    Attributes:
        policy: The policy's name.
        title: What it is for.
        disposition: What becomes of the file.
        reasons: Why, the deciding one first.
        restricted_until: The day after which a restriction ends of itself, if it does.
    """

    policy: str
    title: str
    disposition: Disposition
    reasons: tuple[Reason, ...]
    restricted_until: date | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """What follows for one file on one day.

    Attributes:
        on: The day.
        basis: The declared basis that governs.
        declarations: Those that bear on the file, closest first.
        acts: The five acts.
        layers: The four layers.
        machine_use: The five machine uses.
        outcomes: What each policy makes of it, in the order asked for.
        remarks: Reasons about the file as a whole that no policy gave: claims, stricter signals.
        suggestions: What would change it, what changes most first.
        personal: Whether it carries personal data.
    """

    on: date
    basis: Basis
    declarations: tuple[Declaration, ...]
    acts: tuple[ActExplanation, ...]
    layers: tuple[LayerAssessment, ...]
    machine_use: tuple[UseAnswer, ...]
    outcomes: tuple[PolicyOutcome, ...]
    remarks: tuple[Reason, ...]
    suggestions: tuple[Suggestion, ...]
    personal: bool


def explain(  # noqa: PLR0913 - what a decision follows from, and what a suggestion is written with
    evidence: Sequence[Evidence],
    protection: Protection | None,
    declarations: Sequence[Declaration],
    policies: Sequence[Policy],
    on: date | Day,
    *,
    path: str = "",
    tags: Mapping[str, tuple[str, ...]] | None = None,
    terms: TermTable | None = None,
) -> Explanation:
    """Explain one file: pure, and in agreement with what :func:`archiver.rights.deciding.decide.decide` gives.

    Args:
        evidence: What was observed in the file.
        protection: Its technical protection, if any was seen.
        declarations: Those whose scope takes in the file.
        policies: At least one.
        on: The day for which it is explained.
        path: The file's path below the folder that declarations speak for, to write suggestions with.
        tags: Its tags, to write suggestions with.
        terms: The table of terms of protection; by default the one that comes with the program.
    """
    table = terms or load_terms()
    given: Tags = tags or {}
    decisions = [
        decide(evidence, protection, declarations, policy, on, path=path, terms=table) for policy in policies
    ]
    return _laid_out(
        decisions[0],
        declarations,
        tuple(_outcome(decision, policy.title) for policy, decision in zip(policies, decisions, strict=True)),
        suggest(evidence, protection, declarations, policies, on, path=path, tags=given, terms=table),
    )


def explain_decision(decision: Decision, declarations: Iterable[Declaration]) -> Explanation:
    """Lay out a decision that was made before, as it was made: nothing is decided anew, and nothing suggested.

    Args:
        decision: The decision.
        declarations: Those that bear on the file, and any others; one that is not there is passed over.
    """
    return _laid_out(decision, declarations, (_outcome(decision, ""),), ())


def _laid_out(
    decision: Decision,
    declarations: Iterable[Declaration],
    outcomes: tuple[PolicyOutcome, ...],
    suggestions: tuple[Suggestion, ...],
) -> Explanation:
    bearing = {declaration.id: declaration for declaration in declarations}
    return Explanation(
        on=decision.on,
        basis=decision.basis,
        declarations=tuple(bearing[name] for name in decision.declarations if name in bearing),
        acts=tuple(_act(act, answer, decision.reasons) for act, answer in decision.acts.items()),
        layers=decision.layers,
        machine_use=decision.machine_use,
        outcomes=outcomes,
        remarks=tuple(
            reason for reason in decision.reasons if reason.act is None and not speaks_of_disposition(reason)
        ),
        suggestions=suggestions,
        personal=decision.personal,
    )


def _outcome(decision: Decision, title: str) -> PolicyOutcome:
    reasons = tuple(filter(speaks_of_disposition, decision.reasons))
    return PolicyOutcome(decision.policy, title, decision.disposition, reasons, decision.restricted_until)


def _act(act: Act, answer: Answer, reasons: Sequence[Reason]) -> ActExplanation:
    spoken = (reason for reason in reasons if reason.act is act and not speaks_of_disposition(reason))
    return ActExplanation(act, answer, tuple(spoken))
