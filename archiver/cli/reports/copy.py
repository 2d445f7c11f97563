"""What came of making second copies."""

from __future__ import annotations

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
            yield wrapped(told, below="  ")
        case Came.HELD:
            yield wrapped(f"{shown_path(outcome.path or '')}: there already.", below="  ")
        case Came.REFUSED:
            yield wrapped(f"{shown(outcome.name)}: not copied: {shown(outcome.reason)}.", below="  ")
        case Came.DAMAGED:
            yield wrapped(f"{shown(outcome.name)}: NOT copied: no copy of it at hand is right.", below="  ")
            for verified in outcome.damaged:
                yield ""
                yield from bag_lines(verified)


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
        "bytes": outcome.octets,
        "reason": outcome.reason,
        "damaged": list(map(verified_json, outcome.damaged)),
    }
