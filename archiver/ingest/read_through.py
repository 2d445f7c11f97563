"""Reads files through without copying them: for a look at what is there, and at a copy whose source had changed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

from archiver.bagit.telling import Reading, Told, ignore
from archiver.executors.ordered import OrderedMap
from archiver.ingest.consumers import Feeding, ReadPlan, Value
from archiver.ingest.reading import (
    ATTEMPTS,
    ChangedError,
    FileFaultError,
    check_unchanged,
    open_source,
    source_blocks,
    source_status,
)
from archiver.model.problem import Problem
from archiver.model.source import FileRef, FileStat


@dataclass(frozen=True, slots=True)
class ReadThrough:
    """What reading one file through gave.

    Attributes:
        ref: The file.
        results: What its consumers gave, by name; see :mod:`archiver.ingest.consumers`.
        faults: What befell those that gave no result, by name.
        problem: Why it could not be read to its end, if so: then there are no results.
    """

    ref: FileRef
    results: Mapping[str, Value] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)
    problem: Problem | None = None


def read_through(
    files: Iterable[tuple[FileRef, ReadPlan]], threads: OrderedMap, reading: Reading = ignore
) -> Iterator[ReadThrough]:
    """Read each file once in full and yield what its consumers gave, in order.

    Args:
        files: The files, and what their bytes are to be given to. A file with nothing to give them to is not read.
        threads: Does the reading.
        reading: Is told how many bytes were read, while they are; in the end as many for each file as it was listed
            with.
    """
    yield from threads.map_ordered(partial(_read, reading=reading), files)


def _read(file: tuple[FileRef, ReadPlan], reading: Reading) -> ReadThrough:
    ref, plan = file
    told = Told(reading)
    try:
        outcome = _read_to_end(ref, plan, told) if plan.asked else ReadThrough(ref)
    except FileFaultError as fault:
        outcome = ReadThrough(ref, problem=Problem(ref.path, fault.code, fault.message))
    told.settle(ref.stat.size_bytes)
    return outcome


def _read_to_end(ref: FileRef, plan: ReadPlan, told: Told) -> ReadThrough:
    for attempt in range(1, ATTEMPTS + 1):
        source = open_source(ref)
        try:
            return _read_once(ref, plan, source, told)
        except ChangedError:
            if attempt == ATTEMPTS:
                raise
        finally:
            os.close(source)
    raise AssertionError("the last attempt returns or raises")


def _read_once(ref: FileRef, plan: ReadPlan, source: int, told: Told) -> ReadThrough:
    before = source_status(source)
    there = FileStat(before.st_size, before.st_mtime_ns, before.st_ctime_ns, before.st_ino)
    feeding = Feeding(plan if there == ref.stat else plan.of_any_bytes)
    for block in source_blocks(source):
        feeding.update(block)
        told.add(len(block))
    check_unchanged(before, source_status(source))
    return ReadThrough(ref, feeding.finish(), feeding.faults)
