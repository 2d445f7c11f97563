"""What the declarations of one file add up to, before anything that was seen in the file is weighed.

How statements of one act outweigh each other stands in :mod:`archiver.rights.deciding.weighing`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from itertools import groupby

from archiver.model.day import Day
from archiver.model.rights import Act, Answer, Basis, Declaration, MachineUse, Reason, UseAnswer
from archiver.model.terms import LayerAssessment, Span, TermFacts, TermState
from archiver.rights import rules
from archiver.rights.deciding.grants import cannot_carry, counts_yet, has_basis, holds, statement
from archiver.rights.deciding.machine_use import declared_uses
from archiver.rights.deciding.scope import Placed
from archiver.rights.deciding.weighing import Said, Weighed, speaker, weigh
from archiver.rights.terms.spans import hull
from archiver.rights.terms.terms import TermTable, assess, doubted

_CAUTION = (
    Basis.PURCHASE,
    Basis.CARRIER,
    Basis.DONOR,
    Basis.STATUTE,
    Basis.LICENSE,
    Basis.EXPIRED,
    Basis.OWN,
)
"""Bases from the one that carries least to the one that carries most."""


_DONE = {
    Act.PRESERVE: "be kept",
    Act.ACCESS: "be used",
    Act.TRANSFER: "be handed on",
    Act.PUBLISH: "be published",
    Act.MINE: "be mined",
}
"""What is done with a file, by act."""


@dataclass(frozen=True, slots=True)
class ActOutcome:
    """What the declarations say of one act.

    Attributes:
        act: The act.
        answer: The answer.
        reasons: The rule that gave it, then what else was said and why it does not count.
        documented: Whether a document stands behind it.
        winners: The declarations that gave it.
    """

    act: Act
    answer: Answer
    reasons: tuple[Reason, ...]
    documented: bool = False
    winners: tuple[Declaration, ...] = ()


@dataclass(frozen=True, slots=True)
class Resolution:
    """What the declarations of one file add up to.

    Attributes:
        acts: One outcome per act, in the order of :class:`Act`.
        uses: For each machine use, in the order of :class:`MachineUse`: the answer, and whether a document stands
            behind it.
        basis: The basis of the closest declarations in force that have one and that nothing contradicts.
        layers: The four layers.
        conflicts: Why a declaration contradicts its own dates; empty where none does.
        remarks: Where declarations of one level differ.
        declarations: Identifiers, closest first.
    """

    acts: tuple[ActOutcome, ...]
    uses: tuple[tuple[UseAnswer, bool], ...]
    basis: Basis
    layers: tuple[LayerAssessment, ...]
    conflicts: tuple[Reason, ...]
    remarks: tuple[Reason, ...]
    declarations: tuple[str, ...]


def in_order(placed: Iterable[Placed]) -> tuple[Placed, ...]:
    """Closest first; within a level by identifier, so that their order in the file changes nothing."""

    def closeness(each: Placed) -> tuple[int, int, str]:
        return -each.depth, len(each.declaration.id), each.declaration.id

    return tuple(sorted(placed, key=closeness))


def resolve(
    placed: Sequence[Placed], day: Day, terms: TermTable, without: Collection[Basis] = ()
) -> Resolution:
    """Weigh the declarations of one file against each other.

    Args:
        placed: Those that take in the file, as :func:`in_order` gives them.
        day: The day.
        terms: The table of terms.
        without: Bases that evidence contradicts: what they allow becomes unknown, what they deny stands.
    """
    layers, dates_differ = _layers(placed, day, terms)
    conflicts = tuple(
        reason for declaration, _ in placed for reason in _term_conflicts(declaration, layers, day)
    )
    void = {id_ for reason in conflicts for id_ in reason.rests_on}
    void = {
        declaration.id
        for declaration, _ in placed
        if declaration.basis in without or f"declaration {declaration.id}" in void
    }
    acts = tuple(_outcome(act, [_said(each, act, day, layers, void) for each in placed]) for act in Act)
    basis, bases_differ = _basis([each for each in placed if each.declaration.id not in void], day)
    return Resolution(
        acts=acts,
        uses=declared_uses(placed, day, layers, void, _mining(acts[-1])),
        basis=basis,
        layers=layers,
        conflicts=conflicts,
        remarks=(*bases_differ, *dates_differ),
        declarations=tuple(declaration.id for declaration, _ in placed),
    )


def _said(
    placed: Placed, act: Act, day: Day, layers: tuple[LayerAssessment, ...], void: Collection[str]
) -> Said:
    """What one declaration says of an act; one that is contradicted allows nothing and lets nothing wider through."""
    declaration, depth = placed
    found = statement(declaration, act, day, layers)
    answer = None if found is None else found.answer
    reason = None if found is None else found.reason
    if answer is Answer.ALLOW and declaration.id in void:
        assert reason is not None
        text = f"{reason.text} It is contradicted, so it allows nothing."
        answer, reason = Answer.UNKNOWN, Reason(rules.CONTRADICTED, text, reason.rests_on, act)
    settles = has_basis(declaration, day)
    return Said(
        declaration,
        depth,
        answer,
        stated=found is not None and found.stated,
        documented=found is not None and found.documented,
        closes=settles and answer is not Answer.ALLOW and cannot_carry(declaration, act, layers),
        settles=settles,
        reason=reason,
    )


def _outcome(act: Act, said: list[Said]) -> ActOutcome:
    """The answer for one act, and every step to it."""
    found = weigh(said)
    aside = tuple(each.reason for each in said if each.answer is None and each.reason is not None)
    if not found.winners:
        spoken = bool(aside or found.stopped)
        text = (
            f"What is declared of '{act}' does not count."
            if spoken
            else f"Nobody has said whether it may {_DONE[act]}."
        )
        given = [Reason(rules.NOT_DECLARED, text, (), act)]
    else:
        given = [each.reason for each in found.winners if each.reason is not None]
    return ActOutcome(
        act=act,
        answer=found.answer,
        reasons=(*given, *_told(act, found), *aside),
        documented=any(each.documented for each in found.winners),
        winners=tuple(each.declaration for each in found.winners),
    )


def _told(act: Act, found: Weighed) -> list[Reason]:
    """Why what was said otherwise does not count."""
    told = []
    for allow in found.held:
        text = f"{allow.declaration.id} allows '{act}' at the same level; the denial counts."
        told.append(Reason(rules.DENIAL_STANDS, text, (_name(allow),), act))
    for denial, allow in found.lifted:
        by_document = denial.depth == allow.depth
        how = "with a document" if by_document else "closer"
        text = (
            f"{denial.declaration.id} denies '{act}'; {allow.declaration.id} allows it {how}, which counts."
        )
        code = rules.DOCUMENT_DECIDES if by_document else rules.LIFTED
        told.append(Reason(code, text, (_name(allow), _name(denial)), act))
    for allow, stops in found.stopped:
        name, other = allow.declaration.id, stops.declaration
        if stops.answer is Answer.UNKNOWN:
            text = f"{name} allows '{act}'; {other.id} leaves it open, as close or closer."
            told.append(Reason(rules.TAKEN_BACK, text, (_name(allow), _name(stops)), act))
        else:
            text = f"{name} allows '{act}', which does not reach past {other.id} ({other.basis})."
            told.append(Reason(rules.REACHES_NO_FURTHER, text, (_name(allow), _name(stops)), act))
    return told


def _name(said: Said) -> str:
    return f"declaration {said.declaration.id}"


def _mining(mine: ActOutcome) -> tuple[UseAnswer, bool]:
    """The machine use that the act ``mine`` answers for."""
    if not mine.winners:
        return UseAnswer(MachineUse.DATA_MINING), False
    who = speaker(mine.winners)
    return UseAnswer(MachineUse.DATA_MINING, mine.answer, who.by, who.role), mine.documented


def _basis(placed: Sequence[Placed], day: Day) -> tuple[Basis, tuple[Reason, ...]]:
    """The basis of the closest level that has one; where it has several, the one that carries least, and a remark."""
    having = [each for each in placed if has_basis(each.declaration, day)]
    having = [each for each in having if holds(each.declaration, Answer.ALLOW, day)]
    if not having:
        return Basis.UNKNOWN, ()
    closest = [each.declaration for each in having if each.depth == having[0].depth]
    bases = [basis for basis in _CAUTION if any(each.basis is basis for each in closest)]
    if len(bases) == 1:
        return bases[0], ()
    text = f"Declarations of one level give the bases {', '.join(bases)}; '{bases[0]}' governs."
    return bases[0], (Reason(rules.BASES_DIFFER, text, tuple(f"declaration {each.id}" for each in closest)),)


def _layers(
    placed: Sequence[Placed], day: Day, terms: TermTable
) -> tuple[tuple[LayerAssessment, ...], tuple[Reason, ...]]:
    """Assess with the closest level's date for each event, wherever any declaration asks."""
    counted = [each for each in placed if counts_yet(each.declaration, day)]
    given = [each for each in counted if each.declaration.facts is not None]
    if not given:
        return assess(None, (), day.on, terms), ()
    merged: dict[str, Span | None] = {}
    differ, disputed = [], dict[TermFacts, None]()
    for field in fields(TermFacts):
        name = field.name
        dated = [each for each in given if getattr(each.declaration.facts, name) is not None]
        _, closest = next(groupby(dated, key=lambda each: each.depth), (0, iter(())))
        level = [each.declaration for each in closest]
        spans = list(dict.fromkeys(getattr(each.facts, name) for each in level))
        merged[name] = _one_span(spans)
        if len(spans) > 1:
            text = f"Declarations of one level give different dates for '{name}'; all are taken as possible."
            differ.append(Reason(rules.DATES_DIFFER, text, tuple(f"declaration {each.id}" for each in level)))
            disputed.update(dict.fromkeys(each.facts for each in level if each.facts is not None))
    where = {place for declaration, _ in counted for place in declaration.jurisdiction}
    together = assess(TermFacts(**merged), where, day.on, terms)
    if not differ:
        return together, ()
    # dates that contradict each other within one declaration must not be lost among those of another
    apart = [assess(TermFacts(**merged | _stated(facts)), where, day.on, terms) for facts in disputed]
    return doubted(together, apart, day.on), tuple(differ)


def _stated(facts: TermFacts) -> dict[str, Span]:
    return {one.name: span for one in fields(TermFacts) if (span := getattr(facts, one.name)) is not None}


def _one_span(spans: list[Span]) -> Span | None:
    """What several dates for one event leave possible; nothing is known where one says that it never happened."""
    if len(spans) < 2:
        return spans[0] if spans else None
    return None if any(span.never for span in spans) else hull(spans)


def _term_conflicts(declaration: Declaration, layers: tuple[LayerAssessment, ...], day: Day) -> list[Reason]:
    """Where a declaration says a term has ended that runs by the declared dates."""
    if declaration.basis is not Basis.EXPIRED or not has_basis(declaration, day):
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
