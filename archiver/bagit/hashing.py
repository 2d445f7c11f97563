"""Checks files against their recorded digests: a worker from a batch of files to what was wrong with them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from archiver import filesystem
from archiver.bagit.algorithms import hash_blocks
from archiver.bagit.codes import found
from archiver.bagit.findings import Finding, Tell
from archiver.bagit.folder_stack import FolderStack
from archiver.bagit.manifest_reader import ManifestName
from archiver.bagit.names import PAYLOAD
from archiver.bagit.telling import Reading, Told, ignore
from archiver.machine import refuse_own_limit

T = TypeVar("T")
R = TypeVar("R")

_BLOCK = 1 << 20
_BATCH_FILES = 500
BATCH_BYTES = 64 << 20
"""What the files of a batch hold together at most; a larger file is a batch of its own."""

_SHOWN = 12
_NEARLY_THE_SAME = 4
"""Digits; two unrelated digests differ in fifteen of sixteen."""


class Recorded(NamedTuple):
    """One file to check: its path in the bag, its size when it was listed, and per algorithm the digests recorded.

    More than one digest for an algorithm comes of a manifest that contradicts itself; any of them is taken. ``holes``
    is :attr:`archiver.bagit.walking.Present.holes`.
    """

    path: str
    size: int
    digests: tuple[tuple[str, tuple[str, ...]], ...]
    holes: int = 0


class Batch(NamedTuple):
    """Files of one bag to check in one task; ``root`` is the bag's absolute path."""

    root: bytes
    files: tuple[Recorded, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of a batch.

    Attributes:
        files: How many files it was.
        bytes: How many bytes.
        findings: What was wrong.
        intact: How many payload files are as they were recorded.
        last: Path of its last file; empty where it has none, or they were read in no order of their own.
    """

    files: int
    bytes: int
    findings: tuple[Finding, ...]
    intact: int = 0
    last: str = ""


Mapper = Callable[[Callable[[T], R], Iterable[T]], Iterable[R]]
"""Applies a function to each item and gives the results in the items' order, by whatever threads or processes.

The function and the items can be pickled. The items are made as they are asked for; asking for few at a time keeps
memory small.
"""


def serial_map(work: Callable[[T], R], items: Iterable[T]) -> Iterable[R]:
    """The :data:`Mapper` that does one after the other."""
    return map(work, items)


Through = Callable[[int], AbstractContextManager[object]]
"""Holds around the reading of an open file, by its descriptor; it can be pickled."""

Choose = Callable[[Iterable[Recorded]], Iterator[Recorded]]
"""Says which files are read, and in what order; it takes all that there are before it has ended."""


@dataclass(frozen=True, slots=True)
class HashOrder:
    """How the files of a bag are to be hashed.

    Attributes:
        manifests: The bag's manifests, which say what is to be computed.
        held: Bytes of the bag that take room on the disk; how many bytes of holes are read follows from it.
        map_ordered: Does the work, where it can be divided.
        reading: Is told what is read while it is, where that is in this process.
        tell: Takes findings that no outcome carries.
        through: Holds around the reading of each file that lies in a folder.
    """

    manifests: tuple[ManifestName, ...]
    held: int
    map_ordered: Mapper[Batch, Checked]
    reading: Reading
    tell: Tell
    through: Through = nullcontext


class _ChangedError(Exception):
    """A file changed while it was read."""


def make_batches(root: bytes, files: Iterable[Recorded]) -> Iterator[Batch]:
    """Divide ``files`` into batches of at most 500 files and 64 MiB; a larger file is a batch of its own."""
    held: list[Recorded] = []
    size = 0
    for file in files:
        if held and (len(held) == _BATCH_FILES or size + file.size > BATCH_BYTES):
            yield Batch(root, tuple(held))
            held, size = [], 0
        held.append(file)
        size += file.size
    if held:
        yield Batch(root, tuple(held))


def check_batch(batch: Batch, reading: Reading = ignore, through: Through = nullcontext) -> Checked:
    """Read every file of ``batch`` once and compare all its digests; whatever fails is a finding, never an error.

    Files are opened below the bag's folder without following a link, and never block. ``reading`` is told what is
    read while it is, and of each file as many bytes as it had when it was listed, whatever comes of it. ``through``
    holds around each reading.
    """
    findings: list[Finding] = []
    intact = 0
    try:
        top = filesystem.open_folder(batch.root)
    except OSError as error:
        findings.append(found("B102", "", f"the bag can no longer be opened: {error.strerror}"))
    else:
        try:
            with FolderStack(top) as stack:
                for file in batch.files:
                    told = Told(reading)
                    wrong = _check_file(file, stack, told, through)
                    told.settle(file.size)
                    findings.extend(wrong)
                    intact += not wrong and file.path.startswith(PAYLOAD)
        finally:
            os.close(top)
    last = batch.files[-1].path if batch.files else ""
    return Checked(len(batch.files), sum(file.size for file in batch.files), tuple(findings), intact, last)


def unreadable(path: str, error: OSError) -> Finding:
    """The finding about a file that cannot be read; what the machine refuses this process is none."""
    if isinstance(error, filesystem.NotRegularError):
        return found("B702", path, "it is no longer a regular file")
    refuse_own_limit(error)
    return found("B705", path, f"it cannot be read: {error.strerror}")


def _check_file(file: Recorded, stack: FolderStack, told: Told, through: Through) -> list[Finding]:
    folder_path, _, name = os.fsencode(file.path).rpartition(b"/")
    algorithms = [algorithm for algorithm, _ in file.digests]
    try:
        folder = stack.open(folder_path)
        try:
            digests = _hash(name, folder, algorithms, told, through)
        except _ChangedError:
            digests = _hash(name, folder, algorithms, told, through)
    except _ChangedError as change:
        return [found("B706", file.path, str(change))]
    except OSError as error:
        return [unreadable(file.path, error)]
    return compare(file, digests)


def compare(file: Recorded, actual: Mapping[str, str]) -> list[Finding]:
    """Compare the digests recorded for ``file`` with the ``actual`` ones; :mod:`.serialized.digests` needs it too."""
    wrong = [algorithm for algorithm, recorded in file.digests if actual[algorithm] not in recorded]
    return _mismatch(file, actual, wrong) if wrong else []


def _hash(name: bytes, folder: int, algorithms: list[str], told: Told, through: Through) -> dict[str, str]:
    descriptor = filesystem.open_regular(name, folder)
    try:
        before = os.fstat(descriptor)
        with through(descriptor):
            digests = hash_blocks(_exactly(descriptor, before.st_size), algorithms, told.add)
        # a file that grew has another size now, and one rewritten in place another time
        if _state(os.fstat(descriptor)) != _state(before):
            raise _ChangedError("its size or time changed while it was read")
    finally:
        os.close(descriptor)
    return digests


def _exactly(descriptor: int, size: int) -> Iterator[bytes]:
    while size:
        block = os.read(descriptor, min(size, _BLOCK))
        if not block:
            raise _ChangedError(f"it ended {size} bytes early")
        size -= len(block)
        yield block


def _state(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _mismatch(file: Recorded, actual: Mapping[str, str], wrong: list[str]) -> list[Finding]:
    right = [algorithm for algorithm, _ in file.digests if algorithm not in wrong]
    if right:
        return [found("B412", file.path, f"{', '.join(right)} fits, {', '.join(wrong)} does not")]
    code = "B411" if file.path.startswith(PAYLOAD) else "B413"
    recorded = dict(file.digests)
    return [
        found(
            code,
            file.path,
            f"{algorithm} is {_difference(actual[algorithm], recorded[algorithm][0])}",
        )
        for algorithm in wrong
    ]


def _difference(actual: str, recorded: str) -> str:
    """Say both digests in short; two that are nearly the same come of a damaged record, never of a damaged file."""
    differing = sum(one != other for one, other in zip(actual, recorded, strict=True))
    if differing <= _NEARLY_THE_SAME:
        return f"what is recorded but for {differing} of {len(actual)} digits, so the record of it is damaged"
    return f"{actual[:_SHOWN]}…, not {recorded[:_SHOWN]}…"
