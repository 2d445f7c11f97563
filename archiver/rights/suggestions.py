"""What an owner could declare or supply, tried out: a suggestion is made only if deciding again shows a difference."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from archiver.model.audio import Tags
from archiver.model.evidence import Evidence, Protection
from archiver.model.rights import (
    Act,
    Answer,
    Basis,
    CarrierHeld,
    Decision,
    DeclarantRole,
    Declaration,
    Disposition,
    Level,
    Policy,
    Scope,
)
from archiver.rights import rules
from archiver.rights.decide import decide
from archiver.rights.globs import has_wildcard, path_pattern
from archiver.rights.licenses import identify_license
from archiver.rights.meanings import Meaning, meaning
from archiver.rights.terms import TermTable
from archiver.toml.text import toml_string

_DOCUMENT = "documents/your-document.pdf"
_TRANSFERRED = ((Act.PRESERVE, Answer.ALLOW), (Act.TRANSFER, Answer.ALLOW))
_PUBLISHED = (*_TRANSFERRED, (Act.PUBLISH, Answer.ALLOW))


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One thing that would change what follows.

    Attributes:
        text: What to declare or supply, and under which condition it is true, in plain words.
        toml: A declaration to copy, without ``by``, ``role`` and ``date`` where the defaults serve; may be empty.
        acts: The acts that would become allowed.
        outcomes: Policy and what would become of the file, where it would be another thing than now.
    """

    text: str
    toml: str = ""
    acts: tuple[Act, ...] = ()
    outcomes: tuple[tuple[str, Disposition], ...] = ()


def suggest(  # noqa: PLR0913 - what a decision follows from, and what a suggestion is written with
    evidence: Sequence[Evidence],
    protection: Protection | None,
    declarations: Sequence[Declaration],
    policies: Sequence[Policy],
    on: date,
    *,
    path: str,
    tags: Tags,
    terms: TermTable,
) -> tuple[Suggestion, ...]:
    """What would change the decisions of one file; see :func:`archiver.rights.explain.explain` for the arguments."""

    def decided(instead: Sequence[Declaration]) -> list[Decision]:
        return [decide(evidence, protection, instead, policy, on, terms=terms) for policy in policies]

    now = decided(declarations)
    found = list(_in_words(now[0], protection))
    if protection is not None and protection.certain:
        return tuple(found)
    for text, toml, instead in _trials(evidence, declarations, on, path, tags):
        then = decided(instead)
        acts = tuple(
            act for act, answer in then[0].acts.items() if answer is Answer.ALLOW is not now[0].acts[act]
        )
        outcomes = tuple(
            (policy.name, after.disposition)
            for policy, before, after in zip(policies, now, then, strict=True)
            if _opens(before.disposition, after.disposition)
        )
        # where a basis is declared already, an act that no policy asked for is no reason to declare another
        if outcomes or (acts and (not toml or now[0].basis is Basis.UNKNOWN)):
            found.append(Suggestion(text, toml, acts, outcomes))
    return tuple(found)


def _opens(before: Disposition, after: Disposition) -> bool:
    return (
        before is not after
        and after is not Disposition.REVIEW
        and (after is Disposition.INCLUDE or after.packed)
    )


def _in_words(decision: Decision, protection: Protection | None) -> Iterator[Suggestion]:
    """What no declaration can bring about."""
    if protection is not None and protection.certain:
        yield Suggestion(
            "No declaration changes this: the protection is a fact of the file. Where the seller offers a copy "
            "without protection, pack that copy."
        )
    elif protection is not None:
        yield Suggestion("Have a person look whether the image is protected; no declaration answers that.")
    told = [reason for reason in decision.reasons if rules.speaks_of_disposition(reason)]
    for reason in told:
        if reason.code in (rules.CONTRADICTED, rules.TERM_RUNS):
            yield Suggestion(f"Correct what contradicts itself: {', '.join(reason.rests_on)}.")
    if decision.personal and not (protection is not None and protection.certain):
        yield Suggestion(
            "Supply a copy without what leads to a person, such as a buyer's name and account, and with all that "
            "tells the recording and its rights; or a policy file that says what follows from it."
        )


def _trials(
    evidence: Sequence[Evidence], declarations: Sequence[Declaration], on: date, path: str, tags: Tags
) -> Iterator[tuple[str, str, Sequence[Declaration]]]:
    """Declarations to try: what the evidence hints at, what a document would complete, what a rightsholder can say."""
    level, scope = _scope_text(path, tags)
    blank = Declaration(
        id="suggested",
        scope=Scope(level=level),
        basis=Basis.UNKNOWN,
        by="",
        role=DeclarantRole.OWNER,
        date=on,
    )
    yield from _completed(declarations)
    for text, declared in (*_hinted(evidence, blank), *_granted(blank)):
        yield text, _toml(declared, scope), (*declarations, declared)


def _completed(declarations: Sequence[Declaration]) -> Iterator[tuple[str, str, Sequence[Declaration]]]:
    for index, declared in enumerate(declarations):
        if declared.document is None and any(answer is Answer.ALLOW for _, answer in declared.acts):
            with_document = replace(declared, document=_DOCUMENT)
            text = f"Name the document that {declared.id} rests on, where there is one: document = {toml_string(_DOCUMENT)}."
            yield text, "", (*declarations[:index], with_document, *declarations[index + 1 :])


def _hinted(evidence: Sequence[Evidence], blank: Declaration) -> Iterator[tuple[str, Declaration]]:
    """What the file's own signs suggest; nothing is suggested that they contradict."""
    seen = {meaning(item.code) for item in evidence}
    if Meaning.PURCHASE in seen:
        yield "If you bought this download, declare it.", replace(blank, basis=Basis.PURCHASE)
    for item in evidence:
        if meaning(item.code) is not Meaning.LICENSE_CLAIM or not item.value:
            continue
        known = identify_license(item.value)
        if known is not None:
            text = f"If the rightsholder's own page confirms {known.spdx}, declare it."
            if known.condition:
                text += f" Its condition: {known.condition}."
            yield text, replace(blank, basis=Basis.LICENSE, license=item.value)
            break
    if Meaning.PURCHASE not in seen:
        held = replace(blank, basis=Basis.CARRIER, carrier_held=CarrierHeld.YES)
        yield "If you made this copy from a disc, tape or record that you still hold, declare it.", held
        if Meaning.RIP not in seen:
            yield "If you bought this download, declare it.", replace(blank, basis=Basis.PURCHASE)


def _granted(blank: Declaration) -> Iterator[tuple[str, Declaration]]:
    deed = replace(blank, basis=Basis.DONOR, role=DeclarantRole.DONOR, acts=_TRANSFERRED, document=_DOCUMENT)
    yield "If a deed or letter of the donor covers handing it over, declare it with the document.", deed
    letter = replace(
        blank, basis=Basis.LICENSE, role=DeclarantRole.RIGHTSHOLDER, acts=_PUBLISHED, document=_DOCUMENT
    )
    yield "If the rightsholder has agreed in writing, declare it with the document.", letter
    yield "If it is a recording of your own making, declare it.", replace(blank, basis=Basis.OWN)


def _scope_text(path: str, tags: Tags) -> tuple[Level, str]:
    """The scope to suggest: the album where the tags name one that a pattern can hold, else the file."""
    album = next((title for title in tags.get("album", ()) if title.strip()), "")
    if album and not has_wildcard(album):
        return Level.ALBUM, f"{{ album = {toml_string(album)} }}"
    return Level.FILE, f"{{ path = {toml_string(path_pattern(path))} }}"


def _toml(declared: Declaration, scope: str) -> str:
    lines = ["[[declaration]]", f"scope = {scope}", f'basis = "{declared.basis}"']
    if declared.role is not DeclarantRole.OWNER:
        lines.append(f'role = "{declared.role}"')
    if declared.carrier_held is not None:
        lines.append(f'carrier_held = "{declared.carrier_held}"')
    if declared.license is not None:
        lines.append(f"license = {toml_string(declared.license)}")
    if declared.acts:
        acts = ", ".join(f'{act} = "{answer}"' for act, answer in declared.acts)
        lines.append(f"acts = {{ {acts} }}")
    if declared.document is not None:
        lines.append(f"document = {toml_string(declared.document)}")
    return "\n".join(lines) + "\n"
