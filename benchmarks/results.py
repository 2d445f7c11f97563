"""What the benchmarks found: rows, and tables of them that are aligned for a terminal as well."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass

HEADER = ("what", "on", "measured", "against", "result", "wanted", "holds")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table.

    Attributes:
        what: What was measured.
        on: The tree it was measured on.
        measured: What this program took.
        against: What it is compared with, and what that took.
        result: The ratio, rate or size.
        wanted: The number to hold; empty where there is none.
        holds: ``yes`` or ``no``; empty where nothing is wanted.
    """

    what: str
    on: str
    measured: str
    against: str
    result: str
    wanted: str = ""
    holds: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Rows that belong together, as the page shows them.

    Attributes:
        title: What they are of, as a heading within a part of the page; empty where the part has this one alone.
        text: What is to be known to read them; Markdown.
        rows: The rows.
        header: The heads of all columns, of which those are shown that some row has something in.
    """

    title: str
    text: str
    rows: tuple[Row, ...]
    header: tuple[str, ...] = HEADER

    def __str__(self) -> str:
        """As Markdown."""
        return "\n\n".join(part for part in (self.title, self.text, table(self.rows, self.header)) if part)


def at_most(value: float, limit: float) -> str:
    """Say whether a value keeps below a limit."""
    return "yes" if value <= limit else "no"


def at_least(value: float, limit: float) -> str:
    """Say whether a value reaches a limit."""
    return "yes" if value >= limit else "no"


def not_measured(what: str, why: str) -> Row:
    """Return the row that stands where something cannot be measured here."""
    return Row(what, "", "", "", f"not measured: {why}")


def table(rows: Sequence[Row], header: Sequence[str] = HEADER) -> str:
    """Return rows as a Markdown table, without the columns that are empty in all of them.

    Args:
        rows: The rows.
        header: The heads of all columns.
    """
    cells = [tuple(header), *(astuple(row) for row in rows)]
    used = [column for column in range(len(HEADER)) if any(row[column] for row in cells[1:])]
    return plain_table([[row[column] for column in used] for row in cells])


def plain_table(cells: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table, each column as wide as its widest cell.

    Args:
        cells: The heads, then the lines.
    """
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [_line(row, widths) for row in cells]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def _line(row: Iterable[str], widths: Sequence[int]) -> str:
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
