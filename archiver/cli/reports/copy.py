"""What came of making second copies."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from typing import Any

from archiver.bagit.sizes import human_size
from archiver.cli.reports.verified_json import verified_json
from archiver.cli.reports.verify import bag_lines
from archiver.cli.terminal.text import count, shown, shown_path, wrapped
from archiver.usecases.replicate.replicate import Came, CopiedBag


def copied_lines(outcome: CopiedBag) -> Iterator[str]:
    """Yield the lines about one bag."""
    match outcome.came:
        case Came.COPIED:
            told = f"{shown_path(outcome.path or '')}: copied, {human_size(outcome.octets)}, and right."
            yield wrapped(told + _older(outcome), below="  ")
        case Came.HELD:
            told = f"{shown_path(outcome.path or '')}: there already."
            yield wrapped(told + _older(outcome), below="  ")
        case Came.REFUSED:
            yield wrapped(f"{shown(outcome.name)}: not copied: {shown(outcome.reason)}.", below="  ")
        case Came.DAMAGED:
            yield wrapped(f"{shown(outcome.name)}: NOT copied: no copy of it at hand is right.", below="  ")
            for verified in outcome.damaged:
                yield ""
                yield from bag_lines(verified)


def _older(outcome: CopiedBag) -> str:
    if not outcome.is_older or outcome.path is None:
        return ""
    bag = shown(shlex.quote(outcome.path))
    how = f"Where that one is at hand and whole, this brings them up to date: archiver heal {bag}"
    return f" Its tag files are older than another copy's. {how}"


def end_lines(seen: Sequence[Came]) -> Iterator[str]:
    """Yield the summary; of one bag there is none."""
    if len(seen) > 1:
        told = ", ".join(f"{seen.count(came):,} {came}" for came in Came if came in seen)
        yield f"\n{count(len(seen), 'bag')}: {told}."


def copied_json(outcome: CopiedBag) -> dict[str, Any]:
    """Return the object about one bag."""
    return {
        "name": outcome.name,
        "outcome": outcome.came.value,
        "source": outcome.source,
        "path": outcome.path,
        "older": outcome.is_older,
        "bytes": outcome.octets,
        "reason": outcome.reason,
        "damaged": list(map(verified_json, outcome.damaged)),
    }
