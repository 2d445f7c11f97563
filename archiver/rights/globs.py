"""Patterns as people write them: ``*`` within a name, ``**`` across folders, nothing else.

Square brackets and question marks stand for themselves, because names of music are full of them
(``Album [2009]``, ``Who Are You?``).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

_TOKENS = re.compile(r"\*\*/|\*\*|\*|[^*]+")
_PATH_TOKENS = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*"}
_TEXT_TOKENS = {"**/": ".*/", "**": ".*", "*": ".*"}


def has_wildcard(pattern: str) -> bool:
    """Whether a pattern can match anything but itself."""
    return "*" in pattern


def normal_path(path: str) -> str:
    """A path in the form patterns are compared in: NFC, since some systems write NFD."""
    return path if path.isascii() else unicodedata.normalize("NFC", path)


def normal_text(text: str) -> str:
    """A tag value in the form patterns are compared in: NFC, case folded, without outer blanks."""
    return unicodedata.normalize("NFC", text).casefold().strip()


def path_matcher(pattern: str) -> Callable[[str], bool]:
    """A test for paths in :func:`normal_path` form.

    Args:
        pattern: ``/``-separated; one that ends in ``/`` means everything below that folder.
    """
    whole = normal_path(pattern)
    if whole.endswith("/"):
        whole += "**"
    if not has_wildcard(whole):
        return whole.__eq__
    return _matcher(whole, _PATH_TOKENS)


def text_matcher(pattern: str) -> Callable[[str], bool]:
    """A test for tag values in :func:`normal_text` form."""
    whole = normal_text(pattern)
    return _matcher(whole, _TEXT_TOKENS) if has_wildcard(whole) else whole.__eq__


def literal_folder(pattern: str) -> str:
    """The deepest folder that everything a path pattern can match is below; empty for the top."""
    whole = normal_path(pattern)
    return whole.partition("*")[0].rpartition("/")[0]


def _matcher(pattern: str, tokens: dict[str, str]) -> Callable[[str], bool]:
    parts = (tokens.get(token, re.escape(token)) for token in _TOKENS.findall(pattern))
    match = re.compile("".join(parts), re.DOTALL).fullmatch
    return lambda text: match(text) is not None
