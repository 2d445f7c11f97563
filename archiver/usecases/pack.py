"""Packs sources into a bag: lists, examines, decides, plans, copies, describes, seals."""

from __future__ import annotations

import contextlib
import itertools
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archiver import filesystem
from archiver.bagit.sizes import human_size
from archiver.errors import StoreError, UsageError
from archiver.executors import Threads
from archiver.ingest.assess import Assessor
from archiver.ingest.parts import PlanPart, parts_of
from archiver.ingest.plan import PackagePlan, Totals
from archiver.ingest.spool import Spool
from archiver.ingest.staging import INCOMING, Staging, StagingKey, locked, unfinished
from archiver.model.package import PackEntry, PlanEntry
from archiver.model.run import Run
from archiver.model.source import Source
from archiver.records.baginfo import Labels
from archiver.usecases.naming import chosen_name, default_name
from archiver.usecases.package import BagMaker, CopyTools, Progress
from archiver.usecases.planning import planned
from archiver.usecases.rights_inputs import read_policy, read_rights
from archiver.usecases.sources import refuse_store_in_source, sources_of
from archiver.usecases.watch import Watch

_MARGIN_BYTES = 64 << 20
"""Room wanted on the store's disk beside the payload, for the descriptions."""


@dataclass(frozen=True, slots=True)
class PackRequest:
    """What is to be packed, and how.

    Attributes:
        sources: Folders and files as the user named them.
        store: Folder that gets the bag; made where it is missing.
        name: The bag's name; from the source and the date where ``None``.
        algorithms: Normalised names of the checksum algorithms.
        info: Labels for ``bag-info.txt``.
        jobs: Threads and processes to use.
        read_back: Whether every copy is read from the disk again and compared.
        bag_in_bag: Whether a source may be a bag.
        max_bytes: Payload that one bag may hold; ``None`` for no limit.
        rights: File of declarations that the user named, or ``None`` to look for one in each source.
        policy: Name of a policy, or path of a policy file.
    """

    sources: tuple[str, ...]
    store: str
    name: str | None
    algorithms: tuple[str, ...]
    info: Labels
    jobs: int
    read_back: bool
    bag_in_bag: bool
    max_bytes: int | None
    rights: str | None
    policy: str


@dataclass(frozen=True, slots=True)
class PackReport:
    """What packing did, or in a dry run would do.

    Attributes:
        bags: Absolute paths of the finished bags; those to be made in a dry run.
        dry_run: Whether nothing was written.
        totals: What was packed, withheld and lost.
        algorithms: Checksum algorithms of the bags.
        spools: Every entry with its outcome, in the order of the scan, on disk; one spool for each bag.
        parts: The parts, one for each bag.
        continued: Whether an interrupted run was continued.
        unfinished: Names of packages that other interrupted runs left in the store.
    """

    bags: tuple[str, ...]
    dry_run: bool
    totals: Totals
    algorithms: tuple[str, ...]
    spools: tuple[Spool[PlanEntry] | Spool[PackEntry], ...]
    parts: tuple[PlanPart, ...]
    continued: bool
    unfinished: tuple[str, ...]

    @property
    def entries(self) -> Iterator[PlanEntry | PackEntry]:
        """Every entry, in the order of the scan."""
        return itertools.chain.from_iterable(self.spools)


@contextlib.contextmanager
def pack(request: PackRequest, run: Run, watch: Watch) -> Iterator[PackReport]:
    """Write the bag or bags and lend the report for a ``with`` block.

    Raises:
        UsageError: where the request cannot be meant.
        StoreError: where the store cannot be written; then no bag stands under its name.
    """
    sources, store = _checked(request)
    inputs = read_rights(sources, request.rights)
    assessor = Assessor(inputs.declared, read_policy(request.policy), run.today())
    started = run.now()
    with contextlib.ExitStack() as held:
        held.enter_context(locked(store))
        scratch = store + b"/" + INCOMING
        plan = held.enter_context(
            planned(sources, assessor.assess, jobs=request.jobs, watch=watch, scratch=scratch)
        )
        name, continues = _package_name(request, sources, store, plan, run)
        parts = parts_of(plan, request.max_bytes)
        if not continues:
            _refuse_without_room(store, plan.totals.bytes)
        tools = CopyTools(
            held.enter_context(Threads(request.jobs)),
            held.enter_context(Threads(1)),
            request.read_back,
            watch,
        )
        maker = BagMaker(run, Progress(started, run.now(), continues), assessor.policy, request.info, tools)
        stagings = [
            Staging(store, StagingKey(name, number, len(parts), request.algorithms, plan.fingerprint))
            for number in range(1, len(parts) + 1)
        ]
        spools = [held.enter_context(Spool[PackEntry](scratch)) for _ in parts]
        totals = Totals()
        for staging, part, spool in zip(stagings, parts, spools, strict=True):
            totals.add(maker.make(staging, part, spool))
        bags = tuple(os.fsdecode(staging.seal()) for staging in stagings)
        others = tuple(key.name for key in unfinished(store))
        yield PackReport(bags, False, totals, request.algorithms, tuple(spools), parts, continues, others)


@contextlib.contextmanager
def rehearse(request: PackRequest, run: Run, watch: Watch) -> Iterator[PackReport]:
    """Work out what :func:`pack` would do, write nothing, and lend the report for a ``with`` block.

    Raises:
        UsageError: where the request cannot be meant.
    """
    sources, store = _checked(request)
    inputs = read_rights(sources, request.rights)
    assessor = Assessor(inputs.declared, read_policy(request.policy), run.today())
    with planned(sources, assessor.assess, jobs=request.jobs, watch=watch) as plan:
        name, continues = _package_name(request, sources, store, plan, run)
        parts = parts_of(plan, request.max_bytes)
        keys = [StagingKey(name, n, len(parts), request.algorithms, "") for n in range(1, len(parts) + 1)]
        bags = tuple(os.fsdecode(store) + "/" + key.name for key in keys)
        others = tuple(key.name for key in unfinished(store) if key.package != name)
        spools = (plan.entries,)
        yield PackReport(bags, True, plan.totals, request.algorithms, spools, parts, continues, others)


def _checked(request: PackRequest) -> tuple[tuple[Source, ...], bytes]:
    sources = sources_of(request.sources, bags_on_purpose=request.bag_in_bag)
    store = os.path.abspath(os.fsencode(request.store))
    refuse_store_in_source(store, sources)
    if request.name is not None:
        chosen_name(request.name, store)
    return sources, store


def _package_name(
    request: PackRequest, sources: Sequence[Source], store: bytes, plan: PackagePlan, run: Run
) -> tuple[str, bool]:
    """Give the package's name, and whether an interrupted run of the same package is continued under it."""
    if not plan.totals.files:
        raise UsageError(
            f"there is nothing to pack: {plan.totals.seen} entries seen, none that can go into a bag",
            "Nothing was written. To see what is there: archiver scan SOURCE",
        )
    for key in unfinished(store):
        same = (key.fingerprint, key.algorithms) == (plan.fingerprint, request.algorithms)
        if same and request.name in (None, key.package):
            return key.package, True
    return request.name or default_name(sources, run.today(), store), False


def _refuse_without_room(store: bytes, needed: int) -> None:
    free = filesystem.free_bytes(store)
    if free is not None and free < needed + _MARGIN_BYTES:
        raise StoreError(
            f"the store's disk has {human_size(free)} free, and {human_size(needed)} are to be packed",
            "Nothing was written. Free some space, choose another --to, or pack a part of the source.",
        )
