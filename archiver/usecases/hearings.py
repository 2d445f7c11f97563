"""Listens to the declarations of a run while its files are assessed, and tells what was declared in vain."""

from __future__ import annotations

import dataclasses
import datetime as dt
import posixpath
from collections.abc import Collection, Iterable, Iterator

from archiver.ingest.assess import Assessor
from archiver.model.audio import ExaminedFile
from archiver.model.package import AssessedFile, PlanEntry, assessed_file
from archiver.model.problem import Problem
from archiver.rights.declaring.hearing import Hearing
from archiver.rights.declaring.read import Remark
from archiver.usecases.rights_inputs import RIGHTS_FILE, RightsInputs

UNREAD = "R401"
"""The code of a file of declarations that nobody reads."""


class Hearings:
    """Assesses the files of a run as its :class:`Assessor` does, and keeps account of what was heard.

    Args:
        assessor: Decides each file.
        inputs: What was declared.
        on: The day for which is decided.
    """

    def __init__(self, assessor: Assessor, inputs: RightsInputs, on: dt.date) -> None:
        self._assessor = assessor
        self._inputs = inputs
        self._heard = [
            (each.folder + "/" if each.folder else "", Hearing(file, on))
            for each, file in zip(inputs.declared, inputs.files, strict=True)
        ]
        self._in_use = {f"{folder}{RIGHTS_FILE}" for folder, _ in self._heard}

    def assess(self, file: ExaminedFile) -> AssessedFile:
        """Return the file with its decision, and with ``R401`` where it is a file of declarations in vain."""
        path = file.ref.path
        if self._inputs.found and is_unread(path, self._in_use):
            problem = Problem(
                path, UNREAD, "what it declares is not heard: no declarations are read from here"
            )
            file = dataclasses.replace(file, problems=(*file.problems, problem))
        assessed = self._assessor.assess(file)
        for hearing, below in self._hearing(path):
            hearing.hear(below, file.tags, assessed.decision)
        return assessed

    def told(self, entries: Iterable[PlanEntry]) -> tuple[str, ...]:
        """What was declared in vain, or not as it was meant, a paragraph each.

        Args:
            entries: Every file that was assessed; read only where something was not heard.
        """
        if any(hearing.wants_more for _, hearing in self._heard):
            for assessed in filter(None, map(assessed_file, entries)):
                for hearing, below in self._hearing(assessed.path):
                    hearing.hear_again(below, assessed.examined.tags)
        return tuple(
            f"{file.name}, line {remark.line}, {remark.declaration}: {remark.text}"
            for file, understood, (_, hearing) in zip(
                self._inputs.files, self._inputs.understood, self._heard, strict=True
            )
            for remark in sorted((*understood, *hearing.told()), key=_line)
        )

    def _hearing(self, path: str) -> Iterator[tuple[Hearing, str]]:
        """What listens for a record path, and the path below the folder that its declarations speak for."""
        for folder, hearing in self._heard:
            if path.startswith(folder):
                yield hearing, path[len(folder) :]
                return


def is_unread(path: str, in_use: Collection[str]) -> bool:
    """Whether a path is that of a file of declarations which is none of those in use."""
    # a disk without regard to case finds rights.toml under another spelling
    used = {one.casefold() for one in in_use}
    return posixpath.basename(path).casefold() == RIGHTS_FILE and path.casefold() not in used


def _line(remark: Remark) -> int:
    return remark.line
