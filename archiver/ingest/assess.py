"""The stage between examining and planning: decides what becomes of each file."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from archiver.model.audio import ExaminedFile
from archiver.model.day import Day
from archiver.model.package import AssessedFile
from archiver.model.rights import Declaration, Policy
from archiver.rights.deciding.decider import Decider


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
        declared: What was declared, and for which folders, none of which lies in another.
        policy: What the package is for.
        on: The day for which it is decided.
    """

    def __init__(self, declared: Sequence[DeclaredFolder], policy: Policy, on: dt.date | Day) -> None:
        self.declared = tuple(declared)
        self.declared = tuple(declared)
        self.declarations = tuple(itertools.chain.from_iterable(each.declarations for each in declared))
        self.policy = policy
        self.on = on.on if isinstance(on, Day) else on
        deciders = [(each.folder, Decider(each.declarations, policy, on)) for each in declared]
        self._deciders = tuple((folder + "/" if folder else "", decider) for folder, decider in deciders)
        self._undeclared = Decider((), policy, on)

    def matching(self, file: ExaminedFile) -> tuple[Declaration, ...]:
        """Return the declarations whose scope takes in the file, the closest first."""
        decider, path = self._for(file.ref.path)
        return decider.matching(path, file.tags)

    def assess(self, file: ExaminedFile) -> AssessedFile:
        """Return the file with its decision: the same for the same input, on every machine."""
        decider, path = self._for(file.ref.path)
        return AssessedFile(file, decider.decide(path, file.tags, file.evidence, file.protection))

    def _for(self, path: str) -> tuple[Decider, str]:
        """Give what decides for a record path, and the path below the folder that its declarations speak for."""
        for folder, decider in self._deciders:
            if path.startswith(folder):
                return decider, path[len(folder) :]
        return self._undeclared, path
