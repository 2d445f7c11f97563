"""Says what ends by a day in bags that were packed before, and what a person should look at again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archiver.errors import ArchiverError, Remedy, UsageError, Way
from archiver.machine import reason
from archiver.model.rights import Decision, Declaration
from archiver.records.rights.read import (
    NoRightsRecordError,
    RightsRecordError,
    UnnamedFiles,
    read_decided,
    read_declared,
)
from archiver.rights.explaining.due import DueItem, DueKind, due
from archiver.rights.terms.terms import load_terms
from archiver.store.find_bags import bags_in, is_bag


@dataclass(frozen=True, slots=True)
class DueBag:
    """What comes due in one bag.

    Attributes:
        bag: The bag.
        items: What comes due; empty where its record cannot be read.
        fault: Why its record cannot be read, with the exit status that follows; ``None`` where it can.
    """

    bag: str
    items: tuple[DueItem, ...]
    fault: ArchiverError | None = None


def last_day(asked: dt.date | None, on: dt.date) -> dt.date:
    """Return the day up to which to look: the one that was asked for, or that in a year."""
    return asked or on + dt.timedelta(days=365)


def due_in(paths: Sequence[str], on: dt.date, until: dt.date) -> Iterator[DueBag]:
    """Look through bags, and through every bag of a store, and yield what comes due in each.

    A bag without a record of rights, or with a damaged one, is yielded with the fault, and the others follow.

    Args:
        paths: Bags or stores as the user named them; a bag may be an archive.
        on: The day from which to look.
        until: The day up to which to look.

    Raises:
        UsageError: where a path is neither bag nor store, or the days are the wrong way round.
    """
    if until < on:
        raise UsageError(f"{until} is before {on}, the day to look from", remedies=[Remedy(Way.LATER_DAY)])
    bags = list(dict.fromkeys(bag for path in paths for bag in _bags(path)))
    for bag in bags:
        try:
            yield DueBag(bag, _due_in_bag(bag, on, until))
        except (NoRightsRecordError, RightsRecordError) as fault:
            yield DueBag(bag, (), fault)


def rules_due(on: dt.date, until: dt.date) -> tuple[DueItem, ...]:
    """Return the rules of the table of terms that should be checked again by ``until``."""
    return tuple(item for item in due((), {}, on, until, load_terms()) if item.kind is DueKind.RULE_TO_CHECK)


def _due_in_bag(bag: str, on: dt.date, until: dt.date) -> tuple[DueItem, ...]:
    declarations: dict[str, Declaration] = {}
    unnamed: list[tuple[int, Decision]] = []

    for recorded in read_declared(bag):
        match recorded:
            case Declaration():
                # nothing else of a declaration comes due, and there may be many
                if recorded.expires is not None and on <= recorded.expires <= until:
                    declarations[recorded.id] = recorded
            case UnnamedFiles(files, decision):
                unnamed.append((files, decision))
    found = due(read_decided(bag), declarations, on, until, load_terms(), unnamed=unnamed)
    return tuple(item for item in found if item.kind is not DueKind.RULE_TO_CHECK)


def _bags(path: str) -> tuple[str, ...]:
    if is_bag(path):
        return (path,)
    try:
        found = bags_in(path).bags
    except OSError as error:
        raise UsageError(
            f"cannot read {path}: {reason(error)}",
            "Name a bag, or the folder of bags.",
        ) from error
    if not found:
        raise UsageError(
            f"{path} is neither a bag nor a store with bags in it", "Name a bag, or the folder of bags."
        )
    return found
