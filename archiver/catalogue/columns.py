"""Takes the columns of a row one after another, each as what the table says that it is."""

from __future__ import annotations

from archiver.catalogue.database import Row


class RowReader:
    """A row that is read from left to right.

    Args:
        row: The row.
    """

    def __init__(self, row: Row) -> None:
        self._values = iter(row)

    def text(self) -> str:
        """Return a text; empty where there is none."""
        return self.text_or_none() or ""

    def text_or_none(self) -> str | None:
        """Return a text, or ``None``."""
        value = next(self._values)
        return value if isinstance(value, str) else None

    def whole(self) -> int:
        """Return a whole number; 0 where there is none."""
        return self.whole_or_none() or 0

    def whole_or_none(self) -> int | None:
        """Return a whole number, or ``None``."""
        value = next(self._values)
        return value if isinstance(value, int) else None

    def octets(self) -> bytes | None:
        """Return bytes, or ``None``."""
        value = next(self._values)
        return value if isinstance(value, bytes) else None
