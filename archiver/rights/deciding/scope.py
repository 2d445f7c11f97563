"""Which declarations speak of a file, and how closely: an index, so that a thousand albums cost no more than ten.

A declaration is the closer the deeper the folder is that its pattern spells out. One by title or tag stands where its
files stand, so as close as the folder that a file lies in; one that names the file is closest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain
from typing import NamedTuple

from archiver.model.audio import Tags
from archiver.model.rights import Declaration, Level, Scope
from archiver.rights.globs import (
    folders_above,
    has_wildcard,
    literal_folder,
    normal_path,
    normal_text,
    path_matcher,
    text_matcher,
)

CLOSEST = 1 << 30
"""The depth of a declaration that names the file; no folder lies as deep."""

_Test = Callable[[str, Tags], bool]
_Depth = Callable[[str], int]


class Placed(NamedTuple):
    """A declaration that takes in a file, and how closely.

    Attributes:
        declaration: The declaration.
        depth: 0 for the whole collection, the depth of the folder it spells out, or :data:`CLOSEST`.
    """

    declaration: Declaration
    depth: int


def place(declarations: Iterable[Declaration], path: str) -> tuple[Placed, ...]:
    """How closely each of the declarations that take in a file speaks of it.

    Args:
        declarations: All of which take in the file.
        path: The file's path below the folder that they speak for, ``/``-separated.
    """
    whole = normal_path(path)
    return tuple(Placed(declaration, _depth_of(declaration.scope)(whole)) for declaration in declarations)


class ScopeIndex:
    """Finds the declarations whose scope takes in a file.

    Args:
        declarations: In the order of their file.
    """

    def __init__(self, declarations: Iterable[Declaration]) -> None:
        ordered = tuple(declarations)
        self._declarations = ordered
        self._depths = tuple(_depth_of(declaration.scope) for declaration in ordered)
        self._tests = tuple(_test_of(declaration.scope) for declaration in ordered)
        self._paths: dict[str, list[int]] = {}
        self._folders: dict[str, list[int]] = {}
        self._tags: dict[str, dict[str, list[int]]] = {}
        self._everywhere: list[int] = []
        for number, declaration in enumerate(ordered):
            self._file_under(number, declaration.scope)

    def matching(self, path: str, tags: Tags) -> tuple[Declaration, ...]:
        """The declarations that speak of a file, closest first, then in the order of their file.

        Args:
            path: The file's path below the folder that the declarations speak for, ``/``-separated.
            tags: Its tags by canonical name.
        """
        found = sorted(self.placed(path, tags), key=lambda placed: -placed.depth)
        return tuple(placed.declaration for placed in found)

    def placed(self, path: str, tags: Tags) -> tuple[Placed, ...]:
        """The same with how closely each speaks of the file, in the order of their file."""
        candidates = set(self._everywhere)
        whole = normal_path(path)
        candidates.update(self._paths.get(whole, ()))
        if self._folders:
            for folder in (*folders_above(whole), ""):
                candidates.update(self._folders.get(folder, ()))
        for name, values in self._tags.items():
            found = (values.get(normal_text(value), ()) for value in tags.get(name, ()))
            candidates.update(chain.from_iterable(found))
        if not candidates:
            return ()
        return tuple(
            Placed(self._declarations[number], self._depths[number](whole))
            for number in sorted(candidates)
            if self._tests[number](whole, tags)
        )

    def _file_under(self, number: int, scope: Scope) -> None:
        """Put a declaration where the files it can match will look for it."""
        name, values = _literal_tag(scope)
        if scope.paths:
            for pattern in scope.paths:
                if has_wildcard(pattern) or pattern.endswith("/"):
                    self._folders.setdefault(literal_folder(pattern), []).append(number)
                else:
                    self._paths.setdefault(normal_path(pattern), []).append(number)
        elif values:
            by_value = self._tags.setdefault(name, {})
            for value in values:
                by_value.setdefault(normal_text(value), []).append(number)
        else:
            self._everywhere.append(number)


def _literal_tag(scope: Scope) -> tuple[str, tuple[str, ...]]:
    """A tag and its values that every matching file must have, where no wildcard stands in them."""
    for name, values in (("album", scope.albums), *scope.tags):
        if values and not any(has_wildcard(value) for value in values):
            return name, values
    return "", ()


def _test_of(scope: Scope) -> _Test:
    fits_path = path_matcher(scope.paths) if scope.paths else None
    wanted = tuple(
        (name, text_matcher(patterns))
        for name, patterns in (("album", scope.albums), *scope.tags)
        if patterns
    )

    def takes_in(path: str, tags: Tags) -> bool:
        if fits_path is not None and not fits_path(path):
            return False
        return all(any(fits(normal_text(value)) for value in tags.get(name, ())) for name, fits in wanted)

    return takes_in


def _depth_of(scope: Scope) -> _Depth:
    """How closely a scope speaks of a file that it takes in, by the file's path in :func:`normal_path` form."""
    if scope.level is Level.FILE:
        return lambda _: CLOSEST
    if scope.level is Level.COLLECTION:
        return lambda _: 0
    if not scope.paths or scope.albums or scope.tags:
        return lambda path: max(1, path.count("/"))
    by_depth: dict[int, list[str]] = {}
    for pattern in scope.paths:
        by_depth.setdefault(pattern_depth(pattern), []).append(pattern)
    deepest = sorted(by_depth, reverse=True)
    if len(deepest) == 1:
        only = max(1, deepest[0])
        return lambda _: only
    tests = tuple((depth, path_matcher(by_depth[depth])) for depth in deepest)
    return lambda path: next((depth for depth, fits in tests if fits(path)), deepest[-1])


def least_depth(scope: Scope) -> int:
    """How closely a scope speaks of the files that it speaks of least closely."""
    if scope.level is not Level.ALBUM:
        return CLOSEST if scope.level is Level.FILE else 0
    if not scope.paths or scope.albums or scope.tags:
        return 1
    return max(1, min(map(pattern_depth, scope.paths)))


def pattern_depth(pattern: str) -> int:
    """The depth of the folder that a path pattern spells out; :data:`CLOSEST` where it names one file."""
    if not has_wildcard(pattern) and not pattern.endswith("/"):
        return CLOSEST
    folder = literal_folder(pattern)
    return folder.count("/") + 1 if folder else 0
