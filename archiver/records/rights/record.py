"""``rights.json``: declarations, evidence, decisions, reasons, and what was withheld and why, in canonical JSON.

Canonical means: UTF-8, the keys of every object sorted, no space between tokens, each file, declaration and withheld
file on a line of its own, one line break at the end. The same input gives the same bytes.

The value of evidence that identifies a person is never written, only its code and where it stands.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, BinaryIO

from archiver.model.audio import ExaminedFile
from archiver.model.evidence import Protection
from archiver.model.package import AssessedFile, PackedFile, PackEntry, WithheldFile
from archiver.model.rights import Answer, Decision, Declaration, Policy, Reason, Scope, UseAnswer
from archiver.model.rights_context import RightsContext
from archiver.model.rights_summary import ActCounts, InBag, RightsSummary
from archiver.model.terms import LayerAssessment, Span, TermFacts
from archiver.records.evidence import evidence_record
from archiver.rights.rules import RULES

SCHEMA = "archiver.rights/1"
"""Name and version of the record's form; the number grows when a reader of the old form would go wrong."""

_GROUPS = 10_000


def write_rights_json(
    stream: BinaryIO, entries: Iterable[PackEntry], context: RightsContext, summary: RightsSummary
) -> None:
    """Write the record.

    Args:
        stream: Where to.
        entries: Every entry of the package; iterated several times, so no generator.
        context: Policy, day, declarations.
        summary: What the entries add up to.
    """
    head = {"assessed_on": context.assessed_on.isoformat()}
    stream.write(_json(head)[:-1])
    if context.anonymous_withheld:
        declarations = _of_packed(entries, context)
    else:
        declarations = (_declaration(one, context) for one in context.declarations.values())
    _write_array(stream, "declarations", declarations)
    _write_array(stream, "files", (_packed(one) for one in entries if isinstance(one, PackedFile)))
    tail = {"policy": _policy(context.policy), "schema": SCHEMA, "totals": _totals(summary)}
    stream.write(b"," + _json(tail)[1:-1])
    withheld = (one.assessed for one in entries if isinstance(one, WithheldFile))
    rows = _anonymous(withheld) if context.anonymous_withheld else map(_withheld, withheld)
    _write_array(stream, "withheld", rows)
    stream.write(b"}\n")


def assessed_record(assessed: AssessedFile) -> dict[str, Any]:
    """Return what is recorded of one file's rights, whether it is packed or not; every value fit for JSON."""
    decision, examined = assessed.decision, assessed.examined
    return {
        "acts": {act.value: answer.value for act, answer in decision.acts.items()},
        "basis": decision.basis.value,
        "declarations": list(decision.declarations),
        "disposition": decision.disposition.value,
        "evidence": [evidence_record(found) for found in examined.evidence],
        "layers": {layer.layer.value: _layer(layer) for layer in decision.layers},
        "machine_use": {
            answer.use.value: _use(answer) for answer in decision.machine_use if _says_something(answer)
        },
        "personal_data": _carries(decision, examined),
        "protection": _protection(examined.protection),
        "reasons": [_reason(reason) for reason in decision.reasons],
        "restricted_until": _text(decision.restricted_until),
    }


def _carries(decision: Decision, examined: ExaminedFile) -> bool | None:
    """Whether a file carries personal data; ``None`` where none was detected and not all of it could be read for that."""
    if decision.personal or any(found.personal for found in examined.evidence):
        return True
    return None if decision.personal_unknown else False


def _packed(entry: PackedFile) -> dict[str, Any]:
    return assessed_record(entry.assessed) | {"path": entry.bag_path}


def _withheld(assessed: AssessedFile) -> dict[str, Any]:
    return assessed_record(assessed) | {"source_path": assessed.path}


def _anonymous(withheld: Iterable[AssessedFile]) -> Iterator[dict[str, Any]]:
    """Count files that share disposition and rules; what a rule means is told, not the sentence on a single file."""
    groups: Counter[tuple[str, tuple[str, ...]]] = Counter()
    for assessed in withheld:
        decision = assessed.decision
        codes = tuple(dict.fromkeys(reason.code for reason in decision.reasons))
        key = decision.disposition.value, codes
        groups[
            key if key in groups or len(groups) < _GROUPS else (decision.disposition.value, ("other",))
        ] += 1
    for (disposition, codes), files in sorted(groups.items()):
        reasons = [{"code": code, "text": RULES.get(code)} for code in codes]
        yield {"disposition": disposition, "files": files, "reasons": reasons}


def _protection(found: Protection | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {"certain": found.certain, "locator": found.locator, "name": found.name, "scheme": found.scheme}


def _reason(reason: Reason) -> dict[str, Any]:
    return {
        "act": None if reason.act is None else reason.act.value,
        "code": reason.code,
        "rests_on": list(reason.rests_on),
        "text": reason.text,
    }


def _layer(layer: LayerAssessment) -> dict[str, Any]:
    findings = [
        {
            "ends_earliest": _text(finding.ends_earliest),
            "ends_latest": _text(finding.ends_latest),
            "jurisdiction": finding.jurisdiction,
            "rules": list(finding.rules),
            "state": finding.state.value,
            "text": finding.text,
        }
        for finding in layer.findings
    ]
    return {"findings": findings, "text": layer.text}


def _says_something(answer: UseAnswer) -> bool:
    return answer.answer is not Answer.UNKNOWN or answer.declared_by is not None or answer.signal is not None


def _use(answer: UseAnswer) -> dict[str, Any]:
    return {
        "answer": answer.answer.value,
        "declared_by": answer.declared_by,
        "role": _text(answer.role),
        "signal": answer.signal,
        "stricter_signal": answer.stricter_signal,
    }


def _declaration(declared: Declaration, context: RightsContext) -> dict[str, Any]:
    return {
        "acts": {act.value: answer.value for act, answer in declared.acts},
        "basis": declared.basis.value,
        "by": declared.by,
        "carrier_held": _text(declared.carrier_held),
        "citation": declared.citation,
        "date": declared.date.isoformat(),
        "document": declared.document,
        "document_in_bag": context.documents.get(declared.id),
        "expires": _text(declared.expires),
        "facts": _facts(declared.facts),
        "id": declared.id,
        "jurisdiction": list(declared.jurisdiction),
        "layers": [layer.value for layer in declared.layers],
        "license": declared.license,
        "machine_use": {use.value: answer.value for use, answer in declared.machine_use},
        "note": declared.note,
        "role": declared.role.value,
        "scope": _scope(declared.scope),
    }


def _of_packed(entries: Iterable[PackEntry], context: RightsContext) -> Iterator[dict[str, Any]]:
    """Each declaration that speaks of a packed file, with its level alone: a pattern can name what was withheld."""
    named = {
        name for one in entries if isinstance(one, PackedFile) for name in one.assessed.decision.declarations
    }
    for declared in context.declarations.values():
        if declared.id in named:
            yield _declaration(replace(declared, scope=Scope(level=declared.scope.level)), context)


def _scope(scope: Scope) -> dict[str, Any]:
    return {
        "albums": list(scope.albums),
        "level": scope.level.value,
        "paths": list(scope.paths),
        "tags": {name: list(patterns) for name, patterns in scope.tags},
    }


def _facts(facts: TermFacts | None) -> dict[str, Any] | None:
    if facts is None:
        return None
    return {
        name: _span(getattr(facts, name))
        for name in ("composer_died", "fixed", "lyricist_died", "published", "work_published")
    }


def _span(span: Span | None) -> dict[str, Any] | None:
    if span is None:
        return None
    return {"earliest": _text(span.earliest), "latest": _text(span.latest), "never": span.never}


def _policy(policy: Policy) -> dict[str, Any]:
    return {
        "denied": {act.value: disposition.value for act, disposition in policy.denied},
        "maybe_protected": policy.maybe_protected.value,
        "name": policy.name,
        "needs": [act.value for act in policy.needs],
        "personal_data": policy.personal_data.value,
        "personal_unknown": policy.personal_unknown.value,
        "protected": policy.protected.value,
        "title": policy.title,
        "unknown": {act.value: disposition.value for act, disposition in policy.unknown},
    }


def _totals(summary: RightsSummary) -> dict[str, Any]:
    return {
        "acts": _acts(summary.acts),
        "bases": {basis.value: files for basis, files in summary.bases},
        "dispositions": {disposition.value: files for disposition, files in summary.dispositions},
        "files": {"assessed": summary.assessed, "packed": summary.packed, "withheld": summary.withheld},
        "machine_use": {
            "aipref": dict(summary.usage),
            "signals": summary.signals,
            "stricter_signals": summary.stricter_signals,
            "tdm_reservation": dict(summary.reservations),
        },
        "personal_data": {
            "by_code": dict(summary.personal_kinds),
            "files": summary.personal_files,
            "unknown": summary.unread_files,
        },
        "protection": dict(summary.protection),
        "protection_unseen": summary.unseen_files,
        "in_bag": _in_bag(summary.in_bag),
        "restricted_because": _because(summary, packed=True),
        "unknown_basis": summary.unknown,
        "withheld_because": _because(summary, packed=False),
    }


def _in_bag(held: InBag) -> dict[str, Any]:
    return {
        "acts": _acts(held.acts),
        "personal_data": held.personal_files,
        "protection": dict(held.protection),
        "protection_unseen": held.unseen_files,
        "unknown_basis": held.unknown,
    }


def _acts(counted: ActCounts) -> dict[str, Any]:
    return {act.value: {one.value: files for one, files in answers} for act, answers in counted}


def _because(summary: RightsSummary, *, packed: bool) -> dict[str, int]:
    found: Counter[str] = Counter()
    for ground, files in summary.because:
        if ground.disposition.packed is packed:
            found[ground.code] += files
    return dict(found)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _write_array(stream: BinaryIO, key: str, rows: Iterable[dict[str, Any]]) -> None:
    stream.write(f',"{key}":['.encode())
    separator = b"\n"
    for row in rows:
        stream.write(separator + _json(row))
        separator = b",\n"
    stream.write(b"]" if separator == b"\n" else b"\n]")


def _json(value: dict[str, Any]) -> bytes:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace")
