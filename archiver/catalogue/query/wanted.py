"""What SQLite's full-text index is asked: words as its query language has them, every one quoted.

A word of one or two letters is looked for as a whole, since very many begin as it does; a longer one as the beginning of
a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from archiver.catalogue.folding import fold, is_unspaced, ways_to_find
from archiver.catalogue.query.fields import FIELDS, Kind
from archiver.catalogue.query.terms import Pattern, Words
from archiver.catalogue.words import ALBUM, ARTIST, FACET, OTHER, PATH, TITLE

_SHORTEST_PREFIX = 3
_COLUMNS = {
    "": (TITLE, ARTIST, ALBUM, OTHER, PATH),
    "artist": (ARTIST,),
    "title": (TITLE,),
    "album": (ALBUM,),
}


def is_prefix(word: str, way: tuple[str, ...]) -> bool:
    """Whether a word of a way to find something may go on: the last one, where it is long enough."""
    if is_unspaced(word):
        return len(word) == 1
    return word == way[-1] and len(word) >= _SHORTEST_PREFIX


def wanted(condition: Words | Pattern) -> str | None:
    """Return what the index is asked for words or a pattern; ``None`` where it knows nothing that helps."""
    columns = _columns(condition.field)
    if isinstance(condition, Pattern):
        known = [word for word in _whole_words(condition.text) if not is_unspaced(word)]
        return _filtered(columns, " AND ".join(f'"{word}"' for word in known)) if known else None
    ways = ways_to_find(condition.text)
    asked = [
        " AND ".join(f'"{word}"{"*" if _goes_on(condition, word, way) else ""}' for word in way)
        for way in ways
    ]
    # by words of a person's own the columns may differ: a word of the title and one of the artist
    return _any(_filtered(columns, one) for one in asked)


def facet(words: Iterable[str]) -> str:
    """Return what the index is asked for files that have one of several words of :class:`archiver.catalogue.words.Facets`."""
    return _filtered((FACET,), " OR ".join(f'"{word}"' for word in words))


def every(asked: Iterable[str]) -> str:
    """Return what is asked where all must hold."""
    return " AND ".join(f"({one})" for one in asked)


def without(asked: str, negated: Iterable[str]) -> str:
    """Return what is asked where one must hold and none of others."""
    left_out = _any(f"({one})" for one in negated)
    return f"({asked}) NOT ({left_out})" if left_out else asked


def _any(asked: Iterable[str]) -> str:
    return " OR ".join(asked)


def _goes_on(condition: Words, word: str, way: tuple[str, ...]) -> bool:
    return is_unspaced(word) and len(word) == 1 if condition.quoted else is_prefix(word, way)


def _columns(name: str) -> tuple[str, ...]:
    if name in _COLUMNS:
        return _COLUMNS[name]
    field = FIELDS[name]
    if field.kind is Kind.PLACE:
        return (PATH,)
    return (ARTIST,) if field.tags == ("album_artist",) else (OTHER,)


def _filtered(columns: tuple[str, ...], asked: str) -> str:
    return f"{{{' '.join(columns)}}} : ({asked})"


def _whole_words(pattern: str) -> list[str]:
    """The words of a pattern that no star and no question mark touches."""
    touched = re.sub(r"\w*[*?]+\w*", " ", pattern)
    return list(dict.fromkeys(fold(touched.replace("/", " / ")).split()))
