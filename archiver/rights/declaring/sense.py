"""Whether a declaration makes sense as a whole: what its basis asks for, and what it states to no effect."""

from __future__ import annotations

from collections.abc import Iterator

from archiver.model.evidence_kinds import EVIDENCE_KINDS
from archiver.model.rights import Act, Answer, Basis, DeclarantRole, Declaration, MachineUse
from archiver.model.terms import Layer
from archiver.personal.find import personal_spans
from archiver.rights.deciding.grants import Reach, needed
from archiver.rights.deciding.machine_use import can_carry_mining, may_permit
from archiver.rights.licenses import identify_license
from archiver.rights.terms.terms import load_terms
from archiver.toml.document import Document
from archiver.toml.positions import Path

_BELONGS_TO = {
    "carrier_held": (Basis.CARRIER,),
    "license": (Basis.LICENSE,),
    "citation": (Basis.STATUTE,),
    "layers": (Basis.EXPIRED, Basis.OWN),
}
"""Fields that mean something under some bases only."""

_ASKS_FOR = {
    Basis.CARRIER: {
        "carrier_held": 'Write carrier_held = "yes", "transferred" or "lost": the copy depends on the carrier.'
    },
    Basis.STATUTE: {
        "jurisdiction": 'Name the country, such as jurisdiction = "GB".',
        "citation": 'Name the provision, such as citation = "CDPA 1988 s. 42".',
        "acts": "Name the acts that the provision covers.",
    },
    Basis.EXPIRED: {
        "jurisdiction": 'Name the country, such as jurisdiction = "US"; terms end country by country.',
        "layers": 'Name what has ended, such as layers = ["recording"]; the work and its words are apart.',
    },
    Basis.DONOR: {"acts": "Name the acts that the deed or letter covers."},
}
"""What each basis cannot do without, and what to write."""


_FREE_WORDS = ("id", "by", "license", "note", "citation", "document")
"""Fields in which a person writes what he likes."""


def check_sense(document: Document, declaration: Declaration, path: Path) -> Iterator[tuple[Path, str]]:
    """Note as faults what contradicts itself, and give what is without effect.

    Args:
        document: Takes the faults.
        declaration: One whose fields were read without fault.
        path: Where it stands.

    Yields:
        For each statement without effect and all personal data in its own words: the place inside the declaration, and one plain sentence.
    """
    _check_fields(document, declaration, path)
    _check_declarant(document, declaration, path)
    if declaration.has_ended(declaration.date):
        document.fault((*path, "expires"), "It ends before it was declared.", "Correct one of the two dates.")
    yield from _without_effect(declaration)
    yield from _personal(declaration)


def _personal(declaration: Declaration) -> Iterator[tuple[Path, str]]:
    """What in a declaration's own words leads to a person; names are there to be read and are none of it."""
    for field in _FREE_WORDS:
        codes = dict.fromkeys(span.code for span in personal_spans(getattr(declaration, field) or ""))
        for code in codes:
            told = EVIDENCE_KINDS[code].title
            text = f"'{field}' holds personal data ({told}), and the records quote it as it stands."
            yield (field,), f"{text} Take it out if it should not be passed on."


def _check_fields(document: Document, declaration: Declaration, path: Path) -> None:
    basis = declaration.basis
    for field, belongs_to in _BELONGS_TO.items():
        if getattr(declaration, field) and basis not in belongs_to:
            hint = f"It belongs to basis = {' or '.join(repr(one.value) for one in belongs_to)}."
            document.fault_at_key(
                (*path, field), f"{field} means nothing for the basis {basis.value!r}.", hint
            )
    for field, hint in _ASKS_FOR.get(basis, {}).items():
        if not getattr(declaration, field):
            document.fault((*path, "basis"), f"The basis {basis.value!r} needs {field}.", hint)
    if basis is Basis.LICENSE and not declaration.acts and not _known_license(declaration):
        document.fault(
            (*path, "basis"),
            "The basis 'license' needs a licence that is known by name, or acts.",
            'Write license = "CC-BY-4.0", or name the acts it covers.',
        )


def _check_declarant(document: Document, declaration: Declaration, path: Path) -> None:
    if declaration.basis is Basis.OWN and declaration.role is DeclarantRole.CUSTODIAN:
        hint = "The maker declares it as 'rightsholder' or 'owner', or a donor as 'donor'."
        document.fault((*path, "role"), "A custodian cannot declare a recording its own.", hint)


def _without_effect(declaration: Declaration) -> Iterator[tuple[Path, str]]:
    for act, answer in declaration.acts:
        if answer is Answer.ALLOW:
            text = _why_not(declaration, act)
            if text:
                yield ("acts", act.value), text
    for use, answer in declaration.machine_use:
        if answer is Answer.ALLOW and not may_permit(declaration):
            yield ("ai", use.value), _why_not_permitted(declaration, use)
    terms = load_terms()
    unknown = [place for place in declaration.jurisdiction if not terms.covers(place)]
    if declaration.facts is not None and unknown:
        yield ("jurisdiction",), f"No term of protection was checked for: {', '.join(unknown)}."


def _why_not(declaration: Declaration, act: Act) -> str:
    asked = needed(declaration, act)
    if asked is Reach.NEVER:
        return f"The basis {declaration.basis.value!r} cannot carry {act.value!r}; it stays unknown."
    if asked is Reach.DOCUMENTED and declaration.document is None:
        whose = "whose terms allow handing it on" if act is Act.TRANSFER else "that grants it"
        return f"{act.value!r} stays unknown: in the role '{declaration.role}' it takes a document {whose}."
    missing = set(Layer) - set(declaration.layers or (Layer.RECORDING,))
    if (
        declaration.basis is Basis.OWN
        and asked is not Reach.IMPLIED
        and missing
        and declaration.facts is None
    ):
        names = ", ".join(layer for layer in Layer if layer in missing)
        return f"{act.value!r} stays unknown: the recording is declared own; if {names} are too, name them in layers."
    return ""


def _why_not_permitted(declaration: Declaration, use: MachineUse) -> str:
    if not can_carry_mining(declaration):
        return f"The basis {declaration.basis.value!r} cannot carry {use.value!r}; it stays unknown."
    return (
        f"In the role '{declaration.role}' on the basis '{declaration.basis}' {use} can be denied, and allowed only with "
        "a document."
    )


def _known_license(declaration: Declaration) -> bool:
    return declaration.license is not None and identify_license(declaration.license) is not None
