"""The texts in a CBOR item (RFC 8949), each with the keys that lead to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

_MAX_ITEMS = 10_000
_MAX_DEPTH = 16
_BYTES, _TEXT, _ARRAY, _MAP, _TAG, _SIMPLE = 2, 3, 4, 5, 6, 7
_INDEFINITE = 31
_WIDTHS = {24: 1, 25: 2, 26: 4, 27: 8}


class _Item(NamedTuple):
    """One item without what it holds: its major type, argument (``None``: indefinite), and the offset after it."""

    major: int
    number: int | None
    end: int
    text: str = ""

    @property
    def is_break(self) -> bool:
        """Whether it only ends a map or an array."""
        return self.major == _SIMPLE and self.number is None


@dataclass(slots=True)
class _Level:
    """A map or an array on the way down.

    ``left`` counts the items to come, ``None`` where a break ends them. ``key`` is that of the value to come,
    ``None`` where a key is to come.
    """

    is_map: bool
    left: int | None
    key: str | None = None


def texts(data: bytes) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every text that is a value in maps alone, with the keys from the outermost map inwards.

    Ends without a word at what is malformed, nested more deeply than 16 levels, or longer than 10,000 items.
    """
    levels: list[_Level] = []
    at = 0
    for _ in range(_MAX_ITEMS):
        item = _item(data, at)
        if item is None:
            return
        at = item.end
        if item.major in (_ARRAY, _MAP) and item.number != 0:
            if len(levels) == _MAX_DEPTH:
                return
            levels.append(_opened(item))
        elif item.major != _TAG:
            if item.is_break and (not levels or levels.pop().left is not None):
                return
            if item.major == _TEXT and _is_value(levels):
                yield tuple(level.key or "" for level in levels), item.text
            _count(levels, item.text)
            if not levels:
                return


def _opened(item: _Item) -> _Level:
    is_map = item.major == _MAP
    return _Level(is_map, None if item.number is None else item.number * (2 if is_map else 1))


def _item(data: bytes, at: int) -> _Item | None:
    """The item at ``at``; ``None`` where it is malformed or cut, or a text or bytes in pieces, which nobody writes."""
    if at >= len(data):
        return None
    major, short = data[at] >> 5, data[at] & 31
    width = 0 if short < min(_WIDTHS) or short == _INDEFINITE else _WIDTHS.get(short)
    if width is None or at + 1 + width > len(data):
        return None
    number = None if short == _INDEFINITE else short
    at += 1 + width
    if width:
        number = int.from_bytes(data[at - width : at], "big")
    if major not in (_BYTES, _TEXT):
        return _Item(major, number, at)
    if number is None or at + number > len(data):
        return None
    text = data[at : at + number].decode("utf-8", "replace") if major == _TEXT else ""
    return _Item(major, number, at + number, text)


def _is_value(levels: list[_Level]) -> bool:
    return bool(levels) and all(level.is_map and level.key is not None for level in levels)


def _count(levels: list[_Level], text: str) -> None:
    """Take in an item that is complete, and every map or array that it completes."""
    while levels:
        level = levels[-1]
        if level.is_map:
            level.key = text if level.key is None else None
        if level.left is None:
            return
        level.left -= 1
        if level.left:
            return
        levels.pop()
        text = ""
