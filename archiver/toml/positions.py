"""Where each key and value of a TOML document stands, so that an error can point at it.

``tomllib`` tells the position of a syntax error and of nothing else.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass

from archiver.toml.scanner import NOWHERE, Scanner

Path = tuple[str | int, ...]
"""The keys and array indices that lead to a value."""

_BLOCK = 1 << 16


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a text; both count from 1, columns in characters."""

    line: int
    column: int


class Lines:
    """Tells line and column of an offset, in memory that does not grow with the number of lines."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._breaks_before = [0]
        for start in range(0, len(text), _BLOCK):
            self._breaks_before.append(self._breaks_before[-1] + text.count("\n", start, start + _BLOCK))

    def position(self, offset: int) -> Position:
        """Where the character at an offset stands."""
        block = offset // _BLOCK
        line = self._breaks_before[block] + self._text.count("\n", block * _BLOCK, offset) + 1
        return Position(line, offset - self._text.rfind("\n", 0, offset))


class Positions:
    """The places of all keys and values of one document.

    Args:
        text: A document; where ``tomllib`` does not accept it, the places are meaningless.

    Raises:
        LimitError: if the text would cost too much to parse.
    """

    def __init__(self, text: str) -> None:
        self._lines = Lines(text)
        self._scanner = Scanner(text)
        self._scanner.scan()

    def key(self, path: Path) -> Position:
        """Where the key stands, or the closest place around it."""
        return self._nearest(path, self._scanner.keys, self._scanner.values)

    def value(self, path: Path) -> Position:
        """Where the value begins, or the closest place around it."""
        return self._nearest(path, self._scanner.values, self._scanner.keys)

    def _nearest(self, path: Path, first: array[int], second: array[int]) -> Position:
        below, node, offset = self._scanner.below, 0, 0
        for part in path:
            inside = below.get(node)
            if isinstance(inside, array):
                if not isinstance(part, int) or part >= len(inside):
                    break
                node = inside[part]
            elif inside is None or not isinstance(part, str) or part not in inside:
                break
            else:
                node = inside[part]
            places = [place for place in (first[node], second[node]) if place != NOWHERE]
            offset = places[0] if places else offset
        return self._lines.position(offset)
