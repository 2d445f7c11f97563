"""Which declarations speak of a file: an index, so that a thousand albums cost no more than ten."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain

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

_CLOSENESS = {Level.FILE: 0, Level.ALBUM: 1, Level.COLLECTION: 2}

_Test = Callable[[str, Tags], bool]


def closeness(level: Level) -> int:
    """A number that is smaller the closer a level is: 0 for a file, 1 for an album, 2 for the collection."""
    return _CLOSENESS[level]


class ScopeIndex:
    """Finds the declarations whose scope takes in a file.

    Args:
        declarations: In the order of their file.
    """

    def __init__(self, declarations: Iterable[Declaration]) -> None:
        ordered = sorted(declarations, key=lambda declaration: closeness(declaration.level))
        self._declarations = tuple(ordered)
        self._tests = tuple(_test_of(declaration.scope) for declaration in ordered)
        self._paths: dict[str, list[int]] = {}
        self._folders: dict[str, list[int]] = {}
        self._tags: dict[str, dict[str, list[int]]] = {}
        self._everywhere: list[int] = []
        for number, declaration in enumerate(ordered):
            self._file_under(number, declaration.scope)

    def matching(self, path: str, tags: Tags) -> tuple[Declaration, ...]:
        """The declarations that speak of a file, closest level first, then in the order of their file.

        Args:
            path: The file's path below the folder that the declarations speak for, ``/``-separated.
            tags: Its tags by canonical name.
        """
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
            self._declarations[number] for number in sorted(candidates) if self._tests[number](whole, tags)
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
