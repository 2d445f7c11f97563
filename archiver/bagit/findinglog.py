"""Collects findings in bounded memory: the first of each code in report order, and how many more there were."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterable

from archiver.bagit.codes import found
from archiver.bagit.findings import Finding, report_order

KEPT_PER_CODE = 1000
"""How many findings of one code a report holds, however many there are."""

_KEPT_CHARACTERS = 1 << 20
"""Characters of paths and messages that the findings of one code may hold together; one is kept however long."""


class FindingLog:
    """Takes findings in any order, from any thread; what :meth:`report` returns does not depend on the order."""

    def __init__(self, kept_per_code: int = KEPT_PER_CODE) -> None:
        self._kept_per_code = kept_per_code
        self._kept: dict[str, list[Finding]] = {}
        self._characters: dict[str, int] = {}
        self._counts: dict[str, int] = {}
        self._bars: dict[str, tuple[str, str, str]] = {}
        self._lock = threading.Lock()

    def add(self, code: str, path: str, message: str) -> None:
        """Take the finding ``code`` about ``path``."""
        self.extend((found(code, path, message),))

    def tell(self, finding: Finding) -> None:
        """Take one finding that was made elsewhere."""
        self.extend((finding,))

    def extend(self, findings: Iterable[Finding]) -> None:
        """Take findings that were made elsewhere."""
        with self._lock:
            for finding in findings:
                self._take(finding)

    def absorb(self, other: FindingLog, change: Callable[[Finding], Finding] | None = None) -> None:
        """Take what ``other`` holds, each finding as ``change`` makes it, and count what it did not keep."""
        for finding in itertools.chain.from_iterable(other._kept.values()):
            self.tell(change(finding) if change else finding)
        with self._lock:
            for code, kept in other._kept.items():
                self._counts[code] += other.count(code) - len(kept)

    def _take(self, finding: Finding) -> None:
        code = finding.code
        self._counts[code] = self._counts.get(code, 0) + 1
        bar = self._bars.get(code)
        if bar is not None and report_order(finding) >= bar:
            return
        kept = self._kept.setdefault(code, [])
        kept.append(finding)
        characters = self._characters.get(code, 0) + _length(finding)
        if len(kept) >= 2 * self._kept_per_code or characters > 2 * _KEPT_CHARACTERS:
            kept.sort(key=report_order)
            most = self._most(kept)
            # the first that is left out bars all that come after it, whenever they are added
            if most < len(kept):
                self._bars[code] = report_order(kept[most])
            del kept[most:]
            characters = sum(map(_length, kept))
        self._characters[code] = characters

    def _most(self, ordered: list[Finding]) -> int:
        """How many of the findings of one code, in report order, are kept."""
        sums = itertools.accumulate(map(_length, ordered))
        within = sum(1 for _ in itertools.takewhile(lambda total: total <= _KEPT_CHARACTERS, sums))
        return min(max(within, 1), self._kept_per_code)

    def count(self, code: str) -> int:
        """How many findings of ``code`` were added."""
        return self._counts.get(code, 0)

    def counts(self) -> dict[str, int]:
        """How many findings of each code were added, by code."""
        return dict(sorted(self._counts.items()))

    def report(self) -> tuple[Finding, ...]:
        """Return the findings in report order.

        Where a code has more than are kept, one further finding of it, with an empty path, says how many.
        """
        reported: list[Finding] = []
        for code, kept in sorted(self._kept.items()):
            ordered = sorted(kept, key=report_order)
            ordered = ordered[: self._most(ordered)]
            reported += ordered
            more = self._counts[code] - len(ordered)
            if more > 0:
                reported.append(found(code, "", f"and {more:,} more like these"))
        return tuple(reported)


def _length(finding: Finding) -> int:
    return len(finding.path) + len(finding.message)
