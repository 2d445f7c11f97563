"""The stage between examining and planning: decides what becomes of each file."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from archiver.model.audio import ExaminedFile
from archiver.model.package import AssessedFile
from archiver.model.rights import Decision, Declaration, Policy
from archiver.rights.decide import Standing, conclude, standing
from archiver.rights.scope import ScopeIndex
from archiver.rights.terms import load_terms

_REMEMBERED = 4096
"""Distinct outcomes kept at a time: files of one album mostly share theirs."""


@dataclass(frozen=True, slots=True)
class DeclaredFolder:
    """Declarations, and the folder of record paths that they speak for.

    Attributes:
        folder: A source's folder in the payload; empty where they speak for everything.
        declarations: In the order of their file.
    """

    folder: str
    declarations: tuple[Declaration, ...]


class Assessor:
    """Decides for every file of a run under one policy on one day.

    Args:
        declared: What was declared, and for which folders.
        policy: What the package is for.
        on: The day for which it is decided.
    """

    def __init__(self, declared: Sequence[DeclaredFolder], policy: Policy, on: dt.date) -> None:
        self.declarations = tuple(itertools.chain.from_iterable(each.declarations for each in declared))
        self.policy = policy
        self.on = on
        self._indexes = tuple(
            (each.folder + "/" if each.folder else "", ScopeIndex(each.declarations)) for each in declared
        )
        self._terms = load_terms()
        self._standings: dict[tuple[Declaration, ...], Standing] = {}
        self._decisions: dict[object, Decision] = {}

    def matching(self, file: ExaminedFile) -> tuple[Declaration, ...]:
        """Return the declarations whose scope takes in the file, the closest first."""
        path = file.ref.path
        return tuple(
            declaration
            for folder, index in self._indexes
            if path.startswith(folder)
            for declaration in index.matching(path[len(folder) :], file.tags)
        )

    def assess(self, file: ExaminedFile) -> AssessedFile:
        """Return the file with its decision: the same for the same input, on every machine."""
        matching = self.matching(file)
        key = (matching, file.evidence, file.protection)
        decision = self._decisions.get(key)
        if decision is None:
            if len(self._decisions) >= _REMEMBERED:
                self._decisions.clear()
            decision = conclude(
                self._standing(matching), file.evidence, file.protection, self.policy, self.on
            )
            self._decisions[key] = decision
        return AssessedFile(file, decision)

    def _standing(self, matching: tuple[Declaration, ...]) -> Standing:
        found = self._standings.get(matching)
        if found is None:
            found = self._standings[matching] = standing(matching, self.on, self._terms)
        return found
