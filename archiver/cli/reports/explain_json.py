"""The rights in files, and what bags record of them, in full: the members of ``archiver.explain/1``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from archiver.cli.remedies import advice
from archiver.model.audio import ExaminedFile
from archiver.model.rights import Declaration, Reason
from archiver.model.terms import LayerAssessment
from archiver.records.codec import in_full
from archiver.records.files import examined_record
from archiver.rights.explaining.explain import Explanation, PolicyOutcome
from archiver.usecases.explain import ExplainedFile, Outcome, UnexplainedFile
from archiver.usecases.recorded import RecordedBag, RecordedFile, UnreadBag, UnreadRecord


def explained_records(outcomes: Sequence[Outcome]) -> dict[str, Iterator[dict[str, Any]]]:
    """Return the lists of the report: files and bags, each in the order in which they were named.

    The value of what identifies a person stands nowhere.
    """
    return {
        "files": (_file(one) for one in outcomes if not isinstance(one, RecordedBag | UnreadBag)),
        "bags": (_bag(one) for one in outcomes if isinstance(one, RecordedBag | UnreadBag)),
    }


def _file(outcome: ExplainedFile | UnexplainedFile | RecordedFile | UnreadRecord) -> dict[str, Any]:
    match outcome:
        case UnexplainedFile(named, problem):
            return {"path": named, "problem": {"code": problem.code, "message": problem.message}}
        case UnreadRecord(named, fault):
            return {"path": named, "fault": fault.message}
        case ExplainedFile():
            explanation = outcome.explanation
            record = _of_file(outcome.named, outcome.file, explanation)
            return record | {"policies": _policies(explanation), "suggestions": _suggestions(explanation)}
        case RecordedFile():
            today = outcome.today
            record = _of_file(outcome.named, outcome.file, outcome.explanation)
            recorded = {
                "bag": outcome.bag,
                "on": outcome.explanation.on.isoformat(),
                "packed": outcome.is_packed,
            }
            policies = {} if today is None else _policies(today)
            return record | {"policies": policies, "suggestions": [], "recorded": recorded}


def _of_file(named: str, file: ExaminedFile, explanation: Explanation) -> dict[str, Any]:
    described = in_full(examined_record(file))
    return {
        "path": named,
        "source_path": file.ref.path,
        "role": file.role.value,
        "format": described["format"],
        "protection": described["protection"],
        "problems": described["problems"],
        "essence": described["essence"],
        "integrity": described["integrity"],
        "expected": described["expected"],
        "evidence": described["evidence"],
        **_decided(explanation),
    }


def _bag(outcome: RecordedBag | UnreadBag) -> dict[str, Any]:
    if isinstance(outcome, UnreadBag):
        return {"bag": outcome.bag, "fault": outcome.fault.message}
    return {
        "bag": outcome.bag,
        "policy": outcome.policy,
        "on": _text(outcome.on),
        "packed": outcome.packed,
        "withheld": outcome.withheld,
        "problems": outcome.problems,
        "decisions": [
            {
                "files": group.alike.files,
                "example": group.alike.example,
                "evidence": dict(group.alike.evidence),
                **_decided(group.explanation),
            }
            for group in outcome.groups
        ],
        "unnamed": [
            {
                "files": one.files,
                "disposition": one.disposition.value,
                "reason": None if one.reason is None else {"code": one.reason.code, "text": one.reason.text},
            }
            for one in outcome.unnamed
        ],
        "more": {disposition.value: files for disposition, files in outcome.beyond},
    }


def _decided(explanation: Explanation) -> dict[str, Any]:
    asked = explanation.outcomes[0]
    return {
        "declarations": list(map(_declaration, explanation.declarations)),
        "layers": {layer.layer.value: _layer(layer) for layer in explanation.layers},
        "acts": {
            act.act.value: {"answer": act.answer.value, "reasons": list(map(_reason, act.reasons))}
            for act in explanation.acts
        },
        "machine_use": {answer.use.value: answer.answer.value for answer in explanation.machine_use},
        "basis": explanation.basis.value,
        "policy": asked.policy,
        "disposition": asked.disposition.value,
        "restricted_until": _text(asked.restricted_until),
        "reasons": [_reason(reason) for reason in (*asked.reasons, *explanation.remarks)],
    }


def _policies(explanation: Explanation) -> dict[str, Any]:
    return {each.policy: _outcome(each) for each in explanation.outcomes}


def _suggestions(explanation: Explanation) -> list[dict[str, Any]]:
    return [
        {
            "text": advice(suggestion.text, suggestion.remedies),
            "toml": suggestion.toml,
            "outcomes": {policy: disposition.value for policy, disposition in suggestion.outcomes},
        }
        for suggestion in explanation.suggestions
    ]


def _declaration(declaration: Declaration) -> dict[str, Any]:
    return {
        "id": declaration.id,
        "basis": declaration.basis.value,
        "by": declaration.by,
        "role": declaration.role.value,
        "date": declaration.date.isoformat(),
        "document": declaration.document,
        "expires": _text(declaration.expires),
    }


def _outcome(outcome: PolicyOutcome) -> dict[str, Any]:
    return {
        "disposition": outcome.disposition.value,
        "restricted_until": _text(outcome.restricted_until),
        "reasons": list(map(_reason, outcome.reasons)),
    }


def _layer(layer: LayerAssessment) -> dict[str, Any]:
    findings = [
        {
            "jurisdiction": finding.jurisdiction,
            "state": finding.state.value,
            "ends_earliest": _text(finding.ends_earliest),
            "ends_latest": _text(finding.ends_latest),
            "rules": list(finding.rules),
            "text": finding.text,
        }
        for finding in layer.findings
    ]
    return {"text": layer.text, "findings": findings}


def _reason(reason: Reason) -> dict[str, Any]:
    return {"code": reason.code, "text": reason.text, "rests_on": list(reason.rests_on)}


def _text(value: object) -> str | None:
    return None if value is None else str(value)
