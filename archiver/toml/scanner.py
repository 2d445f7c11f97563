"""Walks a TOML text once before it is parsed: notes where everything stands, and stops at what would cost too much.

``tomllib`` takes time that grows with the square of a key's parts, a thousand bytes for each table and any number of
digits. So this walk comes first, in time and memory that grow with the text. It knows only how the text is divided
(TOML 1.0.0, https://toml.io/en/v1.0.0), interprets no value, and is more patient than ``tomllib``: what that accepts
is walked to its end. Where it cannot go on it ends, for ``tomllib`` ends there too and says why.
"""

from __future__ import annotations

import re
import tomllib
from array import array
from dataclasses import dataclass, field

MOST_PARTS = 32
"""Parts of one dotted key."""
MOST_DEPTH = 64
"""Keys and list indices that lead to one value."""
MOST_CHARACTERS = 64
"""Characters of one number, date or time."""
MOST_TABLES = 80_000
"""Tables, each part of a header or dotted key that makes one counted."""
MOST_VALUES = 300_000
"""Keys and values."""
NOWHERE = 0xFFFF_FFFF
"""In place of the offset of what does not stand in the text itself."""

_SPACE = re.compile(r"[ \t]*+")
_BLANK = re.compile(r"(?:[ \t\n]++|#[^\n]*+)*+")
_BETWEEN = re.compile(r"(?:[ \t\n,]++|#[^\n]*+)*+")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]++")
_SCALAR = re.compile(r"[^,\]}#\n]++")
_LONG_NUMBER = re.compile(rf"[-+0-9][^,\]}}#\n]*?[0-9A-Za-z_.+:-]{{{MOST_CHARACTERS}}}")
_STRINGS = tuple(
    re.compile(pattern, re.DOTALL)
    for pattern in (
        r'"""(?:[^"\\]++|\\.|"(?!""))*+"{3,5}',
        r"'''(?:[^']++|'(?!''))*+'{3,5}",
        r'"(?:[^"\\\n]++|\\[^\n])*+"',
        r"'[^'\n]*+'",
    )
)


class LimitError(Exception):
    """A text would cost more than a text that a person wrote.

    Args:
        offset: Where, in characters from the beginning.
        message: What is too much, in one plain sentence.
    """

    def __init__(self, offset: int, message: str) -> None:
        super().__init__(message)
        self.offset = offset
        self.message = message


class _NoTomlError(Exception):
    """Here ``tomllib`` will end too."""


@dataclass(slots=True)
class Scanner:
    """The places in one text. What leads to a value is a chain of nodes; the document itself is node 0.

    Attributes:
        text: The text, every line ended by one line feed.
        keys: By node, the offset of its key; of a list's item :data:`NOWHERE`.
        values: By node, the offset of its value.
        below: By node, what is in a table by key, or in a list in its order.
    """

    text: str
    keys: array[int] = field(default_factory=lambda: array("I", [NOWHERE]))
    values: array[int] = field(default_factory=lambda: array("I", [0]))
    below: dict[int, dict[str, int] | array[int]] = field(default_factory=dict)
    _at: int = 0
    _tables: int = 0

    def scan(self) -> None:
        """Walk the text, once.

        Raises:
            LimitError: at the first thing that is too much.
        """
        table, depth = 0, 0
        try:
            while self._skip(_BLANK):
                if self.text[self._at] == "[":
                    table, depth = self._header()
                else:
                    self._value(*self._pair(table, depth))
        except _NoTomlError:
            return

    def _skip(self, pattern: re.Pattern[str]) -> bool:
        """Go on past what may stand anywhere, and say whether anything follows."""
        match = pattern.match(self.text, self._at)
        assert match is not None
        self._at = match.end()
        return self._at < len(self.text)

    def _header(self) -> tuple[int, int]:
        """Read ``[table]`` or ``[[table]]``; give its node and how many keys and indices lead to it."""
        start = self._at
        brackets = 2 if self.text.startswith("[[", start) else 1
        self._at += brackets
        node, depth = 0, 0
        parts = self._dotted_key(start)
        self._count_tables(len(parts), start)
        for index, (part, offset) in enumerate(parts):
            node, depth = self._child(node, part, offset), depth + 1
            if brackets == 2 and index == len(parts) - 1:
                node, depth = self._item(node), depth + 1
            else:
                items = self.below.get(node)
                if isinstance(items, array):
                    node, depth = items[-1], depth + 1
        self._expect("]" * brackets)
        if self.values[node] == NOWHERE:
            self.values[node] = start
        return node, depth

    def _pair(self, table: int, depth: int) -> tuple[int, int]:
        """Read ``dotted.key =``; give the node of the value that follows and what leads to it."""
        start = self._at
        parts = self._dotted_key(start)
        self._count_tables(len(parts) - 1, start)
        for part, offset in parts:
            table = self._child(table, part, offset)
        self._expect("=")
        return table, depth + len(parts)

    def _dotted_key(self, start: int) -> list[tuple[str, int]]:
        parts: list[tuple[str, int]] = []
        while True:
            if len(parts) == MOST_PARTS:
                raise LimitError(start, f"The key has more than {MOST_PARTS} parts.")
            self._skip(_SPACE)
            offset = self._at
            parts.append((self._simple_key(), offset))
            self._skip(_SPACE)
            if not self.text.startswith(".", self._at):
                return parts
            self._at += 1

    def _simple_key(self) -> str:
        start = self._at
        match = _BARE_KEY.match(self.text, start)
        if match is not None:
            self._at = match.end()
            return match.group()
        self._string()
        quoted = self.text[start : self._at]
        return quoted[1:-1] if "\\" not in quoted or quoted[0] == "'" else _unescaped(quoted)

    def _string(self) -> None:
        text, start = self.text, self._at
        if text.startswith(('"""', "'''"), start):
            pattern = _STRINGS[0 if text[start] == '"' else 1]
        elif text.startswith(('"', "'"), start):
            pattern = _STRINGS[2 if text[start] == '"' else 3]
        else:
            raise _NoTomlError
        match = pattern.match(text, start)
        if match is None:
            raise _NoTomlError
        self._at = match.end()

    def _expect(self, sign: str) -> None:
        if not self.text.startswith(sign, self._at):
            raise _NoTomlError
        self._at += len(sign)

    def _value(self, node: int, depth: int) -> None:
        """Read a value with everything in it, without going deeper into the machine's own stack."""
        opened: list[tuple[str, int, int]] = []
        following: tuple[int, int] | None = node, depth
        while following is not None:
            node, depth = following
            self._skip(_SPACE)
            if depth > MOST_DEPTH:
                raise LimitError(self._at, f"It is nested more than {MOST_DEPTH} deep.")
            if self.values[node] == NOWHERE:
                self.values[node] = self._at
            sign = self.text[self._at : self._at + 1]
            if sign in ("[", "{"):
                opened.append(("]" if sign == "[" else "}", node, depth))
                self._count_tables(int(sign == "{"), self._at)
                self._at += 1
            else:
                self._scalar()
            following = self._following(opened)

    def _following(self, opened: list[tuple[str, int, int]]) -> tuple[int, int] | None:
        """Give the next value's node within the lists and inline tables that are open, and close those that end."""
        while opened:
            closing, node, depth = opened[-1]
            if not self._skip(_BETWEEN):
                raise _NoTomlError
            if self.text[self._at] == closing:
                self._at += 1
                opened.pop()
            elif closing == "]":
                return self._item(node), depth + 1
            else:
                return self._pair(node, depth)
        return None

    def _scalar(self) -> None:
        if self.text.startswith(('"', "'"), self._at):
            self._string()
            return
        match = _SCALAR.match(self.text, self._at)
        if match is None:
            raise _NoTomlError
        if len(match.group()) > MOST_CHARACTERS and _LONG_NUMBER.match(self.text, self._at, match.end()):
            raise LimitError(self._at, f"A number or time has more than {MOST_CHARACTERS} characters.")
        self._at = match.end()

    def _child(self, node: int, part: str, offset: int) -> int:
        """Give the node of a key in a table; its first place counts."""
        parts = self.below.setdefault(node, {})
        if isinstance(parts, array):  # tomllib refuses a table where a list stands
            return self._new(offset)
        known = parts.get(part)
        if known is None:
            known = parts[part] = self._new(offset)
        return known

    def _item(self, node: int) -> int:
        """Give the node of one more item of a list."""
        items = self.below.setdefault(node, array("I"))
        new = self._new(NOWHERE)
        if isinstance(items, array):  # tomllib refuses a list where a table stands
            items.append(new)
        return new

    def _new(self, offset: int) -> int:
        node = len(self.keys)
        if node > MOST_VALUES:
            raise LimitError(self._at, f"It holds more than {MOST_VALUES:,} keys and values.")
        self.keys.append(offset)
        self.values.append(NOWHERE)
        return node

    def _count_tables(self, number: int, start: int) -> None:
        self._tables += number
        if self._tables > MOST_TABLES:
            raise LimitError(start, f"It holds more than {MOST_TABLES:,} tables.")


def _unescaped(quoted: str) -> str:
    """A quoted key as ``tomllib`` reads it."""
    try:
        return next(iter(tomllib.loads(f"{quoted} = 0")))
    except tomllib.TOMLDecodeError:
        raise _NoTomlError from None
