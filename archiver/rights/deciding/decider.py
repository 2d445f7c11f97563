"""Decides many files under the same declarations and policy: everything that files share is worked out once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Generic, TypeVar

from archiver.model.audio import Tags
from archiver.model.day import Day
from archiver.model.evidence import Evidence, Protection
from archiver.model.rights import Decision, Declaration, Policy
from archiver.rights.deciding.decide import Resolutions, conclude, resolve_all
from archiver.rights.deciding.scope import Placed, ScopeIndex
from archiver.rights.terms.terms import TermTable, load_terms

_Key = tuple[tuple[str, int], ...]
"""Which declarations take in a file, and how closely each."""
Shared = TypeVar("Shared", Resolutions, Decision)

_KEPT = 40_000
"""How many declarations the remembered combinations may name; a collection declared file by file, or file by file
by many, would fill the memory."""


class _Remembered(Generic[Shared]):
    """What was worked out for combinations of declarations, as many as :data:`_KEPT` allows."""

    def __init__(self) -> None:
        self._known: dict[_Key, Shared] = {}
        self._named = 0

    def get(self, key: _Key) -> Shared | None:
        return self._known.get(key)

    def keep(self, key: _Key, value: Shared) -> None:
        self._named += len(key) + 1
        if self._named > _KEPT:
            self._known.clear()
            self._named = len(key) + 1
        self._known[key] = value


class Decider:
    """Finds the declarations of each file and decides it; gives what :func:`archiver.rights.deciding.decide.decide` gives.

    Files that the same declarations take in share their weighing, and those of them in which nothing was seen
    share the decision itself. It can be pickled; a copy starts with nothing worked out.

    Args:
        declarations: Those of one source, in the order of their file.
        policy: What the package is for.
        on: The day for which it is decided.
        terms: The table of terms of protection; by default the one that comes with the program.
    """

    def __init__(
        self,
        declarations: Iterable[Declaration],
        policy: Policy,
        on: date | Day,
        terms: TermTable | None = None,
    ) -> None:
        self.declarations = tuple(declarations)
        self.policy = policy
        self._day = on if isinstance(on, Day) else Day.whole(on)
        self.on = self._day.on
        self.terms = terms or load_terms()
        self._index = ScopeIndex(self.declarations)
        self._resolutions = _Remembered[Resolutions]()
        self._plain = _Remembered[Decision]()

    def __reduce__(self) -> tuple[type[Decider], tuple[object, ...]]:
        return (Decider, (self.declarations, self.policy, self._day, self.terms))

    def matching(self, path: str, tags: Tags) -> tuple[Declaration, ...]:
        """The declarations that take in a file, closest first; see :meth:`ScopeIndex.matching`."""
        return self._index.matching(path, tags)

    def decide(
        self, path: str, tags: Tags, evidence: Sequence[Evidence], protection: Protection | None
    ) -> Decision:
        """Decide one file.

        Args:
            path: Its path below the folder that the declarations speak for, ``/``-separated.
            tags: Its tags by canonical name.
            evidence: What was observed in it.
            protection: Its technical protection, if any was seen.
        """
        placed = self._index.placed(path, tags)
        key = tuple((each.declaration.id, each.depth) for each in placed)
        if not evidence and protection is None:
            known = self._plain.get(key)
            if known is None:
                known = conclude(self._resolutions_of(key, placed), (), None, self.policy, self.on)
                self._plain.keep(key, known)
            return known
        return conclude(self._resolutions_of(key, placed), evidence, protection, self.policy, self.on)

    def _resolutions_of(self, key: _Key, placed: tuple[Placed, ...]) -> Resolutions:
        known = self._resolutions.get(key)
        if known is None:
            known = resolve_all(placed, self._day, self.terms)
            self._resolutions.keep(key, known)
        return known
