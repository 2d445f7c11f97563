"""One file's rights in full, as a record of ``archiver.explain/1``."""

from __future__ import annotations

from typing import Any

from archiver.cli.remedies import advice
from archiver.model.rights import Declaration, Reason
from archiver.model.terms import LayerAssessment
from archiver.records.codec import in_full
from archiver.records.files import examined_record
from archiver.rights.explaining.explain import PolicyOutcome
from archiver.usecases.explain import ExplainedFile, UnexplainedFile


def explained_record(explained: ExplainedFile | UnexplainedFile) -> dict[str, Any]:
    """Return everything that is known of a file; the value of what identifies a person stands nowhere.

    A file that could not be read has the keys ``path`` and ``problem`` alone.
    """
    if isinstance(explained, UnexplainedFile):
        problem = explained.problem
        return {"path": explained.named, "problem": {"code": problem.code, "message": problem.message}}
    file, explanation = explained.file, explained.explanation
    asked = explanation.outcomes[0]
    described = in_full(examined_record(file))
    return {
        "path": explained.named,
        "source_path": file.ref.path,
        "role": file.role.value,
        "format": described["format"],
        "protection": described["protection"],
        "problems": described["problems"],
        "evidence": described["evidence"],
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
        "policies": {each.policy: _outcome(each) for each in explanation.outcomes},
        "suggestions": [
            {
                "text": advice(suggestion.text, suggestion.remedies),
                "toml": suggestion.toml,
                "outcomes": {policy: disposition.value for policy, disposition in suggestion.outcomes},
            }
            for suggestion in explanation.suggestions
        ],
    }


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
