"""Says what the sources hold; writes nothing."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from archiver.albums.note import NotedAlbum
from archiver.audio.decoding.extras import sought_at_hand
from archiver.executors.guarded import GuardedProcesses
from archiver.executors.pools import Threads
from archiver.ingest.consumers import all_digests, read_plan
from archiver.ingest.decode import music_decoders
from archiver.ingest.decoded import decoded_entries, with_decoded
from archiver.ingest.examine import Examined
from archiver.ingest.exclusion import Exclusion
from archiver.ingest.fixity import held_against
from archiver.ingest.linking import LinkedEntries
from archiver.ingest.read_through import ReadThrough, read_through
from archiver.ingest.sound import with_sound
from archiver.ingest.spool import Spool
from archiver.model.audio import ExaminedFile, Role
from archiver.model.source import Source, Unpacked
from archiver.model.totals import Totals
from archiver.rights.meanings import Meaning, meaning
from archiver.usecases.albums import noted_albums
from archiver.usecases.planning import examined
from archiver.usecases.sources import sources_of
from archiver.usecases.watch import Meter, Step, Watch, one

UNIDENTIFIED = "not identified"


@dataclass(slots=True)
class FormatTotal:
    """What the files of one format and role add up to.

    ``duration_s`` counts audio that says how long it is; ``untimed`` are the files whose playing time is not known.
    """

    files: int = 0
    bytes: int = 0
    duration_s: float = 0.0
    untimed: int = 0


@dataclass(slots=True)
class ScanReport:
    """What a scan found; grows entry by entry.

    Attributes:
        sources: The sources' names.
        entries: Everything found, in the order of the scan; on disk.
        albums_noted: The albums that are worth a look, in the order of the scan; on disk.
        totals: What it adds up to; ``files`` counts every file that could be listed.
        formats: Totals by role and name of the format.
        protected: Files with a technical protection, by its name.
        unseen: Files whose headers could not be read to the end, so that no protection could be seen in them.
        personal: Files that carry personal data.
        unread: Files in which none was detected and that could not be read whole for it.
        as_ripped: Files that were decoded and have the checksums that the log of their rip states.
        not_as_ripped: Files that have others.
    """

    sources: tuple[str, ...]
    entries: LinkedEntries | Spool[Examined]
    albums_noted: Spool[NotedAlbum]
    totals: Totals
    formats: dict[tuple[Role, str], FormatTotal] = field(default_factory=dict)
    protected: Counter[str] = field(default_factory=Counter)
    unseen: int = 0
    personal: int = 0
    unread: int = 0
    as_ripped: int = 0
    not_as_ripped: int = 0


@contextlib.contextmanager
def check(
    paths: Sequence[str], jobs: int, watch: Watch, exclusion: Exclusion | None = None
) -> Iterator[ScanReport]:
    """As :func:`scan`, and read all music through from first byte to last, to know whether it is whole.

    A file that cannot be read to its end is reported as one that could not be listed is.

    Raises:
        UsageError: as :func:`scan`.
        SourceLostError: where a source is not there any more.
    """
    sources = sources_of(paths)
    with examined(sources, jobs, watch, exclusion=exclusion) as entries, Spool[Examined]() as heard:
        heard.extend(_read_through(entries, jobs, watch))
        with _reported(sources, heard) as report:
            yield report


@contextlib.contextmanager
def decode(
    paths: Sequence[str], jobs: int, watch: Watch, exclusion: Exclusion | None = None
) -> Iterator[ScanReport]:
    """As :func:`check`, and decode all music from its first sample to its last, which reads it once more.

    Raises:
        MissingExtraError: where what decoding needs is not installed; then nothing is read.
        UsageError: as :func:`scan`.
        SourceLostError: as :func:`check`.
    """
    sources = sources_of(paths)
    with (
        music_decoders(jobs, sought_at_hand()) as decoders,
        examined(sources, jobs, watch, exclusion=exclusion) as entries,
        Spool[Examined]() as heard,
        Spool[Examined]() as decoded,
    ):
        heard.extend(_read_through(entries, jobs, watch))
        decoded.extend(_decoded(heard, decoders, watch))
        with _reported(sources, decoded) as report:
            yield report


def _decoded(entries: Spool[Examined], decoders: GuardedProcesses, watch: Watch) -> Iterator[Examined]:
    step = Step("Decoding", "files", len(entries))
    for entry in watch.track(step, decoded_entries(entries, decoders, sought_at_hand()), one):
        if isinstance(entry, ExaminedFile) and entry.decoded is not None:
            yield with_decoded(entry, entry.decoded)
        else:
            yield entry


def _read_through(entries: LinkedEntries, jobs: int, watch: Watch) -> Iterator[Examined]:
    files = (entry for entry in entries if isinstance(entry, ExaminedFile))
    total = sum(file.ref.stat.size_bytes for file in files)
    plans = ((entry.ref, read_plan((), entry)) for entry in entries if isinstance(entry, ExaminedFile))
    meter = Meter()
    with Threads(jobs) as threads, watch.during(Step("Reading the music through", "bytes", total, meter)):
        outcomes = read_through(plans, threads, meter.add)
        for entry in entries:
            yield _heard(entry, next(outcomes)) if isinstance(entry, ExaminedFile) else entry


def _heard(file: ExaminedFile, through: ReadThrough) -> Examined:
    if through.problem is not None:
        return Unpacked(through.problem, file.ref.original_name)
    held = held_against(file, all_digests((), through.results))
    return with_sound(held, through.results, through.faults)


@contextlib.contextmanager
def scan(
    paths: Sequence[str], jobs: int, watch: Watch, exclusion: Exclusion | None = None
) -> Iterator[ScanReport]:
    """List and examine the sources, but for what is to be left out, and lend the report for a ``with`` block.

    Raises:
        UsageError: where a source is not there or is named twice.
    """
    sources = sources_of(paths)
    with (
        examined(sources, jobs, watch, exclusion=exclusion) as entries,
        _reported(sources, entries) as report,
    ):
        yield report


@contextlib.contextmanager
def _reported(sources: Sequence[Source], entries: LinkedEntries | Spool[Examined]) -> Iterator[ScanReport]:
    with Spool[NotedAlbum]() as albums_noted:
        report = ScanReport(tuple(source.name for source in sources), entries, albums_noted, Totals())
        albums_noted.extend(noted_albums(_counted(report, entries)))
        yield report


def _counted(report: ScanReport, entries: Iterable[Examined]) -> Iterator[Examined]:
    """Pass the entries on, and count each."""
    for entry in entries:
        if isinstance(entry, ExaminedFile):
            _count(report, entry)
        else:
            report.totals.count_other(entry)
        yield entry


def _count(report: ScanReport, file: ExaminedFile) -> None:
    size = file.ref.stat.size_bytes
    report.totals.count_packed(file, size)
    name = UNIDENTIFIED if file.format is None else file.format.name
    of_format = report.formats.setdefault((file.role, name), FormatTotal())
    of_format.files += 1
    of_format.bytes += size
    if file.audio is not None and file.audio.duration_s is not None:
        of_format.duration_s += file.audio.duration_s
    else:
        of_format.untimed += 1
    if file.protection is not None and file.protection.unseen:
        report.unseen += 1
    elif file.protection is not None:
        report.protected[file.protection.label] += 1
    codes = {evidence.code for evidence in file.evidence}
    report.as_ripped += "rip-audio-unchanged" in codes
    report.not_as_ripped += "rip-audio-differs" in codes
    if any(evidence.personal for evidence in file.evidence):
        report.personal += 1
    elif any(meaning(evidence.code) is Meaning.UNREAD for evidence in file.evidence):
        report.unread += 1
