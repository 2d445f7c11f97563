"""What a person is told about a bag that was signed, or that got a signature to keep."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from archiver.cli.reports.signatures import STATES, judgement_record, made
from archiver.cli.terminal.text import shown, shown_path, wrapped
from archiver.usecases.signing import Laid


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
        yield wrapped(f"{shown(path)}: {STATES[judgement.state]}, {made(judgement)}{by}", below="  ")


def laid_json(done: Laid) -> dict[str, Any]:
    """The same as plain values."""
    return {
        "bag": done.bag,
        "changed": list(done.files),
        "recovered": done.recovered,
        "who": done.who or None,
        "signatures": [{"path": path, **judgement_record(judgement)} for path, judgement in done.signatures],
    }
