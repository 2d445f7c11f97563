"""Where each key and value of a TOML document stands, so that an error can point at it.

``tomllib`` tells the position of a syntax error and of nothing else. This reader runs only after ``tomllib``
has accepted the text; it finds places and interprets no value (TOML 1.0.0, https://toml.io/en/v1.0.0).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import accumulate

Path = tuple[str | int, ...]
"""The keys and array indices that lead to a value."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR = re.compile(r"[^,\]}#\n]*")
_STRINGS = tuple(
    re.compile(pattern, re.DOTALL)
    for pattern in (
        r'"""(?:\\.|[^\\])*?"{3,5}(?!")',
        r"'''.*?'{3,5}(?!')",
        r'"(?:\\.|[^"\\\n])*"',
        r"'[^'\n]*'",
    )
)


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a text; both count from 1, columns in characters."""

    line: int
    column: int


class Positions:
    """The places of all keys and values of one document.

    Args:
        text: A document that ``tomllib`` accepts; for other text the places are meaningless.
    """

    def __init__(self, text: str) -> None:
        self._line_starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
        scanner = _Scanner(text)
        scanner.document()
        self._keys = scanner.keys
        self._values = scanner.values

    def key(self, path: Path) -> Position:
        """Where the key stands, or the closest place around it."""
        return self._nearest(self._keys, path)

    def value(self, path: Path) -> Position:
        """Where the value begins, or the closest place around it."""
        return self._nearest(self._values, path)

    def _nearest(self, places: dict[Path, int], path: Path) -> Position:
        for length in range(len(path), 0, -1):
            part = path[:length]
            offset = places.get(part, self._values.get(part, self._keys.get(part)))
            if offset is not None:
                return self._position(offset)
        return Position(1, 1)

    def _position(self, offset: int) -> Position:
        line = bisect_right(self._line_starts, offset)
        return Position(line, offset - self._line_starts[line - 1] + 1)


@dataclass(slots=True)
class _Scanner:
    """Walks a valid document once, noting the offset of every key and value."""

    text: str
    at: int = 0
    keys: dict[Path, int] = field(default_factory=dict)
    values: dict[Path, int] = field(default_factory=dict)
    tables: dict[Path, int] = field(default_factory=dict)
    """How often each array of tables was opened."""

    def document(self) -> None:
        table: Path = ()
        while self._skip_blank():
            if self.text.startswith("[[", self.at):
                table = self._header(2)
            elif self.text[self.at] == "[":
                table = self._header(1)
            else:
                self._pair(table)

    def _skip_blank(self) -> bool:
        match = _BLANK.match(self.text, self.at)
        assert match is not None
        self.at = match.end()
        return self.at < len(self.text)

    def _header(self, brackets: int) -> Path:
        start = self.at
        self.at += brackets
        path: Path = ()
        parts = self._dotted_key()
        for index, (part, offset) in enumerate(parts):
            path = (*path, part)
            self.keys.setdefault(path, offset)
            if brackets == 2 and index == len(parts) - 1:
                self.tables[path] = self.tables.get(path, 0) + 1
            if path in self.tables:
                path = (*path, self.tables[path] - 1)
        self.at += brackets
        self.values.setdefault(path, start)
        return path

    def _dotted_key(self) -> list[tuple[str, int]]:
        parts = []
        while True:
            self._skip_blank()
            parts.append((self._simple_key(), self.at))
            self._skip_key()
            self._skip_blank()
            if self.text[self.at] != ".":
                return parts
            self.at += 1

    def _simple_key(self) -> str:
        match = _BARE_KEY.match(self.text, self.at)
        if match is not None:
            return match.group()
        quoted = self._string_end()
        raw = self.text[self.at + 1 : quoted - 1]
        return raw if self.text[self.at] == "'" else _unescape(raw)

    def _skip_key(self) -> None:
        match = _BARE_KEY.match(self.text, self.at)
        self.at = match.end() if match is not None else self._string_end()

    def _pair(self, table: Path) -> None:
        path = table
        for part, offset in self._dotted_key():
            path = (*path, part)
            self.keys.setdefault(path, offset)
        self.at += 1  # the equals sign
        self._skip_blank()
        self._value(path)

    def _value(self, path: Path) -> None:
        self.values.setdefault(path, self.at)
        char = self.text[self.at]
        if char in "\"'":
            self.at = self._string_end()
        elif char == "[":
            self._array(path)
        elif char == "{":
            self._inline_table(path)
        else:
            match = _SCALAR.match(self.text, self.at)
            assert match is not None
            self.at = match.end()

    def _array(self, path: Path) -> None:
        self.at += 1
        index = 0
        while self._skip_blank() and self.text[self.at] != "]":
            if self.text[self.at] == ",":
                self.at += 1
                continue
            self._value((*path, index))
            index += 1
        self.at += 1

    def _inline_table(self, path: Path) -> None:
        self.at += 1
        while self._skip_blank() and self.text[self.at] != "}":
            if self.text[self.at] == ",":
                self.at += 1
                continue
            self._pair(path)
        self.at += 1

    def _string_end(self) -> int:
        for pattern in _STRINGS:
            match = pattern.match(self.text, self.at)
            if match is not None:
                return match.end()
        raise AssertionError("a valid document has a string here")


def _unescape(raw: str) -> str:
    """A quoted key as ``tomllib`` reads it."""
    import tomllib  # noqa: PLC0415 - quoted keys are rare, and most documents never need the reader twice

    value: str = next(iter(tomllib.loads(f'"{raw}" = 0')))
    return value
