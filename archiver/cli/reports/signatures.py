"""What a person is told about signatures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from archiver.cli.terminal.text import brief, shown, wrapped
from archiver.signing.judgement import Judgement, State
from archiver.usecases.verify.signatures import FoundSignature
from archiver.usecases.verify.verify import VerifiedBag

STATES = {State.HOLDS: "holds", State.FAILS: "does NOT hold", State.UNCHECKED: "not checked"}
"""How it is told what came of checking a signature."""


def signature_lines(outcome: VerifiedBag, most: int) -> Iterator[str]:
    """Yield the lines about the signatures of a bag that was checked.

    Args:
        outcome: What was found out about it.
        most: How many are shown.
    """
    yield "\n  Signatures"
    for found in outcome.signatures[:most]:
        yield wrapped(f"{STATES[found.judgement.state]}: {_told(found)}", indent="    ", below="      ")
    if len(outcome.signatures) > most:
        yield f"    and {len(outcome.signatures) - most:,} more; --verbose lists them"
    if outcome.unsigned:
        said = "A signature is required, and there is none that counts."
        yield wrapped(
            said if outcome.signatures else "A signature is required, and there is no signature.",
            indent="    ",
        )
    if outcome.broken_signatures:
        yield wrapped(
            "What was signed is not what is there: its tag files were changed since, or the signature was. Compare the"
            " bag with another copy, and ask who signed.",
            indent="    ",
        )


def signature_record(found: FoundSignature) -> dict[str, Any]:
    """What is known of a signature, as plain values."""
    return {
        "path": found.path,
        "of": found.of,
        **judgement_record(found.judgement),
        "called": found.called or None,
        "allowed": found.allowed,
        "strong": found.is_strong,
    }


def judgement_record(judgement: Judgement) -> dict[str, Any]:
    """What came of checking a signature, as plain values."""
    return {
        "kind": judgement.kind.value,
        "state": judgement.state.value,
        "by": judgement.by or None,
        "detail": judgement.detail or None,
    }


def _told(found: FoundSignature) -> str:
    said = [f"{made(found.judgement)} of {shown(found.of)}"]
    if found.allowed is not None:
        said.append(f"by {brief(found.allowed)}, an allowed signer")
    elif found.judgement.key is not None:
        said += [f"by who calls themselves {brief(found.called)}"] if found.called else []
        said += ["NOT by an allowed signer"] if found.is_list_given else []
    if found.judgement.state is State.HOLDS and not found.is_strong:
        said.append("the checksums below it can be forged")
    return ", ".join(said)


def made(judgement: Judgement) -> str:
    """Say of what kind a signature is, and by whom."""
    by = f", {brief(judgement.by)}" if judgement.by else ""
    detail = f" ({brief(judgement.detail)})" if judgement.detail else ""
    return f"{judgement.kind.value}{by}{detail}"
