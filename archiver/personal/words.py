"""Searches for what begins with one of many words, in time that the words which are not there hardly cost."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_LITERAL = re.compile(r"[^\\\[\](){}?*+.^$|]+")
_REPEATED = frozenset("?*{")


def beginnings(*alternatives: str) -> tuple[str, ...]:
    """The literal words with which the alternatives of patterns begin; none begins with another.

    Args:
        alternatives: Alternatives of regular expressions, parted by ``|``; each begins with a literal.
    """
    words = set()
    for alternative in _parted("|".join(alternatives)):
        literal = _LITERAL.match(alternative)
        assert literal is not None, alternative
        word = literal.group()
        words.add(word[:-1] if alternative[len(word) : len(word) + 1] in _REPEATED else word)
    return tuple(
        sorted(word for word in words if not any(word != one and word.startswith(one) for one in words))
    )


def begun(pattern: re.Pattern[str], folded: str, words: Iterable[str]) -> Iterator[re.Match[str]]:
    """The matches of ``pattern`` in ``folded`` that begin with one of ``words``, word after word.

    Time is in proportion to the text where one match takes bounded time.
    """
    for word in words:
        at = folded.find(word)
        while at >= 0:
            match = pattern.match(folded, at)
            if match is not None:
                yield match
            at = folded.find(word, at + len(word) if match is None else max(match.end(), at + 1))


def _parted(alternatives: str) -> Iterator[str]:
    """The alternatives, parted at each bar that stands in no bracket."""
    depth, start = 0, 0
    for at, char in enumerate(alternatives):
        depth += (char in "([") - (char in ")]")
        if char == "|" and depth == 0:
            yield alternatives[start:at]
            start = at + 1
    yield alternatives[start:]
