"""What a bag records of the rights in its files, in the words in which single files are explained."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from archiver.cli.remedies import advice
from archiver.cli.reports.explain import (
    act_line,
    act_name,
    declared_lines,
    explained_lines,
    further_lines,
    kind_words,
    listed,
    outcome_line,
    said,
    seen,
)
from archiver.cli.terminal.text import brief, count, shown, shown_path, wrapped
from archiver.errors import ArchiverError, Remedy, Way
from archiver.model.rights import Answer
from archiver.records.rights.alike import WithheldUnnamed
from archiver.rights.explaining.explain import ActExplanation, Explanation
from archiver.rights.rules import Effect, rule_of
from archiver.usecases.explain import ExplainedFile, Outcome, UnexplainedFile
from archiver.usecases.recorded import RecordedBag, RecordedFile, RecordedGroup, UnreadBag, UnreadRecord

_GROUPS_SHOWN = 10
_UNNAMED_SHOWN = 5
_KINDS_SHOWN = 8


def outcome_lines(outcome: Outcome) -> Iterator[str]:
    """Yield what is to be said of one file or bag that was named."""
    match outcome:
        case ExplainedFile():
            yield from explained_lines(outcome)
        case UnexplainedFile(named, problem):
            yield wrapped(f"{shown_path(named)}: {brief(problem.message)}")
        case RecordedBag():
            yield from _bag(outcome)
        case RecordedFile():
            yield from _file(outcome)
        case UnreadBag(_, fault):
            yield _fault(fault)
        case UnreadRecord(named, fault):
            yield wrapped(f"{shown_path(named)}:")
            yield _fault(fault)


def _fault(fault: ArchiverError) -> str:
    return wrapped(shown(f"{fault.message}. {advice(fault.hint, fault.remedies)}"))


def _file(recorded: RecordedFile) -> Iterator[str]:
    file, explanation, bag = recorded.file, recorded.explanation, shown_path(recorded.bag)
    yield wrapped(shown_path(recorded.named))
    yield wrapped(kind_words(file) + ("" if recorded.is_packed else "; not in the bag"))
    yield wrapped(
        f"As recorded in {bag} on {explanation.on}; its bytes were not read. {_check(recorded.bag)}"
    )
    undeclared = ["  Nothing that speaks of it."]
    sections: list[tuple[str, Iterable[str]]] = [
        ("What the file says", seen(file)),
        ("What lists of checksums say of it", listed(file.expected)),
        ("What was declared", list(declared_lines(explanation.declarations, {})) or undeclared),
        (
            f"What may be done with it, as decided on {explanation.on}",
            (*map(act_line, explanation.acts), *further_lines(explanation)),
        ),
        ("What followed under the policy it was packed by", map(outcome_line, explanation.outcomes)),
    ]
    if recorded.today is not None:
        title = f"What today's rules make of what is recorded, on {recorded.today.on}"
        sections.append((title, map(outcome_line, recorded.today.outcomes)))
    for title, lines in sections:
        told = list(lines)
        if told:
            yield "\n" + wrapped(title)
            yield from told


def _bag(bag: RecordedBag) -> Iterator[str]:
    yield wrapped(shown_path(bag.bag))
    if bag.policy is None:
        yield wrapped(f"A bag in which nothing was decided on any file. {_check(bag.bag)}")
    else:
        yield wrapped(
            f"A bag; what was decided on {bag.on} under the policy '{brief(bag.policy)}', as it was recorded. "
            f"{_check(bag.bag)}"
        )
    left = f", {count(bag.problems, 'problem')}" if bag.problems else ""
    yield f"\n{count(bag.packed, 'file')} in it, {bag.withheld:,} withheld{left}"
    for group in bag.groups[:_GROUPS_SHOWN]:
        yield from _group(group)
    rest = sum(group.alike.files for group in bag.groups[_GROUPS_SHOWN:])
    if rest:
        different = count(len(bag.groups) - _GROUPS_SHOWN, "other decision")
        yield "\n" + wrapped(f"{different} on {count(rest, 'file')}; --json lists them")
    for disposition, files in bag.beyond:
        yield "\n" + wrapped(f"{count(files, 'file')} more, each decided in its own way: {disposition}")
    yield from _unnamed(bag.unnamed)


def _check(bag: str) -> str:
    return "Whether the records are unchanged: " + advice("", [Remedy(Way.VERIFY, bag)]).partition(": ")[2]


def _group(group: RecordedGroup) -> Iterator[str]:
    alike = group.alike
    (outcome,) = group.explanation.outcomes
    until = f" until {outcome.restricted_until}" if outcome.restricted_until is not None else ""
    example = ", such as" if alike.files > 1 else ""
    yield f"\n{count(alike.files, 'file')}: {outcome.disposition}{until}{example}"
    yield f"  {brief(alike.example)}"
    yield outcome_line(outcome)
    yield said("basis", group.explanation.basis)
    yield from declared_lines(group.explanation.declarations, {})
    yield from _acts(group.explanation)
    yield from further_lines(group.explanation)
    if alike.evidence:
        kinds = [f"{brief(code)} in {files:,}" for code, files in alike.evidence[:_KINDS_SHOWN]]
        if len(alike.evidence) > _KINDS_SHOWN:
            kinds.append(f"and {count(len(alike.evidence) - _KINDS_SHOWN, 'kind')} more")
        yield said("evidence", ", ".join(kinds))


def _acts(explanation: Explanation) -> Iterator[str]:
    """Neighbouring acts are told together where the same rule answers for them, and no declaration gives the answer."""
    for (answer, code), together in groupby(explanation.acts, _told_by):
        acts, rule = tuple(together), rule_of(code)
        if len(acts) > 1 and rule.says and rule.effect is not Effect.GIVES:
            names = ", ".join(act_name(act.act) for act in acts)
            yield said(names, f"{answer}. {rule.says}")
        else:
            yield from map(act_line, acts)


def _told_by(act: ActExplanation) -> tuple[Answer, str]:
    return act.answer, act.reasons[0].code if act.reasons else ""


def _unnamed(unnamed: tuple[WithheldUnnamed, ...]) -> Iterator[str]:
    if unnamed:
        files = sum(one.files for one in unnamed)
        yield "\n" + wrapped(f"{count(files, 'withheld file')} whose names were left out on purpose")
    for one in unnamed[:_UNNAMED_SHOWN]:
        why = "" if one.reason is None else f". {brief(one.reason.text or one.reason.code)}"
        yield said(count(one.files, "file"), f"{one.disposition}{why}")
    if len(unnamed) > _UNNAMED_SHOWN:
        yield f"  and {count(len(unnamed) - _UNNAMED_SHOWN, 'reason')} more; --json lists them"
