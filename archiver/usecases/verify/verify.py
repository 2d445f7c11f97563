"""Says whether bags are complete and valid; reads only, fetches nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archiver.bagit.bag_source import BagSource
from archiver.bagit.findings import Effect, Finding, Severity, Subject
from archiver.bagit.hashing import BATCH_BYTES, Batch, Checked
from archiver.bagit.names import PAYLOAD
from archiver.bagit.profiles.load import load_profile
from archiver.bagit.profiles.profile import Profile, ProfileError
from archiver.bagit.profiles.read import check_profile
from archiver.bagit.report import BagReport, Depth
from archiver.bagit.telling import ignore
from archiver.bagit.updating.journal import is_update_pending
from archiver.bagit.validate import Validation, open_bag
from archiver.catalogue.bag_pin import pin_of
from archiver.errors import StoreError, UsageError
from archiver.executors.ordered import Serial
from archiver.executors.pools import DividedWork, Threads
from archiver.machine import refuse_own_limit
from archiver.parity.sets import FOLDER, set_of_file
from archiver.records.names import FILES_RECORD
from archiver.records.tracks import Track, tracks_of
from archiver.signing.judgement import State
from archiver.store.area import INCOMING
from archiver.store.find_bags import bag_around, bags_in, is_bag
from archiver.store.staging import unfinished
from archiver.usecases.verify.affected_albums import AffectedAlbum, affected_albums, tells_all
from archiver.usecases.verify.signatures import FoundSignature, Trust, signatures_of
from archiver.usecases.watch import Meter, Step, Watch

_MANY_FILES = 2_000
"""From here on the interpreter lock holds up threads more than starting processes costs."""
_FEW_BYTES = 8 << 20


@dataclass(frozen=True, slots=True)
class VerifyRequest:
    """What is to be checked, and how.

    Attributes:
        paths: Bags: folders, or tar, tar.gz and zip archives.
        depth: How much of each is checked.
        profile: Name of a recipient's profile, or path of a profile file, or ``None``.
        jobs: Threads or processes to use.
        trust: What is asked about signatures.
    """

    paths: tuple[str, ...]
    depth: Depth
    profile: str | None
    jobs: int
    trust: Trust


@dataclass(frozen=True, slots=True)
class VerifiedBag:
    """What was found out about one bag.

    Attributes:
        report: The judgement, with every finding.
        mismatches: In what it does not conform to the profile; ``None`` where none was asked about, or where no
            version of BagIt is declared, so that there is no bag to hold against it.
        albums: The albums that damaged, unreadable or missing files belong to.
        all_albums: Whether no other album is affected; else more may be, which the findings do not tell.
        update_pending: Whether an update of its tag files was interrupted and waits to be completed.
        meant: The bag that the folder lies in, where it is none itself; ``None`` where it lies in no bag.
        tracks: By payload path, what the bag's own record says a damaged or missing file is. The record may be
            damaged itself; it is shown, never relied on.
        pin: By which any copy of a bag that was read in full is known again; ``None`` where something is wrong with it.
        signatures: Who signed it.
        unsigned: Whether a signature was required and none that counts is there.
        recovery_sets: How many sets of recovery data it has.
    """

    report: BagReport
    mismatches: tuple[Finding, ...] | None
    albums: tuple[AffectedAlbum, ...]
    all_albums: bool
    update_pending: bool
    meant: str | None
    tracks: dict[str, Track]
    pin: bytes | None
    signatures: tuple[FoundSignature, ...] = ()
    unsigned: bool = False
    recovery_sets: int = 0

    @property
    def passed(self) -> bool:
        """Whether nothing wrong was found at the depth asked for."""
        conforms = all(finding.severity is not Severity.ERROR for finding in self.mismatches or ())
        signed = not self.unsigned and not self.broken_signatures
        return conforms and signed and False not in (self.report.complete, self.report.valid)

    @property
    def broken_signatures(self) -> int:
        """How many signatures do not hold."""
        return sum(one.judgement.state is State.FAILS for one in self.signatures)


@dataclass(frozen=True, slots=True)
class Targets:
    """What paths that a person named come to.

    Attributes:
        bags: What is to be checked, in the order it was named; the bags of a store by name.
        missing: Paths at which there is nothing.
        passed_over: Paths of what lies in a named store and is no bag.
        unfinished: Paths of what interrupted runs left in a named store.
    """

    bags: tuple[str, ...]
    missing: tuple[str, ...] = ()
    passed_over: tuple[str, ...] = ()
    unfinished: tuple[str, ...] = ()

    def __add__(self, other: Targets) -> Targets:
        return Targets(
            self.bags + other.bags,
            self.missing + other.missing,
            self.passed_over + other.passed_over,
            self.unfinished + other.unfinished,
        )


def targets_of(paths: Sequence[str]) -> Targets:
    """Say what is to be checked: each path, or where it is a folder that holds bags and is none, each bag in it.

    Raises:
        UsageError: where there is nothing at any of the paths.
    """
    found = sum(map(_target, paths), start=Targets(()))
    if not found.bags:
        raise UsageError(
            f"there is nothing at {', '.join(found.missing)}",
            "Nothing was checked. Check the spelling, and that the disk is mounted.",
        )
    return found


def _target(path: str) -> Targets:
    try:
        os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return Targets((), missing=(path,))
    except (OSError, ValueError):  # why it cannot be looked at is told when it is opened
        return Targets((path,))
    is_alone = is_bag(path) or not os.path.isdir(path)
    return Targets((path,)) if is_alone else _inside(path)


def _inside(folder: str) -> Targets:
    try:
        inside = bags_in(folder)
    except OSError:
        return Targets((folder,))
    if not inside.bags:
        return Targets((folder,))
    incoming = os.path.join(folder, os.fsdecode(INCOMING))
    others = tuple(os.path.join(folder, name) for name in inside.others)
    try:
        keys = unfinished(os.path.abspath(os.fsencode(folder)))
    except StoreError:  # what waits in it is not to be seen, which takes nothing from the bags
        return Targets(inside.bags, passed_over=(incoming, *others))
    waiting = tuple(os.path.join(incoming, os.fsdecode(key.folder)) for key in keys)
    return Targets(inside.bags, passed_over=others, unfinished=waiting)


def verify(request: VerifyRequest, watch: Watch) -> Iterator[VerifiedBag]:
    """Check each bag in turn and yield what was found; a path that is no bag yields a report that says so.

    Raises:
        UsageError: where the profile cannot be used.
    """
    profile = None if request.profile is None else _profile(request.profile)
    for number, path in enumerate(request.paths, start=1):
        name = _shown_name(path, number, len(request.paths))
        meter = Meter()
        with (
            listed(path, request.depth, name, watch) as validation,
            executor_for(validation, request.depth, request.jobs, meter) as executor,
        ):
            checking = validation.check(executor.map_ordered, meter.add)
            step = Step(f"Verifying {name}", "bytes", validation.total_bytes, meter)
            for _ in watch.track(step, checking, lambda checked: checked.bytes):
                pass
            verified = judged(path, validation, profile, request.trust)
        yield verified


def _profile(name: str) -> Profile:
    """Read a bundled profile, or one in a file."""
    try:
        return load_profile(name)
    except ProfileError as error:
        raise UsageError(str(error), "No bag was looked at.") from error


def judged(path: str, validation: Validation, profile: Profile | None, trust: Trust) -> VerifiedBag:
    """Return what was found out about the bag at ``path``, once all of it that is to be read was."""
    report = validation.report()
    signatures = signatures_of(validation.source, validation.signatures, report.algorithms, trust)
    wrong = [finding for finding in report.findings if finding.severity is Severity.ERROR]
    broken = {finding.path for finding in wrong if finding.path.startswith(PAYLOAD)}
    tracks = tracks_of(validation.source, broken) if broken else {}
    # no bag, or one that does not say what it is, has no profile, and the report tells why
    asked = profile if report.version is not None else None
    return VerifiedBag(
        report=report,
        mismatches=check_profile(asked, validation.source) if asked else None,
        albums=affected_albums(wrong, tracks),
        all_albums=tells_all(report),
        update_pending=is_update_pending(os.fsencode(path)),
        meant=bag_around(path) if report.has(Effect.MISSING, Subject.BAG) else None,
        tracks=tracks,
        pin=_pin(validation.source) if report.valid else None,
        signatures=signatures,
        unsigned=trust.required and not any(one.counts(trust) for one in signatures),
        recovery_sets=_recovery_sets(validation),
    )


def _pin(source: BagSource) -> bytes | None:
    """Give the bag's pin; ``None`` where its disk no longer gives back what it gave a moment ago."""
    try:
        return pin_of(source)
    except (OSError, ValueError) as error:
        if isinstance(error, OSError):
            refuse_own_limit(error)
        return None


def _recovery_sets(validation: Validation) -> int:
    """Count the sets of recovery data that a bag has, whatever state they are in; 0 where that cannot be told any more."""
    try:
        with validation.source.listing(ignore) as listing:
            if listing.top is None or (FOLDER, False) not in set(listing.top.names()):
                return 0
            numbers = {set_of_file(one.path) for one in listing.presents() if one.path.startswith(FOLDER)}
    except OSError as error:
        refuse_own_limit(error)
        return 0
    return len(numbers - {None})


def _shown_name(path: str, number: int, of: int) -> str:
    """Say which bag it is, and how far a run over many has come."""
    name = os.path.basename(os.path.abspath(path))
    return name if of == 1 else f"{name} ({number} of {of})"


def listed(path: str, depth: Depth, name: str, watch: Watch, pin: bytes | None = None) -> Validation:
    """List the bag; of an archive it is shown how far that came, for a compressed one must be unpacked for it.

    Args:
        path: The bag.
        depth: How much of it is to be checked.
        name: What it is called on a screen.
        watch: Is shown how far it came.
        pin: As :func:`archiver.bagit.validate.open_bag` takes it.
    """
    size = os.path.getsize(path) if os.path.isfile(path) else None
    meter = Meter()
    step = Step(f"Listing {name}", "" if size is None else "bytes", size, meter)
    with watch.during(step):
        return open_bag(path, depth, kept=(FILES_RECORD,), passed=meter.add, pin=pin)


def executor_for(
    validation: Validation, depth: Depth, jobs: int, meter: Meter
) -> Serial | Threads | DividedWork[Batch, Checked]:
    """Return what does the work of checking a bag that is listed, with so many threads and processes at most."""
    small = depth is not Depth.FULL or validation.total_bytes < _FEW_BYTES
    if jobs == 1 or small or not validation.source.is_divisible:
        return Serial()
    if validation.total_files < _MANY_FILES:
        return Threads(jobs)
    return DividedWork[Batch, Checked](
        jobs,
        lambda batch: sum(file.size for file in batch.files) > BATCH_BYTES,
        lambda checked: meter.add(checked.bytes),
    )
