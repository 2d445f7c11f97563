"""Which files of a state are wanted: all, those whose paths fit patterns, those that a query finds in the catalogue."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence

from archiver.ingest.exclusion import Exclusion
from archiver.usecases.find import finding
from archiver.usecases.states.on_disk import OnDisk


class Selection:
    """What is wanted of a state.

    Args:
        patterns: In gitignore's syntax; a path must fit them. All do where there is none.
        found: By algorithm and digest, the files of which the bytes are wanted; ``None`` for all.
    """

    def __init__(self, patterns: Sequence[str], found: OnDisk[None] | None = None) -> None:
        self._rules = Exclusion(patterns) if patterns else None
        self._found = found

    def takes_file(self, path: str, algorithm: str, digest: str) -> bool:
        """Whether a file is wanted, by its record path and the digest of its bytes."""
        if not self._fits(path, is_folder=False):
            return False
        return self._found is None or next(self._found.found(_key(algorithm, digest)), None) is not None

    def takes_folder(self, path: str) -> bool:
        """Whether a folder is wanted though nothing in it may be; a query finds files alone."""
        return self._found is None and self._fits(path, is_folder=True)

    def takes_other(self, path: str) -> bool:
        """Whether a link is wanted, or a file that no bag has."""
        return self._found is None and self._fits(path, is_folder=False)

    def _fits(self, path: str, *, is_folder: bool) -> bool:
        return self._rules is None or self._rules.rule_for(path, is_folder=is_folder) is not None


@contextlib.contextmanager
def selected(patterns: Sequence[str], query: str | None, catalogue: str) -> Iterator[Selection]:
    """Lend what is wanted for a ``with`` block.

    Args:
        patterns: As :class:`Selection` takes them.
        query: As ``find`` takes it; ``None`` for none.
        catalogue: Path of the catalogue that is asked.

    Raises:
        UsageError: where a pattern cannot be meant, or there is no catalogue to ask.
        QueryError: where the query is none.
        CatalogueError: where the catalogue cannot be read.
    """
    if query is None:
        yield Selection(patterns)
        return
    with finding(catalogue, query) as found, OnDisk[None]() as contents:
        for file in found.files():
            contents.add(_key(file.algorithm, file.digest.hex()), None)
        yield Selection(patterns, contents)


def _key(algorithm: str, digest: str) -> bytes:
    return f"{algorithm}:{digest}".encode()
