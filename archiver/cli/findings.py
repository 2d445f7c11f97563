"""Problems for people: grouped by kind, a few examples each, what to do; everything for machines in ``--json``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from archiver.cli.text import brief, count, wrapped
from archiver.model.problem import PROBLEM_KINDS, Problem, Severity

EXAMPLES = 3
_ORDER = (Severity.ERROR, Severity.WARNING, Severity.INFO)


def problem_lines(counts: Counter[str], problems: Iterable[Problem]) -> Iterator[str]:
    """Yield the lines of a report on problems, the gravest first, with the first examples of each kind.

    Args:
        counts: How many there are of each code.
        problems: The problems themselves, as many as there are; read only as far as examples are missing.
    """
    examples = _examples(counts, problems)
    for code in sorted(counts, key=lambda code: (_ORDER.index(PROBLEM_KINDS[code].severity), code)):
        kind = PROBLEM_KINDS[code]
        yield f"  {code}  {kind.title}: {count(counts[code], 'file')}"
        for problem in examples[code]:
            yield wrapped(f"{brief(problem.path)}: {brief(problem.message)}", indent="        ")
        if counts[code] > len(examples[code]):
            yield f"        and {counts[code] - len(examples[code]):,} more"
        yield wrapped(kind.advice, indent="        ")


def _examples(counts: Counter[str], problems: Iterable[Problem]) -> dict[str, list[Problem]]:
    found: dict[str, list[Problem]] = {code: [] for code in counts}
    missing = sum(min(number, EXAMPLES) for number in counts.values())
    if not missing:
        return found
    for problem in problems:
        examples = found[problem.code]
        if len(examples) < EXAMPLES:
            examples.append(problem)
            missing -= 1
            if not missing:
                break
    return found
