"""Make the reference pages that follow from the program itself; run ``python -m docs.make_pages`` from the root.

Writes ``docs/reference/command-line.md`` from the help of every command, ``problems.md`` beside it from the registry of
problems, ``clutter.md`` from the table of clutter, ``bagit-findings.md`` from the registry of findings ``evidence.md`` from that of evidence, ``essence.md`` from those of methods and checks, ``catalogue.md`` from
the catalogue's own tables, and ``finding.md`` from those of a query's fields; ``docs/explanation/reliability-cases.md`` from the marks of
tests. A test tells when one has fallen behind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from archiver.cli.remedies import advice
from archiver.model.clutter import CLUTTER, What
from archiver.model.problem import PROBLEM_KINDS, ProblemKind
from docs.command_tree import walk
from docs.pages.bagit_codes import findings_page
from docs.pages.catalogue import catalogue_page
from docs.pages.essence import essence_page
from docs.pages.evidence import evidence_page
from docs.pages.finding import finding_page
from docs.pages.reliability_cases import reliability_cases_page

_REFERENCE = Path(__file__).parent / "reference"
_EXPLANATION = Path(__file__).parent / "explanation"
_KINDS = {
    "S": ("The source", "What was seen in a source and could not be read, or not as it stands."),
    "F": ("The bytes", "What a file is, against what its name promises and its format demands."),
    "N": (
        "The names and sizes",
        "Names that other systems cannot hold. Where it is no error the file is packed all the same.",
    ),
    "R": (
        "The rights",
        "What was declared of rights and is not heard. `pack` ends with 3 until a person has seen to it.",
    ),
}


def command_line_page() -> str:
    """Return the page with every command's help."""
    return "\n".join(_command_line_lines()) + "\n"


def _command_line_lines() -> Iterator[str]:
    yield "# The command line\n"
    yield "Every command with all its options, as `--help` prints it. This page is made by `python -m docs.make_pages`."
    for node in walk():
        text = "\n".join(line.rstrip() for line in node.command.get_help(node.context).splitlines())
        yield f"\n## {' '.join(node.path)}\n\n```text\n{text}\n```"


def problems_page() -> str:
    """Return the page with every problem code."""
    return "\n".join(_problem_lines()) + "\n"


def _problem_lines() -> Iterator[str]:
    yield "# Problems\n"
    yield (
        "A problem is a finding about one file or folder of a source, with a code that never changes its meaning.\n"
        "It stands in the report of `scan` and `pack` and in `metadata/files.jsonl`. An **error** means that the\n"
        "file is not in the bag; a **warning**, that somebody should look; an **info** asks for nothing. What is\n"
        "found wrong with a bag has [codes of its own](bagit-findings.md).\n"
    )
    yield "This page is made by `python -m docs.make_pages`."
    for letter, (title, text) in _KINDS.items():
        yield f"\n## {letter}: {title}\n\n{text}\n\n| code | weight | problem | what to do |\n|---|---|---|---|"
        yield from (_problem_row(kind) for kind in PROBLEM_KINDS.values() if kind.code[0] == letter)


def _problem_row(kind: ProblemKind) -> str:
    return f"| {kind.code} | {kind.severity.value} | {kind.title} | {advice(kind.advice, kind.remedies)} |"


def clutter_page() -> str:
    """Return the page with every kind of clutter."""
    return "\n".join(_clutter_lines()) + "\n"


def _clutter_lines() -> Iterator[str]:
    yield "# Clutter\n"
    yield (
        "What systems, servers and browsers leave among music. `--exclude-clutter`, or `exclude-clutter = true` in the\n"
        "[configuration](configuration.md), leaves it out; without it such files are packed, have the role `system`, and\n"
        "nothing about their bytes is called a problem. Capitals do not matter. `--exclude '!NAME'` keeps one of them.\n"
    )
    yield (
        "A name that begins with `._` tells nothing for certain: where the bytes are those of music the file is kept, and it\n"
        "is music in the report; else its role is `other`, as that of any resource fork.\n"
    )
    yield "This page is made by `python -m docs.make_pages`.\n"
    yield "| name | of | what it is |\n|---|---|---|"
    for kind in CLUTTER:
        of = "file or folder" if kind.what is What.ANY else kind.what.value
        yield f"| `{kind.pattern}` | {of} | {kind.why} |"


PAGES: dict[Path, Callable[[], str]] = {
    _REFERENCE / "command-line.md": command_line_page,
    _REFERENCE / "problems.md": problems_page,
    _REFERENCE / "clutter.md": clutter_page,
    _REFERENCE / "bagit-findings.md": findings_page,
    _REFERENCE / "evidence.md": evidence_page,
    _REFERENCE / "essence.md": essence_page,
    _REFERENCE / "catalogue.md": catalogue_page,
    _REFERENCE / "finding.md": finding_page,
    _EXPLANATION / "reliability-cases.md": reliability_cases_page,
}


def main() -> None:
    """Write every page."""
    for path, page in PAGES.items():
        path.write_text(page(), encoding="utf-8")
        print(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


if __name__ == "__main__":
    main()
