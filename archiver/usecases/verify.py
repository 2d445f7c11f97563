"""Says whether bags are complete and valid; reads only, fetches nothing."""

from __future__ import annotations

import contextlib
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from archiver.bagit.codes import found
from archiver.bagit.findings import Finding, Severity
from archiver.bagit.profile import Profile
from archiver.bagit.profile_read import check_folder
from archiver.bagit.report import BagReport, Depth
from archiver.bagit.serialized.validation import SerializedValidation, open_serialized
from archiver.bagit.update_journal import is_update_pending
from archiver.bagit.validate import Validation, open_bag
from archiver.executors.ordered import OrderedMap, Serial
from archiver.executors.pools import Processes, Threads
from archiver.model.album import album_folder
from archiver.records.tracks import Track, tracks_of
from archiver.usecases.profiling import read_profile
from archiver.usecases.watch import Step, Watch

_MANY_FILES = 2_000
"""From here on the interpreter lock holds up threads more than starting processes costs."""
_FEW_BYTES = 8 << 20
_GONE = frozenset({"B401", "B605"})
"""Findings about payload files that are not there."""


@dataclass(frozen=True, slots=True)
class VerifyRequest:
    """What is to be checked, and how.

    Attributes:
        paths: Bags as the user named them: folders, or tar, tar.gz and zip archives.
        depth: How much of each is checked.
        profile: Name of a recipient's profile, or path of a profile file, or ``None``.
        jobs: Threads or processes to use.
    """

    paths: tuple[str, ...]
    depth: Depth
    profile: str | None
    jobs: int


@dataclass(frozen=True, slots=True)
class VerifiedBag:
    """What was found out about one bag.

    Attributes:
        report: The judgement, with every finding.
        mismatches: In what it does not conform to the profile; ``None`` where none was asked about, or where no
            version of BagIt is declared, so that there is no bag to hold against it.
        faulty: Payload files that are there and have a fault of their own; ``None`` where there are so many
            findings that not all of them are kept.
        albums: The albums that damaged or missing files belong to, by the name that the bag's record or else the
            folder gives, with how many of those files each has; in the order of their folders.
        update_pending: Whether an update of its tag files was interrupted and waits to be completed.
        tracks: By payload path, what the bag's own record says a damaged or missing file is. The record may be
            damaged itself; it is shown, never relied on.
    """

    report: BagReport
    mismatches: tuple[Finding, ...] | None
    faulty: int | None
    albums: tuple[tuple[str, int], ...]
    update_pending: bool
    tracks: dict[str, Track]

    @property
    def passed(self) -> bool:
        """Whether nothing wrong was found at the depth asked for."""
        conforms = all(finding.severity is not Severity.ERROR for finding in self.mismatches or ())
        return conforms and False not in (self.report.complete, self.report.valid)


def verify(request: VerifyRequest, watch: Watch) -> Iterator[VerifiedBag]:
    """Check each bag in turn and yield what was found; a path that is no bag yields a report that says so.

    Raises:
        UsageError: where the profile cannot be used.
    """
    profile = None if request.profile is None else read_profile(request.profile)
    for path in request.paths:
        with _open(path, request.depth, watch) as validation, _executor(validation, request) as executor:
            step = Step(f"Verifying {_shown_name(path)}", "bytes", validation.total_bytes)
            for _ in watch.track(step, validation.check(executor.map_ordered), lambda checked: checked.bytes):
                pass
            report = validation.report()
            mismatches = None if profile is None else _check_profile(validation, profile, path, report)
        yield _verified(path, report, mismatches)


def _verified(path: str, report: BagReport, mismatches: tuple[Finding, ...] | None) -> VerifiedBag:
    wrong = [finding for finding in report.findings if finding.severity is Severity.ERROR]
    broken = {finding.path for finding in wrong if finding.path.startswith("data/")}
    gone = {finding.path for finding in wrong if finding.code in _GONE}
    tracks = tracks_of(path, broken) if broken else {}
    told = Counter(finding.code for finding in report.findings)
    all_kept = all(number <= told[code] for code, number in report.counts.items())
    return VerifiedBag(
        report=report,
        mismatches=mismatches,
        faulty=len(broken - gone) if all_kept else None,
        albums=_albums(broken, tracks),
        update_pending=is_update_pending(os.fsencode(path)),
        tracks=tracks,
    )


def _albums(broken: Iterable[str], tracks: Mapping[str, Track]) -> tuple[tuple[str, int], ...]:
    touched: Counter[tuple[str, str]] = Counter()
    for path in sorted(broken):
        folder = album_folder(path)
        title = tracks[path].album if path in tracks else ""
        touched[folder, title or folder.removeprefix("data/").removeprefix("data")] += 1
    return tuple((name or "(top folder)", files) for (_, name), files in touched.items())


def _open(path: str, depth: Depth, watch: Watch) -> Validation:
    if not os.path.isfile(path):
        return open_bag(path, depth)

    def watched(size: int, steps: Iterator[int]) -> Iterator[int]:
        return watch.track(Step(f"Listing {_shown_name(path)}", "bytes", size), steps, int)

    return open_serialized(path, depth, watched=watched)


def _shown_name(path: str) -> str:
    return os.path.basename(os.path.abspath(path))


def _check_profile(
    validation: Validation, profile: Profile, path: str, report: BagReport
) -> tuple[Finding, ...] | None:
    if report.version is None:
        return None  # no bag, or one that does not say what it is, which the report tells
    if isinstance(validation, SerializedValidation):
        return validation.check_profile(profile)
    try:
        return check_folder(profile, os.fsencode(path))
    except OSError as error:  # it went, or became unreadable, after it was checked
        return (found("B115", "", f"the profile could not be checked: {error.strerror or error}"),)


def _executor(
    validation: Validation, request: VerifyRequest
) -> contextlib.AbstractContextManager[OrderedMap]:
    small = request.depth is not Depth.FULL or validation.total_bytes < _FEW_BYTES
    if request.jobs == 1 or small or isinstance(validation, SerializedValidation):
        return Serial()
    return Processes(request.jobs) if validation.total_files >= _MANY_FILES else Threads(request.jobs)
