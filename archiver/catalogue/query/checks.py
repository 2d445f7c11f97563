"""What of a query the index cannot answer, asked of one file's texts: phrases, patterns, tags without a column of their own."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from archiver.catalogue.folding import fold, in_order, is_unspaced, stands_in, ways_to_find
from archiver.catalogue.query.fields import FIELDS, Kind
from archiver.catalogue.query.stars import fits
from archiver.catalogue.query.terms import Pattern, Words
from archiver.catalogue.query.wanted import is_prefix
from archiver.model.audio import Tags


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of one file.

    Attributes:
        tags: Canonical tags.
        path: Path below ``data/``.
    """

    tags: Tags
    path: str


Check = Callable[[Texts], bool]


def check_of(condition: Words | Pattern) -> Check | None:
    """Return what is still to be asked of a file that the index gave; ``None`` where the index says all."""
    if isinstance(condition, Pattern):
        return _fits(condition)
    field = FIELDS.get(condition.field)
    texts = _texts_of(condition.field)
    has_column = field is None or field.name in ("title", "artist", "album", "path")
    if condition.quoted:
        phrase = in_order(condition.text)
        if has_column and " " not in phrase and not is_unspaced(phrase):
            return None  # a word of the index is a whole one
        return lambda file: any(stands_in(phrase, in_order(text)) for text in texts(file))
    if has_column:
        return None
    ways = ways_to_find(condition.text)
    return lambda file: any(_has(ways, fold(text)) for text in texts(file))


def _texts_of(name: str) -> Callable[[Texts], Iterable[str]]:
    if not name:
        return lambda file: (*(value for values in file.tags.values() for value in values), file.path)
    field = FIELDS[name]
    if field.kind is Kind.TAG:
        return lambda file: [value for tag in field.tags for value in file.tags.get(tag, ())]
    if name == "name":
        return lambda file: (file.path.rpartition("/")[2],)
    return lambda file: (file.path,)


def _has(ways: tuple[tuple[str, ...], ...], folded: str) -> bool:
    words = folded.split(" ")
    return any(all(_is_there(word, way, words) for word in way) for way in ways)


def _is_there(word: str, way: tuple[str, ...], words: list[str]) -> bool:
    if is_prefix(word, way):
        return any(there.startswith(word) for there in words)
    return word in words


def _fits(pattern: Pattern) -> Check:
    pieces = _caseless(pattern.text).split("*")
    whole = pattern.field == "path"
    return lambda file: fits(pieces, _caseless(file.path if whole else file.path.rpartition("/")[2]))


def _caseless(text: str) -> str:
    return text.lower() if text.isascii() else unicodedata.normalize("NFC", text.casefold())
