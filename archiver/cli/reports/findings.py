"""Problems for people: grouped by kind, a few examples each, what to do; then, where asked for, every file by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from archiver.cli.remedies import advice
from archiver.cli.reports.alike import alike_lines
from archiver.cli.terminal.text import count, shown, shown_path, wrapped
from archiver.model.audio import ExaminedFile
from archiver.model.problem import PROBLEM_KINDS, Problem, Severity
from archiver.model.sound import SoundState
from archiver.rights.meanings import Meaning, meaning

EXAMPLES = 3
_ORDER = tuple(Severity)


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
        # what all of them say is told once
        said = {problem.message for problem in examples[code]}
        for alike in [examples[code]] if len(said) == 1 else ([problem] for problem in examples[code]):
            yield from alike_lines(alike, "        ")
        if counts[code] > len(examples[code]):
            yield f"        and {counts[code] - len(examples[code]):,} more; --verbose lists them"
        yield wrapped(advice(kind.advice, kind.remedies), indent="        ")


def listed_lines(
    title: str, files: Iterable[ExaminedFile], told: Callable[[ExaminedFile], str | None]
) -> Iterator[str]:
    """Yield a title and a line for each file of which there is something to tell; nothing where there is of none.

    Args:
        title: What the files have in common.
        files: All files, of which any number may pass.
        told: Says what there is to tell of a file; ``None`` for nothing.
    """
    titled = False
    for file in files:
        words = told(file)
        if words is not None:
            if not titled:
                yield f"\n{title}"
                titled = True
            yield wrapped(f"{shown_path(file.ref.path)}: {shown(words)}", indent="  ", below="      ")


def protection_told(file: ExaminedFile) -> str | None:
    """Say what a file's technical protection is called, if one was seen."""
    return None if file.protection is None or file.protection.unseen else file.protection.label


def unseen_told(file: ExaminedFile) -> str | None:
    """Say where the look for a file's protection ended, if it did not come to the end of the headers."""
    if file.protection is None or not file.protection.unseen:
        return None
    return f"{file.protection.name}, at {file.protection.locator}"


def unseen_line(files: int) -> str:
    """Say of how many files the protection is not known."""
    return f"Protection not seen, for the headers are not readable: {count(files, 'file')}"


def personal_told(file: ExaminedFile) -> str | None:
    """Say what kinds of personal data a file carries, never the data; ``None`` where none was detected."""
    return ", ".join(sorted({found.code for found in file.evidence if found.personal})) or None


def unread_told(file: ExaminedFile) -> str | None:
    """Say why not all of a file could be read for personal data, if none was detected in it."""
    if personal_told(file) is not None:
        return None
    return next((found.value for found in file.evidence if meaning(found.code) is Meaning.UNREAD), None)


def unchecked_told(file: ExaminedFile) -> str | None:
    """Say why nothing could be tested of a file's music, if nothing could."""
    if file.sound is None or file.sound.integrity.state is not SoundState.NOT_CHECKABLE:
        return None
    return file.sound.integrity.detail or "nothing in this format is tested"


def personal_line(files: int, unread: int, share: str = "", unread_share: str = "") -> str:
    """Say how many files carry personal data, and of how many that is not known; empty where there is nothing to say.

    Args:
        files: How many carry it.
        unread: Of how many it is not known.
        share: How many of the first are in the package, to stand after their number.
        unread_share: The same of the others.
    """
    if not files:
        return f"Not read whole for personal data: {count(unread, 'file')}{unread_share}" if unread else ""
    more = f"; {unread:,} more could not be read for it{unread_share}" if unread else ""
    return f"Carrying personal data: {count(files, 'file')}{share}{more}"


def every_problem_lines(problems: Iterable[Problem]) -> Iterator[str]:
    """Yield a title and a line for each problem, in the order of the scan; nothing where there is none."""
    titled = False
    for problem in problems:
        if not titled:
            yield "\nEvery problem, by file"
            titled = True
        words = f"{problem.code}  {shown_path(problem.path)}: {shown(problem.message)}"
        yield wrapped(words, indent="  ", below="        ")


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
