"""Lines about files of which the same is to be said: it is said once, and what it is said of stands below."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

from archiver.cli.terminal.text import brief, shown_path, wrapped


class Told(Protocol):
    """What a problem with a file and a finding in a bag have in common."""

    @property
    def path(self) -> str:
        """The file."""

    @property
    def message(self) -> str:
        """What is said of it."""


def alike_lines(
    alike: Sequence[Told], indent: str, below: Callable[[str], Iterable[str]] = lambda _: ()
) -> Iterator[str]:
    """Yield the lines about one or several that say the same, which is told once.

    Args:
        alike: What is to be told.
        indent: Stands before each line.
        below: Lines about a path, to follow it.
    """
    message, is_alone = brief(alike[0].message), len(alike) == 1
    if not is_alone:
        yield wrapped(f"of each: {message}", indent=indent)
    for told in alike:
        where = shown_path(told.path)
        yield wrapped(": ".join(filter(None, (where, message))) if is_alone else where, indent=indent)
        yield from below(told.path)
