"""The second stage: reads each file's headers in guarded worker processes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator

from archiver.audio.formats.pronom import load_signatures
from archiver.executors.guarded import GuardedProcesses, Stopped
from archiver.model.audio import ExaminedFile
from archiver.model.problem import Problem
from archiver.model.source import BesideFiles, FileRef, ScanEntry

Examined = ExaminedFile | BesideFiles

_STOPPED = {
    "time": "the parser took too long and was stopped",
    "memory": "the parser asked for too much memory and was stopped",
    "crash": "the parser crashed",
}


def header_readers(jobs: int) -> GuardedProcesses:
    """Make the workers that :func:`examine` needs; use them in a ``with`` block."""
    return GuardedProcesses(jobs, prepare=_load)


def examine(entries: Iterable[ScanEntry], workers: GuardedProcesses) -> Iterator[Examined]:
    """Give each file its format, tags, properties and evidence, in order; what is no file passes through.

    A file that hangs, crashes or exhausts its parser comes out with problem ``F203``, perhaps protected and
    with nothing else known.
    """
    return _examined(_examine, entries, workers)


def examine_and_hear(entries: Iterable[ScanEntry], workers: GuardedProcesses) -> Iterator[Examined]:
    """As :func:`examine`, and read small music through: for whoever copies it next, and would do that then."""
    return _examined(_examine_and_hear, entries, workers)


def _examined(
    work: Callable[[ScanEntry], Examined], entries: Iterable[ScanEntry], workers: GuardedProcesses
) -> Iterator[Examined]:
    waiting: deque[ScanEntry] = deque()

    def remembered() -> Iterator[ScanEntry]:
        for entry in entries:
            waiting.append(entry)
            yield entry

    for outcome in workers.map_ordered(work, remembered()):
        entry = waiting.popleft()
        if not isinstance(outcome, Stopped):
            yield outcome
        elif isinstance(entry, FileRef):
            yield _unexamined(entry, outcome.reason)
        else:  # its worker was lost for a reason of its own, such as a machine that slept
            yield entry


def _load() -> None:
    """Load what parsing needs, before the time of the first file begins.

    Raises:
        MemoryError: where there is not enough memory.
    """
    import archiver.audio.examine  # noqa: PLC0415 - see _examine
    import archiver.ingest.attributes  # noqa: F401, PLC0415 - see _examine

    load_signatures()


def _examine(entry: ScanEntry) -> Examined:
    # only workers parse, so only they wait for parsers to be loaded
    from archiver.audio.examine import examine_file  # noqa: PLC0415
    from archiver.ingest.attributes import with_attributes  # noqa: PLC0415

    return examine_file(entry, with_attributes) if isinstance(entry, FileRef) else entry


def _examine_and_hear(entry: ScanEntry) -> Examined:
    # as above
    from archiver.audio.examine import examine_file  # noqa: PLC0415
    from archiver.ingest.attributes import with_attributes  # noqa: PLC0415
    from archiver.ingest.hearing import with_music_heard  # noqa: PLC0415

    def bearing(file: ExaminedFile, descriptor: int) -> ExaminedFile:
        return with_music_heard(with_attributes(file, descriptor), descriptor)

    return examine_file(entry, bearing) if isinstance(entry, FileRef) else entry


def _unexamined(ref: FileRef, reason: str) -> ExaminedFile:
    from archiver.audio.examine import unexamined  # noqa: PLC0415 - it comes with every parser
    from archiver.audio.protection.detect import UNSEEN  # noqa: PLC0415 - and this with those of protection

    problem = Problem(ref.path, "F203", _STOPPED[reason])
    return unexamined(ref, problem, UNSEEN)
