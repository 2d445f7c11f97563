"""The fields of one declaration that are more than a word: scope, answers, dates, documents."""

from __future__ import annotations

import re
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from archiver.model.rights import Answer, Level, Scope
from archiver.model.terms import Span, TermFacts
from archiver.rights.globs import has_wildcard, literal_folder, too_costly
from archiver.rights.terms.rules import EVENTS
from archiver.rights.terms.spans import year_span
from archiver.toml.document import MAX_TEXT, Document, nearest
from archiver.toml.positions import Path

Word = TypeVar("Word", bound=StrEnum)

NEVER = "never"
"""What is written for an event that did not happen."""

TAG_NAMES = (
    *(
        "title",
        "artist",
        "album",
        "album_artist",
        "date",
        "original_date",
        "label",
        "catalog_number",
        "barcode",
    ),
    *("isrc", "composer", "genre", "comment", "copyright", "phonogram", "license", "media", "encoder"),
    *("mb_recording_id", "mb_release_id", "mb_release_group_id", "mb_artist_id", "mb_work_id", "acoustid"),
)
"""The tags that a scope can be matched on, by their canonical names."""

MOST_OF_AN_IDENTIFIER = 200
"""Characters of an identifier; it stands in the record of every file that its declaration speaks of."""

_CAN_BE_NEVER = ("published", "work_published", "lyricist_died")
_YEARS = re.compile(r"(\d{4})?\s*\.\.\s*(\d{4})?")
_YEAR = re.compile(r"[1-9][0-9]{3}")
_JURISDICTION = re.compile(r"[A-Z]{2}")
_OFTEN_MEANT = {"UK": "GB", "USA": "US", "UNITED STATES": "US", "UNITED KINGDOM": "GB", "EUROPE": "EU"}
_DRIVE = re.compile(r"[A-Za-z]:(?:/|$)")


def read_identifier(document: Document, value: object, path: Path) -> str | None:
    """Read the name of a declaration."""
    text = document.text(value, path)
    if text is not None and len(text) > MOST_OF_AN_IDENTIFIER:
        document.fault(path, f"{path[-1]} has more than {MOST_OF_AN_IDENTIFIER} characters.", "Shorten it.")
        return None
    return text


def read_scope(document: Document, value: object, path: Path) -> Scope:
    """Read ``scope = { path, album, tag, level }``; a scope left out is the whole collection."""
    table = document.table(value, path, ("path", "album", "tag", "level"))
    paths = _read_paths(document, table["path"], (*path, "path")) if "path" in table else ()
    albums = _read_patterns(document, table["album"], (*path, "album")) if "album" in table else ()
    tags = _read_tags(document, table["tag"], (*path, "tag")) if "tag" in table else ()
    level = document.word(table["level"], (*path, "level"), Level) if "level" in table else None
    return Scope(paths, albums, tags, Level(level) if level else derived_level(paths, albums, tags))


def derived_level(
    paths: tuple[str, ...], albums: tuple[str, ...], tags: tuple[tuple[str, tuple[str, ...]], ...] = ()
) -> Level:
    """How closely a scope is aimed that does not say so itself.

    Paths without a wildcard name files; a title, a tag, or a pattern that spells out a folder picks out albums, as
    closely as that folder is deep; anything else speaks of the collection.
    """
    if paths and not any(has_wildcard(path) or path.endswith("/") for path in paths):
        return Level.FILE
    if albums or tags or any(literal_folder(path) or not has_wildcard(path) for path in paths):
        return Level.ALBUM
    return Level.COLLECTION


def _read_paths(document: Document, value: object, path: Path) -> tuple[str, ...]:
    """One pattern or a list of them; a name may consist of blanks, as a file's can."""
    if value == []:
        return document.texts(value, path)
    found = []
    for index, item in enumerate(value if isinstance(value, list) else [value]):
        where = (*path, index) if isinstance(value, list) else path
        text = item if isinstance(item, str) and item else document.text(item, where)
        if text is not None and _check_relative(document, text, where):
            found.append(text)
            _check_cost(document, text, where)
    return tuple(found)


def _read_patterns(document: Document, value: object, path: Path) -> tuple[str, ...]:
    """One pattern for values of tags, or a list of them."""
    found = document.texts(value, path)
    for index, text in enumerate(found):
        _check_cost(document, text, (*path, index))
    return found


def _check_cost(document: Document, pattern: str, path: Path) -> None:
    if reason := too_costly(pattern):
        document.fault(path, f"{pattern!r} has {reason}.", "Write a shorter pattern, or several.")


def _read_tags(document: Document, value: object, path: Path) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if not isinstance(value, dict):
        document.fault(path, "tag must be a table.", 'Write tag = { label = "Example Records" }.')
        return ()
    if not value:
        document.fault(path, "tag is an empty table.", "Name a tag, or leave it out.")
    found = []
    for name, values in value.items():
        if name not in TAG_NAMES:
            document.fault_at_key((*path, name), f"There is no tag {name!r}.", nearest(name, TAG_NAMES))
        found.append((name, _read_patterns(document, values, (*path, name))))
    return tuple(sorted(found))


def _check_relative(document: Document, text: str, path: Path) -> bool:
    """Whether a path stays below the folder it starts from and is written with ``/``."""
    if len(text) > MAX_TEXT:
        document.fault(path, f"{text!r} has more than {MAX_TEXT:,} characters.")
    elif "\0" in text:
        document.fault(path, f"{text!r} holds a character that no name of a file can hold.", "Leave it out.")
    elif "\\" in text or _DRIVE.match(text):
        document.fault(path, f"{text!r} is no path as it is written here.", "Separate folders with '/'.")
    elif text.startswith("/"):
        document.fault(path, f"{text!r} begins at the root.", "Paths begin below the folder of this file.")
    elif any(part in (".", "..") for part in text.split("/")) or "//" in text:
        document.fault(path, f"{text!r} holds '.', '..' or an empty part.", "Leave it out.")
    else:
        return True
    return False


def read_document(document: Document, value: object, path: Path) -> str | None:
    """Read the path of a deed, licence or letter, relative to the file of declarations."""
    text = document.text(value, path)
    if text is None or not _check_relative(document, text, path):
        return None
    if text.endswith("/"):
        document.fault(path, f"{text!r} is a folder.", "Name one file.")
        return None
    return text


def read_answers(
    document: Document, value: object, path: Path, words: type[Word]
) -> tuple[tuple[Word, Answer], ...]:
    """Read ``{ preserve = "allow", publish = "deny" }``, in the order of ``words``."""
    table = document.table(value, path, tuple(words))
    found: dict[Word, Answer] = {}
    for key, item in table.items():
        answer = document.word(item, (*path, key), Answer)
        if answer is not None:
            found[words(key)] = Answer(answer)
    return tuple((word, found[word]) for word in words if word in found)


def read_word(document: Document, value: object, path: Path, words: type[Word]) -> Word | None:
    """Read one of the values of an enumeration."""
    word = document.word(value, path, words)
    return None if word is None else words(word)


def read_words(document: Document, value: object, path: Path, words: type[Word]) -> tuple[Word, ...]:
    """Read one word or a list of words, in the order of ``words``."""
    items = value if isinstance(value, list) else [value]
    found = set()
    for index, item in enumerate(items):
        word = document.word(item, (*path, index) if isinstance(value, list) else path, words)
        if word is not None:
            found.add(word)
    return tuple(word for word in words if word.value in found)


def read_date(document: Document, value: object, path: Path) -> date | None:
    """Read a day written as ``2026-11-22``, without quotation marks."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    hint = "Write it as 2026-11-22, without quotation marks or time."
    document.fault(path, f"{path[-1]} must be a day.", hint)
    return None


def read_jurisdictions(document: Document, value: object, path: Path) -> tuple[str, ...]:
    """Read one or several country codes (ISO 3166-1 alpha-2), or ``EU``, sorted."""
    found = set()
    for index, text in enumerate(document.texts(value, path)):
        if _JURISDICTION.fullmatch(text) and text not in _OFTEN_MEANT:
            found.add(text)
            continue
        meant = _OFTEN_MEANT.get(text.upper(), text.upper() if len(text) == 2 else "")
        hint = f"Did you mean {meant!r}?" if meant else "Write two letters, such as US, GB or EU."
        where = (*path, index) if isinstance(value, list) else path
        document.fault(where, f"{text!r} is no country code.", hint)
    return tuple(sorted(found))


def read_facts(document: Document, value: object, path: Path) -> TermFacts:
    """Read the dates that terms are counted from: ``{ fixed = 1921, published = "1921..1923" }``."""
    table = document.table(value, path, EVENTS)
    spans = {key: _read_span(document, item, (*path, key)) for key, item in table.items()}
    fixed, published = spans.get("fixed"), spans.get("published")
    if fixed and published and fixed.earliest and published.latest and published.latest < fixed.earliest:
        document.fault(
            (*path, "published"), "It was published before it was recorded.", "Correct one of the two."
        )
    return TermFacts(**spans)


def _read_span(document: Document, value: Any, path: Path) -> Span | None:  # noqa: ANN401 - any TOML value
    if isinstance(value, str) and _YEAR.fullmatch(value.strip()):
        return year_span(int(value))
    if type(value) is int and 1000 <= value <= 9999:
        return year_span(value)
    if type(value) is date:
        return Span(value, value)
    if value == NEVER and path[-1] in _CAN_BE_NEVER:
        return Span(never=True)
    match = _YEARS.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is not None and any(match.groups()):
        first, last = match.groups()
        if not (first and last and int(first) > int(last)) and "0000" not in (first, last):
            return Span(
                year_span(int(first)).earliest if first else None,
                year_span(int(last)).latest if last else None,
            )
    never = ' or "never"' if path[-1] in _CAN_BE_NEVER else ""
    hint = f'Write a year (1921), years ("1921..1923", "..1930"), a day (1921-05-01){never}.'
    document.fault(path, f"{path[-1]} is no date that can be counted from.", hint)
    return None
