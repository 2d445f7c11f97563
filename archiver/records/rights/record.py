"""``metadata/rights/rights.jsonl``: what was declared and decided, in full, and back.

A header, then every distinct decision once, as it is first met, then the declarations, then withheld files whose names
are left out, in groups, and at the end what everything adds up to. ``files.jsonl`` has the files, each with the
identifier of its decision and with the evidence that was seen. The value of what identifies a person is written nowhere.

Whatever the number of decisions, writer and reader remember :data:`REMEMBERED` of them, the last that were asked for;
a decision that comes again after so many others is written again, under another identifier.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, OrderedDict
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import BinaryIO

from archiver.model.package import PackEntry, withheld_file
from archiver.model.rights import (
    Act,
    Acts,
    Decision,
    Declaration,
    Disposition,
    MachineUse,
    Policy,
    Reason,
    Scope,
    UseAnswer,
)
from archiver.model.rights_context import RightsContext
from archiver.model.rights_summary import ActCounts, RightsSummary
from archiver.model.terms import Layer, LayerAssessment, Span, TermFacts, TermFinding
from archiver.records.codec import to_line
from archiver.records.rights.lines import (
    SCHEMA,
    DecisionLine,
    DeclarationLine,
    FactsRecord,
    FindingRecord,
    HeaderLine,
    InBagRecord,
    LayerRecord,
    PolicyRecord,
    ReasonRecord,
    ScopeRecord,
    SpanRecord,
    TotalsLine,
    UnnamedLine,
    UseRecord,
)
from archiver.records.writing import Closing
from archiver.rights.rules import rule_of

REMEMBERED = 4096
_GROUPS = 10_000
"""The most groups of unnamed files; what is beyond is counted under one rule, ``other``."""


class Remembered:
    """The decisions last asked for, the same for whoever writes them and whoever reads them back."""

    def __init__(self) -> None:
        self._held: OrderedDict[Decision | str, str | Decision] = OrderedDict()

    def find(self, key: Decision | str) -> str | Decision | None:
        """What is remembered under ``key``, which is then the last that was asked for."""
        found = self._held.get(key)
        if found is not None:
            self._held.move_to_end(key)
        return found

    def keep(self, key: Decision | str, value: str | Decision) -> None:
        """Remember a pair, and forget the one longest not asked for where there are too many."""
        self._held[key] = value
        if len(self._held) > REMEMBERED:
            self._held.popitem(last=False)


class RightsWriter:
    """Writes the record: decisions as they are asked for, the rest at the end.

    Args:
        stream: Takes it.
        context: What the decisions rest on.
    """

    def __init__(self, stream: BinaryIO, context: RightsContext) -> None:
        self._stream = stream
        self._context = context
        self._remembered = Remembered()
        self._written = 0
        self._unnamed: Counter[tuple[str, tuple[str, ...]]] = Counter()
        self._last: tuple[Decision, str] | None = None
        header = HeaderLine(schema=SCHEMA, assessed_on=context.assessed_on, policy=_policy(context.policy))
        stream.write(to_line(header))

    def identify(self, decision: Decision) -> str:
        """Return the identifier of a decision, which is written now unless it was before."""
        # neighbours mostly share one decision, and comparing identities is cheap
        if self._last is not None and self._last[0] is decision:
            return self._last[1]
        identifier = self._remembered.find(decision)
        if identifier is None:
            self._written += 1
            identifier = f"d{self._written}"
            self._stream.write(to_line(decision_line(identifier, decision)))
            self._remembered.keep(decision, identifier)
        assert isinstance(identifier, str)
        self._last = decision, identifier
        return identifier

    def add(self, entry: PackEntry) -> None:
        """Count a withheld file whose name is left out; of all others ``files.jsonl`` tells."""
        file = withheld_file(entry)
        if file is None or not self._context.anonymous_withheld:
            return
        decision = file.assessed.decision
        codes = tuple(dict.fromkeys(reason.code for reason in decision.reasons))
        key = decision.disposition.value, codes
        if key not in self._unnamed and len(self._unnamed) >= _GROUPS:
            key = decision.disposition.value, ("other",)
        self._unnamed[key] += 1

    def finish(self, closing: Closing) -> None:
        """Write the declarations, what was withheld without a name, and what everything adds up to."""
        write, context = self._stream.write, closing.context
        for declared in context.declarations.values():
            write(to_line(declaration_line(declared, context.documents.get(declared.id))))
        for (disposition, codes), files in sorted(self._unnamed.items()):
            texts = tuple(rule_of(code).says for code in codes)
            line = UnnamedLine(disposition=Disposition(disposition), files=files, reasons=codes, texts=texts)
            write(to_line(line))
        write(to_line(_totals(closing.bag.rights)))


def decision_line(identifier: str, decision: Decision) -> DecisionLine:
    """Return the line of one decision."""
    return DecisionLine(
        id=identifier,
        disposition=decision.disposition,
        basis=decision.basis,
        acts=dict(decision.acts.items()),
        machine_use={
            one.use: UseRecord(
                answer=one.answer,
                declared_by=one.declared_by,
                role=one.role,
                signal=one.signal,
                stricter_signal=one.stricter_signal,
            )
            for one in decision.machine_use
            if one != UseAnswer(one.use)
        },
        personal_data="detected" if decision.personal else "unknown" if decision.personal_unknown else None,
        restricted_until=decision.restricted_until,
        declarations=decision.declarations,
        layers={layer.layer: _layer(layer) for layer in decision.layers},
        reasons=tuple(
            ReasonRecord(code=one.code, text=one.text, rests_on=one.rests_on, act=one.act)
            for one in decision.reasons
        ),
    )


def decision_of(line: DecisionLine, policy: str, on: dt.date) -> Decision:
    """Return the decision that a line holds.

    Args:
        line: The line.
        policy: Name of the policy, from the header.
        on: The day, from the header.
    """
    uses = line.machine_use
    return Decision(
        disposition=line.disposition,
        acts=Acts(**{act.value: answer for act, answer in line.acts.items()}),
        basis=line.basis,
        policy=policy,
        on=on,
        layers=tuple(_layer_of(layer, record) for layer, record in line.layers.items()),
        machine_use=tuple(_use_of(use, uses.get(use)) for use in MachineUse),
        reasons=tuple(Reason(one.code, one.text, one.rests_on, one.act) for one in line.reasons),
        declarations=line.declarations,
        personal=line.personal_data == "detected",
        personal_unknown=line.personal_data == "unknown",
        restricted_until=line.restricted_until,
    )


def declaration_line(declared: Declaration, document_in_bag: str | None) -> DeclarationLine:
    """Return the line of one declaration."""
    scope = declared.scope
    return DeclarationLine(
        id=declared.id,
        scope=ScopeRecord(level=scope.level, paths=scope.paths, albums=scope.albums, tags=scope.tags),
        basis=declared.basis,
        by=declared.by,
        role=declared.role,
        date=declared.date,
        acts=dict(declared.acts),
        license=declared.license,
        document=declared.document,
        document_in_bag=document_in_bag,
        jurisdiction=declared.jurisdiction,
        citation=declared.citation,
        expires=declared.expires,
        carrier_held=declared.carrier_held,
        layers=declared.layers,
        facts=_facts(declared.facts),
        machine_use=dict(declared.machine_use),
        note=declared.note,
    )


def declaration_of(line: DeclarationLine) -> Declaration:
    """Return the declaration that a line holds."""
    scope = line.scope
    return Declaration(
        id=line.id,
        scope=Scope(scope.paths, scope.albums, scope.tags, scope.level),
        basis=line.basis,
        by=line.by,
        role=line.role,
        date=line.date,
        acts=tuple((act, line.acts[act]) for act in Act if act in line.acts),
        license=line.license,
        document=line.document,
        jurisdiction=line.jurisdiction,
        citation=line.citation,
        expires=line.expires,
        carrier_held=line.carrier_held,
        layers=line.layers,
        facts=_facts_of(line.facts),
        machine_use=tuple((use, line.machine_use[use]) for use in MachineUse if use in line.machine_use),
        note=line.note,
    )


def reasons_of(line: UnnamedLine) -> Iterator[Reason]:
    """Yield the rules that led to what unnamed files have in common, without what is said of any one of them."""
    for number, code in enumerate(line.reasons):
        yield Reason(code, line.texts[number] if number < len(line.texts) else "")


def recorded(context: RightsContext, of_packed: AbstractSet[str]) -> RightsContext:
    """Return what is recorded of what the decisions rest on: no document of one that bears on no such file.

    Where the names of withheld files are to be left out, such declarations are left out as well, and the patterns of
    the others, since both can name folders and albums.

    Args:
        context: What the decisions rest on.
        of_packed: Identifiers of the declarations that bear on a file that is packed, or held in an earlier bag.
    """
    documents = {name: path for name, path in context.documents.items() if name in of_packed}
    declarations = context.declarations
    if context.anonymous_withheld:
        declarations = {
            name: replace(one, scope=Scope(level=one.scope.level))
            for name, one in declarations.items()
            if name in of_packed
        }
    return replace(context, declarations=declarations, documents=documents)


def _policy(policy: Policy) -> PolicyRecord:
    return PolicyRecord(
        name=policy.name,
        title=policy.title,
        needs=policy.needs,
        denied=dict(policy.denied),
        unknown=dict(policy.unknown),
        protected=policy.protected,
        maybe_protected=policy.maybe_protected,
        personal_data=policy.personal_data,
        personal_unknown=policy.personal_unknown,
        premis=policy.premis,
    )


def _layer(layer: LayerAssessment) -> LayerRecord:
    findings = (
        FindingRecord(
            jurisdiction=one.jurisdiction,
            state=one.state,
            ends_earliest=one.ends_earliest,
            ends_latest=one.ends_latest,
            rules=one.rules,
            text=one.text,
        )
        for one in layer.findings
    )
    return LayerRecord(findings=tuple(findings), text=layer.text)


def _layer_of(layer: Layer, record: LayerRecord) -> LayerAssessment:
    findings = (
        TermFinding(
            layer, one.jurisdiction, one.state, one.ends_earliest, one.ends_latest, one.rules, one.text
        )
        for one in record.findings
    )
    return LayerAssessment(layer, tuple(findings), record.text)


def _use_of(use: MachineUse, record: UseRecord | None) -> UseAnswer:
    if record is None:
        return UseAnswer(use)
    return UseAnswer(
        use, record.answer, record.declared_by, record.role, record.signal, record.stricter_signal
    )


_FACTS = ("fixed", "published", "work_published", "composer_died", "lyricist_died")


def _facts(facts: TermFacts | None) -> FactsRecord | None:
    if facts is None:
        return None
    return FactsRecord(**{name: _span(getattr(facts, name)) for name in _FACTS})


def _facts_of(record: FactsRecord | None) -> TermFacts | None:
    if record is None:
        return None
    return TermFacts(**{name: _span_of(getattr(record, name)) for name in _FACTS})


def _span(span: Span | None) -> SpanRecord | None:
    return None if span is None else SpanRecord(earliest=span.earliest, latest=span.latest, never=span.never)


def _span_of(record: SpanRecord | None) -> Span | None:
    return None if record is None else Span(record.earliest, record.latest, record.never)


def _totals(summary: RightsSummary) -> TotalsLine:
    held = summary.in_bag
    return TotalsLine(
        files={
            "assessed": summary.assessed,
            "packed": summary.packed,
            "held": summary.held,
            "withheld": summary.withheld,
        },
        dispositions={one.value: files for one, files in summary.dispositions},
        bases={one.value: files for one, files in summary.bases},
        acts=_acts(summary.acts),
        machine_use={
            "aipref": dict(summary.usage),
            "signals": summary.signals,
            "stricter_signals": summary.stricter_signals,
            "tdm_reservation": dict(summary.reservations),
        },
        personal_data={
            "by_code": dict(summary.personal_kinds),
            "files": summary.personal_files,
            "unknown": summary.unread_files,
        },
        protection=dict(summary.protection),
        protection_unseen=summary.unseen_files,
        unknown_basis=summary.unknown,
        restricted_because=_because(summary, packed=True),
        withheld_because=_because(summary, packed=False),
        in_bag=InBagRecord(
            acts=_acts(held.acts),
            personal_data=held.personal_files,
            personal_data_unknown=held.unread_files,
            protection=dict(held.protection),
            protection_unseen=held.unseen_files,
            unknown_basis=held.unknown,
        ),
    )


def _acts(counted: ActCounts) -> dict[str, dict[str, int]]:
    return {act.value: {one.value: files for one, files in answers} for act, answers in counted}


def _because(summary: RightsSummary, *, packed: bool) -> dict[str, int]:
    found: Counter[str] = Counter()
    for ground, files in summary.because:
        if ground.disposition.packed is packed:
            found[ground.code] += files
    return dict(found)
