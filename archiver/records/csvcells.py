"""Keeps a spreadsheet from running what a cell says."""

from __future__ import annotations

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(text: str) -> str:
    """Return ``text`` with ``'`` before it where a spreadsheet would take it for a formula.

    A spreadsheet shows such a cell as text without the apostrophe. The lossless value stands in the JSON
    record beside the table.
    """
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
