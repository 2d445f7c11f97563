"""What a decision says in the terms of PREMIS rights: conclusions only, for the PREMIS record and Archivematica's table.

Every file gets a copyright statement. Where a declared basis other than copyright governs, the acts stand under that
basis and the copyright statement says what is known of the status alone. Evidence is no part of a PREMIS rights
statement, which asserts; it stays in ``rights.jsonl``.

Basis: license and purchase become License; donor becomes Other with the basis "Donor"; carrier Other with "Owned
carrier"; statute Statute; own, expired and unknown Copyright. What the policy closes stands under a basis of its own, Other with
the basis "Policy", for no declarant said it. Acts: preserve becomes replicate, access use, transfer
and publish together disseminate; mine, for which PREMIS has no word, stays mine.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from archiver.model.rights import (
    Act,
    Answer,
    Basis,
    Decision,
    DeclarantRole,
    Declaration,
    Disposition,
    MachineUse,
    UseAnswer,
)
from archiver.model.rights_context import RightsContext
from archiver.model.terms import TermState
from archiver.records.rights.grounds import closing_words
from archiver.records.visible import one_line
from archiver.rights import rules
from archiver.rights.licenses import identify_license

NOT_STATED = "unknown"
"""What stands where PREMIS demands a jurisdiction or a citation and nobody stated one."""

POLICY_BASIS = "Policy"
"""The basis, in words, of what no declarant said and the policy of the package closes."""

TAKEN_AS_IN_COPYRIGHT = (
    "Taken as in copyright, as it is declared the declarant's own recording; not evaluated."
)
"""What is said of an own recording for which no declared date gives a term."""

ON_THE_STATUS = "rights statement"
"""The role of a document that says what the status is, not what an act is allowed or denied by."""

_UNANSWERED = "Unanswered; unknown is not allowed."
_RIGHTS_STATEMENT = "http://rightsstatements.org/vocab/{}/1.0/"


class PremisBasis(StrEnum):
    """The values of ``rightsBasis`` (id.loc.gov) that are used."""

    COPYRIGHT = "Copyright"
    LICENSE = "License"
    STATUTE = "Statute"
    OTHER = "Other"


class Restriction(StrEnum):
    """How far an act is granted, in the words that Archivematica reads."""

    ALLOW = "Allow"
    DISALLOW = "Disallow"
    CONDITIONAL = "Conditional"


@dataclass(frozen=True, slots=True)
class Grant:
    """One act under a statement. ``ends`` is ``None`` for an open end; a conditional grant always has a note."""

    act: str
    restriction: Restriction
    note: str
    starts: dt.date
    ends: dt.date | None


@dataclass(frozen=True, slots=True)
class Documentation:
    """Where to read more: kind of identifier, identifier, what it is."""

    type: str
    value: str
    role: str


@dataclass(frozen=True, slots=True)
class RightsStatement:
    """One conclusion.

    Attributes:
        basis: The PREMIS basis.
        other_basis: The basis in words where PREMIS has none: ``Donor``, ``Owned carrier`` or ``Policy``.
        status: ``copyrighted``, ``publicdomain`` or ``unknown`` on the basis copyright, else ``None``.
        jurisdiction: Codes that the status or the statute is about; empty where none was stated.
        determined: The day of the conclusion.
        starts: First day of a declared basis; ``None`` on the basis copyright.
        ends: Last day of a declared basis; ``None`` for an open end.
        terms: The licence or the terms.
        citation: The provision, on the basis statute.
        note: Plain sentences.
        documents: Where to read more.
        grants: The acts.
        declared_by: Who declared it and in what role.
    """

    basis: PremisBasis
    determined: dt.date
    note: str
    grants: tuple[Grant, ...]
    other_basis: str | None = None
    status: str | None = None
    jurisdiction: tuple[str, ...] = ()
    starts: dt.date | None = None
    ends: dt.date | None = None
    terms: str | None = None
    citation: str | None = None
    documents: tuple[Documentation, ...] = ()
    declared_by: tuple[str, DeclarantRole] | None = None


_BASES = {
    Basis.LICENSE: (PremisBasis.LICENSE, None),
    Basis.PURCHASE: (PremisBasis.LICENSE, None),
    Basis.CARRIER: (PremisBasis.OTHER, "Owned carrier"),
    Basis.DONOR: (PremisBasis.OTHER, "Donor"),
    Basis.STATUTE: (PremisBasis.STATUTE, None),
    Basis.EXPIRED: (PremisBasis.COPYRIGHT, None),
    Basis.OWN: (PremisBasis.COPYRIGHT, None),
    Basis.UNKNOWN: (PremisBasis.COPYRIGHT, None),
}
_ACTS = {
    Act.PRESERVE: "replicate",
    Act.ACCESS: "use",
    Act.TRANSFER: "disseminate",
    Act.PUBLISH: "disseminate",
    Act.MINE: "mine",
}
_IN_FILE = {
    rules.PROTECTED: "a technical protection of the file, which no declaration changes",
    rules.RESERVED_IN_FILE: "a reservation in the file",
}
"""What in a file denies an act, whatever was declared."""
_RESTRICTIONS = {
    Answer.ALLOW: Restriction.ALLOW,
    Answer.DENY: Restriction.DISALLOW,
    Answer.UNKNOWN: Restriction.CONDITIONAL,
}
_NOTES = {
    Basis.LICENSE: "Declared as licensed.",
    Basis.PURCHASE: "Declared as a purchased copy; the terms of sale were not examined.",
    Basis.CARRIER: "Declared as copied from a disc, tape or record that the declarant holds.",
    Basis.DONOR: "Held as a donation.",
    Basis.STATUTE: "Declared as covered by a provision that the declarant names.",
    Basis.OWN: "Declared as the declarant's own recording.",
    Basis.EXPIRED: "Declared: the terms of protection appear to have ended.",
    Basis.UNKNOWN: "",
}


def rights_statements(decision: Decision, context: RightsContext) -> tuple[RightsStatement, ...]:
    """Return the statements on one packed file.

    Copyright first, then each declared basis, the governing one first, then what the policy closes.
    """
    in_force = [
        declaration
        for identifier in decision.declarations
        if (declaration := context.declarations.get(identifier)) is not None
        and declaration.date <= decision.on
        and not declaration.has_ended(decision.on)
    ]
    governing = next((one for one in in_force if one.basis is decision.basis), None)
    copyright_governs = _BASES[decision.basis][0] is PremisBasis.COPYRIGHT
    grants = tuple(_grants(decision, governing, context))
    statements = [
        _copyright(
            decision, governing if copyright_governs else None, grants if copyright_governs else (), context
        )
    ]
    if not copyright_governs:
        statements.append(_declared(decision, decision.basis, governing, grants, context))
    for declaration in in_force:
        if declaration is not governing and _BASES[declaration.basis][0] is not PremisBasis.COPYRIGHT:
            named = tuple(_named_grants(decision, declaration, context))
            statements.append(_declared(decision, declaration.basis, declaration, named, context))
    if decision.disposition is Disposition.RESTRICT:
        statements.append(_closed(decision, context))
    return tuple(statements)


def _copyright(
    decision: Decision, declaration: Declaration | None, grants: tuple[Grant, ...], context: RightsContext
) -> RightsStatement:
    status, jurisdiction = _status(decision)
    findings = [layer.text for layer in decision.layers if layer.findings]
    if status == "copyrighted":
        vocabulary, opening = "InC", "" if jurisdiction else TAKEN_AS_IN_COPYRIGHT
    elif status == "publicdomain":
        vocabulary, opening = "", ""
    elif findings:
        vocabulary, opening = "UND", "Copyright undetermined."
    else:
        vocabulary, opening = "CNE", "Copyright not evaluated."
    documents = []
    if vocabulary:
        documents.append(Documentation("URI", _RIGHTS_STATEMENT.format(vocabulary), ON_THE_STATUS))
    if declaration is not None:
        documents += _document(declaration, context)
        jurisdiction = jurisdiction or declaration.jurisdiction
    governs = _BASES[decision.basis][0] is PremisBasis.COPYRIGHT
    ground = _NOTES[decision.basis] if governs and opening != TAKEN_AS_IN_COPYRIGHT else ""
    note = [opening, ground, *findings, *_declared_words(declaration)]
    return RightsStatement(
        basis=PremisBasis.COPYRIGHT,
        status=status,
        jurisdiction=jurisdiction,
        determined=decision.on,
        note=_sentences(note),
        documents=tuple(documents),
        grants=grants,
        declared_by=None if declaration is None else (declaration.by, declaration.role),
    )


def _status(decision: Decision) -> tuple[str, tuple[str, ...]]:
    """The status as far as the declared dates carry it; one word for the file only where all four layers agree."""
    places = sorted({finding.jurisdiction for layer in decision.layers for finding in layer.findings})
    running = tuple(p for p in places if any(layer.state(p) is TermState.RUNS for layer in decision.layers))
    if decision.basis is Basis.EXPIRED:
        done = (TermState.ENDED, TermState.ABSENT)
        ended = tuple(p for p in places if all(layer.state(p) in done for layer in decision.layers))
        if ended:
            return "publicdomain", ended
    if running or decision.basis is Basis.OWN:
        return "copyrighted", running
    return "unknown", ()


def _declared(
    decision: Decision,
    basis: Basis,
    declaration: Declaration | None,
    grants: tuple[Grant, ...],
    context: RightsContext,
) -> RightsStatement:
    premis, other = _BASES[basis]
    documents: list[Documentation] = []
    terms = None
    if declaration is not None:
        if premis is PremisBasis.LICENSE and declaration.license:
            terms = one_line(declaration.license)
            kind = "URI" if "://" in terms else "SPDX"
            documents.append(Documentation(kind, terms, "license"))
        documents += _document(declaration, context)
    statute = premis is PremisBasis.STATUTE
    return RightsStatement(
        basis=premis,
        other_basis=other,
        jurisdiction=declaration.jurisdiction if declaration is not None and statute else (),
        determined=decision.on,
        starts=decision.on if declaration is None else declaration.date,
        ends=None if declaration is None else declaration.expires,
        terms=terms,
        citation=_citation(declaration) if statute else None,
        note=_sentences([_NOTES[basis], _condition(declaration), *_declared_words(declaration)]),
        documents=tuple(documents),
        grants=grants,
        declared_by=None if declaration is None else (declaration.by, declaration.role),
    )


def _closed(decision: Decision, context: RightsContext) -> RightsStatement:
    """What the policy closes, and what was declared of the same act, by whom."""
    policy, until = context.policy, decision.restricted_until
    starts = _closed_from(decision)
    declared = _answered(decision, context, Act.ACCESS)
    note = (
        f"{_closing(decision)}: {closing_words(decision, policy)}."
        f" Declared of access: {'nothing that counts' if decision.acts.access is Answer.UNKNOWN else declared}."
    )
    return RightsStatement(
        basis=PremisBasis.OTHER,
        other_basis=POLICY_BASIS,
        determined=decision.on,
        starts=starts,
        ends=until,
        note=_sentences([f"The policy '{one_line(policy.name)}' of this package.", policy.title]),
        grants=(Grant(_ACTS[Act.ACCESS], Restriction.DISALLOW, note, starts, until),),
    )


def _closed_from(decision: Decision) -> dt.date:
    until = decision.restricted_until
    return decision.on if until is None else min(decision.on, until)


def _closing(decision: Decision) -> str:
    until = decision.restricted_until
    end = "a person decides" if until is None else f"{until} has passed"
    return f"Closed by the policy '{one_line(decision.policy)}' until {end}"


def _condition(declaration: Declaration | None) -> str:
    """What a known licence asks in return for what it allows."""
    if declaration is None or declaration.basis is not Basis.LICENSE or declaration.license is None:
        return ""
    known = identify_license(declaration.license)
    return "" if known is None or not known.condition else f"Condition of {known.spdx}: {known.condition}."


def _citation(declaration: Declaration | None) -> str:
    return NOT_STATED if declaration is None or not declaration.citation else one_line(declaration.citation)


def _document(declaration: Declaration, context: RightsContext) -> list[Documentation]:
    path = context.documents.get(declaration.id)
    return (
        []
        if path is None
        else [Documentation("path in the bag", one_line(path), f"{declaration.basis} document")]
    )


def _declared_words(declaration: Declaration | None) -> list[str]:
    if declaration is None:
        return []
    words = [f"Declared by {one_line(declaration.by)} ({declaration.role}) on {declaration.date}."]
    if declaration.carrier_held is not None:
        words.append(f"Carrier held: {declaration.carrier_held}.")
    if declaration.note:
        words.append(one_line(declaration.note))
    return words


def _grants(decision: Decision, governing: Declaration | None, context: RightsContext) -> Iterator[Grant]:
    """Replication and use always, so that no file is without an answer; the other acts where there is one.

    The use of what the policy closes stands under the policy.
    """
    acts = decision.acts
    yield _grant(decision, governing, context, Act.PRESERVE)
    if _access_stands(decision):
        yield _access(decision, governing, context)
    if acts.transfer is not Answer.UNKNOWN or acts.publish is not Answer.UNKNOWN:
        yield _dissemination(decision, governing, context)
    if acts.mine is not Answer.UNKNOWN:
        yield _mining(decision, governing, context)


def _named_grants(decision: Decision, declaration: Declaration, context: RightsContext) -> Iterator[Grant]:
    """The acts that a declaration names, with the answer that was decided, so that no statement contradicts another."""
    named = {act for act, _ in declaration.acts}
    if Act.PRESERVE in named:
        yield _grant(decision, declaration, context, Act.PRESERVE)
    if Act.ACCESS in named and _access_stands(decision):
        yield _access(decision, declaration, context)
    if named & {Act.TRANSFER, Act.PUBLISH}:
        yield _dissemination(decision, declaration, context)
    if Act.MINE in named:
        yield _mining(decision, declaration, context)


def _access_stands(decision: Decision) -> bool:
    """Whether the answer for access stands beside a basis: nobody may read an allow from a row of a closed file."""
    return decision.disposition is not Disposition.RESTRICT or decision.acts.access is Answer.DENY


def _behind(decision: Decision, context: RightsContext, *acts: Act) -> tuple[Declaration, ...]:
    """The declarations that an answer rests on, by the decision's reasons."""
    found = {
        name.removeprefix("declaration ")
        for reason in decision.reasons
        if reason.act in acts and rules.rule_of(reason.code).effect is rules.Effect.GIVES
        for name in reason.rests_on
    }
    return tuple(one for name, one in context.declarations.items() if name in found)


def _source(decision: Decision, context: RightsContext, act: Act) -> str:
    """Who gave the answer for an act and when, or what in the file did; empty where no reason tells."""
    spoken = (
        reason for reason in decision.reasons if reason.act is act and not rules.speaks_of_disposition(reason)
    )
    first = next(spoken, None)
    if first is None or decision.acts[act] is Answer.UNKNOWN:
        return ""
    if first.code in _IN_FILE:
        return _IN_FILE[first.code]
    return " and ".join(
        f"{one_line(one.by)} ({one.role}) on {one.date}" for one in _behind(decision, context, act)
    )


def _answered(decision: Decision, context: RightsContext, act: Act) -> str:
    source = _source(decision, context, act)
    return f"{decision.acts[act]}, by {source}" if source else decision.acts[act].value


def _access(decision: Decision, about: Declaration | None, context: RightsContext) -> Grant:
    grant = _grant(decision, about, context, Act.ACCESS)
    if decision.disposition is not Disposition.RESTRICT:
        return grant
    return replace(grant, starts=_closed_from(decision), ends=decision.restricted_until)


def _dissemination(decision: Decision, about: Declaration | None, context: RightsContext) -> Grant:
    transfer, publish = decision.acts.transfer, decision.acts.publish
    answer = transfer if transfer is publish else Answer.UNKNOWN
    note = (
        f"Transfer to another holder: {_answered(decision, context, Act.TRANSFER)}."
        f" Publication: {_answered(decision, context, Act.PUBLISH)}."
    )
    behind = _behind(decision, context, Act.TRANSFER, Act.PUBLISH)
    if Answer.ALLOW in (transfer, publish):
        note = _sentences([note, *dict.fromkeys(_condition(one) for one in behind)])
        answer, note = _unless_closed(decision, answer, note)
    return _dated(decision, behind or _about(about), Act.TRANSFER, answer, note)


def _mining(decision: Decision, about: Declaration | None, context: RightsContext) -> Grant:
    answer, note = decision.acts.mine, "Bulk analysis, such as text and data mining."
    behind = _behind(decision, context, Act.MINE) or _about(about)
    denied = [use.use.value.replace("_", " ") for use in decision.machine_use if _limits(use)]
    if answer is Answer.ALLOW and denied:
        # a repository that acts on this word alone must not allow what is denied beside it
        source = _source(decision, context, Act.MINE)
        allowed = f"Allowed by {source}" if source else "Allowed"
        answer, note = Answer.UNKNOWN, f"{note} {allowed}, but not for {' or '.join(denied)}."
    else:
        note = _sentences([note, _why(decision, context, Act.MINE)])
    if decision.acts.mine is Answer.ALLOW:
        answer, note = _unless_closed(decision, answer, note)
    return _dated(decision, behind, Act.MINE, answer, note)


def _unless_closed(decision: Decision, answer: Answer, note: str) -> tuple[Answer, str]:
    """An allow and its note; a repository that acts on that word alone must not open what is closed."""
    if decision.disposition is not Disposition.RESTRICT:
        return answer, note
    return Answer.UNKNOWN if answer is Answer.ALLOW else answer, f"{note} {_closing(decision)}."


def _limits(use: UseAnswer) -> bool:
    """Whether a use that is mining too is denied by itself."""
    return use.answer is Answer.DENY and use.use is not MachineUse.SEARCH


def _grant(decision: Decision, about: Declaration | None, context: RightsContext, act: Act) -> Grant:
    """One act, by the declarations that its answer rests on, or else by the one that the statement is about."""
    behind = _behind(decision, context, act) or _about(about)
    return _dated(decision, behind, act, decision.acts[act], _why(decision, context, act))


def _why(decision: Decision, context: RightsContext, act: Act) -> str:
    """Who or what denies an act, or that nothing answers it; an allow has its day and its statement."""
    if decision.acts[act] is Answer.UNKNOWN:
        return _UNANSWERED
    source = _source(decision, context, act)
    return f"Denied by {source}." if decision.acts[act] is Answer.DENY and source else ""


def _about(declaration: Declaration | None) -> tuple[Declaration, ...]:
    return () if declaration is None else (declaration,)


def _dated(decision: Decision, behind: tuple[Declaration, ...], act: Act, answer: Answer, note: str) -> Grant:
    """One act; an allow lasts no longer than everything that it rests on."""
    starts, ends = decision.on, None
    if answer is Answer.ALLOW and behind:
        starts = max(one.date for one in behind)
        ends = min((one.expires for one in behind if one.expires is not None), default=None)
    return Grant(_ACTS[act], _RESTRICTIONS[answer], note, starts, ends)


def _sentences(parts: list[str]) -> str:
    return " ".join(one_line(part) for part in parts if part)
