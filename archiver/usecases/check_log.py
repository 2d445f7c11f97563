"""Tells in the log of a store what checking one of its bags found; the catalogue takes it from there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from archiver.bagit.findings import Severity
from archiver.bagit.report import BagReport
from archiver.catalogue.database import Catalogue
from archiver.catalogue.events import follow_log
from archiver.catalogue.stores import KnownStore
from archiver.errors import StoreError
from archiver.model.run import Run
from archiver.records.moments import rfc3339
from archiver.store.area import locked
from archiver.store.identity import read_identity
from archiver.store.log import Happened, append_event
from archiver.usecases.watch import Watch

FIXITY_CHECK = "fixity check"
"""The type of the event, in the words of the PREMIS vocabulary."""

_MOST_NAMED = 100


@dataclass(frozen=True, slots=True)
class Check:
    """A check of a copy of a bag.

    Attributes:
        identifier: The bag's.
        path: Path of the copy below its store.
        pin: The pin that it was held against, in hex.
        since: When the reading of it began: RFC 3339, UTC.
        is_whole: Whether all of it was read.
        files: How many files were read.
        octets: Bytes of them.
        is_right: Whether all that was read, since it began, is right.
        wrong: How many findings of each code there were, where something is wrong.
        paths: Where, as far as it is about files; the first of them.
    """

    identifier: str
    path: str
    pin: str
    since: str
    is_whole: bool
    files: int
    octets: int
    is_right: bool
    wrong: Mapping[str, int]
    paths: tuple[str, ...]

    @property
    def detail(self) -> dict[str, object]:
        """What the event tells."""
        return {
            "path": self.path,
            "pin": self.pin,
            "since": self.since,
            "whole": self.is_whole,
            "files": self.files,
            "bytes": self.octets,
            "wrong": dict(self.wrong),
            "paths": list(self.paths),
        }


def wrong_in(report: BagReport) -> tuple[dict[str, int], tuple[str, ...]]:
    """Return how much is wrong with a bag, by its code, and where; nothing of one that is valid."""
    if report.valid is not False:
        return {}, ()
    paths = {one.path for one in report.findings if one.severity is Severity.ERROR and one.path}
    return dict(sorted(report.counts.items())), tuple(sorted(paths)[:_MOST_NAMED])


class CheckLog:
    """Writes checks to the logs of stores.

    Args:
        run: The run.
        watch: Is told, once for each store, that its log cannot be written.
    """

    def __init__(self, run: Run, watch: Watch) -> None:
        self._run = run
        self._watch = watch
        self._unlogged: set[int] = set()

    def tell(self, catalogue: Catalogue, store: KnownStore, check: Check) -> None:
        """Write a check to the log of its store, and take it into the catalogue.

        A folder to which this program never wrote gets nothing.
        """
        outcome = "success" if check.is_right else "fail"
        now, software = rfc3339(self._run.now()), self._run.software
        happened = Happened(FIXITY_CHECK, now, check.identifier, outcome, check.detail, software)
        try:
            if read_identity(store.place) is None:
                return
            with locked(store.place):
                append_event(store.place, happened)
            with catalogue.write():
                follow_log(catalogue, store)
        except StoreError as error:
            if store.store_id not in self._unlogged:
                self._unlogged.add(store.store_id)
                self._watch.note(f"What was checked is not in the log of {store.label}: {error.message}.")
