"""Reads a query as a person types it.

    bjork -live year:1990..1999 format:flac title:"hyper-ballad"

Words, ``"words side by side"``, ``field:value``; ``-`` or ``not`` before any of them says that it does not hold. All must
hold. A query is bounded, and what it cannot mean is an error that names what was probably meant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from archiver.catalogue.folding import ways_to_find
from archiver.catalogue.query.fields import FIELDS, SYNONYMS, Field, Kind
from archiver.catalogue.query.terms import Added, Condition, OneOf, Pattern, Query, Term, Within, Words
from archiver.catalogue.query.values import HOW, days_of, spans_of
from archiver.errors import UsageError
from archiver.toml.document import nearest

MOST_CHARACTERS = 4_000
MOST_TERMS = 64
_MOST_VALUES = 64
_MOST_OPEN = 16
"""Places that a pattern may leave open."""

_QUOTES = str.maketrans("\u201c\u201d\u201e\u201f\uff02", '"""""')
_TERM = re.compile(
    r"""\s*(?P<minus>-(?=[^\s-]))?
        (?:(?P<field>[A-Za-z][A-Za-z_-]*):(?=\S))?
        (?:"(?P<quoted>[^"]*)"(?=\s|$)|(?P<bare>\S+))""",
    re.VERBOSE,
)
_EMPTY = re.compile(r"\s*-?([A-Za-z][A-Za-z_-]*):(?=\s|$)")
_HEX = re.compile(r"[0-9a-f]{8,128}")


class QueryError(UsageError):
    """A query says something that it cannot say."""


def parse_query(text: str) -> Query:
    """Return what a query asks for.

    Raises:
        QueryError: where it is none; it names what was probably meant.
    """
    if len(text) > MOST_CHARACTERS:
        raise QueryError(f"the query has {len(text):,} characters; it may have {MOST_CHARACTERS:,}")
    terms = tuple(_terms(text.translate(_QUOTES)))
    if len(terms) > MOST_TERMS:
        raise QueryError(f"the query has {len(terms)} terms; it may have {MOST_TERMS}")
    if not terms:
        raise QueryError(
            "there is nothing in the query that can be looked for",
            "Write words with letters or digits, or fields such as artist:bjork.",
        )
    return Query(terms)


def _terms(text: str) -> Iterator[Term]:
    at, negated = 0, False
    while at < len(text):
        empty = _EMPTY.match(text, at)
        if empty is not None and _known(empty[1]) is not None:
            raise QueryError(
                f"{empty[1]}: has no value", f"Write it without a blank, as in {_field(empty[1]).example}."
            )
        found = _TERM.match(text, at)
        if found is None:
            break
        at = found.end()
        bare, quoted = found["bare"], found["quoted"]
        if bare in ("not", "NOT") and not (found["field"] or found["minus"] or negated) and text[at:].strip():
            negated = True
            continue
        if bare is not None and bare.startswith('"'):
            raise QueryError(
                f"a quotation mark is not closed: {bare}", 'Write "words side by side" with one at each end.'
            )
        condition = _condition(found["field"], bare if quoted is None else quoted, quoted=quoted is not None)
        if condition is not None:
            yield Term(condition, negated or found["minus"] is not None)
        negated = False


def _condition(name: str | None, value: str, *, quoted: bool) -> Condition | None:
    """What a term asks for; ``None`` for a word of nothing but signs, as between an artist and a title."""
    if name is None:
        return Words("", value, quoted) if ways_to_find(value) else None
    field = _field(name, value)
    return _READERS[field.kind](field, value, quoted)


def _known(name: str) -> Field | None:
    folded = name.casefold().replace("-", "_")
    return FIELDS.get(SYNONYMS.get(folded, folded))


def _field(name: str, value: str = "") -> Field:
    found = _known(name)
    if found is None:
        quoted = f"{name}:{value}".replace('"', "")
        raise QueryError(
            f"there is no field {name!r} to look in",
            f'{nearest(name, FIELDS)} To look for the words themselves: "{quoted}"',
        )
    return found


def _words(field: Field, value: str, quoted: bool) -> Words:  # noqa: FBT001 - as every reader of a value
    if not ways_to_find(value):
        raise QueryError(
            f"there is nothing in {field.name}:{value} that can be looked for",
            f"Write words with letters or digits, as in {field.example}.",
        )
    return Words(field.name, value, quoted)


def _place(field: Field, value: str, quoted: bool) -> Condition:  # noqa: FBT001 - the same
    if not {"*", "?"} & set(value):
        return _words(field, value, quoted)
    if len(re.findall(r"\*+|\?", value)) > _MOST_OPEN:
        raise QueryError(f"{field.name}:{value} leaves more than {_MOST_OPEN} places open")
    return Pattern(field.name, re.sub(r"\*+", "*", value))


def _one_of(read: Callable[[Field, str], str]) -> Callable[[Field, str, bool], OneOf]:
    def read_all(field: Field, value: str, _: bool) -> OneOf:  # noqa: FBT001 - the same
        return OneOf(field.name, tuple(read(field, word) for word in _listed(field, value)))

    return read_all


def _named(field: Field, value: str, quoted: bool) -> OneOf:  # noqa: FBT001 - the same
    return OneOf(field.name, (value,) if quoted else _listed(field, value))


def _measured(field: Field, value: str, _: bool) -> Within:  # noqa: FBT001 - the same
    spans = spans_of(field.kind, value)
    if spans is None:
        raise QueryError(f"{field.name} cannot be {value!r}", f"Write {HOW[field.kind]}.")
    return Within(field.name, spans)


def _added(field: Field, value: str, _: bool) -> Added:  # noqa: FBT001 - the same
    days = days_of(value)
    if days is None:
        raise QueryError(f"{field.name} cannot be {value!r}", f"Write {HOW[field.kind]}.")
    return Added(days)


def _listed(field: Field, value: str) -> tuple[str, ...]:
    words = tuple(word for part in value.split(",") if (word := part.strip()))
    if not words or len(words) > _MOST_VALUES:
        raise QueryError(
            f"{field.name}: has {'no value' if not words else 'too many values'}", f"Write {field.example}."
        )
    return words


def _choice(field: Field, word: str) -> str:
    chosen = word.casefold()
    if chosen not in field.choices:
        raise QueryError(f"{field.name} cannot be {word!r}", nearest(chosen, field.choices))
    return chosen


def _code(field: Field, word: str) -> str:
    code = word.upper()
    if not any(known.startswith(code) for known in field.choices):
        raise QueryError(f"there is no problem with a code {word!r}", nearest(code, field.choices))
    return code


def _hex(field: Field, word: str) -> str:
    digits = word.casefold()
    if not _HEX.fullmatch(digits):
        raise QueryError(f"{field.name} cannot be {word!r}", "Write 8 to 128 hex digits.")
    return digits


_READERS: dict[Kind, Callable[[Field, str, bool], Condition]] = {
    Kind.TAG: _words,
    Kind.PLACE: _place,
    Kind.CHOICE: _one_of(_choice),
    Kind.CODE: _one_of(_code),
    Kind.DIGEST: _one_of(_hex),
    Kind.NAME: _named,
    Kind.DAY: _added,
    **dict.fromkeys((Kind.YEAR, Kind.COUNT, Kind.SIZE, Kind.TIME, Kind.RATE), _measured),
}
