"""One file's rights as a short tree: a heading, below it a name, a colon and what is said of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from archiver.cli.remedies import advice
from archiver.cli.terminal.text import brief, count, shown, shown_path, wrapped
from archiver.model.audio import ExaminedFile
from archiver.model.evidence import Evidence
from archiver.model.paper import Expected
from archiver.model.problem import Effect
from archiver.model.rights import Act, Answer, Basis, Declaration, Reason, UseAnswer
from archiver.model.sound import Integrity, SoundState, damage_sentence
from archiver.model.terms import TermState
from archiver.records.integrity import STATE_WORDS
from archiver.records.rights.statements import TAKEN_AS_IN_COPYRIGHT
from archiver.records.visible import shortened
from archiver.rights.explaining.explain import ActExplanation, Explanation, PolicyOutcome
from archiver.rights.explaining.suggestions import Suggestion
from archiver.rights.meanings import Meaning, meaning
from archiver.usecases.explain import ExplainedFile

CLOSING = "Unknown is never taken for allowed. This is not legal advice."
"""What ends a report, once, however many files it explains."""

_KINDS_SHOWN = 8
_DECLARATIONS_SHOWN = 5
_SUGGESTIONS_SHOWN = 3
_LISTS_SHOWN = 3
_ACT_NAMES = {Act.MINE: "bulk analysis (mine)"}
"""Acts whose name in a file of declarations could be read as something else."""
_VALUE_COLUMNS = 60
_PLACE_COLUMNS = 54
_SENTENCES = 5000
"""Characters of what is told in sentences; no rule tells more, whatever a record holds."""


def explained_lines(explained: ExplainedFile) -> Iterator[str]:
    """Yield what a newcomer needs to see of one file, for a plain one in under a screen."""
    file, explanation = explained.file, explained.explanation
    yield wrapped(shown_path(explained.named))
    yield wrapped(kind_words(file))
    sections = (
        ("What the file says", seen(file)),
        (_declared_title(explained), _declared(explained)),
        (
            f"What may be done with it on {explanation.on}",
            (*map(act_line, explanation.acts), *further_lines(explanation)),
        ),
        ("What follows under each policy", map(outcome_line, explanation.outcomes)),
        ("What would change it", _suggested(explained)),
    )
    for title, lines in sections:
        listed = list(lines)
        if listed:
            yield "\n" + wrapped(title)
            yield from listed


def kind_words(file: ExaminedFile) -> str:
    """Name a file's role and format; of one that was read through, say whether its music is whole."""
    found = file.format
    words = "format not identified" if found is None else brief(found.name)
    words += f" ({brief(found.puid)})" if found is not None and found.puid else ""
    state = "" if file.sound is None else f"; the music is {_state(file.sound.integrity)}"
    return f"{file.role}, {words}{state}"


def seen(file: ExaminedFile) -> Iterator[str]:
    """Yield what was seen in a file's bytes."""
    if file.protection is None:
        yield said("protection", "none detected")
    elif file.protection.unseen:
        yield _placed("protection", f"not seen: {brief(file.protection.name)}", file.protection.locator)
    else:
        certain = "protected" if file.protection.certain else "may be protected"
        yield _placed(certain, brief(file.protection.name), file.protection.locator)
    kinds = _by_code(found for found in file.evidence if meaning(found.code) is not Meaning.UNREAD)
    for code, of_kind in list(kinds.items())[:_KINDS_SHOWN]:
        yield _evidence(code, of_kind)
    if len(kinds) > _KINDS_SHOWN:
        yield f"  and {count(len(kinds) - _KINDS_SHOWN, 'kind')} of evidence more; --json lists them"
    if not kinds:
        yield said("evidence", "none detected")
    for found in file.evidence:
        if meaning(found.code) is Meaning.UNREAD:
            yield _placed("not read for personal data", brief(found.value or ""), found.locator)
    for problem in file.problems:
        if problem.kind.effect is Effect.HALF_SEEN:
            yield said("but", brief(problem.message))


def _state(integrity: Integrity) -> str:
    """Say whether music is whole, and of damage where it is."""
    state = integrity.state
    words = STATE_WORDS[state] + (", decoded" if integrity.decoded else "")
    if state is SoundState.DAMAGED and integrity.damage:
        words += f": {brief(damage_sentence(integrity))}"
    elif integrity.detail:
        words += f": {brief(integrity.detail)}"
    return words


def listed(expected: Sequence[Expected]) -> Iterator[str]:
    """Yield what lists of checksums say of a file, and whether it is so."""
    for one in expected[:_LISTS_SHOWN]:
        holds = {True: "holds", False: "does not hold", None: "not tested"}[one.holds]
        yield said(f"{one.algorithm} in {brief(one.said_by) or 'a list'}", holds)
    if len(expected) > _LISTS_SHOWN:
        yield f"  and {count(len(expected) - _LISTS_SHOWN, 'checksum')} of lists more; --json lists them"


def _by_code(evidence: Iterable[Evidence]) -> dict[str, list[Evidence]]:
    kinds: dict[str, list[Evidence]] = {}
    for found in evidence:
        kinds.setdefault(found.code, []).append(found)
    return kinds


def _evidence(code: str, found: list[Evidence]) -> str:
    first = found[0]
    value = "personal data, not shown" if first.personal else shown(first.value or "")
    number = f" (first of {len(found)})" if len(found) > 1 else ""
    return _placed(code, shortened(value, _VALUE_COLUMNS) + number, first.locator, f"{first.strength}, ")


def _placed(name: str, text: str, locator: str, strength: str = "") -> str:
    """What was seen and where: on one line where both fit."""
    place = f"{strength}at {shortened(shown(locator), _PLACE_COLUMNS)}"
    together = said(name, f"{text} ({place})")
    return together if "\n" not in together else f"{said(name, text)}\n      {place}"


def _declared_title(explained: ExplainedFile) -> str:
    if explained.rights is None or not explained.explanation.declarations:
        return "What is declared"
    return f"What is declared in {shown_path(explained.rights)}"


def _declared(explained: ExplainedFile) -> Iterator[str]:
    declarations = explained.explanation.declarations
    if explained.rights is None:
        yield "  Nothing: there is no rights.toml for it."
    elif not declarations:
        yield wrapped(f"Nothing in {shown_path(explained.rights)} speaks of it.", indent="  ")
    yield from declared_lines(declarations, explained.no_documents)


def declared_lines(declarations: Sequence[Declaration], no_documents: Mapping[str, str]) -> Iterator[str]:
    """Yield a line for each declaration, the closest first.

    Args:
        declarations: They.
        no_documents: Documents that are none, each with what is wrong.
    """
    for declaration in declarations[:_DECLARATIONS_SHOWN]:
        yield said(declaration.id, _declaration(declaration))
        fault = no_documents.get(declaration.document or "")
        if fault is not None:
            yield said("but", shown(fault))
    if len(declarations) > _DECLARATIONS_SHOWN:
        yield f"  and {len(declarations) - _DECLARATIONS_SHOWN} more; --json lists them"


def _declaration(declaration: Declaration) -> str:
    words = f"{declaration.basis}, by {brief(declaration.by)} ({declaration.role}) on {declaration.date}"
    words += f", document {brief(declaration.document)}" if declaration.document else ""
    words += f", in: {brief(', '.join(declaration.jurisdiction))}" if declaration.jurisdiction else ""
    return words + (f", until {declaration.expires}" if declaration.expires else "")


def act_line(act: ActExplanation) -> str:
    """Return what may be done with a file by one act, and the deciding reason."""
    return said(act_name(act.act), f"{act.answer}. {_first(act.reasons)}")


def act_name(act: Act) -> str:
    """Name an act so that it is not misread."""
    return _ACT_NAMES.get(act, act)


def further_lines(explanation: Explanation) -> Iterator[str]:
    """Yield what is known beside the five acts: use by machines, terms of protection, remarks."""
    uses = "; ".join(_uses(explanation.machine_use))
    if uses:
        yield said("use by machines", uses)
    yield from _layers(explanation)
    for remark in explanation.remarks:
        yield said("note", brief(remark.text, _SENTENCES))


def _uses(uses: Iterable[UseAnswer]) -> Iterator[str]:
    """The answers for machines that anybody gave, together with whoever or whatever gave them."""
    by_source: dict[str, list[str]] = {}
    for use in uses:
        if use.answer is not Answer.UNKNOWN:
            said = f"{use.use.value.replace('_', ' ')} {use.answer}"
            by_source.setdefault(_source(use), []).append(said)
    for source, answers in by_source.items():
        yield ", ".join([*answers, f"by {source}"])


def _source(use: UseAnswer) -> str:
    if use.declared_by is not None:
        return f"{brief(use.declared_by)} ({use.role})"
    # what neither a person nor a signal denies follows from the act, which protection denies
    return "a technical protection of the file" if use.signal is None else "a signal in the file"


def _layers(explanation: Explanation) -> Iterator[str]:
    layers = explanation.layers
    silent = [layer.layer.value for layer in layers if not layer.findings]
    for layer in layers:
        if layer.findings:
            yield said(layer.layer, brief(layer.text, _SENTENCES))
    runs = any(finding.state is TermState.RUNS for layer in layers for finding in layer.findings)
    if explanation.basis is Basis.OWN and not runs:
        yield said("copyright", TAKEN_AS_IN_COPYRIGHT[0].lower() + TAKEN_AS_IN_COPYRIGHT[1:].rstrip("."))
    elif silent:
        which = "" if len(silent) == len(layers) else f" for {', '.join(silent)}"
        yield said("copyright", f"not evaluated{which}; no date is declared")


def outcome_line(outcome: PolicyOutcome) -> str:
    """Return what becomes of a file under one policy."""
    until = f" until {outcome.restricted_until}" if outcome.restricted_until is not None else ""
    return said(outcome.policy, f"{outcome.disposition}{until}. {_first(outcome.reasons)}")


def _suggested(explained: ExplainedFile) -> Iterator[str]:
    """The sentences, for the first that has one the declaration to write, and into which file."""
    written = False
    for suggestion in explained.explanation.suggestions[:_SUGGESTIONS_SHOWN]:
        text = advice(suggestion.text, suggestion.remedies)
        yield wrapped(f"- {shown(text)}{_effect(suggestion)}", indent="  ", below="    ")
        if suggestion.toml and not written:
            yield from (f"      {shown(line)}" for line in suggestion.toml.splitlines())
            written = True
    if written:
        yield said("to write into", f"{shown_path(explained.write_to)}; --json has those of each")


def _effect(suggestion: Suggestion) -> str:
    effects = [f"{policy}: {disposition}" for policy, disposition in suggestion.outcomes]
    return f" ({', '.join(effects)})" if effects else ""


def _first(reasons: tuple[Reason, ...]) -> str:
    return brief(reasons[0].text, _SENTENCES) if reasons else ""


def said(name: str, text: str) -> str:
    """Return a name, a colon and what is said of it."""
    return wrapped(f"{brief(name)}: {text}".rstrip(), indent="  ", below="      ")
