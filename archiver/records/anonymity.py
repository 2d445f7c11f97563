"""What of a file's own record names other files, which may be withheld: taken out where their names are not to be known."""

from __future__ import annotations

from dataclasses import replace

from archiver.model.package import PackedFile, PackEntry
from archiver.model.problem import Problem

_DIFFERS = "F215"


def without_other_names(entry: PackEntry) -> PackEntry:
    """Return an entry without what its papers say of others, and without the names of the lists that told of it.

    Whether the checksums of those lists held is still said.
    """
    if not isinstance(entry, PackedFile):
        return entry
    file = entry.assessed.examined
    if not file.papers and not file.expected:
        return entry
    expected = tuple(replace(one, said_by="") for one in file.expected)
    problems = tuple(map(_without_names, file.problems))
    file = replace(file, papers=(), expected=expected, problems=problems)
    return replace(entry, assessed=replace(entry.assessed, examined=file))


def _without_names(problem: Problem) -> Problem:
    return (
        replace(problem, message="a list of checksums says otherwise")
        if problem.code == _DIFFERS
        else problem
    )
