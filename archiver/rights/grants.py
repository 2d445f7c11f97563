"""What a declaration can carry: not every basis reaches every act, and not every person can grant it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from archiver.model.rights import Act, Answer, Basis, CarrierHeld, DeclarantRole, Declaration, Reason
from archiver.model.terms import Layer, LayerAssessment, TermState
from archiver.rights import rules
from archiver.rights.licenses import identify_license


class Reach(IntEnum):
    """How far a basis carries an act; a larger number asks for more."""

    IMPLIED = 0
    STATED = 1
    DOCUMENTED = 2
    NEVER = 3


_IMPLIED, _STATED, _DOCUMENTED, _NEVER = Reach
_REACH: Mapping[Basis, tuple[Reach, Reach, Reach, Reach, Reach]] = {
    #                preserve     access       transfer     publish      mine
    Basis.LICENSE: (_STATED, _STATED, _STATED, _STATED, _STATED),
    Basis.PURCHASE: (_IMPLIED, _IMPLIED, _DOCUMENTED, _NEVER, _NEVER),
    Basis.CARRIER: (_IMPLIED, _IMPLIED, _DOCUMENTED, _NEVER, _NEVER),
    Basis.DONOR: (_STATED, _STATED, _STATED, _DOCUMENTED, _DOCUMENTED),
    Basis.STATUTE: (_STATED, _STATED, _DOCUMENTED, _DOCUMENTED, _STATED),
    Basis.EXPIRED: (_IMPLIED, _IMPLIED, _STATED, _STATED, _STATED),
    Basis.OWN: (_IMPLIED, _IMPLIED, _IMPLIED, _IMPLIED, _IMPLIED),
    Basis.UNKNOWN: (_NEVER, _NEVER, _NEVER, _NEVER, _NEVER),
}
"""A purchase never implies transfer; a disc carries what is done with a copy of it, as long as it is held."""

_RIGHTSHOLDER_ACTS = {
    DeclarantRole.OWNER: (),
    DeclarantRole.RIGHTSHOLDER: (),
    DeclarantRole.DONOR: (Act.PUBLISH, Act.MINE),
    DeclarantRole.CUSTODIAN: (Act.TRANSFER, Act.PUBLISH, Act.MINE),
}
"""The acts that each role can pass on from a rightsholder but not grant by its own word."""

_OWN_WORD = (Basis.OWN, Basis.STATUTE)
"""Where the declarant's own word is the ground: a maker's, or an institution's on the provision it acts under."""

_ACT_NUMBER = {act: number for number, act in enumerate(Act)}


@dataclass(frozen=True, slots=True)
class Statement:
    """What one declaration says of one act.

    Attributes:
        answer: The answer; ``None`` where what it says does not count, and the reason tells why.
        documented: Whether a document stands behind exactly this act.
        reason: The rule that gave the answer.
        until: The last day on which it holds, where one was declared.
    """

    answer: Answer | None
    documented: bool
    reason: Reason
    until: date | None = None


def reach(basis: Basis, role: DeclarantRole, act: Act) -> Reach:
    """What it takes for a declaration of this basis by a person in this role to allow the act."""
    least = _REACH[basis][_ACT_NUMBER[act]]
    if basis is Basis.OWN and role is DeclarantRole.CUSTODIAN:
        return Reach.NEVER
    if act in _RIGHTSHOLDER_ACTS[role] and basis not in _OWN_WORD:
        return max(least, Reach.DOCUMENTED)
    return least


def statement(
    declaration: Declaration, act: Act, on: date, layers: tuple[LayerAssessment, ...]
) -> Statement | None:
    """What a declaration says of an act on a day, or ``None`` where it does not speak of it.

    Args:
        declaration: One that takes in the file.
        act: The act.
        on: The day.
        layers: What the declared dates give, for a basis of expired terms.
    """
    named = dict(declaration.acts).get(act)
    implied = _implied(declaration, act) if named is None else None
    if named is None and implied is None:
        return None
    if declaration.expires is not None and on > declaration.expires:
        text = f"{declaration.id} held until {declaration.expires}; it says nothing of '{act}' any more."
        return Statement(
            None, documented=False, reason=_reason(rules.NO_LONGER_HOLDS, text, declaration, act)
        )
    documented = named is not None and declaration.document is not None
    if named is None or named is Answer.ALLOW:
        obstacle = _obstacle(declaration, act, layers)
        if obstacle is not None:
            return Statement(None, documented=False, reason=obstacle)
    if named is not None:
        reason = _reason(rules.DECLARED, _named_text(declaration, act, named), declaration, act)
        return Statement(named, documented, reason, declaration.expires)
    assert implied is not None
    reason = _reason(implied, _implied_text(declaration, act, implied), declaration, act)
    return Statement(Answer.ALLOW, documented=False, reason=reason, until=declaration.expires)


def _implied(declaration: Declaration, act: Act) -> str | None:
    """The rule by which a declaration carries an act it does not name, if it does."""
    if reach(declaration.basis, declaration.role, act) is Reach.IMPLIED:
        return rules.IMPLIED
    if declaration.basis is Basis.LICENSE and declaration.license is not None:
        known = identify_license(declaration.license)
        if known is not None and act in known.acts:
            return rules.LICENSED
    return None


def _obstacle(declaration: Declaration, act: Act, layers: tuple[LayerAssessment, ...]) -> Reason | None:
    """Why a declaration does not carry an act that it states or implies."""
    needed = reach(declaration.basis, declaration.role, act)
    name, basis = declaration.id, declaration.basis
    if needed is Reach.NEVER:
        text = f"{name}: the basis '{basis}' cannot carry '{act}'."
        return _reason(rules.BASIS_CANNOT_CARRY, text, declaration, act)
    if needed is Reach.DOCUMENTED and declaration.document is None:
        text = f"{name}: on the basis '{basis}', in the role '{declaration.role}', '{act}' needs a document."
        return _reason(rules.NEEDS_DOCUMENT, text, declaration, act)
    if basis is Basis.CARRIER and declaration.carrier_held is not CarrierHeld.YES:
        held = declaration.carrier_held or "of unknown whereabouts"
        text = f"{name}: the carrier is declared {held}, so it no longer carries '{act}'."
        return _reason(rules.CARRIER_NOT_HELD, text, declaration, act)
    if basis is Basis.EXPIRED:
        missing = _layers_missing(declaration, layers)
        if missing:
            text = f"{name}: '{act}' also needs {', '.join(missing)}, which it does not cover."
            return _reason(rules.LAYERS_NOT_COVERED, text, declaration, act)
    return None


def _layers_missing(declaration: Declaration, layers: tuple[LayerAssessment, ...]) -> list[Layer]:
    """The layers that a declaration of expired terms neither names nor has the dates for, everywhere it speaks of."""
    done = (TermState.ENDED, TermState.ABSENT)
    shown = {
        assessment.layer
        for assessment in layers
        if declaration.jurisdiction
        and all(assessment.state(place) in done for place in declaration.jurisdiction)
    }
    return [layer for layer in Layer if layer not in declaration.layers and layer not in shown]


def _named_text(declaration: Declaration, act: Act, answer: Answer) -> str:
    verb = {Answer.ALLOW: "allows", Answer.DENY: "denies", Answer.UNKNOWN: "leaves open"}[answer]
    document = f", with the document {declaration.document}" if declaration.document else ""
    return f"{declaration.id} ({declaration.level}, {declaration.basis}) {verb} '{act}'{document}."


def _implied_text(declaration: Declaration, act: Act, rule: str) -> str:
    if rule == rules.LICENSED:
        return f"{declaration.id} ({declaration.level}): the licence {declaration.license} carries '{act}'."
    return f"{declaration.id} ({declaration.level}): the basis '{declaration.basis}' carries '{act}'."


def _reason(code: str, text: str, declaration: Declaration, act: Act) -> Reason:
    return Reason(code, text, (f"declaration {declaration.id}",), act)
