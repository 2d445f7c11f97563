"""Says whether bags are complete and valid; reads only, fetches nothing."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archiver.bagit.findings import Severity
from archiver.bagit.report import BagReport, Depth
from archiver.bagit.validate import Validation, open_bag
from archiver.executors import OrderedMap, Processes, Serial, Threads
from archiver.records.tracks import Track, tracks_of
from archiver.usecases.watch import Step, Watch

_MANY_FILES = 2_000
"""From here on the interpreter lock holds up threads more than starting processes costs."""
_FEW_BYTES = 8 << 20
_GONE = frozenset({"B401", "B605"})
"""Findings about payload files that are not there."""


@dataclass(frozen=True, slots=True)
class VerifiedBag:
    """What was found out about one bag.

    Attributes:
        report: The judgement, with every finding.
        faulty: Payload files that are there and have a fault of their own.
        tracks: By payload path, what the bag's own record says a damaged or missing file is. The record may be
            damaged itself; it is shown, never relied on.
    """

    report: BagReport
    faulty: int
    tracks: dict[str, Track]


def verify(paths: Sequence[str], depth: Depth, jobs: int, watch: Watch) -> Iterator[VerifiedBag]:
    """Check each bag in turn and yield what was found; a path that is no bag yields a report that says so."""
    for path in paths:
        with open_bag(path, depth) as validation, _executor(validation, depth, jobs) as executor:
            step = Step(
                f"Verifying {os.path.basename(os.path.abspath(path))}", "bytes", validation.total_bytes
            )
            for _ in watch.track(step, validation.check(executor.map_ordered), lambda checked: checked.bytes):
                pass
            report = validation.report()
        wrong = [finding for finding in report.findings if finding.severity is Severity.ERROR]
        broken = {finding.path for finding in wrong if finding.path.startswith("data/")}
        gone = {finding.path for finding in wrong if finding.code in _GONE}
        yield VerifiedBag(report, len(broken - gone), tracks_of(path, broken) if broken else {})


def _executor(
    validation: Validation, depth: Depth, jobs: int
) -> contextlib.AbstractContextManager[OrderedMap]:
    if jobs == 1 or depth is not Depth.FULL or validation.total_bytes < _FEW_BYTES:
        return Serial()
    return Processes(jobs) if validation.total_files >= _MANY_FILES else Threads(jobs)
