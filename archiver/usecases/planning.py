"""Works out a package from its sources without writing one: the flow from scan to plan."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol, TypeAlias, TypeVar

from archiver.audio.decoding.extras import sought_at_hand
from archiver.executors.guarded import GuardedProcesses
from archiver.ingest.decoded import decoded_entries
from archiver.ingest.examine import Examined, examine, header_readers
from archiver.ingest.exclusion import Exclusion
from archiver.ingest.linking import LinkedEntries, Linker
from archiver.ingest.names import EXACT, NameRule
from archiver.ingest.plan import PackagePlan, plan
from archiver.ingest.presence import SourcePresence
from archiver.ingest.scan import scan
from archiver.ingest.spool import Spool
from archiver.model.audio import ExaminedFile
from archiver.model.package import AssessedFile, HeldFile, PlanEntry
from archiver.model.problem import Effect
from archiver.model.source import BesideFiles, FileRef, ScanEntry, Source
from archiver.model.totals import problems_in
from archiver.usecases.watch import Step, Watch, one

T = TypeVar("T", bound=ScanEntry | Examined)

Examining: TypeAlias = Callable[[Iterable[ScanEntry], GuardedProcesses], Iterator[Examined]]
"""What gives each file its format, tags and all else that its headers tell, in order."""

_LOOKED_AT_EACH = 8


class Memory(Protocol):
    """What is remembered of sources from the last time they were packed into a store."""

    def __len__(self) -> int:
        """How many entries were listed."""

    def look(self, listed: Iterable[ScanEntry]) -> int:
        """Look up everything as it is listed, and return how many files have to be examined."""

    def examined(self, processes: GuardedProcesses, examining: Examining) -> Iterator[Examined]:
        """Yield what was listed in its order, examined: recalled where that holds, else by reading headers."""

    def sought(self, entries: LinkedEntries, jobs: int, watch: Watch) -> Iterator[Examined]:
        """Yield the entries in their order, each file with where the store holds its bytes, if it does."""


@contextlib.contextmanager
def examined(  # noqa: PLR0913 - each says one thing, and most by name
    sources: Sequence[Source],
    jobs: int,
    watch: Watch,
    *,
    scratch: bytes | None = None,
    exclusion: Exclusion | None = None,
    presence: SourcePresence | None = None,
    rule: NameRule = EXACT,
    files_in: str = "",
    memory: Memory | None = None,
    examining: Examining = examine,
) -> Iterator[LinkedEntries]:
    """List and examine the sources, link what papers name, and lend the outcome, on disk, for a ``with`` block.

    Args:
        sources: What to look at.
        jobs: Worker processes to read headers with.
        watch: Counts files listed and examined.
        scratch: Folder for temporary files; the system's where ``None``.
        exclusion: What to leave out.
        presence: Watches over the sources; from now on where ``None``.
        rule: Which names are stored otherwise.
        files_in: The folder of the payload that is to hold the sources.
        memory: Tells what need not be examined anew, where anything is remembered.
        examining: How files are examined.

    Raises:
        SourceLostError: where a source is not there any more.
    """
    presence = presence or SourcePresence(sources)
    with Spool[ScanEntry](scratch) as listed, Spool[Examined](scratch) as found, Linker() as linker:
        scanned = watch.track(
            Step("Listing", "files"),
            _watched_over(scan(sources, exclusion, rule=rule, files_in=files_in), presence),
            one,
        )
        if memory is None:
            listed.extend(scanned)
            entries_in_all = unread = len(listed)
        else:
            unread = memory.look(scanned)
            entries_in_all = len(memory)
        if entries_in_all:
            # starting a worker costs more than reading some hundred headers
            workers = min(jobs, 1 + unread // 256)
            with header_readers(workers) as processes:
                step = Step("Reading headers", "files", entries_in_all)
                if memory is None:
                    entries = examining(listed, processes)
                else:
                    entries = memory.examined(processes, examining)
                read = watch.track(step, _watched_over(entries, presence), one)
                found.extend(linker.gathered(read))
                linker.look(found)
        yield LinkedEntries(found, linker)


@contextlib.contextmanager
def planned(  # noqa: PLR0913 - each says one thing, and most by name
    sources: Sequence[Source],
    assess: Callable[[ExaminedFile], AssessedFile],
    *,
    jobs: int,
    watch: Watch,
    rule: NameRule,
    files_in: str = "",
    scratch: bytes | None = None,
    exclusion: Exclusion | None = None,
    presence: SourcePresence | None = None,
    decoders: GuardedProcesses | None = None,
    memory: Memory | None = None,
    examining: Examining = examine,
    told: Callable[[PlanEntry], object] = lambda _: None,
) -> Iterator[PackagePlan]:
    """Work out what a package of the sources would hold and lend the plan for a ``with`` block.

    Args:
        sources: What to look at.
        assess: Decides what becomes of one examined file.
        jobs: Worker processes to read headers with.
        watch: Counts files listed and examined.
        scratch: Folder for temporary files; the system's where ``None``.
        exclusion: What to leave out.
        presence: Watches over the sources; from now on where ``None``.
        rule: Which names are stored otherwise.
        files_in: The folder of the payload that is to hold the sources.
        decoders: Decode all music as well, where that is asked for.
        memory: Tells what the store holds already.
        examining: How files are examined.
        told: Is told of every entry as it goes into the plan.

    Raises:
        SourceLostError: where a source is not there any more.
    """
    with Spool[PlanEntry](scratch) as entries:
        with (
            examined(
                sources,
                jobs,
                watch,
                scratch=scratch,
                exclusion=exclusion,
                presence=presence,
                rule=rule,
                files_in=files_in,
                memory=memory,
                examining=examining,
            ) as linked,
            Spool[Examined](scratch) as put_aside,
        ):
            found: Iterable[Examined] = linked if memory is None else memory.sought(linked, jobs, watch)
            if decoders is not None:
                put_aside.extend(found)
                found = _decoded(put_aside, decoders, watch)
            package_plan = plan((_assessed(entry, assess) for entry in found), entries, told)
        yield package_plan


def _assessed(
    entry: Examined, assess: Callable[[ExaminedFile], AssessedFile]
) -> AssessedFile | HeldFile | BesideFiles:
    if not isinstance(entry, ExaminedFile):
        return entry
    assessed, holding = assess(entry), entry.known.holding
    return assessed if holding is None else HeldFile(assessed, holding)


def _decoded(found: Spool[Examined], decoders: GuardedProcesses, watch: Watch) -> Iterator[Examined]:
    outcomes = decoded_entries(found, decoders, sought_at_hand())
    return watch.track(Step("Decoding", "files", len(found)), outcomes, one)


def _watched_over(entries: Iterable[T], presence: SourcePresence) -> Iterator[T]:
    """Yield the entries, and look at the sources after the first of each few that tell of something unreadable."""
    unread = 0
    for entry in entries:
        if _is_unread(entry):
            if unread % _LOOKED_AT_EACH == 0:
                presence.look()
            unread += 1
        yield entry
    if unread:
        presence.look()


def _is_unread(entry: ScanEntry | Examined) -> bool:
    problems = () if isinstance(entry, FileRef) else problems_in(entry)
    return any(problem.kind.effect is Effect.UNREACHED for problem in problems)
