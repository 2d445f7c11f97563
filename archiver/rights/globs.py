"""Patterns as people write them: ``*`` within a name, ``**`` for any folders, nothing else.

Square brackets and question marks stand for themselves, because names of music are full of them
(``Album [2009]``, ``Who Are You?``). A file of declarations may come with a donation, so no pattern may cost much
more than reading it and the text it is held against: nothing is compiled, and what stands between two stars is taken
where it first fits and never tried again, which for patterns of this kind loses no match.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence

MOST_STARS = 32
"""Stars of one pattern, each run of them counted once."""
MOST_LENGTH = 1_024
"""Characters of one pattern with stars."""
MOST_PARTS = 64
"""Names between slashes of one pattern with stars."""

_STARS = re.compile(r"\*+")


def has_wildcard(pattern: str) -> bool:
    """Whether a pattern can match anything but itself."""
    return "*" in pattern


def too_costly(pattern: str) -> str:
    """What of a pattern is more than a person writes, to go on after "has"; empty for one that may stand."""
    if not has_wildcard(pattern):
        return ""
    if len(pattern) > MOST_LENGTH:
        return f"more than {MOST_LENGTH:,} characters and a star"
    if pattern.count("/") >= MOST_PARTS:
        return f"more than {MOST_PARTS} parts and a star"
    return f"more than {MOST_STARS} stars" if len(_STARS.findall(pattern)) > MOST_STARS else ""


def path_pattern(path: str) -> str:
    """A pattern that fits a path and that declarations can hold: a star for what they take for a Windows path."""
    if path[1:3] in (":", ":/"):
        path = f"{path[0]}*{path[2:]}"
    return path.replace("\\", "*")


def normal_path(path: str) -> str:
    """A path in the form patterns are compared in: NFC, since some systems write NFD."""
    return path if path.isascii() else unicodedata.normalize("NFC", path)


def normal_text(text: str) -> str:
    """A tag value in the form patterns are compared in, without what nobody sees in it.

    NFC, case folded, one plain blank for blanks of any kind and number, none at either end, and no characters that
    show nothing: what is said of an album holds for the track whose title has a no-break space.
    """
    if not text.isascii():
        seen = "".join(char for char in text if unicodedata.category(char) != "Cf")
        text = unicodedata.normalize("NFC", unicodedata.normalize("NFC", seen).casefold())
    return " ".join(text.casefold().split())


def path_matcher(patterns: Iterable[str]) -> Callable[[str], bool]:
    """A test for paths in :func:`normal_path` form, which any of the patterns may take in.

    Very many patterns without a star cost no more than a few.

    Args:
        patterns: ``/``-separated. A part ``**`` stands for any number of folders, at the end for everything below;
            a pattern that ends in ``/`` means everything below that folder.
    """
    wholes = [normal_path(pattern) for pattern in patterns]
    wholes = [whole + "**" if whole.endswith("/") else whole for whole in wholes]
    literal = frozenset(whole for whole in wholes if not has_wildcard(whole))
    folders = frozenset(whole[:-3] for whole in wholes if _is_below_a_folder(whole))
    starred = tuple(
        _Path(whole.split("/")).takes_in
        for whole in wholes
        if has_wildcard(whole) and not _is_below_a_folder(whole)
    )

    def takes_in(path: str) -> bool:
        return (
            path in literal
            or (bool(folders) and any(folder in folders for folder in folders_above(path)))
            or any(test(path) for test in starred)
        )

    return takes_in


def text_matcher(patterns: Iterable[str]) -> Callable[[str], bool]:
    """A test for tag values in :func:`normal_text` form, which any of the patterns may take in."""
    wholes = [normal_text(pattern) for pattern in patterns]
    literal = frozenset(whole for whole in wholes if not has_wildcard(whole))
    starred = tuple(_Starred(whole).takes_in for whole in wholes if has_wildcard(whole))
    return lambda text: text in literal or any(test(text) for test in starred)


def folders_above(path: str) -> Iterator[str]:
    """The folders that a path lies in, from its own to the outermost."""
    end = path.rfind("/")
    while end > 0:
        yield path[:end]
        end = path.rfind("/", 0, end)


def literal_folder(pattern: str) -> str:
    """The deepest folder that everything a path pattern can match is below; empty for the top."""
    return normal_path(pattern).partition("*")[0].rpartition("/")[0]


def _is_below_a_folder(whole: str) -> bool:
    return whole.endswith("/**") and not has_wildcard(whole[:-2])


class _Starred:
    """One name or value with stars in it."""

    __slots__ = ("_first", "_last", "_least", "_middle")

    def __init__(self, text: str) -> None:
        self._first, *self._middle, self._last = _STARS.split(text)
        self._least = len(self._first) + len(self._last)

    def takes_in(self, text: str) -> bool:
        if not (len(text) >= self._least and text.startswith(self._first) and text.endswith(self._last)):
            return False
        at, end = len(self._first), len(text) - len(self._last)
        for piece in self._middle:
            found = text.find(piece, at, end)
            if found < 0:
                return False
            at = found + len(piece)
        return True


class _Path:
    """Runs of parts with any number of folders between them."""

    __slots__ = ("_first", "_last", "_least", "_middle", "_open", "_stop")

    def __init__(self, parts: Sequence[str]) -> None:
        runs: list[list[Callable[[str], bool]]] = [[]]
        for part in parts:
            if part == "**":
                runs.append([])
            else:
                runs[-1].append(_Starred(part).takes_in if has_wildcard(part) else part.__eq__)
        self._first, *others = runs
        self._open = bool(others)
        *self._middle, self._last = others or [[]]
        # a pattern that ends in ** takes in what is below, so at least one more part
        self._least = sum(map(len, runs)) + (self._open and not self._last)
        self._stop = _STARS.split(parts[-1])[-1]

    def takes_in(self, path: str) -> bool:
        if not path.endswith(self._stop):
            return False
        parts = path.split("/")
        if len(parts) < self._least or (not self._open and len(parts) != self._least):
            return False
        at, end = len(self._first), len(parts) - len(self._last)
        if not (_fit(self._first, parts, 0) and _fit(self._last, parts, end)):
            return False
        for run in self._middle:
            while at + len(run) <= end and not _fit(run, parts, at):
                at += 1
            at += len(run)
            if at > end:
                return False
        return bool(self._last) or at < end or not self._open


def _fit(run: Sequence[Callable[[str], bool]], parts: Sequence[str], at: int) -> bool:
    """Whether a run of parts stands at one place of a path."""
    return all(takes_in(parts[at + index]) for index, takes_in in enumerate(run))
