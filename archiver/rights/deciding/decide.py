"""From evidence, declarations and a policy to a decision that explains itself.

Six rules of precedence hold, each by a property-based test:

1. Protection is a fact: no declaration unlocks a protected file, and the policy alone says what becomes of it.
2. Said beats implied, and denials add up: only a person's word for exactly this act lifts one.
3. Closer beats wider: the file, then the folder it lies in, then the folders above, then the collection.
4. A declaration that contradicts conclusive evidence gives ``review``, never a silent win.
5. Evidence may tighten an answer and never loosens one.
6. No evidence means unknown, never suspicion.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from archiver.model.day import Day
from archiver.model.evidence import Evidence, Protection, Strength
from archiver.model.rights import (
    Act,
    Acts,
    Answer,
    Basis,
    Decision,
    Declaration,
    Disposition,
    MachineUse,
    Policy,
    Reason,
)
from archiver.model.terms import Layer
from archiver.rights import rules
from archiver.rights.deciding.doubts import own_doubts
from archiver.rights.deciding.grants import not_shown
from archiver.rights.deciding.machine_use import in_one_voice, weigh_signals
from archiver.rights.deciding.precedence import ActOutcome, Resolution, in_order, resolve
from archiver.rights.deciding.scope import Placed, place
from archiver.rights.meanings import MEANINGS, Meaning, machine_signals, where
from archiver.rights.terms.terms import TermTable, load_terms

_RANK = {
    Disposition.INCLUDE: 0,
    Disposition.RESTRICT: 1,
    Disposition.EXCLUDE: 2,
    Disposition.REVIEW: 3,
}
"""The heaviest of several consequences is what happens; a contradiction outweighs all, so that it is looked at."""

_CONTRADICTED_BY_PURCHASE = (Basis.OWN,)
_SHOWN = 3
_MOST_ENDS = 24
"""How many days are tried for the end of a restriction; beyond them none is promised."""


@dataclass(frozen=True, slots=True)
class Resolutions:
    """What the declarations of one file give on one day, whatever is in the file; the same for all files they fit.

    Attributes:
        resolution: With every declaration taken at its word.
        contradicted: With those set aside that a store's delivery of a copy contradicts.
        later: Each day after which a declaration ends, with what the declarations give on the day after: one for
            what is declared by now and, where something is dated in the future, one with that too.
    """

    resolution: Resolution
    contradicted: Resolution
    later: tuple[tuple[date, tuple[Resolutions, ...]], ...] = ()


def decide(  # noqa: PLR0913 - what a decision follows from; a bundle would only rename it
    evidence: Sequence[Evidence],
    protection: Protection | None,
    declarations: Sequence[Declaration],
    policy: Policy,
    on: date | Day,
    *,
    path: str = "",
    terms: TermTable | None = None,
) -> Decision:
    """What becomes of one file: pure, deterministic, the same answer on every machine.

    Args:
        evidence: What was observed in the file.
        protection: Its technical protection, if any was seen.
        declarations: Those whose scope takes in the file, in any order.
        policy: What the package is for.
        on: The day for which it is decided.
        path: The file's path below the folder that the declarations speak for, by which the closest is found.
        terms: The table of terms of protection; by default the one that comes with the program.

    Returns:
        The decision, with a reason for every act and for the disposition.
    """
    day = on if isinstance(on, Day) else Day.whole(on)
    found = resolve_all(place(declarations, path), day, terms or load_terms())
    return conclude(found, evidence, protection, policy, day.on)


def resolve_all(placed: Sequence[Placed], day: Day, terms: TermTable) -> Resolutions:
    """Weigh the declarations of one file against each other, once for all files they fit as closely."""
    ordered = in_order(placed)
    now = _on_day(ordered, day, terms)
    given = tuple(each for each in ordered if each.declaration.date <= day.on)
    ends = {each.declaration.expires for each in ordered if each.declaration.expires is not None}
    later = []
    for end in sorted(day_ for day_ in ends if day.denials <= day_ < date.max)[:_MOST_ENDS]:
        after = Day.whole(end + timedelta(days=1))
        known = (ordered,) if len(given) == len(ordered) else (given, ordered)
        later.append((end, tuple(_on_day(some, after, terms) for some in known)))
    return replace(now, later=tuple(later))


def _on_day(ordered: Sequence[Placed], day: Day, terms: TermTable) -> Resolutions:
    resolution = resolve(ordered, day, terms)
    if not any(each.declaration.basis in _CONTRADICTED_BY_PURCHASE for each in ordered):
        return Resolutions(resolution, resolution)
    return Resolutions(resolution, resolve(ordered, day, terms, _CONTRADICTED_BY_PURCHASE))


def conclude(
    resolutions: Resolutions,
    evidence: Sequence[Evidence],
    protection: Protection | None,
    policy: Policy,
    on: date,
) -> Decision:
    """Weigh what is seen in one file against what is declared, and apply the policy.

    Args:
        resolutions: What :func:`resolve_all` gave for its declarations.
        evidence: What was observed in the file.
        protection: Its technical protection, if any was seen.
        policy: What the package is for.
        on: The day that ``resolutions`` was worked out for.
    """
    decision = _concluded(resolutions, evidence, protection, policy, on)
    if decision.disposition is not Disposition.RESTRICT:
        return decision
    for end, days in resolutions.later:
        after = end + timedelta(days=1)
        if all(
            _concluded(one, evidence, protection, policy, after).disposition is Disposition.INCLUDE
            for one in days
        ):
            return replace(decision, restricted_until=end)
    return decision


def _concluded(
    resolutions: Resolutions,
    evidence: Sequence[Evidence],
    protection: Protection | None,
    policy: Policy,
    on: date,
) -> Decision:
    """The decision for one day, which promises nothing of another."""
    contradictions = _contradictions(resolutions.resolution, evidence)
    resolution = resolutions.contradicted if contradictions else resolutions.resolution
    signals = machine_signals(evidence)
    machine_use, warnings = weigh_signals(resolution.uses, signals)
    outcomes = tuple(_weighed(outcome, signals, protection) for outcome in resolution.acts)
    acts = Acts(*(outcome.answer for outcome in outcomes))
    personal = tuple(item for item in evidence if item.personal)
    unread = tuple(item for item in evidence if MEANINGS.get(item.code) is Meaning.UNREAD)
    doubts = own_doubts(resolution.acts, evidence)
    publishes = Act.PUBLISH in policy.needs
    conflicts = (*contradictions, *resolution.conflicts, *(doubts if publishes else ()))
    grounds = [
        *_protection_grounds(protection, policy),
        *_claimed_grounds(outcomes, conflicts, resolution, protection, policy),
    ]
    stays_out = any(ground.follows is Disposition.EXCLUDE for ground in grounds)
    # nobody is to look through a file for personal data that is kept out whatever it holds
    grounds += _personal_grounds(personal, () if stays_out else unread, policy)
    grounds.sort(key=lambda ground: -_RANK[ground.follows])
    return Decision(
        disposition=grounds[0].follows if grounds else Disposition.INCLUDE,
        acts=acts,
        basis=resolution.basis,
        policy=policy.name,
        on=on,
        layers=resolution.layers,
        machine_use=in_one_voice(machine_use, acts.mine),
        reasons=(
            *(ground.reason for ground in grounds),
            *(reason for outcome in outcomes for reason in outcome.reasons),
            *(() if publishes else doubts),
            *resolution.remarks,
            *_claims(evidence),
            *warnings,
        ),
        declarations=resolution.declarations,
        personal=bool(personal),
        personal_unknown=bool(unread and not personal),
    )


def _contradictions(resolution: Resolution, evidence: Sequence[Evidence]) -> tuple[Reason, ...]:
    """Declarations that decide something and that a store's delivery of this very copy contradicts."""
    sales = tuple(
        where(item)
        for item in evidence
        if item.strength is Strength.CONCLUSIVE and MEANINGS.get(item.code) is Meaning.PURCHASE
    )
    if not sales:
        return ()
    deciding = {
        winner.id: winner.basis
        for outcome in resolution.acts
        if outcome.answer is Answer.ALLOW
        for winner in outcome.winners
    }
    told = {
        Basis.OWN: "It is declared the declarant's own recording, yet the file says a store delivered it.",
    }
    return tuple(
        Reason(rules.CONTRADICTED, f"{name}: {told[basis]}", (f"declaration {name}", *sales[:_SHOWN]))
        for name, basis in deciding.items()
        if basis in _CONTRADICTED_BY_PURCHASE
    )


def _weighed(
    outcome: ActOutcome, signals: dict[MachineUse, tuple[Answer, str]], protection: Protection | None
) -> ActOutcome:
    """Tighten one answer by what was seen in the file."""
    act = outcome.act
    if protection is not None and protection.certain and act is not Act.PRESERVE:
        text = f"The file is protected ({protection.name}), so '{act}' counts as denied."
        reason = Reason(
            rules.PROTECTED, text, (f"protection {protection.scheme} at {protection.locator}",), act
        )
        return ActOutcome(act, Answer.DENY, (reason,))
    if act is Act.MINE and not (outcome.documented and outcome.answer is Answer.ALLOW):
        signal, place = signals.get(MachineUse.DATA_MINING, (None, ""))
        if signal is Answer.DENY:
            text = "A reservation in the file denies 'mine'."
            reason = Reason(rules.RESERVED_IN_FILE, text, (place,), act)
            return ActOutcome(act, Answer.DENY, (reason, *outcome.reasons))
    return outcome


def _claims(evidence: Sequence[Evidence]) -> tuple[Reason, ...]:
    """Say once that a licence in the tags is a claim."""
    claims = tuple(where(item) for item in evidence if MEANINGS.get(item.code) is Meaning.LICENSE_CLAIM)
    if not claims:
        return ()
    text = "A licence in the file's tags is a claim: it allows nothing until somebody declares it."
    return (Reason(rules.CLAIM_ONLY, text, claims[:_SHOWN]),)


@dataclass(frozen=True, slots=True)
class _Ground:
    """One thing that follows from a policy, and why."""

    follows: Disposition
    reason: Reason


def _claimed_grounds(
    outcomes: tuple[ActOutcome, ...],
    conflicts: tuple[Reason, ...],
    resolution: Resolution,
    protection: Protection | None,
    policy: Policy,
) -> list[_Ground]:
    """What follows from the answers for the acts, and from what contradicts itself."""
    is_protected = protection is not None and protection.certain
    # what protection denies, the policy has answered for as a whole; a contradiction cannot open the file
    grounds = _act_grounds(outcomes[:1] if is_protected else outcomes, policy)
    if conflicts:
        grounds = [ground for ground in grounds if ground.follows is not Disposition.INCLUDE]
        follows = policy.protected if is_protected else Disposition.REVIEW
        grounds += [_Ground(follows, reason) for reason in conflicts]
    needed = [outcome for outcome in outcomes if outcome.act in policy.needs]
    if all(outcome.answer is Answer.ALLOW for outcome in needed):
        text = f"Every act that '{policy.name}' needs is allowed: {', '.join(policy.needs)}.{_not_shown(needed, resolution)}"
        grounds.append(
            _Ground(Disposition.INCLUDE, Reason(rules.ACTS_ALLOWED, text, (f"policy {policy.name}",)))
        )
    return grounds


def _not_shown(outcomes: Sequence[ActOutcome], resolution: Resolution) -> str:
    """The layers whose term somebody says has ended, without dates that show it, where an allow rests on that."""
    layers = [
        layer
        for layer in Layer
        if any(
            winner.basis is Basis.EXPIRED and layer in not_shown(winner, resolution.layers)
            for outcome in outcomes
            for winner in outcome.winners
        )
    ]
    if not layers:
        return ""
    return f" That the term has ended is declared, not shown, for: {', '.join(layers)}."


def _protection_grounds(protection: Protection | None, policy: Policy) -> list[_Ground]:
    if protection is None:
        return []
    rested = (f"protection {protection.scheme} at {protection.locator}", f"policy {policy.name}")
    follows = policy.protected if protection.certain else policy.maybe_protected
    code = rules.PROTECTED if protection.certain else rules.MAYBE_PROTECTED
    if protection.unseen:
        fact = f"Whether it is protected could not be seen ({protection.name})"
    elif protection.certain:
        fact = f"The file is protected ({protection.name})"
    else:
        fact = f"It may be protected ({protection.name})"
    return [_Ground(follows, Reason(code, _told(fact, follows, policy), rested))]


def _personal_grounds(
    personal: tuple[Evidence, ...], unread: tuple[Evidence, ...], policy: Policy
) -> list[_Ground]:
    """What follows from personal data, or else from what could not be read for it."""
    if personal:
        code, follows, fact = rules.PERSONAL_DATA, policy.personal_data, "It carries personal data"
    elif unread:
        code, follows = rules.PERSONAL_UNKNOWN, policy.personal_unknown
        fact = "Whether it carries personal data is unknown, for not all of it could be read"
    else:
        return []
    rested = (*(where(item) for item in (personal or unread)[:_SHOWN]), f"policy {policy.name}")
    return [_Ground(follows, Reason(code, _told(fact, follows, policy), rested))]


def _told(fact: str, follows: Disposition, policy: Policy) -> str:
    """A fact with what follows; what keeps nothing out is never told as if it were why the file goes in."""
    if follows is Disposition.INCLUDE:
        return f"{fact}; '{policy.name}' takes it all the same."
    return f"{fact}: {follows} under '{policy.name}'."


def _act_grounds(outcomes: tuple[ActOutcome, ...], policy: Policy) -> list[_Ground]:
    """What follows from each act that is denied, and from each needed act that is unknown.

    The policy says it, save that nobody packs what may not be kept: packing is copying.
    """
    denied, unknown = dict(policy.denied), dict(policy.unknown)
    rested = (f"policy {policy.name}",)
    grounds = []
    for outcome in outcomes:
        act = outcome.act
        if outcome.answer is Answer.DENY and act is Act.PRESERVE:
            text = "'preserve' is denied: exclude, whatever the package is for."
            grounds.append(_Ground(Disposition.EXCLUDE, Reason(rules.ACT_DENIED, text, rested, act)))
        elif outcome.answer is Answer.DENY and act in denied:
            text = _told(f"'{act}' is denied", denied[act], policy)
            grounds.append(_Ground(denied[act], Reason(rules.ACT_DENIED, text, rested, act)))
        elif outcome.answer is Answer.UNKNOWN and act in unknown:
            text = f"'{act}' is unknown: {unknown[act]} under '{policy.name}'."
            if unknown[act] is Disposition.INCLUDE:
                text = f"It goes in: '{policy.name}' asks nobody for '{act}'."
            grounds.append(_Ground(unknown[act], Reason(rules.ACT_UNKNOWN, text, rested, act)))
    return grounds
