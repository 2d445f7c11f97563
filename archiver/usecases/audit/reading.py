"""Reads one bag again, from the disk and past the cache, as far as a budget allows."""

from __future__ import annotations

import dataclasses
import os
import time
from collections.abc import Callable
from dataclasses import dataclass

from archiver import disk
from archiver.bagit.findings import Severity
from archiver.bagit.hashing import Checked
from archiver.bagit.report import Depth
from archiver.bagit.validate import Validation
from archiver.usecases.audit.budget import Budget
from archiver.usecases.audit.portion import BY_PATH, BY_PLACE, Begun, Portion
from archiver.usecases.verify.signatures import Trust
from archiver.usecases.verify.verify import VerifiedBag, executor_for, judged, listed
from archiver.usecases.watch import Meter, Step, Watch

_KEEP_SECONDS = 20.0
"""How often it is noted how far the reading of a bag has come; as much at most is read in vain if a run is killed."""

Keep = Callable[["BagRead"], None]
"""Notes how far the reading of a bag has come."""


@dataclass(frozen=True, slots=True)
class BagRead:
    """What came of reading a bag again, or of a part of it.

    Attributes:
        goes_on: Whether it went on where an interrupted audit stood.
        after: The place of the file that was read last; empty where none was.
        files: How many files were read.
        octets: How many bytes.
        wrong: How many things were found wrong in what was read.
        is_whole: Whether, with what was read before, everything was.
    """

    goes_on: bool
    after: bytes
    files: int
    octets: int
    wrong: int
    is_whole: bool


@dataclass(frozen=True, slots=True)
class ReadOrder:
    """What is to be read, and how.

    Attributes:
        path: The bag's absolute path.
        name: What it is called on a screen.
        pin: Its pin as the catalogue has it; ``None`` where it is held against itself alone.
        begun: Where an interrupted audit of it stands, or ``None``.
        jobs: Threads or processes to use.
        trust: What is asked about its signatures.
    """

    path: bytes
    name: str
    pin: bytes | None
    begun: Begun | None
    jobs: int
    trust: Trust


def read_again(order: ReadOrder, budget: Budget, keep: Keep, watch: Watch) -> tuple[VerifiedBag, BagRead]:
    """Read a bag again and judge it; an archive, which is one stream, is read to its end once it is begun.

    Args:
        order: What is to be read.
        budget: How much may be; it is used up by it.
        keep: Is called now and then.
        watch: Counts the bytes.

    Returns:
        The judgement, which of a part speaks of that part alone, and how far it came.
    """
    _forget_top(order.path)
    path = os.fsdecode(order.path)
    with listed(path, Depth.FULL, order.name, watch, order.pin) as validation:
        if validation.source.is_divisible:
            read = _read_folder(order, validation, budget, keep, watch)
        else:
            read = _read_archive(order, validation, budget, watch)
        verified = judged(path, validation, None, order.trust)
    if read.is_whole or verified.report.valid is False:
        return verified, read
    report = dataclasses.replace(verified.report, valid=None, intact=None)
    return dataclasses.replace(verified, report=report, pin=None), read


def _read_folder(
    order: ReadOrder, validation: Validation, budget: Budget, keep: Keep, watch: Watch
) -> BagRead:
    turns = disk.rotates(order.path)
    # two readers would have the disk's arm go back and forth
    jobs = 1 if turns else order.jobs
    meter = Meter()
    with (
        Portion(order.path, BY_PLACE if turns else BY_PATH, order.begun, budget) as portion,
        executor_for(validation, Depth.FULL, jobs, meter) as executor,
    ):
        bounds = [bound for bound in (validation.total_bytes, budget.octets) if bound is not None]
        step = Step(f"Reading {order.name}", "bytes", min(bounds), meter)
        checking = validation.check(executor.map_ordered, meter.add, choose=portion, through=disk.from_disk)
        files = octets = wrong = 0
        kept = time.monotonic()
        try:
            for checked in watch.track(step, checking, _weight):
                files += checked.files
                octets += checked.bytes
                wrong += sum(finding.severity is Severity.ERROR for finding in checked.findings)
                portion.passed(checked.last)
                if time.monotonic() - kept > _KEEP_SECONDS:
                    kept = time.monotonic()
                    keep(BagRead(portion.goes_on, portion.after, files, octets, wrong, is_whole=False))
        except KeyboardInterrupt:
            keep(BagRead(portion.goes_on, portion.after, files, octets, wrong, is_whole=False))
            raise
        return BagRead(portion.goes_on, portion.after, files, octets, wrong, portion.is_whole)


def _read_archive(order: ReadOrder, validation: Validation, budget: Budget, watch: Watch) -> BagRead:
    meter = Meter()
    step = Step(f"Reading {order.name}", "bytes", validation.total_bytes, meter)
    files = octets = wrong = 0
    for checked in watch.track(step, validation.check(reading=meter.add), _weight):
        files += checked.files
        octets += checked.bytes
        wrong += sum(finding.severity is Severity.ERROR for finding in checked.findings)
    budget.take(octets)
    return BagRead(False, b"", files, octets, wrong, is_whole=True)


def _weight(checked: Checked) -> int:
    return checked.bytes


def _forget_top(path: bytes) -> None:
    """Have an archive, or the files at the top of a folder bag, read from the disk: no manifest has the digest of all of them."""
    disk.forget_cached(path)
    try:
        names = os.listdir(path)
    except OSError:
        return
    for name in names:
        disk.forget_cached(path + b"/" + name)
