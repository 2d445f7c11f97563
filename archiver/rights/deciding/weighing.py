"""Weighs what several declarations say of one thing: one act, or one use by machines.

Denials add up from everywhere. One is lifted only by a person's word for exactly this: closer and with a document, or
closer by whoever denied it; at the same level only a document lifts, and no denial that has an end. A documented
denial yields to a document only, a rightsholder's to nothing but a later document of that rightsholder. What a basis
implies lifts nothing. An allow does not reach past a closer declaration that leaves the thing open or whose basis
cannot carry it. The order of declarations decides nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from archiver.model.rights import Answer, Basis, DeclarantRole, Declaration, Reason
from archiver.rights.globs import normal_text

_BOUGHT = (Basis.PURCHASE, Basis.CARRIER)


@dataclass(frozen=True, slots=True)
class Said:
    """What one declaration says.

    Attributes:
        declaration: The declaration.
        depth: How closely it speaks of the file.
        answer: Its answer; ``None`` where it has none that counts.
        stated: Whether a person named exactly this, rather than a basis carrying it.
        documented: Whether a document stands behind exactly this.
        closes: Whether its basis is one that cannot carry this, so that nothing wider reaches past it.
        settles: Whether it is in force and says what the file is: it has a basis.
        reason: The rule that gave the answer, or why there is none.
    """

    declaration: Declaration
    depth: int
    answer: Answer | None
    stated: bool = False
    documented: bool = False
    closes: bool = False
    settles: bool = False
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Weighed:
    """What they add up to.

    Attributes:
        answer: The answer.
        winners: What gave it, closest first.
        stopped: Each allow that does not count, with what stops it.
        lifted: Each denial that does not count, with the allow that lifts it.
        held: Each allow that a denial of the same level outweighs.
    """

    answer: Answer
    winners: tuple[Said, ...] = ()
    stopped: tuple[tuple[Said, Said], ...] = ()
    lifted: tuple[tuple[Said, Said], ...] = ()
    held: tuple[Said, ...] = ()


def weigh(said: Sequence[Said]) -> Weighed:
    """Weigh what was said; pass it closest first."""
    stopped = []
    allows = []
    for each in said:
        if each.answer is Answer.ALLOW:
            stops = next((other for other in said if other is not each and _stops(other, each)), None)
            if stops is None:
                allows.append(each)
            else:
                stopped.append((each, stops))
    denials = []
    lifted = []
    for each in said:
        if each.answer is Answer.DENY:
            lifts = next((allow for allow in allows if _lifts(allow, each)), None)
            if lifts is None:
                denials.append(each)
            else:
                lifted.append((each, lifts))
    told = tuple(stopped), tuple(lifted)
    if denials:
        levels = {each.depth for each in denials}
        held = tuple(each for each in allows if each.stated and each.depth in levels)
        return Weighed(Answer.DENY, tuple(denials), *told, held)
    if allows:
        closest = max(each.depth for each in allows)
        return Weighed(Answer.ALLOW, tuple(each for each in allows if each.depth == closest), *told)
    doubts = tuple(each for each in said if each.answer is Answer.UNKNOWN)
    return Weighed(Answer.UNKNOWN, doubts, *told)


def speaker(declarations: Sequence[Declaration]) -> Declaration:
    """Whose word is told where several say the same: a rightsholder's before anybody else's."""

    def weight(each: Declaration) -> tuple[bool, bool, int, str]:
        return each.role is not DeclarantRole.RIGHTSHOLDER, each.document is None, len(each.id), each.id

    return min(declarations, key=weight)


def _stops(other: Said, allow: Said) -> bool:
    """Whether another declaration keeps an allow from counting."""
    closer, same = other.depth > allow.depth, other.depth == allow.depth
    if other.answer is Answer.UNKNOWN and (
        closer or (same and (not allow.stated or (other.documented and not allow.documented)))
    ):
        return True
    if other.closes and closer:
        return True
    # what is one's own recording is not somebody else's as well
    if allow.declaration.basis is Basis.OWN and other.settles and other.answer is not Answer.ALLOW:
        basis = other.declaration.basis
        return (closer and basis is not Basis.OWN) or (same and basis in _BOUGHT)
    return False


def _lifts(allow: Said, denial: Said) -> bool:
    """Whether an allow that counts takes a denial back."""
    if not allow.stated or allow.depth < denial.depth:
        return False
    same_person = _same_person(allow.declaration, denial.declaration)
    if denial.declaration.role is DeclarantRole.RIGHTSHOLDER:
        return allow.documented and same_person and allow.declaration.date > denial.declaration.date
    if denial.documented and not allow.documented:
        return False
    if allow.depth > denial.depth:
        return allow.documented or same_person
    return allow.documented and not denial.documented and denial.declaration.expires is None


def _same_person(one: Declaration, other: Declaration) -> bool:
    return one.role is other.role and normal_text(one.by) == normal_text(other.by)
