"""Says what ends by a day in bags that were packed before, and what a person should look at again."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archiver.errors import UsageError
from archiver.model.rights import Decision, Declaration
from archiver.records.rights_reader import read_rights_record
from archiver.rights.due import DueItem, DueKind, due
from archiver.rights.terms import load_terms


@dataclass(frozen=True, slots=True)
class DueBag:
    """What comes due in one bag."""

    bag: str
    items: tuple[DueItem, ...]


def due_in(paths: Sequence[str], on: dt.date, until: dt.date) -> Iterator[DueBag]:
    """Look through bags, and through every bag of a store, and yield what comes due in each.

    Args:
        paths: Bags or stores as the user named them.
        on: The day from which to look.
        until: The day up to which to look.

    Raises:
        UsageError: where a path is neither bag nor store, or the days are the wrong way round.
        RightsRecordError: where a bag has no record of rights that can be read.
    """
    if until < on:
        raise UsageError(f"{until} is before {on}, the day to look from", "Name a later day with --until.")
    for path in paths:
        for bag in _bags(path):
            yield DueBag(bag, _due_in_bag(bag, on, until))


def rules_due(on: dt.date, until: dt.date) -> tuple[DueItem, ...]:
    """Return the rules of the table of terms that should be checked again by ``until``."""
    return tuple(item for item in due((), {}, on, until, load_terms()) if item.kind is DueKind.RULE_TO_CHECK)


def _due_in_bag(bag: str, on: dt.date, until: dt.date) -> tuple[DueItem, ...]:
    declarations: dict[str, Declaration] = {}

    def decided() -> Iterator[tuple[str, Decision]]:
        for recorded in read_rights_record(bag):
            if isinstance(recorded, Declaration):
                declarations[recorded.id] = recorded
            else:
                yield recorded

    found = due(decided(), declarations, on, until, load_terms())
    return tuple(item for item in found if item.kind is not DueKind.RULE_TO_CHECK)


def _bags(path: str) -> list[str]:
    if os.path.isfile(os.path.join(path, "bagit.txt")):
        return [path]
    try:
        with os.scandir(path) as entries:
            found = sorted(
                entry.path
                for entry in entries
                if not entry.name.startswith(".") and os.path.isfile(os.path.join(entry.path, "bagit.txt"))
            )
    except OSError as error:
        raise UsageError(
            f"cannot read {path}: {(error.strerror or str(error)).lower()}", "Check its spelling."
        ) from error
    if not found:
        raise UsageError(
            f"{path} is neither a bag nor a store with bags in it", "Name a bag, or the folder of bags."
        )
    return found
