"""Genres as ID3 writes them: names, numbers of the ID3v1 list, and references such as ``(17)`` or ``(RX)``.

ID3v2.3.0 section 4.2.1 (TCON) and ID3v2.4.0 Native Frames section 4.2.3. A number for which the list has no name
stays as it is written; nothing is called unknown that the file does not call so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from mutagen.id3 import TCON

_NAMES: tuple[str, ...] = tuple(str(name) for name in TCON.GENRES)
_KEYWORDS = {"RX": "Remix", "CR": "Cover"}
_REFERENCE = re.compile(r"\(([0-9]{1,3}|RX|CR)\)")


def genre_of_number(text: str, *, first: int = 0) -> str:
    """The name of a number in the list, or ``text`` itself where it is no such number.

    Args:
        text: What stands in the file.
        first: The number of the list's first name: 0 in ID3, 1 in MP4's ``gnre``.
    """
    number = int(text) - first if text.isascii() and text.isdigit() and len(text) < 6 else -1
    return _NAMES[number] if 0 <= number < len(_NAMES) else text


def genres(values: Iterable[str]) -> list[str]:
    """The genres that the values of a ``TCON`` frame name, in order, each once."""
    found: list[str] = []
    for value in values:
        found += [genre for genre in _read(value) if genre not in found]
    return found


def _read(value: str) -> list[str]:
    """One value: references first, then words, which often repeat the last reference."""
    named: list[str] = []
    at = 0
    while reference := _REFERENCE.match(value, at):
        named.append(_named(reference.group(1), reference.group()))
        at = reference.end()
    rest = value[at:]
    if rest.startswith("(("):  # an escaped bracket
        rest = rest[1:]
    if rest.strip():
        named.append(rest if named else _named(rest, rest))
    return list(dict.fromkeys(named))


def _named(content: str, written: str) -> str:
    """What a number or keyword stands for, or as it is written."""
    name = _KEYWORDS.get(content) or genre_of_number(content)
    return written if name == content else name
