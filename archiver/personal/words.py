"""Searches for what begins with one of many words, in time that the words which are not there hardly cost."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

_START = 3
_WORD = re.compile(r"[^\W_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
_SPACED = re.compile(r"[a-z\u00df-\u024f\u0400-\u04ff]{2}")
_UNSPACED = re.compile(r"[\u0530-\u1dff\u2e80-\ud7ff\uf900-\ufaff\uff66-\uffdc]")
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


BEGINS = r"(?<![^\W_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af])"
"""Before a word: no letter, but for those of scripts that write words without blanks."""


@dataclass(frozen=True, slots=True)
class Hints:
    """What a text in small letters must have in it to hold one kind of personal data.

    Attributes:
        words: Beginnings of words, by their first letters.
        pieces: What may stand anywhere.
        unspaced: Words of scripts that are neither Latin, Greek nor Cyrillic.
        needed: One of these must be there as well; empty where nothing must.
    """

    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    pieces: tuple[str, ...] = ()
    unspaced: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()

    def present(self, folded: str, starts: AbstractSet[str]) -> tuple[str, ...]:
        """Those that stand in ``folded``, of which ``starts`` is what :func:`starts_of` gives."""
        if self.needed and not any(sign in folded for sign in self.needed):
            return ()
        found = [word for start in starts & self.words.keys() for word in self.words[start] if word in folded]
        found += [piece for piece in self.pieces if piece in folded]
        if self.unspaced and not folded.isascii() and _UNSPACED.search(folded) is not None:
            found += [piece for piece in self.unspaced if piece in folded]
        return tuple(found)


def _letters(hint: str) -> str:
    letters = _WORD.match(hint)
    return letters.group()[:_START] if letters is not None else ""


def starts_of(folded: str) -> set[str]:
    """The first letters of every word; an encoded slash begins one."""
    if "%" in folded:
        folded = folded.replace("%2f", "/").replace("%252f", "/").replace("%5c", "/").replace("%255c", "/")
    return {word[:_START] for word in _WORD.findall(folded)}


def hints(words: Iterable[str], pieces: Iterable[str] = (), needed: Iterable[str] = ()) -> Hints:
    """Hints of words of any script: those of a script without blanks between words are pieces."""
    begun_by: dict[str, tuple[str, ...]] = {}
    anywhere, unspaced = [*pieces], list[str]()
    for word in words:
        if _UNSPACED.match(word) is not None:
            unspaced.append(word)
        elif _SPACED.match(word) is None:
            anywhere.append(word)
        else:
            start = _letters(word)
            begun_by[start] = (*begun_by.get(start, ()), word)
    return Hints(begun_by, tuple(anywhere), tuple(unspaced), tuple(needed))


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
