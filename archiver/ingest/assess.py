"""The stage between examining and planning: decides what becomes of each file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from archiver.model.audio import ExaminedFile
from archiver.model.package import AssessedFile
from archiver.model.rights import Decision, Declaration, Policy
from archiver.rights.decide import Standing, conclude, standing
from archiver.rights.scope import ScopeIndex
from archiver.rights.terms import load_terms

_REMEMBERED = 4096
"""Distinct outcomes kept at a time: files of one album mostly share theirs."""


class Assessor:
    """Decides for every file of a run under one policy on one day.

    Args:
        declarations: What was declared, in the order of its file.
        policy: What the package is for.
        on: The day for which it is decided.
    """

    def __init__(self, declarations: Sequence[Declaration], policy: Policy, on: dt.date) -> None:
        self.declarations = tuple(declarations)
        self.policy = policy
        self.on = on
        self._index = ScopeIndex(self.declarations)
        self._terms = load_terms()
        self._standings: dict[tuple[Declaration, ...], Standing] = {}
        self._decisions: dict[object, Decision] = {}

    def assess(self, file: ExaminedFile) -> AssessedFile:
        """Return the file with its decision: the same for the same input, on every machine."""
        matching = self._index.matching(file.ref.path, file.tags)
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
