"""Aligned columns without lines or colour, which a screen reader reads as they stand."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from rich.cells import cell_len, set_cell_size

from archiver.cli.terminal.text import columns

_NARROWEST = 10
_GAP = 2


def table_lines(header: Sequence[str], rows: Sequence[Sequence[str]], indent: str = "  ") -> Iterator[str]:
    """Yield a header and rows in columns: the first to the left and cut to fit the report's width, the others to the right."""
    yield from fitted_lines(header, rows, cut=(0,), right=range(1, len(header)), indent=indent)


def fitted_lines(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    cut: Collection[int],
    right: Collection[int] = (),
    indent: str = "  ",
) -> Iterator[str]:
    """Yield a header and rows in columns that fit the report's width.

    Args:
        header: A title for each column.
        rows: The cells of each row, safe to be shown.
        cut: Columns that are cut where there is not enough room, the widest first; each keeps ten cells.
        right: Columns that are set to the right.
        indent: What each line begins with.
    """
    widths = [max(cell_len(row[index]) for row in (header, *rows)) for index in range(len(header))]
    widths = [max(width, _NARROWEST) if index in cut else width for index, width in enumerate(widths)]
    room = columns() - 1 - len(indent) - _GAP * (len(widths) - 1)
    too_wide = sum(widths) - room
    while too_wide > 0:
        widest = max(cut, key=lambda index: widths[index])
        if widths[widest] <= _NARROWEST:
            break
        widths[widest] -= 1
        too_wide -= 1
    for row in (header, *rows):
        cells = [
            _cell(cell, width, to_right=index in right)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield (indent + (" " * _GAP).join(cells)).rstrip()


def _cell(text: str, width: int, *, to_right: bool) -> str:
    if cell_len(text) > width:
        return set_cell_size(set_cell_size(text, width - 1).rstrip() + "…", width)
    return " " * (width - cell_len(text)) + text if to_right else set_cell_size(text, width)
