"""What a person is told about signatures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from archiver.cli.terminal.text import brief, shown, shown_path, wrapped
from archiver.signing.judgement import Judgement, State
from archiver.usecases.signing import Laid
from archiver.usecases.verify.signatures import FoundSignature
from archiver.usecases.verify.verify import VerifiedBag

_STATES = {State.HOLDS: "holds", State.FAILS: "does NOT hold", State.UNCHECKED: "not checked"}


def signature_lines(outcome: VerifiedBag, most: int) -> Iterator[str]:
    """Yield the lines about the signatures of a bag that was checked.

    Args:
        outcome: What was found out about it.
        most: How many are shown.
    """
    yield "\n  Signatures"
    for found in outcome.signatures[:most]:
        yield wrapped(f"{_STATES[found.judgement.state]}: {_told(found)}", indent="    ", below="      ")
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


def laid_lines(done: Laid) -> Iterator[str]:
    """Yield the lines about a bag that was signed, or that got a signature to keep."""
    if done.recovered:
        yield wrapped("An update that had been interrupted was completed first.")
    bag = shown_path(done.bag)
    if not done.files:
        yield wrapped(f"{bag} was verified in full, and has this signature already; nothing was changed.")
    else:
        yield wrapped(f"{bag} was verified in full. Written in it:")
        yield from (f"  {shown(path)}" for path in done.files)
    for path, judgement in done.signatures:
        by = f" by {shown(done.who)}" if done.who else ""
        yield wrapped(f"{shown(path)}: {_STATES[judgement.state]}, {_made(judgement)}{by}", below="  ")


def laid_json(done: Laid) -> dict[str, Any]:
    """The same as plain values."""
    return {
        "bag": done.bag,
        "changed": list(done.files),
        "recovered": done.recovered,
        "who": done.who or None,
        "signatures": [{"path": path, **_judgement_record(judgement)} for path, judgement in done.signatures],
    }


def signature_record(found: FoundSignature) -> dict[str, Any]:
    """What is known of a signature, as plain values."""
    return {
        "path": found.path,
        "of": found.of,
        **_judgement_record(found.judgement),
        "called": found.called or None,
        "allowed": found.allowed,
        "strong": found.is_strong,
    }


def _judgement_record(judgement: Judgement) -> dict[str, Any]:
    return {
        "kind": judgement.kind.value,
        "state": judgement.state.value,
        "by": judgement.by or None,
        "detail": judgement.detail or None,
    }


def _told(found: FoundSignature) -> str:
    said = [f"{_made(found.judgement)} of {shown(found.of)}"]
    if found.allowed is not None:
        said.append(f"by {brief(found.allowed)}, an allowed signer")
    elif found.judgement.key is not None:
        said += [f"by who calls themselves {brief(found.called)}"] if found.called else []
        said += ["NOT by an allowed signer"] if found.is_list_given else []
    if found.judgement.state is State.HOLDS and not found.is_strong:
        said.append("the checksums below it can be forged")
    return ", ".join(said)


def _made(judgement: Judgement) -> str:
    by = f", {brief(judgement.by)}" if judgement.by else ""
    detail = f" ({brief(judgement.detail)})" if judgement.detail else ""
    return f"{judgement.kind.value}{by}{detail}"
