"""What an owner could declare or supply, tried out: a suggestion is made only if deciding again shows a difference.

What is suggested is written first, read as a file of declarations is read, and decided with: so the lines that a
person copies do what is said of them. Nothing is suggested of a file's origin for which the file shows no sign, and
nothing that would lift what somebody denied.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from archiver.errors import ConfigError, Remedy, Way
from archiver.model.audio import Tags
from archiver.model.day import Day
from archiver.model.evidence import Evidence, Protection
from archiver.model.rights import (
    Act,
    Answer,
    Basis,
    Decision,
    DeclarantRole,
    Declaration,
    Disposition,
    Policy,
)
from archiver.rights import rules
from archiver.rights.deciding.decide import decide
from archiver.rights.deciding.grants import holds
from archiver.rights.deciding.scope import ScopeIndex
from archiver.rights.declaring.hearing import NOBODYS_NAMES
from archiver.rights.declaring.read import VERSION, parse_declarations
from archiver.rights.globs import has_wildcard, path_pattern
from archiver.rights.licenses import identify_license
from archiver.rights.meanings import Meaning, meaning
from archiver.rights.terms.terms import TermTable
from archiver.toml.text import toml_string

_DOCUMENT = "documents/your-document.pdf"
_TRANSFERRED = (Act.PRESERVE, Act.TRANSFER)
_PUBLISHED = (*_TRANSFERRED, Act.PUBLISH)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One thing that would change what follows.

    Attributes:
        text: What to declare or supply, and under which condition it is true, in plain words.
        toml: A declaration to copy as it is, but for the declarant's name and the document; may be empty.
        acts: The acts that would become allowed.
        outcomes: Policy and what would become of the file, for each where it would be another thing than now.
        remedies: How this program helps with it.
    """

    text: str
    toml: str = ""
    acts: tuple[Act, ...] = ()
    outcomes: tuple[tuple[str, Disposition], ...] = ()
    remedies: tuple[Remedy, ...] = ()


def suggest(  # noqa: PLR0913 - what a decision follows from, and what a suggestion is written with
    evidence: Sequence[Evidence],
    protection: Protection | None,
    declarations: Sequence[Declaration],
    policies: Sequence[Policy],
    on: date | Day,
    *,
    path: str,
    tags: Tags,
    terms: TermTable,
) -> tuple[Suggestion, ...]:
    """What would change the decisions of one file; see :func:`archiver.rights.explaining.explain.explain` for the arguments."""
    day = on if isinstance(on, Day) else Day.whole(on)

    def decided(instead: Sequence[Declaration], seen: Sequence[Evidence] = evidence) -> list[Decision]:
        return [decide(seen, protection, instead, policy, day, path=path, terms=terms) for policy in policies]

    now = decided(declarations)
    found = list(_in_words(now[0], protection))
    if protection is not None and protection.certain:
        return tuple(found)
    clean = [item for item in evidence if not item.personal]
    if now[0].personal:
        found.append(_without_personal(_opened(policies, now, decided(declarations, clean))))
    for text, toml, instead in _trials(evidence, declarations, day.on, path, tags):
        then = decided(instead)
        if _takes_back(now[0], then[0], declarations, instead, day):
            continue
        acts = tuple(
            act for act, answer in then[0].acts.items() if answer is Answer.ALLOW is not now[0].acts[act]
        )
        changed = [
            (policy.name, before.disposition, after.disposition)
            for policy, before, after in zip(policies, now, then, strict=True)
            if before.disposition is not after.disposition
        ]
        if not all(_opens(before, after) for _, before, after in changed):
            continue
        together = () if toml or changed or not now[0].personal else decided(instead, clean)
        if together and (outcomes := _opened(policies, now, together)):
            found.append(
                Suggestion(f"{text} It takes a copy without personal data as well.", "", acts, outcomes)
            )
            continue
        # where a basis is declared already, an act that no policy asked for is no reason to declare another
        if changed or (acts and (not toml or now[0].basis is Basis.UNKNOWN)):
            outcomes = tuple((name, after) for name, _, after in changed)
            found.append(Suggestion(text, toml, acts, outcomes))
    if not declarations and not _ORIGINS & {meaning(item.code) for item in evidence}:
        found.append(Suggestion("No sign of its origin was seen.", remedies=(Remedy(Way.DECLARE),)))
    return tuple(found)


_ORIGINS = {Meaning.PURCHASE, Meaning.RIP, Meaning.LICENSE_CLAIM}


def _takes_back(
    now: Decision,
    then: Decision,
    declarations: Sequence[Declaration],
    instead: Sequence[Declaration],
    day: Day,
) -> bool:
    """Whether it would lift a denial, state the opposite of one, or lose what is allowed."""
    denied = {
        act
        for declared in declarations
        for act, answer in declared.acts
        if answer is Answer.DENY and holds(declared, answer, day)
    }
    new = [declared for declared in instead if declared not in declarations]
    if any(act in denied and answer is Answer.ALLOW for declared in new for act, answer in declared.acts):
        return True
    answers = [(now.acts[act], then.acts[act]) for act in Act]
    uses = {use.use: use.answer for use in then.machine_use}
    answers += [(use.answer, uses[use.use]) for use in now.machine_use]
    return any(before is not Answer.UNKNOWN and after is not before for before, after in answers)


def _opens(before: Disposition, after: Disposition) -> bool:
    if before is Disposition.INCLUDE:
        return False
    return after is Disposition.INCLUDE or (after.packed and not before.packed)


def _opened(
    policies: Sequence[Policy], now: Sequence[Decision], then: Sequence[Decision]
) -> tuple[tuple[str, Disposition], ...]:
    """The policies under which the file would be opened, with what would become of it."""
    return tuple(
        (policy.name, after.disposition)
        for policy, before, after in zip(policies, now, then, strict=True)
        if _opens(before.disposition, after.disposition)
    )


def _without_personal(outcomes: tuple[tuple[str, Disposition], ...]) -> Suggestion:
    text = (
        "Supply a copy without what leads to a person, such as a buyer's name and account. Leave in it what tells of"
        " the recording and its rights: ISRC, copyright lines, licence."
    )
    return Suggestion(
        text if outcomes else f"{text} By itself it changes the answer of no policy.", outcomes=outcomes
    )


def _in_words(decision: Decision, protection: Protection | None) -> Iterator[Suggestion]:
    """What no declaration can bring about."""
    if protection is not None and protection.certain:
        yield Suggestion(
            "No declaration changes this: the protection is a fact of the file, whatever a licence allows. Where the "
            "seller offers a copy without protection, pack that copy."
        )
    elif protection is not None and protection.unseen:
        yield Suggestion(
            "The file's headers could not be read to their end, so nobody knows whether it is protected. Have a person "
            "look; no declaration answers that."
        )
    elif protection is not None:
        yield Suggestion("Have a person look whether it is protected; no declaration answers that.")
    told = [reason for reason in decision.reasons if rules.speaks_of_disposition(reason)]
    for reason in told:
        if reason.code in (rules.CONTRADICTED, rules.TERM_RUNS):
            yield Suggestion(f"Correct what contradicts itself: {', '.join(reason.rests_on)}.")
        if reason.code == rules.PERSONAL_UNKNOWN:
            yield Suggestion(
                "Have a person look through it for personal data; no declaration answers that. Plain text can be read here."
            )


def _trials(
    evidence: Sequence[Evidence], declarations: Sequence[Declaration], on: date, path: str, tags: Tags
) -> Iterator[tuple[str, str, Sequence[Declaration]]]:
    """Declarations to try: what the evidence hints at, what a document would complete, what a rightsholder can say."""
    yield from _completed(declarations)
    if not path:
        return
    for text, toml in (*_hinted(evidence, path, tags, on), *_granted(path, tags, on)):
        declared = _read(toml)
        if declared is not None and ScopeIndex([declared]).matching(path, tags):
            yield text, toml, (*declarations, declared)


def _read(toml: str) -> Declaration | None:
    """What stands in the lines of a suggestion; ``None`` where no file of declarations can hold them."""
    try:
        (declared,) = parse_declarations(
            f"version = {VERSION}\n{toml}".encode(), "", "suggested:"
        ).declarations
    except ConfigError:
        return None
    return declared


def _completed(declarations: Sequence[Declaration]) -> Iterator[tuple[str, str, Sequence[Declaration]]]:
    for index, declared in enumerate(declarations):
        if declared.document is None and any(answer is Answer.ALLOW for _, answer in declared.acts):
            with_document = replace(declared, document=_DOCUMENT)
            text = f"Name the document that {declared.id} rests on, where there is one: document = {toml_string(_DOCUMENT)}."
            yield text, "", (*declarations[:index], with_document, *declarations[index + 1 :])
        if (
            declared.basis is Basis.PURCHASE
            and declared.document is None
            and Act.TRANSFER not in dict(declared.acts)
        ):
            acts = tuple(
                sorted(
                    (*declared.acts, (Act.TRANSFER, Answer.ALLOW)), key=lambda one: list(Act).index(one[0])
                )
            )
            with_terms = replace(declared, acts=acts, document=_DOCUMENT)
            text = (
                f'If the store\'s terms allow handing it on, add {Act.TRANSFER} = "allow" to the acts of {declared.id} and'
                f" name the terms: document = {toml_string(_DOCUMENT)}."
            )
            yield text, "", (*declarations[:index], with_terms, *declarations[index + 1 :])


def _hinted(evidence: Sequence[Evidence], path: str, tags: Tags, on: date) -> Iterator[tuple[str, str]]:
    """What the file's own signs suggest, and nothing else."""
    seen = {meaning(item.code) for item in evidence}
    album = _album_scope(path, tags)
    if Meaning.PURCHASE in seen:
        text = "If you bought this download, declare it; the store's terms say what it carries."
        yield text, _toml(Basis.PURCHASE, DeclarantRole.OWNER, album, on)
    for item in evidence:
        if meaning(item.code) is not Meaning.LICENSE_CLAIM or not item.value:
            continue
        known = identify_license(item.value)
        if known is not None:
            text = f"If the rightsholder's own page confirms {known.spdx}, declare it."
            if known.condition:
                text += f" Its condition: {known.condition}."
            claimed = f"license = {toml_string(item.value)}"
            # a sampler holds tracks of many licences, so the claim of one speaks for this file alone
            yield text, _toml(Basis.LICENSE, DeclarantRole.OWNER, _file_scope(path), on, claimed)
            break
    if Meaning.RIP in seen and Meaning.PURCHASE not in seen:
        text = "If you made this copy from a disc, tape or record that you still hold, declare it."
        yield text, _toml(Basis.CARRIER, DeclarantRole.OWNER, album, on, 'carrier_held = "yes"')


def _granted(path: str, tags: Tags, on: date) -> Iterator[tuple[str, str]]:
    scope, document = _album_scope(path, tags), f"document = {toml_string(_DOCUMENT)}"
    yield (
        "If the donor's deed covers handing it over, declare it.",
        _toml(Basis.DONOR, DeclarantRole.DONOR, scope, on, _allowed(_TRANSFERRED), document),
    )
    yield (
        "If the rightsholder has agreed in writing, declare it.",
        _toml(Basis.LICENSE, DeclarantRole.RIGHTSHOLDER, scope, on, _allowed(_PUBLISHED), document),
    )


def _album_scope(path: str, tags: Tags) -> str:
    """The album in the file's own folder, where the tags name one that a pattern can hold, or else the file."""
    album = next((title for title in tags.get("album", ()) if title.strip()), "")
    folder = path.rpartition("/")[0]
    if not folder or not album or has_wildcard(album):
        return _file_scope(path)
    return f"scope.path = {toml_string(path_pattern(folder + '/'))}\nscope.album = {toml_string(album)}"


def _file_scope(path: str) -> str:
    return f"scope = {{ path = {toml_string(path_pattern(path))} }}"


def _allowed(acts: Sequence[Act]) -> str:
    allowed = ", ".join(f'{act} = "allow"' for act in acts)
    return f"acts = {{ {allowed} }}"


def _toml(basis: Basis, role: DeclarantRole, scope: str, on: date, *more: str) -> str:
    lines = (
        *("[[declaration]]", scope, f'basis = "{basis}"'),
        *(f"by = {toml_string(NOBODYS_NAMES[role])}", f'role = "{role}"', f"date = {on.isoformat()}"),
        *more,
    )
    return "\n".join(lines) + "\n"
