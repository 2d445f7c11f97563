"""Reads the commands out of documentation pages: fenced blocks of Markdown, and what they promise."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_STATUS = re.compile(r"#.*\bexit status (\d+)$")


@dataclass(frozen=True, slots=True)
class Command:
    """A command that a page tells its reader to give.

    Attributes:
        line: The command, as a shell takes it.
        status: Exit status that it must have; ``None`` where the page does not care.
        expected: What the page says it prints, ``...`` for any text; ``None`` where it says nothing.
    """

    line: str
    status: int | None
    expected: str | None


def blocks(page: Path) -> Iterator[tuple[str, str]]:
    """Yield the kind and text of every fenced block."""
    for match in _FENCE.finditer(page.read_text(encoding="utf-8")):
        yield match[1], match[2]


def commands(page: Path) -> Iterator[Command]:
    """Yield every command of the page's ``sh`` and ``console`` blocks.

    A command of an ``sh`` block ends with status 0, or with the one that a comment behind it names. One of a
    ``console`` block prints what stands below it.
    """
    for kind, text in blocks(page):
        if kind == "sh":
            for line in text.replace("\\\n", " ").splitlines():
                named = _STATUS.search(line)
                if line.strip() and not line.startswith("#"):
                    yield Command(line, int(named[1]) if named else 0, None)
        elif kind == "console":
            for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
                line, _, printed = part.partition("\n")
                yield Command(line, None, printed)


def fits(expected: str, printed: str) -> bool:
    """Whether ``printed`` is what a page shows, where ``...`` stands for any text, on a line of its own or in one."""
    lines = [
        "(?:.*\n)*?" if line == "..." else re.escape(line).replace(r"\.\.\.", ".*") + "\n"
        for line in expected.splitlines()
    ]
    return re.fullmatch("".join(lines), printed) is not None
