"""What ends by a day: embargoes, permissions, terms of protection; and what a person should look at again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from archiver.model.rights import Answer, Basis, Decision, Declaration, Disposition
from archiver.model.terms import TermFinding, TermState
from archiver.rights.rules import Effect, rule_of, speaks_of_disposition
from archiver.rights.terms.terms import LAYER_NAMES, TermTable

REVIEW_YEARS = 2
"""A rule of the table that was checked longer ago than this should be checked again."""

_EXAMPLES = 3


class DueKind(StrEnum):
    """What comes due, in the order in which items of one day are listed."""

    RESTRICTION_ENDS = "restriction-ends"
    PERMISSION_ENDS = "permission-ends"
    TERM_ENDS = "term-ends"
    TERM_MAY_END = "term-may-end"
    REVIEW_WAITS = "review-waits"
    RULE_TO_CHECK = "rule-to-check"


@dataclass(frozen=True, slots=True)
class DueItem:
    """One thing that comes due.

    Attributes:
        day: The last day on which it holds; for a review the day asked from.
        kind: What it is.
        subject: The declaration, rule or jurisdiction and layer it is about.
        text: One plain sentence.
        files: How many files it concerns; 0 where it concerns the table only.
        examples: The first of their paths.
    """

    day: date
    kind: DueKind
    subject: str
    text: str
    files: int = 0
    examples: tuple[str, ...] = ()


@dataclass(slots=True)
class _Gathered:
    """What items of one kind, day and subject share, while files are counted."""

    text: str
    files: int = 0
    examples: list[str] = field(default_factory=list)


_Key = tuple[date, DueKind, str]


def due(  # noqa: PLR0913 - what was decided, with names and without, and the three things it is held against
    decided: Iterable[tuple[str, Decision]],
    declarations: Mapping[str, Declaration],
    on: date,
    until: date,
    terms: TermTable,
    *,
    unnamed: Iterable[tuple[int, Decision]] = (),
) -> tuple[DueItem, ...]:
    """What comes due from one day to another, both included.

    Args:
        decided: Path and decision of every file; read once.
        declarations: By the identifiers that the decisions name; one that is missing ends nothing.
        on: The day from which to look.
        until: The day up to which to look.
        terms: The table of terms.
        unnamed: Numbers of files whose names were left out, with their decision; read once, after ``decided``.

    Returns:
        The items, sorted by day, kind and subject.
    """
    gathered: dict[_Key, _Gathered] = {}
    for path, decision in decided:
        for key, text in _of_file(decision, declarations, on, until):
            item = gathered.setdefault(key, _Gathered(text))
            item.files += 1
            if len(item.examples) < _EXAMPLES:
                item.examples.append(path)
    for files, decision in unnamed:
        for key, text in _of_file(decision, declarations, on, until):
            gathered.setdefault(key, _Gathered(text)).files += files
    items = [
        DueItem(day, kind, subject, item.text, item.files, tuple(item.examples))
        for (day, kind, subject), item in gathered.items()
    ]
    items += _rules_to_check(terms, until)
    order = {kind: number for number, kind in enumerate(DueKind)}
    return tuple(sorted(items, key=lambda item: (item.day, order[item.kind], item.subject)))


def _of_file(
    decision: Decision, declarations: Mapping[str, Declaration], on: date, until: date
) -> Iterable[tuple[_Key, str]]:
    for name in decision.declarations:
        declaration = declarations.get(name)
        if declaration is not None and declaration.expires is not None and on <= declaration.expires <= until:
            yield from _ending(declaration, declaration.expires)
    for layer in decision.layers:
        for finding in layer.findings:
            yield from _terms_ending(finding, on, until)
    if decision.disposition is Disposition.REVIEW:
        grounds = filter(speaks_of_disposition, decision.reasons)
        waiting = {reason.code for reason in grounds if rule_of(reason.code).effect is not Effect.POLICY}
        first = (reason.code for reason in decision.reasons[:1])
        # where a policy holds back by nothing else, by what weighs most
        subject = ", ".join(sorted(waiting) or first)
        yield (on, DueKind.REVIEW_WAITS, subject), f"Held back until a person decides: {subject}."


def _ending(declaration: Declaration, day: date) -> Iterable[tuple[_Key, str]]:
    """What a declaration denies and what it allows end on the same day, and mean opposite work."""
    answers = [answer for _, answer in (*declaration.acts, *declaration.machine_use)]
    denied = [
        act.value for act, answer in (*declaration.acts, *declaration.machine_use) if answer is Answer.DENY
    ]
    if denied:
        text = f"{declaration.id} ({declaration.by}) denies {', '.join(denied)} until {day}; decide what follows."
        yield (day, DueKind.RESTRICTION_ENDS, declaration.id), text
    if Answer.ALLOW in answers or (declaration.basis is not Basis.UNKNOWN and not denied):
        text = f"{declaration.id} ({declaration.by}, {declaration.basis}) allows until {day}; renew it or it lapses."
        yield (day, DueKind.PERMISSION_ENDS, declaration.id), text


def _terms_ending(finding: TermFinding, on: date, until: date) -> Iterable[tuple[_Key, str]]:
    subject = f"{finding.layer} {finding.jurisdiction}"
    latest, earliest = finding.ends_latest, finding.ends_earliest
    if latest is not None and on <= latest <= until:
        text = f"{finding.jurisdiction}: the term of {LAYER_NAMES[finding.layer]} appears to end by {latest}; review it."
        yield (latest, DueKind.TERM_ENDS, subject), text
    elif finding.state is TermState.RUNS and earliest is not None and earliest <= until:
        text = f"{finding.jurisdiction}: the term of {LAYER_NAMES[finding.layer]} may end from {earliest} on; review it."
        yield (earliest, DueKind.TERM_MAY_END, subject), text


def _rules_to_check(terms: TermTable, until: date) -> list[DueItem]:
    found = []
    for rule in terms.rules:
        day = _years_later(rule.checked_on, REVIEW_YEARS)
        if day <= until:
            text = (
                f"The rule {rule.id} was last checked on {rule.checked_on} ({rule.citation}); check it again."
            )
            found.append(DueItem(day, DueKind.RULE_TO_CHECK, rule.id, text))
    return found


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return date(day.year + years, 3, 1)
