"""Patterns with stars, in time in proportion to pattern and text."""

from __future__ import annotations


def fits(pieces: list[str], text: str) -> bool:
    """Whether the pieces of a pattern stand in a text one after the other, the first and the last at its ends.

    Each is taken where it first fits, which loses no match and never goes back.

    Args:
        pieces: What stands between the stars; ``?`` in them is any one character.
        text: The text.
    """
    first, *rest = pieces
    if not rest:
        return len(first) == len(text) and _at(first, text, 0)
    last = rest.pop()
    if len(first) + len(last) > len(text) or not _at(first, text, 0):
        return False
    at, end = len(first), len(text) - len(last)
    for piece in rest:
        found = next((start for start in range(at, end - len(piece) + 1) if _at(piece, text, start)), None)
        if found is None:
            return False
        at = found + len(piece)
    return _at(last, text, end)


def _at(piece: str, text: str, start: int) -> bool:
    if "?" not in piece:
        return text.startswith(piece, start)
    return all(one in ("?", text[start + index]) for index, one in enumerate(piece))
