"""One file's rights as a tree of short lines, and as a record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from archiver.cli.text import shown, wrapped
from archiver.model.problem import Problem
from archiver.model.rights import Answer, Reason
from archiver.model.terms import LayerAssessment
from archiver.records.files import examined_record
from archiver.rights.explain import ActExplanation
from archiver.usecases.explain import ExplainedFile

_EVIDENCE_SHOWN = 12
_SUGGESTIONS_SHOWN = 3
_VALUE_SHOWN = 60


def explained_lines(explained: ExplainedFile) -> Iterator[str]:
    """Yield what a newcomer needs to see, most of it in under a screen."""
    file, explanation = explained.file, explained.explanation
    yield wrapped(f"{shown(file.ref.path)}: {file.role}, {_format(explained)}")
    yield ""
    yield "What the file says"
    yield from _seen(explained)
    yield ""
    yield "What is declared"
    yield from _declared(explained)
    yield ""
    yield f"What may be done with it on {explanation.on}"
    for act in explanation.acts:
        yield from _act(act)
    yield from _layers(explanation.layers)
    yield ""
    yield "What follows"
    for outcome in explanation.outcomes:
        yield _field(outcome.policy, f"{outcome.disposition}. {_first(outcome.reasons)}")
    if explanation.suggestions:
        yield ""
        yield "What would change it"
        for suggestion in explanation.suggestions[:_SUGGESTIONS_SHOWN]:
            yield wrapped(shown(suggestion.text), indent="  ")
            yield from (f"      {shown(line)}" for line in suggestion.toml.splitlines())
    yield ""
    yield "Unknown is never taken for allowed. This is not legal advice."


def _format(explained: ExplainedFile) -> str:
    found = explained.file.format
    if found is None:
        return "format not identified"
    return shown(found.name) + (f" ({found.puid})" if found.puid else "")


def _seen(explained: ExplainedFile) -> Iterator[str]:
    file = explained.file
    if file.protection is not None:
        yield _field("protected", f"{shown(file.protection.name)}, at {shown(file.protection.locator)}")
    else:
        yield _field("protection", "none detected")
    for evidence in file.evidence[:_EVIDENCE_SHOWN]:
        value = (
            "personal data, not shown" if evidence.personal else shown(evidence.value or "")[:_VALUE_SHOWN]
        )
        yield _field(evidence.code, f"{value} ({evidence.strength}; {shown(evidence.locator)})")
    if len(file.evidence) > _EVIDENCE_SHOWN:
        yield f"  and {len(file.evidence) - _EVIDENCE_SHOWN} more; --json lists them"
    if not file.evidence:
        yield _field("evidence", "none detected")


def _declared(explained: ExplainedFile) -> Iterator[str]:
    if explained.rights is None:
        yield "  Nothing: there is no rights.toml for it."
        return
    if not explained.explanation.declarations:
        yield wrapped(f"Nothing in {shown(explained.rights)} speaks of it.", indent="  ")
    for declaration in explained.explanation.declarations:
        words = f"{declaration.basis}, by {shown(declaration.by)} ({declaration.role}) on {declaration.date}"
        words += f", document {shown(declaration.document)}" if declaration.document else ""
        words += f", until {declaration.expires}" if declaration.expires else ""
        yield _field(declaration.id, words)


def _act(act: ActExplanation) -> Iterator[str]:
    yield _field(
        act.act.value,
        f"{act.answer.value}. {_first(act.reasons)}"
        if act.answer is not Answer.UNKNOWN or act.reasons
        else "unknown",
    )


def _layers(layers: tuple[LayerAssessment, ...]) -> Iterator[str]:
    for layer in layers:
        if not layer.findings:
            continue
        yield _field(layer.layer.value, shown(layer.text))
    silent = [layer.layer.value for layer in layers if not layer.findings]
    if silent:
        yield _field("copyright", f"not evaluated for {', '.join(silent)}: no date is declared")


def _first(reasons: tuple[Reason, ...]) -> str:
    return shown(reasons[0].text) if reasons else ""


def _field(name: str, text: str) -> str:
    """A name and what is said of it, the text hanging beside the name."""
    first, *rest = wrapped(text, indent=" " * 14).splitlines() or [""]
    head = f"  {shown(name):<11} "
    if len(head) > 14:
        return "\n".join([head.rstrip(), first, *rest])
    return "\n".join([head + first.lstrip(), *rest])


def explained_record(explained: ExplainedFile | Problem) -> dict[str, Any]:
    """Return the same in full for ``archiver.explain/1``; personal values stand nowhere."""
    if isinstance(explained, Problem):
        return {"path": explained.path, "problem": {"code": explained.code, "message": explained.message}}
    file, explanation = explained.file, explained.explanation
    outcome = explanation.outcomes[0]
    described = examined_record(file)
    return {
        "path": file.ref.path,
        "role": file.role.value,
        "format": described["format"],
        "protection": described["protection"],
        "evidence": [
            {
                "code": evidence.code,
                "locator": evidence.locator,
                "value": None if evidence.personal else evidence.value,
                "strength": evidence.strength.value,
                "personal": evidence.personal,
            }
            for evidence in file.evidence
        ],
        "declarations": [
            {
                "id": declaration.id,
                "basis": declaration.basis.value,
                "by": declaration.by,
                "role": declaration.role.value,
                "date": declaration.date.isoformat(),
                "document": declaration.document,
                "expires": declaration.expires.isoformat() if declaration.expires else None,
            }
            for declaration in explanation.declarations
        ],
        "layers": {layer.layer.value: _layer(layer) for layer in explanation.layers},
        "acts": {
            act.act.value: {
                "answer": act.answer.value,
                "reasons": [_reason(reason) for reason in act.reasons],
            }
            for act in explanation.acts
        },
        "machine_use": {answer.use.value: answer.answer.value for answer in explanation.machine_use},
        "basis": explanation.basis.value,
        "policy": outcome.policy,
        "disposition": outcome.disposition.value,
        "reasons": [_reason(reason) for reason in (*outcome.reasons, *explanation.remarks)],
        "policies": {
            each.policy: {
                "disposition": each.disposition.value,
                "reasons": [_reason(reason) for reason in each.reasons],
            }
            for each in explanation.outcomes
        },
        "suggestions": [
            {"text": suggestion.text, "toml": suggestion.toml} for suggestion in explanation.suggestions
        ],
    }


def _layer(layer: LayerAssessment) -> dict[str, Any]:
    return {
        "text": layer.text,
        "findings": [
            {
                "jurisdiction": finding.jurisdiction,
                "state": finding.state.value,
                "ends_earliest": finding.ends_earliest.isoformat() if finding.ends_earliest else None,
                "ends_latest": finding.ends_latest.isoformat() if finding.ends_latest else None,
                "rules": list(finding.rules),
                "text": finding.text,
            }
            for finding in layer.findings
        ],
    }


def _reason(reason: Reason) -> dict[str, Any]:
    return {"code": reason.code, "text": reason.text, "rests_on": list(reason.rests_on)}
