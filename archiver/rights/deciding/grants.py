"""What a declaration can carry: not every basis reaches every act, and not every person can grant it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from archiver.model.day import Day
from archiver.model.rights import (
    Act,
    Answer,
    Basis,
    CarrierHeld,
    DeclarantRole,
    Declaration,
    Level,
    MachineUse,
    Reason,
)
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
    Basis.OWN: (_IMPLIED, _IMPLIED, _STATED, _STATED, _STATED),
    Basis.UNKNOWN: (_NEVER, _NEVER, _NEVER, _NEVER, _NEVER),
}
"""A purchase never implies transfer; a disc carries what is done with a copy of it, as long as it is held. Who made a
recording says nothing yet of the song on it, so what leaves the house is stated."""

_RIGHTSHOLDER_ACTS = {
    DeclarantRole.OWNER: (Act.PUBLISH, Act.MINE),
    DeclarantRole.RIGHTSHOLDER: (),
    DeclarantRole.DONOR: (Act.PUBLISH, Act.MINE),
    DeclarantRole.CUSTODIAN: (Act.TRANSFER, Act.PUBLISH, Act.MINE),
}
"""The acts that each role can pass on from a rightsholder but not grant by its own word."""

_OWN_WORD = (Basis.OWN, Basis.STATUTE)
"""Where the declarant's own word is the ground: a maker's, or an institution's on the provision it acts under."""

_COPIES = (Basis.PURCHASE, Basis.CARRIER)
"""Where a copy was bought, and whoever did may have nothing in writing but a receipt."""

_SPOKEN_OF = {Level.FILE: "file", Level.ALBUM: "folder or album", Level.COLLECTION: "collection"}

_ACT_NUMBER = {act: number for number, act in enumerate(Act)}


@dataclass(frozen=True, slots=True)
class Statement:
    """What one declaration says of one act.

    Attributes:
        answer: The answer; ``None`` where what it says does not count, and the reason tells why.
        documented: Whether a document stands behind exactly this act.
        reason: The rule that gave the answer.
        stated: Whether the declaration names the act, rather than its basis or licence carrying it.
    """

    answer: Answer | None
    documented: bool
    reason: Reason
    stated: bool = False


def reach(basis: Basis, role: DeclarantRole, act: Act) -> Reach:
    """What it takes for a declaration of this basis by a person in this role to allow the act."""
    least = _REACH[basis][_ACT_NUMBER[act]]
    if basis is Basis.OWN and role is DeclarantRole.CUSTODIAN:
        return Reach.NEVER
    if act in _RIGHTSHOLDER_ACTS[role] and basis not in _OWN_WORD:
        return max(least, Reach.DOCUMENTED)
    return least


def needed(declaration: Declaration, act: Act) -> Reach:
    """What it takes for this declaration to allow the act; a public licence that it names stands for a document."""
    asked = reach(declaration.basis, declaration.role, act)
    if asked is Reach.DOCUMENTED and declaration.basis is Basis.LICENSE and declaration.license is not None:
        known = identify_license(declaration.license)
        if known is not None and (act in known.acts or act is not Act.MINE):
            return Reach.STATED
    return asked


def named_answer(declaration: Declaration, act: Act) -> Answer | None:
    """What a declaration names for an act; mining is one thing, whether named as an act or as a use by machines.

    Where it names both and they differ, the more cautious answer counts.
    """
    named = dict(declaration.acts).get(act)
    if act is not Act.MINE:
        return named
    both = (named, dict(declaration.machine_use).get(MachineUse.DATA_MINING))
    return next((answer for answer in (Answer.DENY, Answer.UNKNOWN, Answer.ALLOW) if answer in both), None)


def opens(declaration: Declaration, act: Act) -> bool:
    """Whether a declaration allows an act, in words or by what it rests on, whatever else that may take."""
    named = named_answer(declaration, act)
    return named is Answer.ALLOW or (named is None and _implied(declaration, act) is not None)


def counts_yet(declaration: Declaration, day: Day) -> bool:
    """Whether the day of a declaration has come; what nobody has given yet is no permission."""
    return declaration.date <= day.on


def holds(declaration: Declaration, answer: Answer | None, day: Day) -> bool:
    """Whether a declaration's last day has not passed, for what it answers: an allow ends first, a denial last."""
    if declaration.expires is None:
        return True
    return (day.permissions if answer is Answer.ALLOW else day.denials) <= declaration.expires


def statement(
    declaration: Declaration, act: Act, day: Day, layers: tuple[LayerAssessment, ...]
) -> Statement | None:
    """What a declaration says of an act on a day, or ``None`` where it does not speak of it.

    Args:
        declaration: One that takes in the file.
        act: The act.
        day: The day.
        layers: What the declared dates give, for a basis of expired terms and for recordings of one's own.
    """
    named = named_answer(declaration, act)
    implied = _implied(declaration, act) if named is None else None
    if named is None and implied is None:
        return None
    answer = Answer.ALLOW if named is None else named
    if not counts_yet(declaration, day):
        text = f"{declaration.id} is dated {declaration.date}; it says nothing of '{act}' yet."
        return Statement(None, documented=False, reason=_reason(rules.NOT_YET, text, declaration, act))
    if not holds(declaration, answer, day):
        text = f"{declaration.id} held until {declaration.expires}; it says nothing of '{act}' any more."
        return Statement(
            None, documented=False, reason=_reason(rules.NO_LONGER_HOLDS, text, declaration, act)
        )
    if answer is Answer.ALLOW:
        obstacle = obstacle_to(declaration, act, layers)
        if obstacle is not None:
            return Statement(None, documented=False, reason=obstacle)
    if named is not None:
        reason = _reason(rules.DECLARED, _named_text(declaration, act, named), declaration, act)
        return Statement(named, declaration.document is not None, reason, stated=True)
    assert implied is not None
    return Statement(
        answer,
        documented=False,
        reason=_reason(implied, _implied_text(declaration, act, implied), declaration, act),
    )


def has_basis(declaration: Declaration, day: Day) -> bool:
    """Whether a declaration in force says what the file is."""
    return (
        declaration.basis is not Basis.UNKNOWN
        and counts_yet(declaration, day)
        and holds(declaration, None, day)
    )


def cannot_carry(declaration: Declaration, act: Act, layers: tuple[LayerAssessment, ...]) -> bool:
    """Whether the basis of a declaration keeps what is allowed further out from reaching the file."""
    if declaration.basis is Basis.UNKNOWN:
        return False
    if needed(declaration, act) >= Reach.DOCUMENTED:
        # a document that does not name the act is none for it
        return not (declaration.document is not None and named_answer(declaration, act) is Answer.ALLOW)
    if declaration.basis is Basis.LICENSE and declaration.license is not None:
        known = identify_license(declaration.license)
        if known is not None and act not in known.acts:
            return named_answer(declaration, act) is not Answer.ALLOW
    return obstacle_to(declaration, act, layers) is not None


def _implied(declaration: Declaration, act: Act) -> str | None:
    """The rule by which a declaration carries an act it does not name, if it does."""
    if needed(declaration, act) is Reach.IMPLIED:
        return rules.IMPLIED
    if declaration.basis is Basis.LICENSE and declaration.license is not None:
        known = identify_license(declaration.license)
        if known is not None and act in known.acts:
            return rules.LICENSED
    return None


def obstacle_to(declaration: Declaration, act: Act, layers: tuple[LayerAssessment, ...]) -> Reason | None:
    """Why a declaration does not carry an act that it states or implies."""
    asked = needed(declaration, act)
    name, basis = declaration.id, declaration.basis
    if asked is Reach.NEVER:
        text = f"{name}: the basis '{basis}' cannot carry '{act}'."
        return _reason(rules.BASIS_CANNOT_CARRY, text, declaration, act)
    if asked is Reach.DOCUMENTED and declaration.document is None:
        asked_for = "a document"
        if act is Act.TRANSFER and basis in _COPIES:
            asked_for = "a document with terms that allow handing on, which a receipt is not"
        text = f"{name}: on the basis '{basis}', in the role '{declaration.role}', '{act}' needs {asked_for}."
        return _reason(rules.NEEDS_DOCUMENT, text, declaration, act)
    if basis is Basis.CARRIER and declaration.carrier_held is not CarrierHeld.YES:
        held = declaration.carrier_held or "of unknown whereabouts"
        text = f"{name}: the carrier is declared {held}, so it no longer carries '{act}'."
        return _reason(rules.CARRIER_NOT_HELD, text, declaration, act)
    if basis is Basis.EXPIRED or (basis is Basis.OWN and asked is not Reach.IMPLIED):
        missing = _layers_missing(declaration, layers)
        if missing:
            text = f"{name}: '{act}' also needs {', '.join(missing)}, which it does not cover."
            return _reason(rules.LAYERS_NOT_COVERED, text, declaration, act)
    return None


def _layers_missing(declaration: Declaration, layers: tuple[LayerAssessment, ...]) -> list[Layer]:
    """The layers that a declaration neither names nor has the dates for, everywhere it speaks of."""
    named = declaration.layers
    if declaration.basis is Basis.OWN:
        named = named or (Layer.RECORDING,)
    return [layer for layer in not_shown(declaration, layers) if layer not in named]


def not_shown(declaration: Declaration, layers: tuple[LayerAssessment, ...]) -> list[Layer]:
    """The layers whose term the dates do not show to have ended everywhere that a declaration speaks of."""
    done = (TermState.ENDED, TermState.ABSENT)
    shown = {
        assessment.layer
        for assessment in layers
        if declaration.jurisdiction
        and all(assessment.state(place) in done for place in declaration.jurisdiction)
    }
    return [layer for layer in Layer if layer not in shown]


def _named_text(declaration: Declaration, act: Act, answer: Answer) -> str:
    verb = {Answer.ALLOW: "allows", Answer.DENY: "denies", Answer.UNKNOWN: "leaves open"}[answer]
    document = f", with the document {declaration.document}" if declaration.document else ""
    return f"{declaration.id} {verb} '{act}'{document}, said of the {_SPOKEN_OF[declaration.level]}."


def _implied_text(declaration: Declaration, act: Act, rule: str) -> str:
    if rule == rules.LICENSED:
        ground = f"The licence {declaration.license}"
    else:
        ground = f"The basis '{declaration.basis}'"
    return f"{ground} of {declaration.id} carries '{act}', said of the {_SPOKEN_OF[declaration.level]}."


def _reason(code: str, text: str, declaration: Declaration, act: Act) -> Reason:
    return Reason(code, text, (f"declaration {declaration.id}",), act)
