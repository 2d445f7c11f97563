"""Reads again what is kept, the longest unchecked first, and holds it against what the catalogue knows it was."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archiver.catalogue.auditing import AuditableCopy, Debt, auditable, debts, whole_copies
from archiver.catalogue.copies import BagCopy
from archiver.catalogue.database import Catalogue, is_there
from archiver.model.run import Run
from archiver.records.moments import ns_from_rfc3339, rfc3339
from archiver.usecases.audit.budget import Allowance, Budget
from archiver.usecases.audit.noting import Noter
from archiver.usecases.audit.portion import Begun
from archiver.usecases.audit.reading import BagRead, ReadOrder, read_again
from archiver.usecases.audit.targets import Audited, bags_alone, targets
from archiver.usecases.catalogued import catalogued
from archiver.usecases.changed_bag import settle_intended
from archiver.usecases.verify.signatures import Trust
from archiver.usecases.verify.verify import VerifiedBag
from archiver.usecases.watch import Watch

_SKEW = dt.timedelta(hours=2)
"""By how much the clock of another machine may be ahead; a check said to have been later counts for nothing."""

_AGES = tuple(map(dt.timedelta, (365, 90, 30)))
"""Ages of checks by which the debt is told."""


@dataclass(frozen=True, slots=True)
class AuditRequest:
    """What is to be audited, and how much of it.

    Attributes:
        paths: Stores and bags; empty for every store that the catalogue knows and that is mounted.
        allowance: How much may be read.
        older_than: Only what was not checked for so long is read, and whatever was not right; ``None`` for everything.
        jobs: Threads or processes to use.
    """

    paths: tuple[str, ...]
    allowance: Allowance
    older_than: dt.timedelta | None
    jobs: int


@dataclass(frozen=True, slots=True)
class AuditedBag:
    """What came of auditing a copy of a bag.

    Attributes:
        verified: What was found; of a copy of which only a part was read, of that part.
        read: How much was read.
        store: Label of its store; ``None`` where the catalogue does not know it and it was held against itself alone.
        since: When the reading of it began, which may be an earlier run's: RFC 3339, UTC.
        wrong_before: How many things earlier runs found wrong in what was not read again now.
        healing: Other copies of the bag of which nothing wrong is known, where this one broke.
    """

    verified: VerifiedBag
    read: BagRead
    store: str | None
    since: str
    wrong_before: int
    healing: tuple[BagCopy, ...]

    @property
    def is_right(self) -> bool:
        """Whether nothing wrong was found, in as much as was read, and every signature holds."""
        verified = self.verified
        return verified.report.valid is not False and not verified.broken_signatures and not self.wrong_before


class Audit:
    """An audit under way, within the ``with`` block of :func:`auditing`.

    Args:
        audited: What there is to be audited.
        request: What was asked for.
        catalogue: The catalogue; ``None`` where there is none.
        run: The run.
        watch: Counts what is read.

    Attributes:
        unmounted: Labels of stores that were meant and are not mounted.
        recent: How many copies were not to be read since they were checked lately.
        left: Absolute paths of the bags that were not reached; known once all outcomes were taken.
    """

    def __init__(
        self, audited: Audited, request: AuditRequest, catalogue: Catalogue | None, run: Run, watch: Watch
    ) -> None:
        self._alone = audited.alone
        self._due = _due(audited.copies, request.older_than, run)
        self._jobs = request.jobs
        self._catalogue = catalogue
        self._noter = None if catalogue is None else Noter(catalogue, run, watch)
        self._run = run
        self._trust = Trust(None, required=False, now=run.now())
        self._watch = watch
        held = sum(one.octets for one in audited.copies) + sum(map(_bytes_of, audited.alone))
        self._budget = Budget(request.allowance, held, time.monotonic)
        self.unmounted = audited.unmounted
        self.recent = len(audited.copies) - len(self._due)
        self.left: tuple[str, ...] = ()

    def outcomes(self) -> Iterator[AuditedBag]:
        """Read bag after bag until all are read or the budget is used up; each is noted before it is yielded."""
        asked: list[AuditableCopy | bytes] = [*self._due, *self._alone]
        for number, one in enumerate(asked):
            if self._budget.is_used_up:
                self.left = tuple(os.fsdecode(_path(other)) for other in asked[number:])
                return
            name = f" ({number + 1} of {len(asked)})" if len(asked) > 1 else ""
            yield self._of_copy(one, name) if isinstance(one, AuditableCopy) else self._of_bag(one, name)

    def debts(self) -> tuple[Debt, ...]:
        """Return how much of all that the catalogue knows was last checked when."""
        if self._catalogue is None:
            return ()
        today = self._run.now().date()
        days = tuple((today - age).isoformat() for age in _AGES)
        return debts(self._catalogue, days, rfc3339(self._run.now() + _SKEW))

    def _of_copy(self, copy: AuditableCopy, name: str) -> AuditedBag:
        assert self._catalogue is not None and self._noter is not None, "copies are known by it"  # noqa: PT018
        noter = self._noter
        if settle_intended(self._catalogue, copy, self._run, self._watch):
            copy = auditable(self._catalogue, copy.copy.copy_id)
        began = rfc3339(self._run.now())
        begun = None if copy.part is None else Begun(copy.part.after, ns_from_rfc3339(copy.part.since))
        order = ReadOrder(
            _path(copy), os.path.basename(copy.copy.path) + name, copy.pin, begun, self._jobs, self._trust
        )

        def keep(read: BagRead) -> None:
            noter.keep(copy, noter.part_of(copy, read, began))

        verified, read = read_again(order, self._budget, keep, self._watch)
        part = noter.part_of(copy, read, began)
        noter.settle(copy, verified, read, part)
        before = part.wrong - read.wrong
        broke = verified.report.valid is False or bool(before)
        healing = whole_copies(self._catalogue, copy.copy) if broke else ()
        return AuditedBag(verified, read, copy.store.label, part.since, before, healing)

    def _of_bag(self, path: bytes, name: str) -> AuditedBag:
        began = rfc3339(self._run.now())
        order = ReadOrder(
            path, os.fsdecode(os.path.basename(path)) + name, None, None, self._jobs, self._trust
        )
        verified, read = read_again(order, self._budget, lambda _: None, self._watch)
        return AuditedBag(verified, read, None, began, 0, ())


@contextlib.contextmanager
def auditing(request: AuditRequest, catalogue: str, run: Run, watch: Watch) -> Iterator[Audit]:
    """Lend an audit for a ``with`` block.

    Args:
        request: What is to be audited.
        catalogue: The catalogue's file; where there is none, only bags that are named one by one can be audited.
        run: The run.
        watch: Counts what is read.

    Raises:
        UsageError: where there is nothing to be audited, or no catalogue to go by.
        StoreError: where a store that was named cannot be read.
        CatalogueError: where the catalogue cannot be used.
    """
    if not is_there(catalogue):
        yield Audit(bags_alone(request.paths, catalogue), request, None, run, watch)
        return
    now, trusted = rfc3339(run.now()), rfc3339(run.now() + _SKEW)
    with catalogued(catalogue, (), now, watch) as lent:
        yield Audit(targets(lent, request.paths, now, trusted, watch), request, lent, run, watch)


def _due(
    copies: Sequence[AuditableCopy], older_than: dt.timedelta | None, run: Run
) -> tuple[AuditableCopy, ...]:
    if older_than is None:
        return tuple(copies)
    since, trusted = rfc3339(run.now() - older_than), rfc3339(run.now() + _SKEW)
    return tuple(
        one
        for one in copies
        if one.copy.state != "present" or not since <= (one.copy.checked_at or "") <= trusted
    )


def _path(one: AuditableCopy | bytes) -> bytes:
    return one if isinstance(one, bytes) else one.place


def _bytes_of(path: bytes) -> int:
    try:
        return (
            os.path.getsize(path)
            if os.path.isfile(path)
            else sum(
                os.path.getsize(os.path.join(folder, name))
                for folder, _, names in os.walk(path)
                for name in names
            )
        )
    except OSError:
        return 0
