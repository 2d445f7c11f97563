"""Says what each declaration matches in a source, what none matches, and what is declared in vain."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from archiver.model.audio import ExaminedFile
from archiver.rights.deciding.decider import Decider
from archiver.rights.declaring.hearing import Hearing
from archiver.rights.declaring.policies import builtin_policy
from archiver.rights.declaring.read import DeclarationFile, Remark

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
        silences: What is declared in vain, or not as it was meant.
        nested: Other files of declarations in the source, which nobody reads.
    """

    matches: tuple[Matches, ...]
    files: int
    undeclared: int
    undeclared_examples: tuple[str, ...]
    remarks: tuple[Remark, ...]
    silences: tuple[Remark, ...]
    nested: tuple[str, ...] = ()


def check_declarations(
    declared: DeclarationFile, files: Callable[[], Iterable[ExaminedFile]], on: date
) -> CheckResult:
    """Match a file of declarations against a source.

    Args:
        declared: The declarations.
        files: Gives every file of a source that is packed alone; read once more where something was not heard.
        on: The day for which is asked.
    """
    decider = Decider(declared.declarations, builtin_policy("personal"), on)
    hearing = Hearing(declared, on)
    counts = dict.fromkeys((declaration.id for declaration in declared.declarations), 0)
    examples: dict[str, list[str]] = {name: [] for name in counts}
    undeclared_examples: list[str] = []
    total = undeclared = 0
    for file in files():
        total += 1
        path = file.ref.path
        hearing.hear(path, file.tags, decider.decide(path, file.tags, file.evidence, file.protection))
        matched = decider.matching(path, file.tags)
        if not matched:
            undeclared += 1
            _keep(undeclared_examples, path)
        for declaration in matched:
            counts[declaration.id] += 1
            _keep(examples[declaration.id], path)
    for file in files() if hearing.wants_more else ():
        hearing.hear_again(file.ref.path, file.tags)
    return CheckResult(
        matches=tuple(
            Matches(name, line, counts[name], tuple(examples[name]))
            for name, line in zip(counts, declared.lines, strict=True)
        ),
        files=total,
        undeclared=undeclared,
        undeclared_examples=tuple(undeclared_examples),
        remarks=declared.remarks,
        silences=hearing.told(),
    )


def _keep(examples: list[str], path: str) -> None:
    if len(examples) < _EXAMPLES:
        examples.append(path)
