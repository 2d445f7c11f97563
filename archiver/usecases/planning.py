"""Works out a package from its sources without writing one: the flow from scan to plan."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence

from archiver.ingest.examine import Examined, examine, header_readers
from archiver.ingest.names import EXACT, NameRule
from archiver.ingest.plan import PackagePlan, plan
from archiver.ingest.scan import scan
from archiver.ingest.spool import Spool
from archiver.model.audio import ExaminedFile
from archiver.model.package import AssessedFile, PlanEntry
from archiver.model.source import ScanEntry, Source
from archiver.usecases.watch import Step, Watch, one


@contextlib.contextmanager
def examined(
    sources: Sequence[Source],
    jobs: int,
    watch: Watch,
    scratch: bytes | None = None,
    rule: NameRule = EXACT,
) -> Iterator[Spool[Examined]]:
    """List and examine the sources and lend the outcome, on disk, for a ``with`` block.

    Args:
        sources: What to look at.
        jobs: Worker processes to read headers with.
        watch: Counts files listed and examined.
        scratch: Folder for temporary files; the system's where ``None``.
        rule: Which names are stored otherwise.
    """
    with Spool[ScanEntry](scratch) as listed, Spool[Examined](scratch) as found:
        listed.extend(watch.track(Step("Listing", "files"), scan(sources, rule), one))
        if len(listed):
            # starting a worker costs more than reading some hundred headers
            workers = min(jobs, 1 + len(listed) // 256)
            with header_readers(workers) as processes:
                step = Step("Reading headers", "files", len(listed))
                found.extend(watch.track(step, examine(listed, processes), one))
        yield found


@contextlib.contextmanager
def planned(  # noqa: PLR0913 - what each stage from listing to planning needs
    sources: Sequence[Source],
    assess: Callable[[ExaminedFile], AssessedFile],
    *,
    jobs: int,
    watch: Watch,
    rule: NameRule,
    scratch: bytes | None = None,
) -> Iterator[PackagePlan]:
    """Work out what a package of the sources would hold and lend the plan for a ``with`` block.

    Args:
        sources: What to look at.
        assess: Decides what becomes of one examined file.
        jobs: Worker processes to read headers with.
        watch: Counts files listed and examined.
        scratch: Folder for temporary files; the system's where ``None``.
        rule: Which names are stored otherwise.
    """
    with Spool[PlanEntry](scratch) as entries:
        with examined(sources, jobs, watch, scratch, rule) as found:
            assessed = (assess(entry) if isinstance(entry, ExaminedFile) else entry for entry in found)
            package_plan = plan(assessed, entries)
        yield package_plan
