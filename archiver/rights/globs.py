"""Patterns as people write them: ``*`` within a name, ``**`` for any folders, nothing else.

Square brackets and question marks stand for themselves, because names of music are full of them
(``Album [2009]``, ``Who Are You?``). A file of declarations may come with a donation, so no pattern may cost more
than the square of the text it is held against: what stands between two stars is taken where it first fits and
never tried again, which for patterns of this kind loses no match.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

_STARS = re.compile(r"\*+")


def has_wildcard(pattern: str) -> bool:
    """Whether a pattern can match anything but itself."""
    return "*" in pattern


def path_pattern(path: str) -> str:
    """A pattern that fits a path and that declarations can hold: a star for what they take for a Windows path."""
    if path[1:3] == ":/":
        path = f"{path[0]}*{path[2:]}"
    return path.replace("\\", "*")


def normal_path(path: str) -> str:
    """A path in the form patterns are compared in: NFC, since some systems write NFD."""
    return path if path.isascii() else unicodedata.normalize("NFC", path)


def normal_text(text: str) -> str:
    """A tag value in the form patterns are compared in: NFC, case folded, without outer blanks."""
    return unicodedata.normalize("NFC", text).casefold().strip()


def path_matcher(pattern: str) -> Callable[[str], bool]:
    """A test for paths in :func:`normal_path` form.

    Args:
        pattern: ``/``-separated. A part ``**`` stands for any number of folders, at the end for everything below;
            a pattern that ends in ``/`` means everything below that folder.
    """
    whole = normal_path(pattern)
    if whole.endswith("/"):
        whole += "**"
    if not has_wildcard(whole):
        return whole.__eq__
    groups: list[list[str]] = [[]]
    for part in whole.split("/"):
        if part == "**":
            groups.append([])
        else:
            groups[-1].append(_starred(part, "[^/]"))
    return _fully("".join(_grouped(groups)))


def text_matcher(pattern: str) -> Callable[[str], bool]:
    """A test for tag values in :func:`normal_text` form."""
    whole = normal_text(pattern)
    return _fully(_starred(whole, ".")) if has_wildcard(whole) else whole.__eq__


def literal_folder(pattern: str) -> str:
    """The deepest folder that everything a path pattern can match is below; empty for the top."""
    return normal_path(pattern).partition("*")[0].rpartition("/")[0]


def _grouped(groups: list[list[str]]) -> list[str]:
    """The expressions of the runs of parts between ``**``, in the order of the pattern."""
    first, *others = groups
    if not others:
        return ["/".join(first)]
    *middle, last = others
    return [
        "".join(part + "/" for part in first),
        *(f"(?>(?:[^/]+/)*?{'/'.join(run)}/)" for run in middle if run),
        "(?:[^/]+/)*" + "/".join(last) if last else ".+",
    ]


def _starred(text: str, char: str) -> str:
    """The expression of one name or value: each piece between stars is taken where it first fits."""
    pieces = [re.escape(piece) for piece in _STARS.split(text)]
    if len(pieces) == 1:
        return pieces[0]
    first, *middle, last = pieces
    return first + "".join(f"(?>{char}*?{piece})" for piece in middle) + f"{char}*{last}"


def _fully(expression: str) -> Callable[[str], bool]:
    match = re.compile(expression, re.DOTALL).fullmatch
    return lambda text: match(text) is not None
