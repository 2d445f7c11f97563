"""Terms of protection: the checked table, and what it gives for four layers kept apart.

A state is said only as far as the dates carry it: *appears to have ended* if the latest possible end lies before
the day asked for, *runs* if the earliest possible end lies after it, else *undetermined*. A rule that was not
checked against an official or reputable source (grade C) never yields more than *undetermined*.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib import resources
from itertools import product

from archiver.model.terms import Grade, Layer, LayerAssessment, Span, TermFacts, TermFinding, TermState
from archiver.rights.terms import spans
from archiver.rights.terms.rules import (
    EVENTS,
    Between,
    Condition,
    Ends,
    Events,
    Unchecked,
    parse_condition,
    parse_ends,
)

LAYER_NAMES = {
    Layer.RECORDING: "the recording",
    Layer.PERFORMANCE: "the performance",
    Layer.WORK: "the musical work",
    Layer.LYRICS: "the lyrics",
}

UNION = "EU"
"""What stands for every Member State: a term has ended there once it has ended in the last of them."""

MEMBER_STATES = frozenset(
    (
        *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES"),
        *("FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU"),
        *("LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
    )
)
"""The Member States of the European Union by ISO 3166 code."""

_NO_RULE = "no rule for {} was checked"
_MAY_NEVER_HAPPEN = ("published", "work_published", "lyricist_died")
_COUNTED_FROM = {
    Layer.RECORDING: ("fixed", "published"),
    Layer.PERFORMANCE: ("fixed", "published"),
    Layer.WORK: ("work_published", "composer_died"),
    Layer.LYRICS: ("lyricist_died", "work_published"),
}


@dataclass(frozen=True, slots=True)
class TermRule:
    """One row of the table.

    Attributes:
        id: Stable identifier.
        jurisdiction: ISO 3166 country code, or ``EU``.
        layer: The layer it is about.
        when: Its conditions; all must hold.
        ends: When the term ends.
        citation: The provision.
        source: Where it was read.
        checked_on: When it was read.
        grade: How well it was checked.
        note: What it leaves open; may be empty.
    """

    id: str
    jurisdiction: str
    layer: Layer
    when: tuple[Condition, ...]
    ends: Ends
    citation: str
    source: str
    checked_on: date
    grade: Grade
    note: str

    def end(self, events: Events) -> Span | None:
        """When the term ends for these events, or ``None`` where the rule does not apply to them."""
        for condition in self.when:
            narrowed = condition.narrowed(events)
            if narrowed is None:
                return None
            events = narrowed
        return self.ends.span(events)


@dataclass(frozen=True, slots=True)
class TermTable:
    """All rows, in the order of the file."""

    rules: tuple[TermRule, ...]

    @property
    def jurisdictions(self) -> tuple[str, ...]:
        """The jurisdictions that have any row, sorted."""
        return tuple(sorted({rule.jurisdiction for rule in self.rules}))

    def covers(self, jurisdiction: str) -> bool:
        """Whether any row bears on a jurisdiction."""
        return any(self.rows(jurisdiction, layer) for layer in Layer)

    def rows(self, jurisdiction: str, layer: Layer) -> tuple[TermRule, ...]:
        """The rows of one jurisdiction for one layer.

        A Member State without rows of its own has those of the Union. They speak of the last Member State, so what
        they give is no earlier bound for any other.
        """
        own = self._rows(jurisdiction, layer)
        if own or jurisdiction not in MEMBER_STATES:
            return own
        return tuple(replace(rule, ends=Between(Unchecked(), rule.ends)) for rule in self._rows(UNION, layer))

    def _rows(self, jurisdiction: str, layer: Layer) -> tuple[TermRule, ...]:
        return tuple(rule for rule in self.rules if rule.jurisdiction == jurisdiction and rule.layer is layer)


@cache
def load_terms() -> TermTable:
    """The table that comes with the program (``archiver/rights/data/terms.toml``)."""
    text = resources.files("archiver.rights").joinpath("data/terms.toml").read_text(encoding="utf-8")
    return TermTable(tuple(_rule(row) for row in tomllib.loads(text)["rule"]))


def assess(
    facts: TermFacts | None, jurisdictions: Iterable[str], on: date, table: TermTable
) -> tuple[LayerAssessment, ...]:
    """What can be said of each layer on a day.

    Args:
        facts: The declared dates, or ``None``.
        jurisdictions: Where to ask; none means everywhere the table has rows for.
        on: The day.
        table: The rules.

    Returns:
        The four layers in the order of :class:`Layer`.
    """
    where = tuple(sorted(set(jurisdictions))) or table.jurisdictions
    return tuple(_layer(layer, facts or TermFacts(), where, on, table) for layer in Layer)


def doubted(
    together: tuple[LayerAssessment, ...], apart: Sequence[tuple[LayerAssessment, ...]], on: date
) -> tuple[LayerAssessment, ...]:
    """Take an end back in each place where one of several sets of dates does not let it be said.

    Args:
        together: What follows from all that is possible.
        apart: What follows from each set of dates alone.
        on: The day of both.
    """
    return tuple(
        _of_findings(
            layer.layer, tuple(_doubted(one, [each[number] for each in apart]) for one in layer.findings), on
        )
        if any(finding.state is TermState.ENDED for finding in layer.findings)
        else layer
        for number, layer in enumerate(together)
    )


def _doubted(finding: TermFinding, apart: Sequence[LayerAssessment]) -> TermFinding:
    done = (TermState.ENDED, TermState.ABSENT)
    if finding.state is not TermState.ENDED or all(
        each.state(finding.jurisdiction) in done for each in apart
    ):
        return finding
    name = LAYER_NAMES[finding.layer]
    text = f"{finding.jurisdiction}: the term of {name} is undetermined: not all of the dates that were declared let an end be said."
    return replace(finding, state=TermState.UNDETERMINED, ends_earliest=None, ends_latest=None, text=text)


def _layer(
    layer: Layer, facts: TermFacts, where: tuple[str, ...], on: date, table: TermTable
) -> LayerAssessment:
    name = LAYER_NAMES[layer]
    if all(getattr(facts, event) is None for event in _COUNTED_FROM[layer]):
        return LayerAssessment(
            layer, (), f"Copyright in {name} was not evaluated: no date is declared for it."
        )
    return _of_findings(layer, tuple(_finding(layer, place, facts, on, table) for place in where), on)


def _of_findings(layer: Layer, findings: tuple[TermFinding, ...], on: date) -> LayerAssessment:
    name = LAYER_NAMES[layer]
    ended = [finding.jurisdiction for finding in findings if finding.state is TermState.ENDED]
    absent = bool(findings) and all(finding.state is TermState.ABSENT for finding in findings)
    if absent:
        return LayerAssessment(layer, findings, f"There is nothing to assess: {name} are declared absent.")
    places = (
        f"appears to have ended in: {', '.join(ended)}"
        if ended
        else "is not known to have ended anywhere asked"
    )
    return LayerAssessment(layer, findings, f"The term of {name} {places} (on {on}).")


def _finding(layer: Layer, place: str, facts: TermFacts, on: date, table: TermTable) -> TermFinding:
    name = LAYER_NAMES[layer]
    if layer is Layer.LYRICS and facts.lyricist_died is not None and facts.lyricist_died.never:
        text = f"{place}: the music is declared to have no lyrics."
        return TermFinding(layer, place, TermState.ABSENT, None, None, (), text)
    rows = table.rows(place, layer)
    reached = [
        (rule, end)
        for events in (_scenarios(facts) if rows else ())
        if layer is not Layer.LYRICS or not events["lyricist_died"].never
        for rule in rows
        if (end := rule.end(events)) is not None
    ]
    used = {rule.id for rule, _ in reached}
    rules = tuple(rule for rule in rows if rule.id in used)
    ids = tuple(rule.id for rule in rules)
    if not rules:
        checked = "the declared dates contradict each other" if rows else _NO_RULE.format(name)
        text = f"{place}: undetermined; {checked}."
        return TermFinding(layer, place, TermState.UNDETERMINED, None, None, (), text)
    if any(rule.grade is Grade.C for rule in rules):
        text = f"{place}: undetermined for {name}; the rule needs review ({', '.join(ids)})."
        return TermFinding(layer, place, TermState.UNDETERMINED, None, None, ids, text)
    end = spans.hull([span for _, span in reached])
    state = _state(end, on)
    return TermFinding(
        layer, place, state, end.earliest, end.latest, ids, _sentence(place, name, state, end, rules)
    )


def _scenarios(facts: TermFacts) -> Iterator[dict[str, Span]]:
    """The ways things can have been: an event that nothing is known of may also never have happened."""
    options = []
    for event in EVENTS:
        span: Span | None = getattr(facts, event)
        if span is not None:
            options.append([span])
        else:
            options.append([Span(), Span(never=True)] if event in _MAY_NEVER_HAPPEN else [Span()])
    for chosen in product(*options):
        events = dict(zip(EVENTS, chosen, strict=True))
        if not events["published"].never:
            fixed = spans.not_after(events["fixed"], events["published"].latest)
            published = spans.not_before(events["published"], events["fixed"].earliest)
            if fixed is None or published is None:
                continue
            events |= {"fixed": fixed, "published": published}
        yield events


def _state(end: Span, on: date) -> TermState:
    if end.latest is not None and end.latest < on:
        return TermState.ENDED
    if end.earliest is not None and end.earliest > on:
        return TermState.RUNS
    return TermState.UNDETERMINED


def _sentence(place: str, name: str, state: TermState, end: Span, rules: tuple[TermRule, ...]) -> str:
    first, last = end.earliest, end.latest
    by = f"by {'; '.join(dict.fromkeys(rule.citation for rule in rules))}"
    if state is TermState.ENDED:
        when = f"on {last}" if first == last else f"no later than {last}"
        return f"{place}: the term of {name} appears to have ended {when}, {by}."
    if state is TermState.RUNS:
        when = f"until {first}" if first == last else f"at least until {first}"
        return f"{place}: the term of {name} runs {when}, {by}."
    bounds = [f"not before {first}"] if first else []
    bounds += [f"not after {last}"] if last else []
    known = f" (it ends {' and '.join(bounds)})" if bounds else ""
    return f"{place}: undetermined for {name}{known}, {by}."


def _rule(row: dict[str, object]) -> TermRule:
    when = row.get("when", [])
    checked_on = row["checked_on"]
    assert isinstance(when, list)
    assert isinstance(checked_on, date)
    return TermRule(
        id=str(row["id"]),
        jurisdiction=str(row["jurisdiction"]),
        layer=Layer(str(row["layer"])),
        when=tuple(parse_condition(condition) for condition in when),
        ends=parse_ends(row["ends"]),
        citation=str(row["citation"]),
        source=str(row["source"]),
        checked_on=checked_on,
        grade=Grade(str(row["grade"])),
        note=str(row.get("note", "")),
    )
