"""Notes what an audit found: in the log of the store where it can be written, and in the catalogue."""

from __future__ import annotations

import os

from archiver.catalogue.auditing import AuditableCopy, Part, keep_part
from archiver.catalogue.database import Catalogue
from archiver.catalogue.stores import mark, mark_checked
from archiver.model.run import Run
from archiver.usecases.audit.reading import BagRead
from archiver.usecases.check_log import Check, CheckLog, wrong_in
from archiver.usecases.verify.verify import VerifiedBag
from archiver.usecases.watch import Watch


class Noter:
    """Notes what is found, copy after copy.

    Args:
        catalogue: The catalogue.
        run: The run.
        watch: Is told, once for each store, that its log cannot be written.
    """

    def __init__(self, catalogue: Catalogue, run: Run, watch: Watch) -> None:
        self._catalogue = catalogue
        self._checks = CheckLog(run, watch)

    def part_of(self, copy: AuditableCopy, read: BagRead, began: str) -> Part:
        """Return how far the audit of a copy has come, with what earlier runs read of it."""
        if read.goes_on and copy.part is not None:
            return Part(copy.part.since, read.after, copy.part.wrong + read.wrong)
        return Part(began, read.after, read.wrong)

    def keep(self, copy: AuditableCopy, part: Part) -> None:
        """Note how far the audit of a copy has come."""
        with self._catalogue.write():
            keep_part(self._catalogue, copy.copy, part)

    def settle(self, copy: AuditableCopy, verified: VerifiedBag, read: BagRead, part: Part) -> None:
        """Note what was found of a copy.

        A copy counts as checked at the time when the reading of it began, which may be an earlier run's. What was found
        wrong by an earlier run stands until the whole copy is read once more.
        """
        is_right = verified.report.valid is True and not part.wrong
        if verified.report.valid is False or read.is_whole:
            self._log(copy, verified, read, part, is_right=is_right)
        with self._catalogue.write():
            if is_right and read.is_whole:
                mark_checked(self._catalogue, copy.copy, part.since)
                return
            if verified.report.valid is False or part.wrong:
                is_there = os.path.lexists(copy.place)
                mark(self._catalogue, copy.copy, "damaged" if is_there else "missing")
            keep_part(self._catalogue, copy.copy, None if read.is_whole else part)

    def _log(
        self, copy: AuditableCopy, verified: VerifiedBag, read: BagRead, part: Part, *, is_right: bool
    ) -> None:
        wrong, paths = wrong_in(verified.report)
        check = Check(
            identifier=copy.identifier,
            path=copy.copy.path,
            pin=copy.pin.hex(),
            since=part.since,
            is_whole=read.is_whole,
            files=read.files,
            octets=read.octets,
            is_right=is_right,
            wrong=wrong,
            paths=paths,
        )
        self._checks.tell(self._catalogue, copy.store, check)
