"""Says what each declaration matches in a source, and what none matches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from archiver.model.audio import Tags
from archiver.rights.declarations import DeclarationFile, Remark
from archiver.rights.scope import ScopeIndex

_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Matches:
    """What one declaration takes in.

    Attributes:
        declaration: Its identifier.
        line: The line on which it begins.
        files: How many files it takes in.
        examples: The first of them, in the order of the scan.
    """

    declaration: str
    line: int
    files: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a file of declarations does for a source.

    Attributes:
        matches: One per declaration, in the order of the file.
        files: How many files were looked at.
        undeclared: How many of them no declaration takes in.
        undeclared_examples: The first of them, in the order of the scan.
        remarks: What will not do what its writer may expect.
    """

    matches: tuple[Matches, ...]
    files: int
    undeclared: int
    undeclared_examples: tuple[str, ...]
    remarks: tuple[Remark, ...]


def check_declarations(declared: DeclarationFile, files: Iterable[tuple[str, Tags]]) -> CheckResult:
    """Match a file of declarations against a source.

    Args:
        declared: The declarations.
        files: Of every file, its path below the source and its tags; read once.
    """
    index = ScopeIndex(declared.declarations)
    counts = dict.fromkeys((declaration.id for declaration in declared.declarations), 0)
    examples: dict[str, list[str]] = {name: [] for name in counts}
    undeclared_examples: list[str] = []
    total = undeclared = 0
    for path, tags in files:
        total += 1
        matched = index.matching(path, tags)
        if not matched:
            undeclared += 1
            _keep(undeclared_examples, path)
        for declaration in matched:
            counts[declaration.id] += 1
            _keep(examples[declaration.id], path)
    return CheckResult(
        matches=tuple(
            Matches(name, line, counts[name], tuple(examples[name]))
            for name, line in zip(counts, declared.lines, strict=True)
        ),
        files=total,
        undeclared=undeclared,
        undeclared_examples=tuple(undeclared_examples),
        remarks=declared.remarks,
    )


def _keep(examples: list[str], path: str) -> None:
    if len(examples) < _EXAMPLES:
        examples.append(path)
