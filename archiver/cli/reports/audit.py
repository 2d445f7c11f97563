"""What an audit found: a line for what is right, the damage by album for what is not, then how much was checked when."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from archiver.bagit.sizes import human_size
from archiver.catalogue.auditing import Debt
from archiver.catalogue.copies import BagCopy
from archiver.cli.reports.verified_json import verified_json
from archiver.cli.reports.verify import FEW, album_lines, bag_lines, is_another
from archiver.cli.terminal.table import fitted_lines
from archiver.cli.terminal.text import count, shown, shown_path, wrapped
from archiver.usecases.audit.audit import Audit, AuditedBag


@dataclass(slots=True)
class Tally:
    """What came of an audit so far.

    Attributes:
        right: Bags that were read to their end, and are right.
        parts: Bags of which a part was read, and is right.
        broken: Bags that are not right.
        octets: Bytes that were read.
        found: Bags that are not right, the first of them.
    """

    right: int = 0
    parts: int = 0
    broken: int = 0
    octets: int = 0
    found: list[AuditedBag] = field(default_factory=list)

    def add(self, outcome: AuditedBag) -> None:
        """Count an outcome."""
        self.octets += outcome.read.octets
        if not outcome.is_right:
            self.broken += 1
            if len(self.found) < FEW:
                self.found.append(outcome)
        elif outcome.read.is_whole:
            self.right += 1
        else:
            self.parts += 1


def audited_lines(outcome: AuditedBag, most: int) -> Iterator[str]:
    """Yield the lines about one bag.

    Args:
        outcome: What came of it.
        most: How many findings of each kind, and how many albums, are shown.
    """
    report = outcome.verified.report
    where = shown_path(report.bag)
    read = f"{count(outcome.read.files, 'file')}, {human_size(outcome.read.octets)} read"
    if outcome.is_right:
        right = "right" if outcome.read.is_whole else "right so far"
        began = f", the rest since {outcome.since[:10]}" if outcome.read.goes_on else ""
        against = "" if outcome.store is not None else "; held against itself alone"
        yield wrapped(f"{where}: {right}; {read}{began}{against}.", below="  ")
        return
    yield ""
    if report.valid is False or outcome.verified.broken_signatures:
        yield from bag_lines(outcome.verified, most)
    else:
        yield wrapped(f"{where}: NOT as it was. {read}.")
    if outcome.wrong_before:
        told = count(outcome.wrong_before, "thing was", "things were")
        yield wrapped(
            f"{told} found wrong since {outcome.since[:10]}, before this audit went on; the next one reads the bag"
            " from its beginning.",
            indent="  ",
        )
    if outcome.store is not None:
        yield from _healing_lines(outcome.healing)
    if is_another(report):
        yield wrapped("If you changed it on purpose, and nobody else did:", indent="    ")
        yield wrapped(f"archiver catalogue accept {shown_path(report.bag)}", indent="      ")
    yield ""


def _healing_lines(copies: tuple[BagCopy, ...]) -> Iterator[str]:
    if not copies:
        yield wrapped("No other whole copy of this bag is known.", indent="    ")
        return
    yield "    Copies that could heal it"
    for one in copies:
        yield wrapped(_told_copy(one), indent="      ", below="        ")


def end_lines(audit: Audit, tally: Tally) -> Iterator[str]:
    """Yield the lines after all bags: what was done, what was left, and how much was last checked when."""
    told = [f"{tally.right:,} right"] if tally.right else []
    told += [f"{tally.parts:,} right so far"] if tally.parts else []
    told += [f"{tally.broken:,} NOT right"] if tally.broken else []
    bags = tally.right + tally.parts + tally.broken
    yield ""
    yield wrapped(
        f"{count(bags, 'bag')} audited, {human_size(tally.octets)} read{': ' if told else ''}{', '.join(told)}."
    )
    if audit.left:
        reached = "was not reached" if len(audit.left) == 1 else "were not reached"
        yield wrapped(
            f"{count(len(audit.left), 'bag')} {reached}: the budget is used up. The next audit goes on."
        )
    if audit.recent:
        yield wrapped(f"{count(audit.recent, 'bag')} checked lately, and not read.")
    for label in audit.unmounted:
        yield wrapped(f"{shown(label)} is not mounted: nothing of it was audited.")
    if bags > 1:
        yield from _broken_lines(tally)
    yield from _debt_lines(audit.debts())


def _broken_lines(tally: Tally) -> Iterator[str]:
    """Say of all that broke once more, bag by bag, which albums it affects and which copy could heal it."""
    if tally.found:
        yield "\nWhat broke, and what could heal it"
    for outcome in tally.found:
        bag = outcome.verified.report.bag
        yield f"  {shown_path(bag)}"
        yield from album_lines(outcome.verified, FEW)
        for one in outcome.healing[:FEW]:
            yield wrapped(f"from {_told_copy(one)}", indent="    ", below="      ")
        if outcome.healing:
            yield f"    archiver heal {shown(shlex.quote(bag))}"
        elif outcome.verified.recovery_sets:
            yield f"    from its own recovery data: archiver heal {shown(shlex.quote(bag))}"
        elif outcome.store is not None:
            yield "    no other whole copy of it is known"
    if tally.broken > len(tally.found):
        yield f"  and {tally.broken - len(tally.found):,} more"


def _told_copy(one: BagCopy) -> str:
    checked = "never checked" if one.checked_at is None else f"found right on {one.checked_at[:10]}"
    return f"{shown(one.store)}: {shown_path(os.fsdecode(one.absolute))}, {checked}"


def _debt_lines(debts: tuple[Debt, ...]) -> Iterator[str]:
    if debts:
        rows = [(_when(one), f"{one.copies:,}", human_size(one.octets)) for one in debts]
        yield ""
        yield from fitted_lines(("Last checked", "Copies", "Size"), rows, cut=(0,), right=(1, 2))


def _when(debt: Debt) -> str:
    if debt.never:
        return "never"
    if debt.since is None:
        return f"before {debt.until}"
    return f"since {debt.since}" if debt.until is None else f"{debt.since} to {debt.until}"


def audited_json(outcome: AuditedBag) -> dict[str, Any]:
    """Return the object about one bag."""
    read = outcome.read
    return {
        **verified_json(outcome.verified),
        "store": outcome.store,
        "right": outcome.is_right,
        "whole": read.is_whole,
        "went_on": read.goes_on,
        "since": outcome.since,
        "read_files": read.files,
        "read_bytes": read.octets,
        "wrong_before": outcome.wrong_before,
        "healing": [
            {"store": one.store, "path": os.fsdecode(one.absolute), "checked_at": one.checked_at}
            for one in outcome.healing
        ],
    }


def debt_json(debt: Debt) -> dict[str, Any]:
    """Return the object about copies whose last check lies in one stretch of time."""
    return {
        "since": debt.since,
        "before": debt.until,
        "never": debt.never,
        "copies": debt.copies,
        "bytes": debt.octets,
    }
