"""Aligned columns without lines or colour, which a screen reader reads as they stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len, set_cell_size

from archiver.cli.terminal.text import columns


def table_lines(header: Sequence[str], rows: Sequence[Sequence[str]], indent: str = "  ") -> Iterator[str]:
    """Yield a header and rows in columns: the first to the left and cut to fit the report's width, the others to the right."""
    widths = [max(cell_len(row[index]) for row in (header, *rows)) for index in range(len(header))]
    others = sum(widths[1:]) + 2 * (len(widths) - 1) + len(indent)
    widths[0] = max(10, min(widths[0], columns() - 1 - others))
    for row in (header, *rows):
        first = row[0] if cell_len(row[0]) <= widths[0] else set_cell_size(row[0], widths[0] - 1) + "…"
        cells = [set_cell_size(first, widths[0])]
        cells += [
            " " * (width - cell_len(cell)) + cell for cell, width in zip(row[1:], widths[1:], strict=True)
        ]
        yield (indent + "  ".join(cells)).rstrip()
